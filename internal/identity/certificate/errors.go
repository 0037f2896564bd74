package certificate

import "okno/internal/kit/errs"

var (
	// ErrNone says that the browser has shown no certificate.
	ErrNone = errs.NewInvalid("identity.certificate.error.none")
	// ErrExpired says that it is not valid now.
	ErrExpired = errs.NewInvalid("identity.certificate.error.expired")
	// ErrIssuer says that no authority that counts has issued it.
	ErrIssuer = errs.NewInvalid("identity.certificate.error.issuer")
	// ErrUsage says that it is not for clients.
	ErrUsage = errs.NewInvalid("identity.certificate.error.usage")
	// ErrRevoked says that its authority has taken it back.
	ErrRevoked = errs.NewInvalid("identity.certificate.error.revoked")
	// ErrListOld says that nobody knows whether it was taken back.
	ErrListOld = errs.NewUnavailable("identity.certificate.error.list_old")
	// ErrForeign says that it is not bound to this account.
	ErrForeign = errs.NewInvalid("identity.certificate.error.foreign")
	// ErrVisit says that the way to show a certificate and back took too long, or was gone already.
	ErrVisit = errs.NewInvalid("identity.certificate.error.visit")
	// ErrNotFound says that there is no such certificate of the actor's.
	ErrNotFound = errs.NewNotFound("identity.certificate.error.not_found")
	// ErrOff says that the portal takes no certificates.
	ErrOff = errs.NewNotFound("identity.certificate.error.off")
	// ErrBound says that it is bound to this account already.
	ErrBound = errs.NewConflict("identity.certificate.error.bound")
)
