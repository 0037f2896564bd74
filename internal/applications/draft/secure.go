package draft

import (
	"context"
	"errors"
	"strconv"

	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
)

// Factors tells what a person can prove by.
type Factors interface {
	// Holds reports whether the account has a factor that is held, and not sent.
	Holds(ctx context.Context, account string) (bool, error)
}

// secured tells why a service of high security can't be used now: the level, or
// the proof by something that is held, is missing.
func secured(ctx context.Context, s *forms.Service, f forms.Facts) *errs.Error {
	if s.Security != "high" {
		return nil
	}
	if rank(f.Level) < rank("confirmed") {
		return ErrSecureLevel
	}
	err := identity.NeedHeld(ctx)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, identity.ErrHeld), errors.Is(err, identity.ErrFresh):
		return ErrSecure
	}
	if e, ok := errs.As(err); ok {
		return e // the account is closed for such acts
	}
	return ErrSecure
}

// deed names the sending of a draft as it stands.
func (d Draft) deed() string { return "draft:" + d.ID + ":" + strconv.FormatInt(d.RowVersion, 10) }

// confirming reports whether a phone must confirm the sending.
func (r *Room) confirming(ctx context.Context, owner string, s *forms.Service) (bool, error) {
	if r.Confirm == nil || s.Confirm == "device" {
		return r.Confirm != nil, nil
	}
	return r.Confirm.Wanted(ctx, owner)
}

// confirmed uses the confirmation of the deed in the transaction. ErrConfirm for none.
func (r *Room) confirmed(ctx context.Context, tx *db.Tx, needed bool, deed string) error {
	if !needed {
		return nil
	}
	ok, err := r.Confirm.Confirmed(ctx, tx, deed)
	if err == nil && !ok {
		err = ErrConfirm
	}
	return err
}

// proofPath is where the person proves who they are for a service of high
// security: by what they hold, or first gets something to hold.
func (r *Room) proofPath(ctx context.Context, to string) (path string, holds bool, err error) {
	if r.Factors == nil {
		return identity.ReauthFor(to), true, nil
	}
	if holds, err = r.Factors.Holds(ctx, identity.ActorOf(ctx).ID); err != nil || !holds {
		return "/cabinet/security/factors/add", false, err
	}
	return identity.ReauthFor(to), true, nil
}
