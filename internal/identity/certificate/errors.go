package certificate

import "okno/internal/kit/errs"

var (
	// ErrNone: the browser has shown no certificate.
	ErrNone = errs.NewInvalid("identity.certificate.error.none")
	// ErrExpired: it is not valid now.
	ErrExpired = errs.NewInvalid("identity.certificate.error.expired")
	// ErrIssuer: no authority that counts has issued it.
	ErrIssuer = errs.NewInvalid("identity.certificate.error.issuer")
	// ErrUsage: it is not for clients.
	ErrUsage = errs.NewInvalid("identity.certificate.error.usage")
	// ErrRevoked: its authority has taken it back.
	ErrRevoked = errs.NewInvalid("identity.certificate.error.revoked")
	// ErrListOld: nobody knows whether it was taken back.
	ErrListOld = errs.NewUnavailable("identity.certificate.error.list_old")
	// ErrForeign: it is not bound to this account.
	ErrForeign = errs.NewInvalid("identity.certificate.error.foreign")
	// ErrVisit: the way to show a certificate and back took too long, or was gone already.
	ErrVisit = errs.NewInvalid("identity.certificate.error.visit")
	// ErrNotFound: there is no such certificate of the actor's.
	ErrNotFound = errs.NewNotFound("identity.certificate.error.not_found")
	// ErrOff: the portal takes no certificates.
	ErrOff = errs.NewNotFound("identity.certificate.error.off")
	// ErrBound: it is bound to this account already.
	ErrBound = errs.NewConflict("identity.certificate.error.bound")
)
