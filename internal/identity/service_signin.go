package identity

import (
	"context"
	"time"

	"okno/internal/identity/identitydb"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/id"
	"okno/internal/notify"
)

// The factors that a sign-in may wait for.
const (
	factorSMS   = notify.SMS
	factorEmail = notify.Email
	factorTOTP  = kindTOTP
)

// signInLife is how long a right password waits for its second factor.
const signInLife = 15 * time.Minute

// attemptsPer is the window of the limits of sign-in attempts, limitName the
// scope of those under one name.
const (
	attemptsPer = 10 * time.Minute
	limitName   = "sign_in.name"
)

// waiting is a sign-in after the right password.
type waiting struct {
	id, token, owner string
	// factor is what is asked for; hint shows where a code went: the last two
	// digits of a phone, a masked address.
	factor, hint string
	// resend is how long to wait before another code can be sent.
	resend time.Duration
}

// signIn looks at name and password. What is wrong with them is not told apart:
// ErrWrong, or ErrLocked, or ErrLimit, for known and unknown names alike.
func (i *Identity) signIn(ctx context.Context, name, password string) (waiting, error) {
	if err := missing(name, password); err != nil {
		return waiting{}, err
	}
	c := parseIdentifier(name)
	owner, err := ownerOf(ctx, i.store.read(), i.contactIndexes(c))
	if err != nil {
		return waiting{}, err
	}
	last, err := i.admit(ctx, owner, c)
	if err != nil {
		return waiting{}, err
	}
	ok, err := i.verify(ctx, owner, password)
	if err != nil {
		return waiting{}, err
	}
	if !ok {
		return waiting{}, i.refused(ctx, owner, last)
	}
	return i.admitted(ctx, owner, c)
}

func missing(name, password string) error {
	e := ErrFields
	if name == "" {
		e = e.WithField("name", "identity.error.name_missing")
	}
	if password == "" {
		e = e.WithField("password", "identity.error.password_missing")
	}
	if len(e.Fields) == 0 {
		return nil
	}
	return e
}

// admit counts the attempt against the limits and the lock, before any hash.
func (i *Identity) admit(ctx context.Context, owner string, c contact) (last time.Duration, err error) {
	var refusal error
	lock, own, err := i.lockOf(ctx, owner, c)
	if err != nil {
		return 0, err
	}
	err = i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		refusal, last = nil, 0
		wait, err := i.takeAttempt(ctx, tx, c, own)
		if err != nil || wait > 0 {
			refusal = limited(wait)
			return err
		}
		var locked time.Duration
		locked, last, err = i.countAttempt(ctx, tx, lock)
		if locked > 0 {
			refusal = lockedFor(locked)
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	return last, refusal
}

// takeAttempt counts the attempt by address and by name; in a browser of the
// owner's own the name is not counted, as others use it up.
func (i *Identity) takeAttempt(ctx context.Context, tx *db.Tx, c contact, own bool) (time.Duration, error) {
	if ip := ActorOf(ctx).IP; ip != "" {
		wait, err := i.take(ctx, tx, "sign_in.from", network(ip), i.Config.SignInsByAddress, attemptsPer)
		if err != nil || wait > 0 {
			return wait, err
		}
	}
	if own {
		return 0, nil
	}
	return i.take(ctx, tx, limitName, c.kind+":"+c.value, i.Config.SignInsByName, attemptsPer)
}

// verify makes exactly one hash, whatever there is to compare with.
func (i *Identity) verify(ctx context.Context, owner, password string) (bool, error) {
	hash, _, err := one(i.store.read().PasswordOf(ctx, owner))
	if err != nil {
		return false, err
	}
	ok, stale, err := i.hashes.check(ctx, password, hash)
	if err != nil || !ok || !stale {
		return ok, err
	}
	renewed, err := i.hashes.hash(ctx, password)
	if err != nil {
		return ok, err
	}
	return ok, i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		// Only over the hash that was looked at: a change meanwhile stays.
		return in(tx).RenewPassword(ctx, identitydb.RenewPasswordParams{OwnerID: owner, PasswordHash: hash, PasswordHash_2: renewed})
	})
}

// refused journals the wrong password, and tells the owner of a lock.
func (i *Identity) refused(ctx context.Context, owner string, last time.Duration) error {
	var batch *notify.Batch
	if owner != "" && last > 0 {
		a, err := i.Account(ctx, owner)
		if err != nil {
			return err
		}
		if batch, err = i.notice(ctx, a, false, "identity.notice.locked_subject", "identity.notice.locked"); err != nil {
			return err
		}
	}
	line, err := i.preparePassage(ctx, owner, passSignIn, passRefused, "password")
	if err != nil {
		return err
	}
	err = i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := i.keepPassage(ctx, tx, line); err != nil {
			return err
		}
		if err := i.Audit.Write(ctx, tx, ActorOf(ctx).Entry("identity.sign_in_refused", owner, "account:"+owner)); err != nil || batch == nil {
			return err
		}
		return i.Notify.Send(ctx, tx, batch)
	})
	if err != nil {
		return err
	}
	if last > 0 {
		return lockedFor(last)
	}
	return ErrWrong.WithField("password", ErrWrong.Key)
}

// admitted begins the wait for the second factor and sends the code.
func (i *Identity) admitted(ctx context.Context, owner string, c contact) (waiting, error) {
	a, err := i.Account(ctx, owner)
	if err != nil {
		return waiting{}, err
	}
	if err := i.admissible(ctx, a, true); err != nil {
		return waiting{}, err
	}
	factor, err := i.factorFor(ctx, a)
	if err != nil {
		return waiting{}, err
	}
	w := waiting{id: id.New(), token: id.Token(), owner: owner, factor: factor}
	lock, _, err := i.lockOf(ctx, owner, c)
	if err != nil {
		return waiting{}, err
	}
	err = i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := in(tx).DeleteLock(ctx, lock); err != nil {
			return err
		}
		if err := i.clear(ctx, tx, limitName, c.kind+":"+c.value); err != nil {
			return err
		}
		return i.keepSignIn(ctx, tx, w, forSignIn)
	})
	if err != nil {
		return waiting{}, err
	}
	return i.sendFactor(ctx, a, w, forSignIn)
}

func (i *Identity) keepSignIn(ctx context.Context, tx *db.Tx, w waiting, purpose string) error {
	return in(tx).InsertSignIn(ctx, identitydb.InsertSignInParams{
		TokenHash: id.Hash(w.token), ID: w.id, OwnerID: w.owner, Purpose: purpose, Factor: w.factor,
		SentAt: tx.Now(), ExpiresAt: tx.Now().Add(signInLife),
	})
}

// factorFor chooses: staff hold an authenticator, citizens get a code by SMS or,
// without a phone, by e-mail.
func (i *Identity) factorFor(ctx context.Context, a Account) (string, error) {
	roles, err := i.rolesOf(ctx, a.ID)
	if err != nil {
		return "", err
	}
	held, err := i.store.read().FactorsOf(ctx, identitydb.FactorsOfParams{OwnerID: a.ID, Kind: kindTOTP})
	if err != nil {
		return "", db.Classify(err)
	}
	switch {
	case len(held) > 0 && (len(roles) > 0 || a.Phone == "" && a.Email == ""):
		return factorTOTP, nil
	case len(roles) > 0:
		return "", ErrNoFactor
	case a.Phone != "":
		return factorSMS, nil
	case a.Email != "":
		return factorEmail, nil
	}
	return "", ErrNoFactor
}

// sendFactor sends the code that the wait is for. One sent within the last
// minute is still good, so a pause is no error.
func (i *Identity) sendFactor(ctx context.Context, a Account, w waiting, purpose string) (waiting, error) {
	if w.factor == factorTOTP {
		return w, nil
	}
	w = w.hinted(a)
	err := i.SendCode(ctx, codeFor(a, w.factor, purpose))
	w.resend = codePause
	if e, ok := errs.As(err); ok && e.Is(ErrCodePause) {
		w.resend, err = e.RetryAfter, nil
	}
	return w, err
}

func (w waiting) hinted(a Account) waiting {
	switch w.factor {
	case factorSMS:
		w.hint = lastTwo(a.Phone)
	case factorEmail:
		w.hint = maskEmail(a.Email)
	}
	return w
}

func codeFor(a Account, factor, purpose string) CodeRequest {
	r := CodeRequest{Purpose: purpose, Subject: a.ID, Channel: factor, To: a.Phone, Owner: a.ID, Lang: a.Lang}
	if factor == factorEmail {
		r.To = a.Email
	}
	return r
}

// signInOf finds what waits under the token. ErrSignInStale when nothing does.
func (i *Identity) signInOf(ctx context.Context, token, purpose string) (identitydb.IdentitySignin, error) {
	row, found, err := one(i.store.read().SignInOf(ctx, id.Hash(token)))
	if err == nil && (!found || row.Purpose != purpose || row.ExpiresAt <= db.At(i.Clock.Now())) {
		return row, ErrSignInStale
	}
	return row, err
}

// waitingOf describes the wait for its page.
func (i *Identity) waitingOf(ctx context.Context, token string) (waiting, error) {
	row, err := i.signInOf(ctx, token, forSignIn)
	if err != nil {
		return waiting{}, err
	}
	a, err := i.Account(ctx, row.OwnerID)
	if err != nil {
		return waiting{}, err
	}
	w := waiting{token: token, owner: a.ID, factor: row.Factor}.hinted(a)
	if w.factor != factorTOTP {
		w.resend, err = i.codePause(ctx, forSignIn, a.ID, w.factor)
	}
	return w, err
}

// resend sends another code for the wait. Errors: ErrSignInStale, ErrCodePause, ErrLimit.
func (i *Identity) resend(ctx context.Context, token string) error {
	row, err := i.signInOf(ctx, token, forSignIn)
	if err != nil {
		return err
	}
	a, err := i.Account(ctx, row.OwnerID)
	if err != nil || row.Factor == factorTOTP {
		return err
	}
	return i.SendCode(ctx, codeFor(a, row.Factor, forSignIn))
}

// finish checks the second factor and begins the session. Once.
func (i *Identity) finish(ctx context.Context, token, code string, bearer bool) (*opening, error) {
	row, err := i.signInOf(ctx, token, forSignIn)
	if err != nil {
		return nil, err
	}
	a, err := i.Account(ctx, row.OwnerID)
	if err != nil {
		return nil, err
	}
	if err := i.checkFactor(ctx, a.ID, row.Factor, forSignIn, code); err != nil {
		return nil, i.factorRefused(ctx, a.ID, row.Factor, err)
	}
	o, err := i.prepareSession(ctx, a, methodOf(row.Factor), bearer)
	if err != nil {
		return nil, err
	}
	return o, i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := in(tx).DeleteSignIn(ctx, row.TokenHash)
		if err == nil && n == 0 {
			return ErrSignInStale
		}
		if err == nil && !bearer {
			err = i.endCurrent(ctx, tx) // whoever the browser was before
		}
		if err != nil {
			return err
		}
		return i.openSession(ctx, tx, o)
	})
}

func (i *Identity) checkFactor(ctx context.Context, owner, factor, purpose, code string) error {
	if factor == factorTOTP {
		return i.CheckTOTP(ctx, owner, code)
	}
	return i.CheckCode(ctx, purpose, owner, factor, code)
}
