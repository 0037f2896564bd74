package desk

import "okno/internal/kit/errs"

// Errors that people see.
var (
	ErrNoFree = errs.NewNotFound("desk.error.no_free")
	ErrNoJob  = errs.NewNotFound("desk.error.no_job")
	// ErrFilter: a filter can't be named so; its field says why.
	ErrFilter   = errs.NewInvalid("desk.error.filter")
	ErrNoFilter = errs.NewNotFound("desk.error.no_filter")
	// ErrNothing, ErrMany: none or too many cases were ticked.
	ErrNothing = errs.NewInvalid("desk.error.nothing_ticked")
	ErrMany    = errs.NewInvalid("desk.error.many_ticked", "Max", bulkMost)
	// ErrReport: what is asked for can't be counted.
	ErrReport     = errs.NewInvalid("desk.error.report")
	ErrNoSchedule = errs.NewNotFound("desk.error.no_schedule")
)
