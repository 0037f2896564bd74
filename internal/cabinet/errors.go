package cabinet

import "okno/internal/kit/errs"

var (
	// ErrNoNotice says that the person has no such notice.
	ErrNoNotice = errs.NewNotFound("cabinet.error.no_notice")
	// ErrNoService says that there is no such service to be hidden.
	ErrNoService = errs.NewNotFound("cabinet.error.no_service")
)
