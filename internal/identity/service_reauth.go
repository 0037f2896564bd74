package identity

import (
	"context"

	"okno/internal/identity/identitydb"
	"okno/internal/kit/db"
)

// reauthWays are the ways in which the actor proves to be there still. strictly
// leaves only what is held, if anything is: for a change of the factors.
func (i *Identity) reauthWays(ctx context.Context, strictly bool) (Account, []Way, error) {
	actor, err := signedIn(ctx)
	if err != nil {
		return Account{}, nil, err
	}
	a, err := i.Account(ctx, actor.ID)
	if err != nil {
		return a, nil, err
	}
	ways, err := i.waysOf(ctx, a)
	if held := heldOf(ways); strictly && len(held) > 0 {
		ways = held
	}
	return a, ways, err
}

// reauthOf is the wait for the way, "" for the usual one.
func (i *Identity) reauthOf(ctx context.Context, ref string, strictly bool) (Account, waiting, error) {
	a, ways, err := i.reauthWays(ctx, strictly)
	if err != nil {
		return a, waiting{}, err
	}
	way, ok := wayOf(ways, ref)
	if !ok {
		way = ways[0]
	}
	w := waiting{id: ActorOf(ctx).Session, owner: a.ID, way: way, ways: ways}
	w.resend, err = i.factors.Wait(ctx, w.attempt(a, forReauth))
	return a, w, err
}

// beginReauth begins the proof: sends a code, makes a challenge. Errors:
// ErrCodePause, ErrLimit.
func (i *Identity) beginReauth(ctx context.Context, ref string, strictly bool) (Asked, error) {
	a, w, err := i.reauthOf(ctx, ref, strictly)
	if err != nil {
		return Asked{}, err
	}
	return i.factors.Begin(ctx, w.attempt(a, forReauth))
}

// reauth checks the factor and puts a new session in the place of the actor's
// (rights rise, so the old token must be of no use), no longer than that one.
func (i *Identity) reauth(ctx context.Context, ref string, strictly bool, answer Answer) (*opening, error) {
	a, w, err := i.reauthOf(ctx, ref, strictly)
	if err != nil {
		return nil, err
	}
	old := ActorOf(ctx).entry
	if old == nil {
		return nil, ErrSignIn
	}
	at, take, err := i.prove(ctx, w.attempt(a, forReauth), w.ways, answer)
	if err != nil {
		return nil, err
	}
	method := old.method
	if at.Way.Held && !i.carries(method) {
		method = methodOf(at.Way)
	}
	o, err := i.prepareSession(ctx, a, method, old.bearer)
	if err != nil {
		return nil, err
	}
	o.row.ExpiresAt, o.held = old.expires, at.Way.Held
	return o, i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := in(tx).EndSession(ctx, identitydb.EndSessionParams{SessionHash: []byte(old.hash), EndedAt: tx.Now()})
		if err == nil && n == 0 {
			return ErrSignIn
		}
		if err == nil {
			err = steps(take)(ctx, tx)
		}
		if err != nil {
			return err
		}
		i.touch(tx, a.ID)
		if err := i.openSession(ctx, tx, o); err != nil {
			return err
		}
		return i.factors.Used(ctx, tx, at, o.row.ID)
	})
}

// changePassword sets a new password of the actor, who must have given a factor
// just now, and ends the other sessions.
func (i *Identity) changePassword(ctx context.Context, current, password string) error {
	if err := NeedFresh(ctx); err != nil {
		return err
	}
	actor := ActorOf(ctx)
	a, err := i.Account(ctx, actor.ID)
	if err != nil {
		return err
	}
	if current == "" && password == "" { // both are told at once
		return ErrFields.WithField("current", "identity.error.current_missing").WithField("password", "identity.error.password_missing")
	}
	if err := i.knowsPassword(ctx, a.ID, current); err != nil {
		return err
	}
	return i.setPassword(ctx, a, password, "identity.password_changed", func(ctx context.Context, tx *db.Tx) error {
		return i.EndSessions(ctx, tx, a.ID, actor.Session)
	})
}

// knowsTries bounds guesses of the password by somebody who is signed in, in
// attemptsPer.
const knowsTries = 10

// knowsPassword wants the password that the account has. Errors: ErrFields with
// the field "current", ErrLimit.
func (i *Identity) knowsPassword(ctx context.Context, owner, current string) error {
	if current == "" {
		return ErrFields.WithField("current", "identity.error.current_missing")
	}
	if err := i.Limit(ctx, "password.current", owner, knowsTries, attemptsPer); err != nil {
		return err
	}
	ok, err := i.verify(ctx, owner, current)
	if err == nil && !ok {
		err = ErrFields.WithField("current", "identity.error.current_wrong")
	}
	return err
}

// setPassword checks, hashes and keeps a password with what belongs to it, and
// tells the owner.
func (i *Identity) setPassword(ctx context.Context, a Account, password, act string, more func(context.Context, *db.Tx) error) error {
	if err := i.checkPasswordOf(ctx, a, password); err != nil {
		return err
	}
	hash, err := i.hashes.hash(ctx, password)
	if err != nil {
		return err
	}
	batch, err := i.notice(ctx, a, true, "identity.notice.password_subject", "identity.notice.password")
	if err != nil {
		return err
	}
	line, err := i.preparePassage(ctx, a.ID, passPassword, passOK, "password")
	if err != nil {
		return err
	}
	return i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		put := identitydb.PutPasswordParams{OwnerID: a.ID, PasswordHash: hash, ChangedAt: tx.Now()}
		if err := in(tx).PutPassword(ctx, put); err != nil {
			return err
		}
		if err := in(tx).DeleteLock(ctx, i.lockIndex(a.ID, contact{})); err != nil {
			return err
		}
		if err := i.passwordSet(ctx, tx, a.ID, line); err != nil {
			return err
		}
		if err := more(ctx, tx); err != nil {
			return err
		}
		if err := i.Audit.Write(ctx, tx, ActorOf(ctx).Entry(act, a.ID, "account:"+a.ID)); err != nil {
			return err
		}
		return i.Notify.Send(ctx, tx, batch)
	})
}

// checkPasswordOf applies the policy with the account's own data, and staff's
// length to staff.
func (i *Identity) checkPasswordOf(ctx context.Context, a Account, password string) error {
	roles, err := i.rolesOf(ctx, a.ID)
	if err != nil {
		return err
	}
	own := []string{a.Phone, a.Email, a.Login}
	if len(roles) > 0 {
		return i.CheckStaffPassword(ctx, password, own)
	}
	return i.CheckPassword(ctx, password, own)
}
