package identity

import (
	"context"
	"errors"
	"time"

	"okno/internal/identity/identitydb"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/id"
)

// recoverTries limits recoveries under one name in an hour.
const recoverTries = 5

// startRecover begins a recovery under the name; channel is "sms" or "email".
// Whether anybody has the name is not seen: the page of the code follows.
func (i *Identity) startRecover(ctx context.Context, name, channel string) (token string, err error) {
	if err := recoverFields(name, channel); err != nil {
		return "", err
	}
	c := parseIdentifier(name)
	if err := i.limitRecover(ctx, c); err != nil {
		return "", err
	}
	owner, err := ownerOf(ctx, i.store.read(), i.contactIndexes(c))
	if err != nil {
		return "", err
	}
	w := waiting{id: id.New(), token: id.Token(), owner: owner, factor: channel}
	return w.token, i.andSend(ctx, w, func(ctx context.Context, tx *db.Tx) error { return i.keepSignIn(ctx, tx, w, forRecover) })
}

// recoverCode is the job that sends the code of a recovery.
type recoverCode struct {
	SignIn string `json:"sign_in"`
}

// Kind is the name of the job.
func (recoverCode) Kind() string { return "identity.recover_code" }

// andSend runs f and lets a job send the code: the answer takes as long for a
// name that nobody has.
func (i *Identity) andSend(ctx context.Context, w waiting, f func(context.Context, *db.Tx) error) error {
	err := i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := f(ctx, tx); err != nil || i.Queue == nil {
			return err
		}
		return i.Queue.Enqueue(ctx, tx, recoverCode{SignIn: w.id})
	})
	if err != nil || i.Queue != nil {
		return err
	}
	return i.sendRecover(ctx, w)
}

// workRecover is the work of the job.
func (i *Identity) workRecover(ctx context.Context, job recoverCode) error {
	row, found, err := one(i.store.read().SignInByID(ctx, job.SignIn))
	if err != nil || !found || row.Purpose != forRecover {
		return err
	}
	return i.sendRecover(AsSystem(ctx), waiting{id: row.ID, owner: row.OwnerID, factor: row.Factor})
}

func recoverFields(name, channel string) error {
	e := ErrFields
	if name == "" {
		e = e.WithField("name", "identity.error.name_missing")
	}
	if channel != factorSMS && channel != factorEmail {
		e = e.WithField("channel", "identity.error.channel_missing")
	}
	if len(e.Fields) == 0 {
		return nil
	}
	return e
}

func (i *Identity) limitRecover(ctx context.Context, c contact) error {
	if ip := ActorOf(ctx).IP; ip != "" {
		if err := i.Limit(ctx, "recover.from", network(ip), i.Config.CodesByAddress, time.Hour); err != nil {
			return err
		}
	}
	return i.Limit(ctx, "recover.name", c.kind+":"+c.value, recoverTries, time.Hour)
}

// sendRecover sends the code to the contact, or plants one that nobody gets.
// The subject is the wait itself: a code of one recovery is of no use in another.
func (i *Identity) sendRecover(ctx context.Context, w waiting) error {
	request := CodeRequest{Purpose: forRecover, Subject: w.id, Channel: w.factor}
	a, err := i.recoverable(ctx, w.owner)
	if err != nil {
		return err
	}
	if request.To = a.Phone; w.factor == factorEmail {
		request.To = a.Email
	}
	if request.To != "" {
		request.Owner, request.Lang = a.ID, a.Lang
		err = i.SendCode(ctx, request)
	}
	if request.To == "" || errs.IsKind(err, errs.TooMany) {
		err = i.plantCode(ctx, request) // a limit would tell that the name is known
	}
	if errors.Is(err, ErrCodePause) {
		return nil // the job ran twice
	}
	return err
}

// recoverable is the account of the name; the zero one for nobody, or for one
// that must not come back this way.
func (i *Identity) recoverable(ctx context.Context, owner string) (Account, error) {
	if owner == "" {
		return Account{}, nil
	}
	a, err := i.Account(ctx, owner)
	if a.Status != Active {
		return Account{}, err
	}
	return a, err
}

// recoverOf describes the wait for its page.
func (i *Identity) recoverOf(ctx context.Context, token string) (w waiting, proved bool, err error) {
	row, err := i.signInOf(ctx, token, forRecover)
	if err != nil {
		return waiting{}, false, err
	}
	left := max(0, row.SentAt.Add(codePause).Sub(db.At(i.Clock.Now())))
	return waiting{id: row.ID, token: token, owner: row.OwnerID, factor: row.Factor, resend: left}, row.Proved, nil
}

// resendRecover sends another code after the pause.
func (i *Identity) resendRecover(ctx context.Context, token string) error {
	w, _, err := i.recoverOf(ctx, token)
	if err != nil || w.resend > 0 {
		return paused(w.resend, err)
	}
	return i.andSend(ctx, w, func(ctx context.Context, tx *db.Tx) error {
		n, err := in(tx).SentSignIn(ctx, identitydb.SentSignInParams{
			TokenHash: id.Hash(token), SentAt: tx.Now(), SentAt_2: tx.Now().Add(-codePause),
		})
		if err == nil && n == 0 {
			return paused(codePause, nil)
		}
		return err
	})
}

// proveRecover checks the code of the recovery.
func (i *Identity) proveRecover(ctx context.Context, token, code string) error {
	w, _, err := i.recoverOf(ctx, token)
	if err != nil {
		return err
	}
	if err := i.CheckCode(ctx, forRecover, w.id, w.factor, code); err != nil {
		return err
	}
	return i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := in(tx).ProveSignIn(ctx, id.Hash(token))
		return err
	})
}

// finishRecover sets the new password, ends all sessions and tells the owner.
func (i *Identity) finishRecover(ctx context.Context, token, password string) error {
	w, proved, err := i.recoverOf(ctx, token)
	if err != nil {
		return err
	}
	a, err := i.recoverable(ctx, w.owner)
	if err != nil {
		return err
	}
	if !proved || a.ID == "" {
		return ErrSignInStale
	}
	return i.setPassword(ctx, a, password, "identity.password_recovered", func(ctx context.Context, tx *db.Tx) error {
		n, err := in(tx).DeleteSignIn(ctx, id.Hash(token))
		if err == nil && n == 0 {
			return ErrSignInStale
		}
		if err != nil {
			return err
		}
		return i.EndSessions(ctx, tx, a.ID, "")
	})
}
