package identity

import (
	"context"

	"okno/internal/identity/risk"
	"okno/internal/kit/db"
)

// ahead is what a proof needs besides the sign-in that waits for it. It is read
// beside that sign-in where the node remembers for whom it waits.
type ahead struct {
	account Account
	way     Way
	// allowed: a code may be typed.
	allowed *underway[struct{}]
	weighed *underway[risk.Verdict]
	ready   *underway[*opening]
}

// readAhead begins to read for a proof by the way.
func (i *Identity) readAhead(ctx context.Context, a Account, way Way, bearer bool) ahead {
	return ahead{
		account: a, way: way,
		allowed: start(func() (struct{}, error) { return struct{}{}, i.factors.Allowed(ctx, a.ID, way.Kind) }),
		weighed: i.weigh(ctx, a.ID),
		ready:   i.preparing(ctx, a, methodOf(way), bearer),
	}
}

// approach finds what waits under the token and what its proof needs. Where the
// node remembers the wait, all of it is asked at once, and what was remembered is
// held against what is found: it counts only if it is the same.
func (i *Identity) approach(ctx context.Context, token string, bearer bool) (ahead, waiting, error) {
	var guess ahead
	var ways *underway[[]Way]
	if known := i.waits.of(token, i.Clock.Now()); known != nil {
		ways = start(func() ([]Way, error) { return i.waysOf(ctx, known.account) })
		guess = i.readAhead(ctx, known.account, known.wait.way, bearer)
	}
	row, a, err := i.signInWithAccount(ctx, token)
	if err != nil {
		return guess, waiting{}, err
	}
	if guess.account == a && guess.way.Ref == row.Factor {
		found, err := ways.result()
		if err != nil {
			return guess, waiting{}, err
		}
		w, err := waitFor(token, row, found)
		return guess, w, err
	}
	w, err := i.chosenIn(ctx, token, row, a)
	if err != nil {
		return guess, w, err
	}
	return i.readAhead(ctx, a, w.way, bearer), w, nil
}

// finish checks the second factor and begins the session. Once.
func (i *Identity) finish(ctx context.Context, token string, answer Answer, bearer bool) (*opening, error) {
	p, w, err := i.approach(ctx, token, bearer)
	if err != nil {
		return nil, err
	}
	attempt := w.attempt(p.account, forSignIn)
	attempt.Allowed = func() error { _, err := p.allowed.result(); return err }
	at, take, err := i.prove(ctx, attempt, w.ways, answer)
	if err != nil {
		return nil, i.factorRefused(ctx, w.owner, w.way, err)
	}
	if method := methodOf(at.Way); method != methodOf(p.way) {
		p.ready = i.preparing(ctx, p.account, method, bearer) // another one of several keys answered
	}
	keep, err := i.further(ctx, at, w, p.weighed, take)
	var o *opening
	if err == nil {
		o, err = i.enter(ctx, at, p.ready, bearer, i.endSignIn(token, keep))
	}
	return o, i.factorRefused(ctx, w.owner, w.way, err) // the code may have been taken meanwhile, by another request
}

// endSignIn takes away what waits under the token, once, and does the rest of what
// belongs to it.
func (i *Identity) endSignIn(token string, rest Step) Step {
	return func(ctx context.Context, tx *db.Tx) error {
		if err := spendSignIn(ctx, tx, token); err != nil {
			return err
		}
		return steps(rest)(ctx, tx)
	}
}

// preparing makes the session of a sign-in ready while its proof is looked at.
func (i *Identity) preparing(ctx context.Context, a Account, method string, bearer bool) *underway[*opening] {
	return start(func() (*opening, error) { return i.prepareSession(ctx, a, method, bearer) })
}

// enter begins the session of a proof; first is done in the same transaction.
func (i *Identity) enter(ctx context.Context, at Attempt, ready *underway[*opening], bearer bool, first Step) (*opening, error) {
	o, err := ready.result()
	if err != nil {
		return nil, err
	}
	o.held = at.Way.Held
	return o, i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		err := steps(first)(ctx, tx)
		if err == nil && !bearer {
			err = i.endCurrent(ctx, tx) // whoever the browser was before
		}
		if err != nil {
			return err
		}
		if err := i.openSession(ctx, tx, o); err != nil {
			return err
		}
		return i.factors.Used(ctx, tx, at, o.row.ID)
	})
}

// passkey signs in by a passkey alone: it tells whose it is, and its device has
// verified the person.
func (i *Identity) passkey(ctx context.Context, token, credential string, bearer bool) (*opening, error) {
	at, err := i.factors.CheckPasskey(ctx, token, credential)
	if err != nil {
		return nil, err
	}
	weighed, ready := i.weigh(ctx, at.Account.ID), i.preparing(ctx, at.Account, methodBy(methodPasskey, at.Way), bearer)
	if err := i.barred(ctx, at.Account.ID); err != nil {
		return nil, err
	}
	if err := i.admissible(ctx, at.Account, false); err != nil {
		return nil, err
	}
	v, explain, err := i.judged(ctx, at.Account, weighed, nil)
	if err != nil {
		return nil, err
	}
	tell, err := i.tellPlace(ctx, at.Account, v)
	if err != nil {
		return nil, err
	}
	return i.enter(ctx, at, ready, bearer, steps(explain, tell))
}
