package mandate

import "okno/internal/kit/errs"

// Errors of the package.
var (
	// ErrNotFound: no such mandate for this person.
	ErrNotFound = errs.NewNotFound("applications.mandate.error.not_found")
	// ErrFields: something typed is wrong; the fields say what.
	ErrFields = errs.NewInvalid("applications.mandate.error.fields")
	// ErrMany: the person has given as many mandates as one may give.
	ErrMany = errs.NewTooMany("applications.mandate.error.many", "Count", maxMandates)
	// ErrState: the mandate can't do that from where it stands.
	ErrState = errs.NewConflict("applications.mandate.error.state")
	// ErrSelf: nobody helps themselves.
	ErrSelf = errs.NewForbidden("applications.mandate.error.self")
)
