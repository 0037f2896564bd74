package device

import "okno/internal/kit/errs"

var (
	// ErrNoAsk: there is no such ask, or it is another person's.
	ErrNoAsk = errs.NewNotFound("identity.device.error.no_ask")
	// ErrOver: the ask has run out or was answered already.
	ErrOver = errs.NewConflict("identity.device.error.over")
	// ErrOff: the owner has not switched on signing in by QR code.
	ErrOff = errs.NewForbidden("identity.device.error.off")
	// ErrSame: the browser that asks can't answer itself.
	ErrSame = errs.NewConflict("identity.device.error.same")
	// ErrNotCode: what was read is no code of this portal.
	ErrNotCode = errs.NewInvalid("identity.device.error.not_code")
	// ErrUnlock: the device was not unlocked.
	ErrUnlock = errs.NewInvalid("identity.device.error.unlock")
	// ErrNotConfirmed: the act was not confirmed by a device.
	ErrNotConfirmed = errs.NewForbidden("identity.device.error.not_confirmed")
)
