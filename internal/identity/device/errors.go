package device

import "okno/internal/kit/errs"

var (
	// ErrNoAsk says that there is no such ask, or it is another person's.
	ErrNoAsk = errs.NewNotFound("identity.device.error.no_ask")
	// ErrOver says that the ask has run out or was answered already.
	ErrOver = errs.NewConflict("identity.device.error.over")
	// ErrOff says that the owner has not switched on signing in by QR code.
	ErrOff = errs.NewForbidden("identity.device.error.off")
	// ErrSame says that the browser that asks can't answer itself.
	ErrSame = errs.NewConflict("identity.device.error.same")
	// ErrNotCode says that what was read is no code of this portal.
	ErrNotCode = errs.NewInvalid("identity.device.error.not_code")
	// ErrUnlock says that the device was not unlocked.
	ErrUnlock = errs.NewInvalid("identity.device.error.unlock")
	// ErrNotConfirmed says that the act was not confirmed by a device.
	ErrNotConfirmed = errs.NewForbidden("identity.device.error.not_confirmed")
	// ErrNoPush says that the portal sends no push messages.
	ErrNoPush = errs.NewNotFound("identity.device.error.no_push")
	// ErrNoDevice says that there is no such device of the actor's.
	ErrNoDevice = errs.NewNotFound("identity.device.error.no_device")
	// ErrSubscription says that what the browser says is no subscription of a known service.
	ErrSubscription = errs.NewInvalid("identity.device.error.subscription")
	// ErrTooMany says that the account has as many devices as it may.
	ErrTooMany = errs.NewConflict("identity.device.error.too_many")
	// ErrChoice says that no number was chosen.
	ErrChoice = errs.NewInvalid("identity.device.error.choice")
	// ErrWaits says that nobody has answered yet.
	ErrWaits = errs.NewInvalid("identity.device.error.waits")
	// ErrRefused says that the answer was no.
	ErrRefused = errs.NewInvalid("identity.device.error.refused")
	// ErrCode says that not the code of the message.
	ErrCode = errs.NewInvalid("identity.device.error.code")
)

// codeFault names the field of the code.
func codeFault(e *errs.Error) error { return e.WithField("code", e.Key, e.Args...) }
