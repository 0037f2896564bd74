package vault

import "okno/internal/kit/errs"

// Errors of the room.
var (
	// ErrNotFound: no such document for this person.
	ErrNotFound = errs.NewNotFound("vault.error.not_found")
	// ErrUnknown: nothing was issued under the number.
	ErrUnknown = errs.NewNotFound("vault.error.unknown")
	// ErrNumber: what was typed can't be a number.
	ErrNumber = errs.NewInvalid("vault.error.number")
	// ErrRevoked: it is revoked already.
	ErrRevoked = errs.NewConflict("vault.error.revoked")
)
