package template

import "okno/internal/kit/errs"

// Errors of the package.
var (
	// ErrNotFound: no such template of this person.
	ErrNotFound = errs.NewNotFound("applications.template.error.not_found")
	// ErrName: the name is missing or too long.
	ErrName = errs.NewInvalid("applications.template.error.name", "Max", maxName)
	// ErrMany: the person has as many templates as one may have.
	ErrMany = errs.NewTooMany("applications.template.error.many", "Count", maxTemplates)
	// ErrEmpty: nothing was answered that could be kept.
	ErrEmpty = errs.NewInvalid("applications.template.error.empty")
	// ErrVersion: the service of the template can't be read any more.
	ErrVersion = errs.NewConflict("applications.template.error.version")
)
