package cabinet

import "okno/internal/kit/errs"

// ErrNoNotice says that the person has no such notice.
var ErrNoNotice = errs.NewNotFound("cabinet.error.no_notice")
