package profile

import "okno/internal/kit/errs"

// Errors of the room.
var (
	// ErrNoRegistration says that the registration is over or never was.
	ErrNoRegistration = errs.NewNotFound("profile.error.no_registration")
	// ErrCodesFirst says that phone or e-mail are not confirmed yet.
	ErrCodesFirst = errs.NewConflict("profile.error.codes_first")
	// ErrResendPause says that a code was sent a moment ago; After tells how long.
	ErrResendPause = errs.NewTooMany("profile.error.resend_pause")
	// ErrConflict says that the data were changed elsewhere since they were read.
	ErrConflict = errs.NewConflict("profile.error.conflict")
	// ErrNoProfile says that there is no such person, or none for the one who asks.
	ErrNoProfile = errs.NewNotFound("profile.error.no_profile")
	// ErrNoConsent says that the consent to the processing of data was withdrawn.
	ErrNoConsent = errs.NewForbidden("profile.error.no_consent")
	// ErrNotChecked says that the registries do not agree with the data yet.
	ErrNotChecked = errs.NewConflict("profile.error.not_checked")
	// ErrOwnCheck says that an operator wanted to confirm their own account.
	ErrOwnCheck = errs.NewForbidden("profile.error.own_check")
	// ErrSearch says that what was typed is neither a СНИЛС nor a phone.
	ErrSearch = errs.NewInvalid("profile.error.search")
	// ErrNoHolding says that there is no such child, spouse, vehicle or property.
	ErrNoHolding = errs.NewNotFound("profile.error.no_holding")
	// ErrHeld says that it is in the profile already.
	ErrHeld = errs.NewConflict("profile.error.held")
	// ErrNotStandard says that registries are not asked before they know who asks.
	ErrNotStandard = errs.NewConflict("profile.error.not_standard")
	// ErrStaffAccount says that an account with a role can't be deleted by itself.
	ErrStaffAccount = errs.NewConflict("profile.error.staff_account")
)

// tooManyHoldings says how many of the kind there may be.
func tooManyHoldings(k HoldingKind) error {
	return errs.NewConflict("profile.error.many_"+string(k), "Limit", k.most())
}
