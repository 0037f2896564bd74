package cases

import "okno/internal/kit/errs"

// Errors of the room.
var (
	// ErrNotFound: no such application for this person.
	ErrNotFound = errs.NewNotFound("applications.error.not_found")
	// ErrChanged: somebody else has changed the case since it was shown.
	ErrChanged = errs.NewConflict("applications.error.changed")
	// ErrMove: the table of states does not have it, from where the case stands.
	ErrMove = errs.NewConflict("applications.error.move")
	// ErrTaken: another officer works on it.
	ErrTaken = errs.NewConflict("applications.error.taken")
	// ErrOwnCase: who applied can't decide.
	ErrOwnCase = errs.NewForbidden("applications.error.own_case")
	// ErrInterest: the officer has declared an interest in the applicant.
	ErrInterest = errs.NewForbidden("applications.error.interest")
	// ErrDecidedBefore: the actor made the decision that was cancelled after a complaint.
	ErrDecidedBefore = errs.NewForbidden("applications.error.decided_before")
	// ErrNoProposal: no decision waits for confirmation.
	ErrNoProposal = errs.NewConflict("applications.error.no_proposal")
	// ErrSameEyes: who prepared a decision can't confirm it.
	ErrSameEyes = errs.NewForbidden("applications.error.same_eyes")
	// ErrTakenUp: somebody of the agency works on it, so that its owner can't
	// change it any more.
	ErrTakenUp = errs.NewConflict("applications.error.taken_up")
	// ErrNoChange: the service does not let people change what they have sent.
	ErrNoChange = errs.NewConflict("applications.error.no_change")
	// ErrStands: one of the refused application and those sent in its place is
	// being considered.
	ErrStands = errs.NewConflict("applications.error.stands")
	// ErrParts: other agencies have not done their parts yet.
	ErrParts = errs.NewConflict("applications.error.parts")
	// ErrPartGround: the opinion of another agency is itself a ground for refusal.
	ErrPartGround = errs.NewConflict("applications.error.part_ground")
	// ErrSilent: the case was decided too long ago to write about it here.
	ErrSilent = errs.NewConflict("applications.error.silent")
	// ErrWordy: more messages than one may write in an hour.
	ErrWordy = errs.NewTooMany("applications.error.wordy")
	// ErrTypo: a mistake in the document is being corrected already.
	ErrTypo = errs.NewConflict("applications.error.typo")
	// ErrTypoDone: somebody has answered it already.
	ErrTypoDone = errs.NewConflict("applications.error.typo_done")
	// ErrFile: no such file, or it is still held.
	ErrFile     = errs.NewNotFound("applications.error.file")
	ErrFileHeld = errs.NewConflict("applications.error.file_held")
	// ErrFields: something typed is wrong; the fields say what.
	ErrFields = errs.NewInvalid("applications.error.fields")
	// ErrForwardLate: the days in which an officer forwards a case are over.
	ErrForwardLate = errs.NewConflict("applications.error.forward_late", "Days", forwardDays)
	// ErrDelivery: the result can't be had in the way that was wished for.
	ErrDelivery = errs.NewInvalid("applications.error.delivery")
	// ErrService: the service of the case can't be read now.
	ErrService = errs.NewUnavailable("applications.error.service")
)

// errDone ends a transaction whose work was done before, under the same
// idempotency key; the caller takes it for success.
var errDone = errs.NewConflict("applications.error.done")
