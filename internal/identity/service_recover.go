package identity

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"okno/internal/identity/identitydb"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/id"
	"okno/internal/notify"
)

// recoverTries limits recoveries under one name in an hour.
const recoverTries = 5

// changeGrace is for how long a changed contact can't begin a recovery, and for
// how long the old one may stop the change.
const changeGrace = 72 * time.Hour

// forUnlock is the purpose of codes that open a locked sign-in.
const forUnlock = "unlock"

// factorReserve is a code to the second phone, for recovery only.
const factorReserve = "reserve"

// recovery is a recovery of a password, or the opening of a lock, on its way.
type recovery struct {
	waiting
	purpose string
	passed  []string // what was proved already
	proved  bool
}

// startRecover begins a recovery under the name; channel is "sms" or "email".
// Whether anybody has the name is not seen: the page of the code follows.
func (i *Identity) startRecover(ctx context.Context, purpose, name, channel string) (token string, err error) {
	if err := recoverFields(name, channel); err != nil {
		return "", err
	}
	owner, c, err := i.findName(ctx, name)
	if err != nil {
		return "", err
	}
	if err := i.limitRecover(ctx, c); err != nil {
		return "", err
	}
	w := waiting{id: id.New(), token: id.Token(), owner: owner, factor: channel}
	return w.token, i.andSend(ctx, w, func(ctx context.Context, tx *db.Tx) error { return i.keepSignIn(ctx, tx, w, purpose) })
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
	row, err := i.store.read().SignInByID(ctx, w.id)
	if err != nil {
		return db.Classify(err)
	}
	return i.sendRecover(ctx, recoveryFrom(row, ""))
}

// workRecover is the work of the job.
func (i *Identity) workRecover(ctx context.Context, job recoverCode) error {
	row, found, err := one(i.store.read().SignInByID(ctx, job.SignIn))
	if err != nil || !found || row.Purpose != forRecover && row.Purpose != forUnlock {
		return err
	}
	return i.sendRecover(AsSystem(ctx), recoveryFrom(row, ""))
}

func recoveryFrom(row identitydb.IdentitySignin, token string) recovery {
	r := recovery{waiting: waiting{id: row.ID, token: token, owner: row.OwnerID, factor: row.Factor}, purpose: row.Purpose, proved: row.Proved}
	if row.Passed != "" {
		r.passed = strings.Split(row.Passed, ",")
	}
	return r
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

// request is the code of the recovery's present step. The subject is the
// recovery itself: a code of one is of no use in another.
func (r recovery) request() CodeRequest {
	c := CodeRequest{Purpose: r.purpose, Subject: r.id, Channel: r.factor}
	if r.factor == factorReserve {
		c.Channel, c.Subject = notify.SMS, r.id+":"+factorReserve
	}
	return c
}

// sendRecover sends the code to the contact, or plants one that nobody gets.
func (i *Identity) sendRecover(ctx context.Context, r recovery) error {
	if !r.sent() {
		return nil
	}
	request := r.request()
	a, err := i.recoverable(ctx, r.owner)
	if err != nil {
		return err
	}
	if request.To, err = i.recoverTo(ctx, a, r); err != nil {
		return err
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

// recoverTo is the contact that the step's code goes to, "" for none. A contact
// that was changed lately does not begin a recovery.
func (i *Identity) recoverTo(ctx context.Context, a Account, r recovery) (string, error) {
	switch {
	case a.ID == "":
		return "", nil
	case r.factor == factorReserve:
		return i.reserveOf(ctx, a.ID)
	}
	to, kind := a.Phone, byPhone
	if r.factor == factorEmail {
		to, kind = a.Email, byEmail
	}
	if to == "" || len(r.passed) > 0 {
		return to, nil
	}
	lately, err := i.changedLately(ctx, a, kind)
	if err != nil || lately {
		return "", err
	}
	return to, nil
}

// changedLately reports whether the account's contact of the kind is younger
// than changeGrace, and than the account.
func (i *Identity) changedLately(ctx context.Context, a Account, kind string) (bool, error) {
	rows, err := i.store.read().ContactsOfOwner(ctx, a.ID)
	if err != nil {
		return false, db.Classify(err)
	}
	now := db.At(i.Clock.Now())
	return slices.ContainsFunc(rows, func(c identitydb.IdentityContact) bool {
		return c.Kind == kind && c.CreatedAt > a.CreatedAt.Add(time.Minute) && now.Sub(c.CreatedAt) < changeGrace
	}), nil
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

// recoverOf describes the recovery for its page.
func (i *Identity) recoverOf(ctx context.Context, purpose, token string) (recovery, error) {
	row, err := i.signInOf(ctx, token, purpose)
	if err != nil {
		return recovery{}, err
	}
	r := recoveryFrom(row, token)
	r.resend = max(0, row.SentAt.Add(codePause).Sub(db.At(i.Clock.Now())))
	return r, nil
}

// resendRecover sends another code after the pause.
func (i *Identity) resendRecover(ctx context.Context, purpose, token string) error {
	r, err := i.recoverOf(ctx, purpose, token)
	if err != nil || r.resend > 0 {
		return paused(r.resend, err)
	}
	return i.andSend(ctx, r.waiting, func(ctx context.Context, tx *db.Tx) error {
		n, err := in(tx).SentSignIn(ctx, identitydb.SentSignInParams{
			TokenHash: id.Hash(token), SentAt: tx.Now(), SentAt_2: tx.Now().Add(-codePause),
		})
		if err == nil && n == 0 {
			return paused(codePause, nil)
		}
		return err
	})
}

// proveRecover checks the answer to the recovery's step. more reports that a
// second proof is asked for: whoever has the phone alone, such as the next owner
// of the number, does not get in.
func (i *Identity) proveRecover(ctx context.Context, purpose, token string, answer Answer) (more bool, err error) {
	r, err := i.recoverOf(ctx, purpose, token)
	if err != nil {
		return false, err
	}
	switch {
	case r.factor == factorNothing:
		return false, ErrSignInStale
	case r.sent():
		c := r.request()
		err = i.CheckCode(ctx, c.Purpose, c.Subject, c.Channel, answer.Code)
	default:
		err = i.checkHeld(ctx, r, answer)
	}
	if err != nil {
		return false, err
	}
	next, err := i.nextProof(ctx, r)
	if err != nil {
		return false, err
	}
	if next != "" {
		return true, i.stepRecover(ctx, r, append(r.passed, r.factor), next)
	}
	return false, i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := in(tx).ProveSignIn(ctx, id.Hash(token))
		return err
	})
}

// stepRecover goes on to another factor, and sends its code.
func (i *Identity) stepRecover(ctx context.Context, r recovery, passed []string, next string) error {
	was := strings.Join(r.passed, ",")
	return i.andSend(ctx, r.waiting, func(ctx context.Context, tx *db.Tx) error {
		n, err := in(tx).PassSignIn(ctx, identitydb.PassSignInParams{
			TokenHash: id.Hash(r.token), Passed: strings.Join(passed, ","), Factor: next, SentAt: tx.Now(), Passed_2: was,
		})
		if err == nil && n == 0 {
			return ErrSignInStale
		}
		return err
	})
}

// otherRecover asks for the next other proof in place of the second step's.
func (i *Identity) otherRecover(ctx context.Context, token string) error {
	r, err := i.recoverOf(ctx, forRecover, token)
	if err != nil {
		return err
	}
	if len(r.passed) == 0 {
		return ErrSignInStale
	}
	all, err := i.otherProofs(ctx, r.owner, r.passed[0])
	if err != nil || len(all) < 2 || r.factor == factorNothing {
		return err
	}
	n := slices.Index(all, r.factor)
	return i.stepRecover(ctx, r, r.passed, all[(n+1)%len(all)])
}

// finishRecover sets the new password, ends all sessions and tells the owner.
func (i *Identity) finishRecover(ctx context.Context, token, password string) error {
	r, err := i.recoverOf(ctx, forRecover, token)
	if err != nil {
		return err
	}
	a, err := i.recoverable(ctx, r.owner)
	if err != nil {
		return err
	}
	if !r.proved || a.ID == "" {
		return ErrSignInStale
	}
	return i.setPassword(ctx, a, password, "identity.password_recovered", func(ctx context.Context, tx *db.Tx) error {
		if err := spendSignIn(ctx, tx, token); err != nil {
			return err
		}
		return i.EndSessions(ctx, tx, a.ID, "")
	})
}

// spendSignIn takes what waits under the token, once. ErrSignInStale where nothing
// does, at the latest with the end of the change.
func spendSignIn(ctx context.Context, tx *db.Tx, token string) error {
	return identitydb.New(tx.Must(ErrSignInStale)).DeleteSignIn(ctx, id.Hash(token))
}

// finishUnlock opens the sign-in again: the lock goes, and this browser has one
// of its own from now on. It gives the token that the browser is to keep.
func (i *Identity) finishUnlock(ctx context.Context, token string) (device string, err error) {
	r, err := i.recoverOf(ctx, forUnlock, token)
	if err != nil {
		return "", err
	}
	a, err := i.recoverable(ctx, r.owner)
	if err != nil {
		return "", err
	}
	if !r.proved || a.ID == "" {
		return "", ErrSignInStale
	}
	return i.unlock(ctx, a, methodOf(Way{Kind: r.factor}), func(ctx context.Context, tx *db.Tx) error { return spendSignIn(ctx, tx, token) })
}
