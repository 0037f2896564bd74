package desk

import "okno/internal/kit/errs"

// Errors that people see.
var (
	ErrNoFree = errs.NewNotFound("desk.error.no_free")
	ErrNoJob  = errs.NewNotFound("desk.error.no_job")
)
