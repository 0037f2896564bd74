package draft

import "okno/internal/kit/errs"

// Errors of the room.
var (
	// ErrNotFound is the answer for what is not there and for what is somebody else's.
	ErrNotFound = errs.NewNotFound("applications.draft.error.not_found")
	// ErrService: there is no such service, or it has no form.
	ErrService = errs.NewNotFound("applications.draft.error.service")
	// ErrVersion: the version of the service with which the draft began is gone.
	ErrVersion = errs.NewConflict("applications.draft.error.version")
	// ErrWithdrawn: the service is not offered any more.
	ErrWithdrawn = errs.NewConflict("applications.draft.error.withdrawn")
	// ErrOutdated: the service has changed since the holder last saw the draft.
	ErrOutdated = errs.NewConflict("applications.draft.error.outdated")
	// ErrSent: the draft was sent already; Args have its Number.
	ErrSent = errs.NewConflict("applications.draft.error.sent")
	// ErrMany: the person has as many drafts as one may have.
	ErrMany = errs.NewTooMany("applications.draft.error.many", "Count", maxDrafts)
	// ErrChanged: the draft was changed in another window since it was read.
	ErrChanged = errs.NewConflict("applications.draft.error.changed")
	// ErrNotReady: answers are missing or wrong; its fields name them.
	ErrNotReady = errs.NewInvalid("applications.draft.error.not_ready")
	// ErrStopped: the answers say that the service is not for this person.
	ErrStopped = errs.NewInvalid("applications.draft.error.stopped")
	// ErrLevel: the account's level does not suffice for sending.
	ErrLevel = errs.NewForbidden("applications.draft.error.level")
	// ErrRegion, ErrAudience: the service is for others.
	ErrRegion   = errs.NewForbidden("applications.draft.error.region")
	ErrAudience = errs.NewForbidden("applications.draft.error.audience")
	// ErrForChild: the service is asked for a child only; ErrNotForChild: for nobody's
	// child. ErrAge, ErrChildAge: it is not given at this age.
	ErrForChild    = errs.NewForbidden("applications.draft.error.for_child")
	ErrNotForChild = errs.NewForbidden("applications.draft.error.not_for_child")
	ErrAge         = errs.NewForbidden("applications.draft.error.age")
	ErrChildAge    = errs.NewForbidden("applications.draft.error.child_age")
	// ErrChild: the child is not confirmed in the owner's profile any more.
	ErrChild = errs.NewForbidden("applications.draft.error.child")
	// ErrSign: the service asks for a signature which the portal can't take yet.
	ErrSign = errs.NewForbidden("applications.draft.error.sign")
	// ErrSecure: the service wants a proof by something that is held, given just
	// now; ErrSecureLevel: it wants a confirmed account.
	ErrSecure      = errs.NewForbidden("applications.draft.error.secure")
	ErrSecureLevel = errs.NewForbidden("applications.draft.error.secure_level")
	// ErrConfirm: a phone of the person must confirm the sending first.
	ErrConfirm = errs.NewForbidden("applications.draft.error.confirm")
	// ErrKey: the idempotency key is missing or too long.
	ErrKey = errs.NewInvalid("applications.draft.error.key")
	// ErrKeyUsed: the key was used for something else.
	ErrKeyUsed = errs.NewConflict("applications.draft.error.key_used")
	// ErrFiles: the draft has as many files as it may have.
	ErrFiles = errs.NewInvalid("applications.draft.error.files", "Count", maxFiles)
	// ErrCode: who helps needs the owner's code to send.
	ErrCode = errs.NewInvalid("applications.draft.error.code")
	// ErrHeld: the file is still being looked at by the scanner.
	ErrHeld = errs.NewConflict("applications.draft.error.held")
	// ErrTooFast: so many suggestions are not for somebody who types.
	ErrTooFast = errs.NewTooMany("applications.draft.error.too_fast")
	// ErrFault is the head of a list of faults of single answers.
	ErrFault = errs.NewInvalid("applications.draft.error.fault")
)

// errSilent: a register does not answer; what it helps with is done by hand.
var errSilent = errs.NewUnavailable("applications.draft.registry.silent")

// errStale: the row has another version than the one that was read.
var errStale = errs.NewConflict("applications.draft.error.changed")
