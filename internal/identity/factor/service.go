package factor

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/a-h/templ"

	"okno/internal/identity"
	"okno/internal/identity/factor/factordb"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
)

// attemptLife is how long a challenge or an enrolment waits.
const attemptLife = 15 * time.Minute

func (r *Room) kind(name string) (Kind, bool) {
	n := slices.IndexFunc(r.kinds, func(k Kind) bool { return k.Name() == name })
	if n < 0 {
		return nil, false
	}
	return r.kinds[n], true
}

// of are the rows of a kind; with those switched off only if all.
func of(rows []Row, kind string, all bool) []Row {
	return slices.DeleteFunc(slices.Clone(rows), func(r Row) bool { return r.Kind != kind || r.Disabled && !all })
}

// Ways are the account's ways, in the order of the kinds; the one that proved
// itself last is at the front.
func (r *Room) Ways(ctx context.Context, a identity.Account) ([]identity.Way, error) {
	var last string
	all, err := r.waysOf(ctx, a, func() (rows []Row, err error) {
		rows, last, err = r.rowsAndChoice(ctx, a.ID)
		return rows, err
	})
	if err != nil {
		return nil, err
	}
	if n := slices.IndexFunc(all, func(w identity.Way) bool { return w.Ref == last }); n > 0 {
		w := all[n]
		all = slices.Insert(slices.Delete(all, n, n+1), 0, w)
	}
	return all, err
}

// waysOf leaves out contacts that are switched off, unless nothing else is left: a
// device that its push service forgets would shut its owner out.
func (r *Room) waysOf(ctx context.Context, a identity.Account, read func() ([]Row, error)) ([]identity.Way, error) {
	rows, found, err := r.everyWay(ctx, a, read)
	if err != nil {
		return nil, err
	}
	but := func(left func(Kind) bool) (all []identity.Way) {
		for n, k := range r.kinds {
			if !left(k) {
				all = append(all, found[n]...)
			}
		}
		return all
	}
	all := but(func(k Kind) bool { return off(rows, k) })
	if slices.ContainsFunc(all, func(w identity.Way) bool { return !w.Spare }) {
		return all, nil
	}
	return but(func(k Kind) bool { return off(rows, k) && k.Held() }), nil
}

// known gives rows that were read already.
func known(rows []Row) func() ([]Row, error) {
	return func() ([]Row, error) { return rows, nil }
}

// off reports whether the kind, of which there is one, is switched off.
func off(rows []Row, k Kind) bool {
	own := of(rows, k.Name(), true)
	return len(own) == 1 && own[0].ID == k.Name() && own[0].Disabled
}

// everyWay are the ways by kind. Those that are kept elsewhere are looked up while
// the rows are read.
func (r *Room) everyWay(ctx context.Context, a identity.Account, read func() ([]Row, error)) (rows []Row, found [][]identity.Way, err error) {
	found = make([][]identity.Way, len(r.kinds))
	faults := make([]error, len(r.kinds))
	var others sync.WaitGroup
	for n, k := range r.kinds {
		if _, ok := k.(Elsewhere); ok {
			others.Go(func() { found[n], faults[n] = k.Ways(ctx, a, nil) })
		}
	}
	rows, err = read()
	others.Wait()
	if err := cmp.Or(append(faults, err)...); err != nil {
		return nil, nil, err
	}
	for n, k := range r.kinds {
		if _, ok := k.(Elsewhere); ok {
			continue
		}
		if found[n], err = k.Ways(ctx, a, of(rows, k.Name(), false)); err != nil {
			return nil, nil, err
		}
	}
	return rows, found, nil
}

// stored are the factors of the ways, as they were read with them.
func stored(ways []identity.Way) []Row {
	var rows []Row
	for _, w := range ways {
		if row, ok := w.Stored.(*Row); ok {
			rows = append(rows, *row)
		}
	}
	return rows
}

// proof finds what an attempt is by.
func (r *Room) proof(ctx context.Context, at identity.Attempt) (Kind, Proof, error) {
	k, ok := r.kind(at.Way.Kind)
	if !ok {
		return nil, Proof{}, identity.ErrNoFactor
	}
	rows := stored(at.Among)
	if at.Among == nil {
		var err error
		if rows, err = r.rows(ctx, at.Account.ID); err != nil {
			return nil, Proof{}, err
		}
	}
	return k, Proof{Attempt: at, All: of(rows, k.Name(), false)}, nil
}

// Begin begins a proof.
func (r *Room) Begin(ctx context.Context, at identity.Attempt) (identity.Asked, error) {
	if k, ok := r.kind(at.Way.Kind); ok {
		if _, ok := k.(unprompted); ok {
			return identity.Asked{}, nil
		}
	}
	k, p, err := r.proof(ctx, at)
	if err != nil {
		return identity.Asked{}, err
	}
	return k.Begin(ctx, p)
}

// Wait is how long to wait before Begin can be called again.
func (r *Room) Wait(ctx context.Context, at identity.Attempt) (time.Duration, error) {
	k, ok := r.kind(at.Way.Kind)
	if !ok {
		return 0, identity.ErrNoFactor
	}
	return k.Wait(ctx, Proof{Attempt: at})
}

// Allowed is ErrLimit while no answer of the kind is looked at.
func (r *Room) Allowed(ctx context.Context, accountID, kind string) error {
	k, _ := r.kind(kind)
	if _, ok := k.(limited); !ok {
		return nil
	}
	return r.NeedLimit(ctx, limitTyped, accountID, typedTries, typedPer)
}

// Check looks at an answer, once, and gives the way that it was by; take uses a
// right one up.
func (r *Room) Check(ctx context.Context, at identity.Attempt, answer identity.Answer) (ref string, take identity.Step, err error) {
	k, p, err := r.proof(ctx, at)
	if err != nil {
		return "", nil, err
	}
	return k.Check(ctx, p, answer)
}

// Used notes that the way has proved itself, for the session.
func (r *Room) Used(ctx context.Context, tx *db.Tx, at identity.Attempt, session string) error {
	q, w := in(tx), at.Way
	var err error
	if w.Ref == w.Kind && !w.Spare {
		err = q.SeeContact(ctx, factordb.SeeContactParams{
			OwnerID: at.Account.ID, ID: w.Ref, Kind: w.Kind, NameSealed: []byte{}, SecretSealed: []byte{}, CreatedAt: tx.Now(),
		})
	} else {
		err = q.SeeFactor(ctx, factordb.SeeFactorParams{OwnerID: at.Account.ID, ID: w.Ref, UsedAt: tx.Now()})
	}
	if err == nil && !w.Spare {
		err = q.PutChoice(ctx, factordb.PutChoiceParams{OwnerID: at.Account.ID, Way: w.Ref, ChosenAt: tx.Now()})
	}
	if err != nil || at.Purpose != identity.ForReauth {
		return err
	}
	return q.PutProof(ctx, factordb.PutProofParams{
		SessionID: session, OwnerID: at.Account.ID, Way: w.Ref, Held: w.Held, ProvedAt: tx.Now(),
	})
}

// Title is what the page of a proof is called.
func (r *Room) Title(ctx context.Context, w identity.Way) string {
	return i18n.T(ctx, "identity.factor.title_"+w.Kind)
}

// Form is the body of the page of a proof.
func (r *Room) Form(v identity.FormView) templ.Component {
	k, ok := r.kind(v.Way.Kind)
	if !ok {
		return templ.NopComponent
	}
	return k.Form(v)
}

// Choice is the body of the page that lists the ways.
func (r *Room) Choice(v identity.ChoiceView) templ.Component { return choicePage(v) }

// Keep holds a challenge for the attempt until it is answered, sealed. There is
// one for each attempt and kind: a new one voids the last.
func (r *Room) Keep(ctx context.Context, at identity.Attempt, state []byte) error {
	return r.keep(ctx, attemptName(at), at.Account.ID, at.Way.Kind, state)
}

// Take gives the attempt's challenge, once. ErrStale when there is none.
func (r *Room) Take(ctx context.Context, at identity.Attempt) ([]byte, error) {
	state, err := r.peek(ctx, attemptName(at), at.Account.ID, at.Way.Kind)
	if err != nil {
		return nil, err
	}
	return state, r.drop(ctx, attemptName(at))
}

func attemptName(at identity.Attempt) string {
	return at.Purpose + " " + at.ID + " " + at.Way.Kind
}

func (r *Room) keep(ctx context.Context, name, owner, kind string, state []byte) error {
	key, err := r.Sealer.Key(ctx, owner, secret.Person)
	if err != nil {
		return err
	}
	sealed := key.Seal(statePlace(owner, kind), state)
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return in(tx).PutAttempt(ctx, factordb.PutAttemptParams{
			AttemptHash: id.Hash(name), OwnerID: owner, Kind: kind, StateSealed: sealed, ExpiresAt: tx.Now().Add(attemptLife),
		})
	})
}

func (r *Room) peek(ctx context.Context, name, owner, kind string) ([]byte, error) {
	row, found, err := one(r.read().AttemptOf(ctx, id.Hash(name)))
	if err != nil {
		return nil, err
	}
	if !found || row.OwnerID != owner || row.Kind != kind || row.ExpiresAt <= db.At(r.Clock.Now()) {
		return nil, fault(ErrStale)
	}
	key, err := r.Sealer.Key(ctx, owner, secret.Person)
	if err != nil {
		return nil, err
	}
	return key.Open(statePlace(owner, kind), row.StateSealed)
}

// drop takes what was kept away; ErrStale if another request was faster.
func (r *Room) drop(ctx context.Context, name string) error {
	var n int64
	err := r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		n, err = in(tx).DeleteAttempt(ctx, id.Hash(name))
		return err
	})
	if err == nil && n == 0 {
		return fault(ErrStale)
	}
	return err
}
