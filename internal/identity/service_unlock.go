package identity

import (
	"context"
	"strings"

	"okno/internal/kit/db"
	"okno/internal/kit/secret"
)

// unlock takes the account's lock away after a proof, and knows the browser from
// now on as one that has a lock of its own. That it was signed in from is not
// said by this: the second factor is asked for as before.
func (i *Identity) unlock(ctx context.Context, a Account, method string, more func(context.Context, *db.Tx) error) (device string, err error) {
	key, err := i.Sealer.Key(ctx, a.ID, secret.Person)
	if err != nil {
		return "", err
	}
	put, device, _, err := i.prepareDevice(ctx, a.ID, key)
	if err != nil {
		return "", err
	}
	put.Proved = false
	line, err := i.preparePassage(ctx, a.ID, passUnlock, passOK, strings.TrimPrefix(method, "password+"))
	if err != nil {
		return "", err
	}
	return device, i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := more(ctx, tx); err != nil {
			return err
		}
		row := put
		row.CreatedAt, row.SeenAt = tx.Now(), tx.Now()
		if err := in(tx).PutDevice(ctx, row); err != nil {
			return err
		}
		if err := i.keepPassage(ctx, tx, line); err != nil {
			return err
		}
		return i.openLocks(ctx, tx, a, put.ID, ActorOf(ctx))
	})
}

// openLocks deletes the locks of the account and of one of its browsers.
func (i *Identity) openLocks(ctx context.Context, tx *db.Tx, a Account, device string, by Actor) error {
	for _, index := range [][]byte{i.lockIndex(a.ID, contact{}), i.keys().Index("identity lock", "", "device:"+a.ID+":"+device)} {
		if err := in(tx).DeleteLock(ctx, index); err != nil {
			return err
		}
	}
	for _, c := range a.contacts() {
		if err := i.clear(ctx, tx, limitName, c.kind+":"+c.value); err != nil {
			return err
		}
	}
	return i.Audit.Write(ctx, tx, by.Entry("identity.unlocked", a.ID, "account:"+a.ID))
}

// reserveOf is the account's second phone, "" for none.
func (i *Identity) reserveOf(ctx context.Context, owner string) (string, error) {
	row, found, err := one(i.store.read().ReserveOf(ctx, owner))
	if err != nil || !found {
		return "", err
	}
	key, err := i.Sealer.Key(ctx, owner, secret.Person)
	if err != nil {
		return "", err
	}
	return key.OpenString(secret.At("identity_reserves", "phone_sealed", owner), row.PhoneSealed)
}

// UnlockByStaff opens a locked sign-in; the owner is told. Who may is the
// caller's to check.
func (i *Identity) UnlockByStaff(ctx context.Context, owner string) error {
	a, err := i.Account(ctx, owner)
	if err != nil {
		return err
	}
	batch, err := i.notice(ctx, a, false, "identity.notice.unlocked_subject", "identity.notice.unlocked")
	if err != nil {
		return err
	}
	return i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := i.openLocks(ctx, tx, a, "", ActorOf(ctx)); err != nil {
			return err
		}
		return i.Notify.Send(ctx, tx, batch)
	})
}
