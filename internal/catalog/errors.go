package catalog

import "okno/internal/kit/errs"

// Errors that people see.
var (
	ErrNoService = errs.NewNotFound("catalog.error.no_service")
	ErrNoVersion = errs.NewNotFound("catalog.error.no_version")
)
