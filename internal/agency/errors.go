package agency

import "okno/internal/kit/errs"

// Errors of the room.
var (
	// ErrUnknown says that there is no such agency or office.
	ErrUnknown = errs.NewInvalid("agency.error.unknown")
	// ErrRole says that the role does not fit the place.
	ErrRole = errs.NewInvalid("agency.error.role")
	// ErrFields: something typed is wrong; the fields say what.
	ErrFields = errs.NewInvalid("agency.error.fields")
	// ErrNone: no such leave, declaration or template.
	ErrNone = errs.NewNotFound("agency.error.none")
)
