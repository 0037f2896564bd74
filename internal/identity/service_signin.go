package identity

import (
	"cmp"
	"context"
	"time"

	"okno/internal/identity/identitydb"
	"okno/internal/kit/audit"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/id"
	"okno/internal/notify"
)

// The channels of the codes of a recovery.
const (
	factorSMS   = notify.SMS
	factorEmail = notify.Email
)

// signInLife is how long a right password waits for its second factor.
const signInLife = 15 * time.Minute

// waiting is a sign-in after the right password.
type waiting struct {
	id, token, owner string
	// way is what is asked for, ways what else could be; a recovery has only the
	// channel of its code, factor.
	way    Way
	ways   []Way
	factor string
	// resend is how long to wait before another code can be sent.
	resend time.Duration
	// further: one proof was taken, by the way passed, and this one is asked for as
	// well.
	further bool
	passed  string
	// options are for a program that asks an authenticator.
	options []byte
}

// attempt is the proof that the sign-in waits for.
func (w waiting) attempt(a Account, purpose string) Attempt {
	return Attempt{ID: w.id, Purpose: purpose, Account: a, Way: w.way, Among: w.ways}
}

// signIn looks at name and password. What is wrong with them is not told apart:
// ErrWrong, or ErrLocked, or ErrLimit, for known and unknown names alike.
func (i *Identity) signIn(ctx context.Context, name, password string) (waiting, error) {
	if err := missing(name, password); err != nil {
		return waiting{}, err
	}
	g, err := i.guessOf(ctx, name)
	if err != nil {
		return waiting{}, err
	}
	ok, last, d, err := i.try(ctx, g, password)
	if err != nil {
		return waiting{}, err
	}
	if !ok {
		return waiting{}, i.refused(ctx, g.owner, d, last)
	}
	return i.admitted(ctx, g, d)
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
	return true, i.renew(ctx, owner, password, hash)
}

// renew makes the hash of a right password anew, with the parameters of now.
func (i *Identity) renew(ctx context.Context, owner, password, hash string) error {
	renewed, err := i.hashes.hash(ctx, password)
	if err != nil {
		return err
	}
	return i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		// Only over the hash that was looked at: a change meanwhile stays.
		return in(tx).RenewPassword(ctx, identitydb.RenewPasswordParams{OwnerID: owner, PasswordHash: hash, PasswordHash_2: renewed})
	})
}

// lockedNotice is the job that tells the owner of a lock. It is enqueued for
// names that nobody has, too, so that the answer takes the same work; Request
// finds in the journal from where it came.
type lockedNotice struct {
	Owner   string `json:"owner"`
	Request string `json:"request"`
}

// Kind is the name of the job.
func (lockedNotice) Kind() string { return "identity.locked_notice" }

// workLocked is the work of the job.
func (i *Identity) workLocked(ctx context.Context, job lockedNotice) error {
	if job.Owner == "" {
		return nil
	}
	from := Actor{ID: SystemID}
	lines, err := i.Audit.Find(ctx, audit.Filter{Owner: job.Owner, Act: actRefused, Limit: 20})
	if err != nil {
		return err
	}
	for _, l := range lines {
		if l.Request == job.Request {
			from.IP, from.Agent = l.IP, l.Agent
			break
		}
	}
	return i.tellLocked(WithActor(ctx, from), job.Owner)
}

func (i *Identity) tellLocked(ctx context.Context, owner string) error {
	a, err := i.Account(ctx, owner)
	if err != nil {
		return err
	}
	batch, err := i.notice(ctx, a, false, "identity.notice.locked_subject", "identity.notice.locked")
	if err != nil {
		return err
	}
	return i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return i.Notify.Send(ctx, tx, batch) })
}

// actRefused is the journal's word for a wrong password.
const actRefused = "identity.sign_in_refused"

// nobody stands in for the owner of a name that nobody has.
const nobody = "00000000-0000-0000-0000-000000000000"

// refused journals the wrong password, and lets a job tell the owner of a lock. A
// name that nobody has gets a line of history, too, which is gone with the end of
// its transaction: without that work its answer came a third of a millisecond sooner.
func (i *Identity) refused(ctx context.Context, owner string, d door, last time.Duration) error {
	line, err := i.preparePassage(ctx, cmp.Or(owner, nobody), passSignIn, passRefused, "password")
	if err != nil {
		return err
	}
	actor := ActorOf(ctx)
	err = i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := i.keepPassage(ctx, tx, line); err != nil {
			return err
		}
		if err := in(tx).DeleteSignIn(ctx, id.Hash(d.wait.token)); err != nil {
			return err
		}
		if owner == "" {
			err := in(tx).DropPassage(ctx, identitydb.DropPassageParams{OwnerID: nobody, NotedAt: tx.Now(), ID: line.row.ID})
			if err != nil {
				return err
			}
		}
		if err := i.Audit.Write(ctx, tx, actor.Entry(actRefused, owner, "account:"+owner)); err != nil || last == 0 || i.Queue == nil {
			return err
		}
		return i.Queue.Enqueue(ctx, tx, lockedNotice{Owner: owner, Request: actor.Request})
	})
	if err == nil && last > 0 && owner != "" && i.Queue == nil {
		err = i.tellLocked(ctx, owner)
	}
	if err != nil {
		return err
	}
	if last > 0 {
		return lockedFor(last)
	}
	return ErrWrong.WithField("password", ErrWrong.Key)
}

// admitted begins the proof by the second factor, such as by sending its code.
func (i *Identity) admitted(ctx context.Context, g guess, d door) (waiting, error) {
	if d.err != nil {
		return waiting{}, d.err
	}
	i.forgive(ctx, g)
	return i.beginFactor(ctx, d.account, d.wait)
}

// forgive forgets what was counted against one who gave the right password. The
// answer does not wait for it, but whoever tries the same lock next does; where it
// is lost, a right password counts as a wrong one.
func (i *Identity) forgive(ctx context.Context, g guess) {
	ctx = context.WithoutCancel(ctx)
	leave, ours := i.crowd.seize(string(g.lock))
	go func() {
		if ours {
			defer leave()
		}
		err := i.DB.WriteOnly(ctx, func(ctx context.Context, tx *db.Tx) error {
			if err := in(tx).DeleteLock(ctx, g.lock); err != nil {
				return err
			}
			return i.clear(ctx, tx, limitName, g.name.String())
		})
		if err != nil {
			i.Log.WarnContext(ctx, "what was counted against a right password stays", "err", err)
		}
	}()
}

func (i *Identity) keepSignIn(ctx context.Context, tx *db.Tx, w waiting, purpose string) error {
	return in(tx).InsertSignIn(ctx, identitydb.InsertSignInParams{
		TokenHash: id.Hash(w.token), ID: w.id, OwnerID: w.owner, Purpose: purpose, Factor: w.factor,
		SentAt: tx.Now(), ExpiresAt: tx.Now().Add(signInLife),
	})
}

// beginFactor begins the proof that the wait is for. A code sent within the last
// minute is still good, so a pause is no error.
func (i *Identity) beginFactor(ctx context.Context, a Account, w waiting) (waiting, error) {
	asked, err := i.factors.Begin(ctx, w.attempt(a, forSignIn))
	w.resend, w.options = asked.Resend, asked.Options
	if e, ok := errs.As(err); ok && e.Is(ErrCodePause) {
		w.resend, err = e.RetryAfter, nil
	}
	if err == nil {
		i.waits.remember(a, w, i.Clock.Now())
	}
	return w, err
}

// signInOf finds what waits under the token. ErrSignInStale when nothing does.
func (i *Identity) signInOf(ctx context.Context, token, purpose string) (identitydb.IdentitySignin, error) {
	row, found, err := one(i.store.read().SignInOf(ctx, id.Hash(token)))
	if err == nil && (!found || row.Purpose != purpose || row.ExpiresAt <= db.At(i.Clock.Now())) {
		return row, ErrSignInStale
	}
	return row, err
}

// attemptOf is the sign-in that waits under the token, with its account and the
// ways that it has now.
func (i *Identity) attemptOf(ctx context.Context, token string) (identitydb.IdentitySignin, Account, []Way, error) {
	row, a, err := i.signInWithAccount(ctx, token)
	if err != nil {
		return row, a, nil, err
	}
	ways, err := i.waysOf(ctx, a)
	return row, a, ways, err
}

// signInWithAccount finds what waits under the token, and for whom. ErrSignInStale
// when nothing does.
func (i *Identity) signInWithAccount(ctx context.Context, token string) (identitydb.IdentitySignin, Account, error) {
	row, found, err := one(i.store.read().SignInWithAccount(ctx, id.Hash(token)))
	if err != nil {
		return row.IdentitySignin, Account{}, err
	}
	if s := row.IdentitySignin; !found || s.Purpose != forSignIn || s.ExpiresAt <= db.At(i.Clock.Now()) {
		return s, Account{}, ErrSignInStale
	}
	a, err := i.opened(ctx, row.IdentityAccount)
	return row.IdentitySignin, a, err
}

// chosenOf is the wait with the way that was chosen. One that is gone meanwhile
// makes the sign-in begin anew.
func (i *Identity) chosenOf(ctx context.Context, token string) (Account, waiting, error) {
	row, a, err := i.signInWithAccount(ctx, token)
	if err != nil {
		return a, waiting{}, err
	}
	w, err := i.chosenIn(ctx, token, row, a)
	return a, w, err
}

func (i *Identity) chosenIn(ctx context.Context, token string, row identitydb.IdentitySignin, a Account) (waiting, error) {
	ways, err := i.waysOf(ctx, a)
	if err != nil {
		return waiting{}, err
	}
	return waitFor(token, row, ways)
}

// waitFor is the wait of the row. ErrSignInStale when its way is gone.
func waitFor(token string, row identitydb.IdentitySignin, ways []Way) (waiting, error) {
	way, ok := wayOf(ways, row.Factor)
	if !ok {
		return waiting{}, ErrSignInStale
	}
	return waiting{
		id: row.ID, token: token, owner: row.OwnerID, way: way, ways: ways, factor: way.Ref, further: row.Passed != "", passed: row.Passed,
	}, nil
}

// waitingOf describes the wait for its page.
func (i *Identity) waitingOf(ctx context.Context, token string) (waiting, error) {
	if w, ok := i.waits.show(token, i.Clock.Now()); ok {
		return w, nil
	}
	a, w, err := i.chosenOf(ctx, token)
	if err != nil {
		return w, err
	}
	w.resend, err = i.factors.Wait(ctx, w.attempt(a, forSignIn))
	return w, err
}

// chooseWay takes another way for the sign-in that waits, and begins it.
func (i *Identity) chooseWay(ctx context.Context, token, ref string) (waiting, error) {
	row, a, ways, err := i.attemptOf(ctx, token)
	if err != nil {
		return waiting{}, err
	}
	way, ok := wayOf(ways, ref)
	if !ok {
		return waiting{}, ErrFields.WithField("way", "identity.error.way_missing")
	}
	err = i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := in(tx).ChooseSignIn(ctx, identitydb.ChooseSignInParams{TokenHash: id.Hash(token), Factor: way.Ref})
		if err == nil && n == 0 {
			return ErrSignInStale
		}
		return err
	})
	if err != nil {
		return waiting{}, err
	}
	row.Factor = way.Ref
	w, err := waitFor(token, row, ways)
	if err != nil {
		return w, err
	}
	return i.beginFactor(ctx, a, w)
}

// begin begins the proof once more: sends another code, makes a challenge.
// Errors: ErrSignInStale, ErrCodePause, ErrLimit.
func (i *Identity) begin(ctx context.Context, token string) (Asked, error) {
	a, w, err := i.chosenOf(ctx, token)
	if err != nil {
		return Asked{}, err
	}
	i.waits.show(token, i.Clock.Now()) // what the page showed is over
	return i.factors.Begin(ctx, w.attempt(a, forSignIn))
}
