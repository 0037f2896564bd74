package device

import (
	"context"

	"okno/internal/identity"
	"okno/internal/identity/device/devicedb"
	"okno/internal/kit/db"
)

// QROn reports whether the owner lets a phone sign computers in by QR code.
func (r *Room) QROn(ctx context.Context, owner string) (bool, error) {
	row, _, err := one(r.store.read().SwitchesOf(ctx, owner))
	return row.Qr, err
}

// SwitchQR turns signing in by QR code on (with a fresh factor) or off, for the
// actor, and tells of it.
func (r *Room) SwitchQR(ctx context.Context, on bool) error {
	if err := identity.NeedSignedIn(ctx); err != nil {
		return err
	}
	if on {
		if err := identity.NeedFresh(ctx); err != nil {
			return err
		}
	}
	actor := identity.ActorOf(ctx)
	act, text := "identity.qr_off", "identity.device.notice.qr_off"
	if on {
		act, text = "identity.qr_on", "identity.device.notice.qr_on"
	}
	batch, err := r.Identity.SecurityNotice(ctx, actor.ID, false, "identity.device.notice.qr_subject", text)
	if err != nil {
		return err
	}
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := in(tx).PutSwitches(ctx, devicedb.PutSwitchesParams{OwnerID: actor.ID, Qr: on, ChangedAt: tx.Now()}); err != nil {
			return err
		}
		if err := r.Audit.Write(ctx, tx, actor.Entry(act, actor.ID, "account:"+actor.ID)); err != nil {
			return err
		}
		return r.Notify.Send(ctx, tx, batch)
	})
}

// ActsOn reports whether the owner confirms by a device of theirs what they send.
func (r *Room) ActsOn(ctx context.Context, owner string) (bool, error) {
	row, _, err := one(r.store.read().SwitchesOf(ctx, owner))
	return row.Acts, err
}

// SwitchActs turns on or off, for the actor, that what they send is confirmed by a
// device of theirs, and tells of it. Both ask for a fresh factor: one could shut
// the owner out of sending, the other takes a lock away.
func (r *Room) SwitchActs(ctx context.Context, on bool) error {
	if err := identity.NeedFresh(ctx); err != nil {
		return err
	}
	actor := identity.ActorOf(ctx)
	act, text := "identity.acts_off", "identity.device.notice.acts_off"
	if on {
		act, text = "identity.acts_on", "identity.device.notice.acts_on"
	}
	batch, err := r.Identity.SecurityNotice(ctx, actor.ID, false, "identity.device.notice.acts_subject", text)
	if err != nil {
		return err
	}
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := in(tx).PutActs(ctx, devicedb.PutActsParams{OwnerID: actor.ID, Acts: on, ChangedAt: tx.Now()}); err != nil {
			return err
		}
		if err := r.Audit.Write(ctx, tx, actor.Entry(act, actor.ID, "account:"+actor.ID)); err != nil {
			return err
		}
		return r.Notify.Send(ctx, tx, batch)
	})
}
