package identity

import (
	"context"
	"slices"

	"okno/internal/kit/db"
	"okno/internal/kit/id"
)

// factorNothing is the step of a recovery whose owner has nothing more to prove
// with: it ends there, and support or an office help.
const factorNothing = "nothing"

// sent reports whether the step's proof is a code that is sent.
func (r recovery) sent() bool {
	return r.factor == factorSMS || r.factor == factorEmail || r.factor == factorReserve
}

// nextProof is what must be proved after the step, "" for nothing. To open a lock
// one proof is enough: password and factor are still asked for. A person who has
// one contact and nothing else proves it in a browser where both factors were
// given once; a number alone may be somebody else's by now.
func (i *Identity) nextProof(ctx context.Context, r recovery) (string, error) {
	if r.purpose == forUnlock || len(r.passed) > 0 {
		return "", nil
	}
	others, err := i.otherProofs(ctx, r.owner, r.factor)
	if err != nil {
		return "", err
	}
	if len(others) > 0 {
		return others[0], nil
	}
	_, known, err := i.deviceOf(ctx, r.owner)
	if err != nil || known {
		return "", err
	}
	return factorNothing, nil
}

// otherProofs are what the account could prove besides that factor, in the
// order in which it is asked for: contacts by their kind, held ways by their ref.
func (i *Identity) otherProofs(ctx context.Context, owner, besides string) ([]string, error) {
	a, err := i.recoverable(ctx, owner)
	if err != nil || a.ID == "" {
		return nil, err
	}
	reserve, err := i.reserveOf(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	held, err := i.heldProofs(ctx, a)
	if err != nil {
		return nil, err
	}
	var all []string
	add := func(factor string, has bool) {
		if has && factor != besides {
			all = append(all, factor)
		}
	}
	add(factorEmail, a.Email != "")
	add(factorSMS, a.Phone != "")
	for _, w := range held {
		add(w.Ref, true)
	}
	add(factorReserve, reserve != "")
	return all, nil
}

// heldProofs are the account's ways that prove something in a recovery: what is
// held and answers on the page itself. Keys answer for one another, so there is
// one of them.
func (i *Identity) heldProofs(ctx context.Context, a Account) ([]Way, error) {
	if i.factors == nil {
		return nil, nil
	}
	ways, err := i.factors.Ways(ctx, a)
	if err != nil {
		return nil, err
	}
	var all []Way
	for _, w := range ways {
		same := func(o Way) bool { return o.Kind == w.Kind }
		if oneOf(w.Kind, factorTOTP, "oath", "webauthn", "recovery") != "" && !slices.ContainsFunc(all, same) {
			all = append(all, w)
		}
	}
	// Codes on paper come last: each of them is spent.
	slices.SortStableFunc(all, func(a, b Way) int {
		switch {
		case a.Spare == b.Spare:
			return 0
		case a.Spare:
			return 1
		}
		return -1
	})
	return all, nil
}

// heldStep is the attempt of a step that is proved by what is held. ErrSignInStale
// when the way is gone meanwhile.
func (i *Identity) heldStep(ctx context.Context, r recovery) (Attempt, error) {
	a, err := i.recoverable(ctx, r.owner)
	if err != nil {
		return Attempt{}, err
	}
	if a.ID == "" {
		return Attempt{}, ErrSignInStale
	}
	held, err := i.heldProofs(ctx, a)
	if err != nil {
		return Attempt{}, err
	}
	way, ok := wayOf(held, r.factor)
	if !ok {
		return Attempt{}, ErrSignInStale
	}
	return Attempt{ID: r.id, Purpose: forRecover, Account: a, Way: way}, nil
}

func (i *Identity) checkHeld(ctx context.Context, r recovery, answer Answer) error {
	at, err := i.heldStep(ctx, r)
	if err != nil {
		return err
	}
	_, take, err := i.factors.Check(ctx, at, answer)
	if err != nil || take == nil {
		return err
	}
	return i.DB.Write(ctx, take)
}

// recoverOptions are what a script asks a key with, in the second step.
func (i *Identity) recoverOptions(ctx context.Context, token string) ([]byte, error) {
	r, err := i.recoverOf(ctx, forRecover, token)
	if err != nil {
		return nil, err
	}
	at, err := i.heldStep(ctx, r)
	if err != nil {
		return nil, err
	}
	if !at.Way.Script {
		return nil, ErrNotFound
	}
	asked, err := i.factors.Begin(ctx, at)
	return asked.Options, err
}

// recoverByPasskey begins a recovery that is proved already: a passkey tells whose
// it is, and its device has verified the person, as at a sign-in.
func (i *Identity) recoverByPasskey(ctx context.Context, token, credential string) (string, error) {
	at, err := i.factors.CheckPasskey(ctx, token, credential)
	if err != nil {
		return "", err
	}
	if err := i.admissible(ctx, at.Account, false); err != nil {
		return "", err
	}
	w := waiting{id: id.New(), token: id.Token(), owner: at.Account.ID, factor: at.Way.Ref}
	return w.token, i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := i.keepSignIn(ctx, tx, w, forRecover); err != nil {
			return err
		}
		if err := in(tx).DeleteLock(ctx, i.lockIndex(at.Account.ID, contact{})); err != nil {
			return err
		}
		_, err := in(tx).ProveSignIn(ctx, id.Hash(w.token))
		return err
	})
}
