package factor

import (
	"context"
	"slices"
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
	rows, last, err := r.rowsAndChoice(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	all, err := r.waysOf(ctx, a, rows)
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
func (r *Room) waysOf(ctx context.Context, a identity.Account, rows []Row) ([]identity.Way, error) {
	all, err := r.waysBut(ctx, a, rows, func(k Kind) bool { return off(rows, k) })
	if err != nil || slices.ContainsFunc(all, func(w identity.Way) bool { return !w.Spare }) {
		return all, err
	}
	return r.waysBut(ctx, a, rows, func(k Kind) bool { return off(rows, k) && k.Held() })
}

// off reports whether the kind, of which there is one, is switched off.
func off(rows []Row, k Kind) bool {
	own := of(rows, k.Name(), true)
	return len(own) == 1 && own[0].ID == k.Name() && own[0].Disabled
}

func (r *Room) waysBut(ctx context.Context, a identity.Account, rows []Row, left func(Kind) bool) ([]identity.Way, error) {
	var all []identity.Way
	for _, k := range r.kinds {
		if left(k) {
			continue
		}
		ways, err := k.Ways(ctx, a, of(rows, k.Name(), false))
		if err != nil {
			return nil, err
		}
		all = append(all, ways...)
	}
	return all, nil
}

// among leaves the rows that may answer.
func among(rows []Row, ways []identity.Way) []Row {
	if ways == nil {
		return rows
	}
	return slices.DeleteFunc(rows, func(r Row) bool {
		return !slices.ContainsFunc(ways, func(w identity.Way) bool { return w.Ref == r.ID })
	})
}

// proof finds what an attempt is by.
func (r *Room) proof(ctx context.Context, at identity.Attempt) (Kind, Proof, error) {
	k, ok := r.kind(at.Way.Kind)
	if !ok {
		return nil, Proof{}, identity.ErrNoFactor
	}
	rows, err := r.rows(ctx, at.Account.ID)
	p := Proof{Attempt: at, All: among(of(rows, k.Name(), false), at.Among)}
	for _, row := range p.All {
		if row.ID == at.Way.Ref {
			p.Row = row
		}
	}
	return k, p, err
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
