package app

import (
	"context"
	"errors"
	"net/http"

	"okno/internal/identity"
	"okno/internal/identity/device"
	"okno/internal/identity/place"
	"okno/internal/kit/db"
)

// identity are the settings of accounts, sessions and codes.
func (c *Config) identity(host string) identity.Config {
	s := c.Security
	if s.Risk == "" && c.Demo() {
		s.Risk = identity.RiskOpen
	}
	return identity.Config{
		Host: host, Policy: c.PasswordPolicy, Breached: c.BreachedPasswords, Wrong: s.Wrong, Lock: s.Lock, MaxLock: s.MaxLock, Binding: s.Binding, Factors: s.Factors,
		RiskFile: s.Risk, PasswordChange: s.PasswordChange, PasswordAge: s.PasswordAge,
	}
}

// places opens the file of places; nil for a portal without one.
func (h *House) places() (identity.Places, error) {
	if h.Config.Security.Places == "" {
		return nil, nil
	}
	return place.Open(h.Config.Security.Places)
}

// confirmer lets a phone of the person confirm what they send.
type confirmer struct{ room *device.Room }

// Wanted reports whether the person has asked for it.
func (c confirmer) Wanted(ctx context.Context, account string) (bool, error) {
	return c.room.ActsOn(ctx, account)
}

// Ask shows a QR code, or asks the devices that take push messages.
func (c confirmer) Ask(w http.ResponseWriter, r *http.Request, ref, text, back string) error {
	devices, err := c.room.Devices(r.Context(), "")
	if err != nil {
		return err
	}
	return c.room.ConfirmBy(w, r, device.Deed{Ref: ref, Text: text, Back: back, Push: len(devices) > 0})
}

// Confirmed uses the confirmation of the deed.
func (c confirmer) Confirmed(ctx context.Context, tx *db.Tx, ref string) (bool, error) {
	err := c.room.Confirmed(ctx, tx, ref)
	if errors.Is(err, device.ErrNotConfirmed) {
		return false, nil
	}
	return err == nil, err
}
