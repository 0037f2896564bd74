package complaint

import "okno/internal/kit/errs"

// Errors of the package.
var (
	// ErrNotFound: no such complaint for this person.
	ErrNotFound = errs.NewNotFound("applications.complaint.error.not_found")
	// ErrChanged: somebody else has changed it since it was shown.
	ErrChanged = errs.NewConflict("applications.complaint.error.changed")
	// ErrMove: the table of states does not have it.
	ErrMove = errs.NewConflict("applications.complaint.error.move")
	// ErrTaken: another works on it.
	ErrTaken = errs.NewConflict("applications.complaint.error.taken")
	// ErrPart: the actor had a part in what is complained of.
	ErrPart = errs.NewForbidden("applications.complaint.error.part")
	// ErrOpen: a complaint about this application is on its way.
	ErrOpen = errs.NewConflict("applications.complaint.error.open")
	// ErrNoGround: nothing can be complained of as the application stands.
	ErrNoGround = errs.NewConflict("applications.complaint.error.no_ground")
	// ErrCourt: there is no body above: the way leads to the court.
	ErrCourt = errs.NewConflict("applications.complaint.error.court")
	// ErrFields: something typed is wrong; the fields say what.
	ErrFields = errs.NewInvalid("applications.complaint.error.fields")
	// ErrFile: no such file, or it is still held.
	ErrFile     = errs.NewNotFound("applications.complaint.error.file")
	ErrFileHeld = errs.NewConflict("applications.complaint.error.file_held")
	// ErrService: the service can't be read now.
	ErrService = errs.NewUnavailable("applications.complaint.error.service")
)

// errDone ends a transaction whose work was done before, under the same key.
var errDone = errs.NewConflict("applications.complaint.error.done")
