package identity

import "okno/internal/kit/errs"

// Errors that rooms above may test for.
var (
	// ErrSignIn sends a page's reader to the sign-in.
	ErrSignIn = errs.NewUnauthenticated("identity.error.sign_in")
	// ErrFresh asks for the second factor once more.
	ErrFresh = errs.NewUnauthenticated("identity.error.fresh")
	// ErrHeld asks for a factor that is held, such as a key or an app.
	ErrHeld      = errs.NewForbidden("identity.error.held")
	ErrForbidden = errs.NewForbidden("identity.error.forbidden")
	// ErrNeedsKey: who works here has no key that stays on its device, and the
	// settings of high security open the desk by nothing else.
	ErrNeedsKey = errs.NewForbidden("identity.error.needs_key")
	// ErrNeedsProof: they have one, and the session began by something else.
	ErrNeedsProof = errs.NewForbidden("identity.error.needs_proof")
	ErrNotFound   = errs.NewNotFound("identity.error.not_found")
	// ErrContactTaken: the phone, e-mail or login name is somebody's already.
	ErrContactTaken = errs.NewConflict("identity.error.contact_taken")
	// ErrBusy: more passwords are waiting to be checked than the node can bear.
	ErrBusy = errs.NewUnavailable("identity.error.busy")
	// ErrLimit: too many attempts; RetryAfter says how long to wait.
	ErrLimit = errs.NewTooMany("identity.error.limit")
)

// Errors of codes.
var (
	ErrCodeFormat  = errs.NewInvalid("identity.error.code_format")
	ErrCodeWrong   = errs.NewInvalid("identity.error.code_wrong")
	ErrCodeExpired = errs.NewInvalid("identity.error.code_expired")
	// ErrTOTPWrong: not a code of the authenticator, or used before.
	ErrTOTPWrong = errs.NewInvalid("identity.error.totp_wrong")
	// ErrCodePause: the last code was sent less than a minute ago.
	ErrCodePause = errs.NewTooMany("identity.error.code_pause")
)

// Errors of the way in.
var (
	ErrWrong    = errs.NewInvalid("identity.error.wrong")
	ErrLocked   = errs.NewTooMany("identity.error.locked")
	ErrBlocked  = errs.NewForbidden("identity.error.blocked")
	ErrNoFactor = errs.NewForbidden("identity.error.no_factor")
	// ErrPasswordDue: the password was given up, and a new one must be set.
	ErrPasswordDue = errs.NewForbidden("identity.error.password_due")
	// ErrPasswordOld: the password was not changed for longer than the portal allows.
	ErrPasswordOld = errs.NewForbidden("identity.error.password_old")
	// ErrMoved: the session is used from another network or browser than it began
	// in; a factor is asked for.
	ErrMoved = errs.NewUnauthenticated("identity.error.moved")
	// ErrFrozen: sensitive acts are closed for a day after access was recovered.
	ErrFrozen = errs.NewForbidden("identity.error.frozen")
	// ErrRestricted: staff have restricted the account.
	ErrRestricted = errs.NewForbidden("identity.error.restricted")
	// ErrObjected: an objection waits for its answer already.
	ErrObjected = errs.NewConflict("identity.error.objected")
	// ErrOwnAct: whoever put a restriction does not uphold it against an objection.
	ErrOwnAct = errs.NewForbidden("identity.error.own_act")
	// ErrFurther: the proof was right, and another one is asked for as well.
	ErrFurther = errs.NewConflict("identity.error.further")
	// ErrRisk: nobody may sign in from there.
	ErrRisk = errs.NewForbidden("identity.error.risk")
	// ErrLinkOver: the link of a letter is no link, was used, or is too old.
	ErrLinkOver    = errs.NewNotFound("identity.error.link_over")
	ErrSignInStale = errs.NewInvalid("identity.error.sign_in_stale")
)

// Errors of what is typed.
var (
	ErrPassword = errs.NewInvalid("identity.error.password")
	ErrFields   = errs.NewInvalid("identity.error.fields")
)
