package factor

import "okno/internal/kit/errs"

// Errors of factors.
var (
	// ErrProof asks for a proof that is given for this change.
	ErrProof = errs.NewUnauthenticated("identity.factor.error_proof")
	// ErrLast: without it the account could no longer be signed in to.
	ErrLast = errs.NewConflict("identity.factor.error_last")
	// ErrStale: a challenge or an enrolment that is over.
	ErrStale = errs.NewInvalid("identity.factor.error_stale")
	// ErrKey: the authenticator's answer is not right.
	ErrKey = errs.NewInvalid("identity.factor.error_key")
	// ErrCloned: the key has counted less than before, so there may be two of it.
	ErrCloned   = errs.NewInvalid("identity.factor.error_cloned")
	ErrRecovery = errs.NewInvalid("identity.factor.error_recovery")
	ErrToken    = errs.NewInvalid("identity.factor.error_token")
	ErrFields   = errs.NewInvalid("identity.error.fields")
	ErrTooMany  = errs.NewConflict("identity.factor.error_too_many")
)

// fault is e at the field of the code.
func fault(e *errs.Error, args ...any) error { return e.WithField("code", e.Key, args...) }
