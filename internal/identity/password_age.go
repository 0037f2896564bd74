package identity

import (
	"context"
	"errors"
	"time"

	"okno/internal/identity/identitydb"
	"okno/internal/kit/db"
	"okno/internal/notify"
)

// What becomes of a password that was not changed for Config.PasswordAge.
// SP 800-63B-4 §3.1.1.2 forbids to force a change without a suspicion; rules of an
// operator may ask for it.
const (
	ChangeOff    = "off"
	ChangeRemind = "remind"
	// ChangeForce: it signs in no more, and the owner is told two weeks before.
	ChangeForce = "force"
)

// forewarned is how long before its end the owner of a password is told.
const forewarned = 14 * 24 * time.Hour

// outlived reports whether the account's password is too old to sign in by. Nobody's
// is not, after the same look.
func (i *Identity) outlived(ctx context.Context, owner string) (bool, error) {
	if i.Config.PasswordChange != ChangeForce {
		return false, nil
	}
	changed, found, err := one(i.store.read().PasswordChangedAt(ctx, owner))
	return found && db.At(i.Clock.Now()).Sub(changed) > i.Config.PasswordAge, err
}

// remind is the job that reminds of old passwords.
type remind struct{}

// Kind is the name of the job.
func (remind) Kind() string { return "identity.remind_passwords" }

// remindedAtOnce bounds one round of the reminders.
const remindedAtOnce = 200

// RemindOfPasswords tells whose password is old, once for each time that it could
// have been changed. One who can't be told holds up no other.
func (i *Identity) RemindOfPasswords(ctx context.Context) error {
	age := i.Config.PasswordAge
	switch i.Config.PasswordChange {
	case ChangeOff:
		return nil
	case ChangeForce:
		age -= forewarned
	}
	before := db.At(i.Clock.Now()).Add(-age)
	for {
		owners, err := i.store.read().OldPasswords(ctx, identitydb.OldPasswordsParams{ChangedAt: before, Limit: remindedAtOnce})
		if err != nil || len(owners) == 0 {
			return db.Classify(err)
		}
		var faults []error
		for _, owner := range owners {
			if err := i.remindOf(ctx, owner, before); err != nil {
				faults = append(faults, err)
			}
		}
		if len(faults) > 0 || len(owners) < remindedAtOnce {
			return errors.Join(faults...)
		}
	}
}

func (i *Identity) remindOf(ctx context.Context, owner string, before db.Time) error {
	a, err := i.Account(ctx, owner)
	if err != nil {
		return err
	}
	text := "identity.notice.password_old"
	if i.Config.PasswordChange == ChangeForce {
		text = "identity.notice.password_ends"
	}
	batch, err := i.Notify.Seal(ctx, usual(a, notify.Letter{
		Subject: i.Texts.T(a.Lang, "identity.notice.password_old_subject"), Text: i.Texts.T(a.Lang, text), Link: securityPath + "/password",
	})...)
	if err != nil {
		return err
	}
	return i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := in(tx).RemindedPassword(ctx, identitydb.RemindedPasswordParams{OwnerID: owner, RemindedAt: tx.Now(), ChangedAt: before})
		if err != nil || n == 0 {
			return err // it was changed meanwhile
		}
		return i.Notify.Send(ctx, tx, batch)
	})
}
