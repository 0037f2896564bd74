package factor

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"okno/internal/identity"
	"okno/internal/identity/factor/factordb"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/i18n"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
)

// proofLife is how long a proof is good for a change, mostFactors how many an
// account may have, longestName how long a name may be, in characters.
const (
	proofLife   = 5 * time.Minute
	mostFactors = 20
	longestName = 60
)

// change is a change of the actor's factors that is allowed.
type change struct {
	actor   identity.Actor
	account identity.Account
	rows    []Row
	ways    []identity.Way
	proof   factordb.IdentityFactorProof
}

// change looks for the proof that was given for it. removed is the way that
// goes, "" for none: what is only sent does not prove its own removal. ErrProof
// when there is no proof, or not by what is held though something is; the errors of
// identity.NeedOpen.
func (r *Room) change(ctx context.Context, removed string) (*change, error) {
	actor, err := identity.NeedOpen(ctx)
	if err != nil {
		return nil, err
	}
	a, err := r.Account(ctx, actor.ID)
	if err != nil {
		return nil, err
	}
	c := &change{actor: actor, account: a}
	if c.rows, err = r.rows(ctx, a.ID); err != nil {
		return nil, err
	}
	if c.ways, err = r.waysOf(ctx, a, known(c.rows)); err != nil {
		return nil, err
	}
	p, found, err := one(r.read().ProofOf(ctx, actor.Session))
	if err != nil {
		return nil, err
	}
	held := slices.ContainsFunc(c.ways, func(w identity.Way) bool { return w.Held })
	young := db.At(r.Clock.Now()).Sub(p.ProvedAt) <= proofLife
	if !found || p.OwnerID != a.ID || !young || held && !p.Held || !p.Held && p.Way == removed {
		return nil, ErrProof
	}
	c.proof = p
	return c, nil
}

// make does a change in one transaction with the end of its proof, the journal
// and the notice. name is the factor's, for the notice.
func (r *Room) make(ctx context.Context, c *change, act, object, notice, name string, f func(context.Context, *db.Tx) error) error {
	batch, err := r.FactorNotice(ctx, c.account, notice+"_subject", notice, "Name", name)
	if err != nil {
		return err
	}
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if c.proof.SessionID != "" {
			n, err := in(tx).DeleteProof(ctx, c.proof.SessionID)
			if err == nil && n == 0 {
				return ErrProof
			}
			if err != nil {
				return err
			}
		}
		if err := f(ctx, tx); err != nil {
			return err
		}
		if err := r.Audit.Write(ctx, tx, c.actor.Entry(act, c.account.ID, object)); err != nil {
			return err
		}
		return r.Notify.Send(ctx, tx, batch)
	})
}

// called is what a factor is called in a notice to its owner.
func (r *Room) called(a identity.Account, kind, name string) string {
	label := r.Texts.T(a.Lang, "identity.factor.kind_"+kind)
	if name == "" {
		return label
	}
	return label + " (" + name + ")"
}

// startAdd begins to add a factor of the kind, or switches a contact on again.
// The proof is used up. id is "" when nothing more is to be done.
func (r *Room) startAdd(ctx context.Context, kind string) (enrolment string, err error) {
	c, err := r.change(ctx, "")
	if err != nil {
		return "", err
	}
	if kind == KindSMS || kind == KindEmail {
		return "", r.enable(ctx, c, kind)
	}
	adder, ok := r.adder(kind)
	if !ok {
		return "", ErrFields.WithField("kind", "identity.factor.error_kind")
	}
	if len(c.rows) >= mostFactors {
		return "", ErrTooMany
	}
	state, err := adder.Start(ctx, c.account)
	if err != nil {
		return "", err
	}
	enrolment = newAttempt()
	key, err := r.Sealer.Key(ctx, c.account.ID, secret.Person)
	if err != nil {
		return "", err
	}
	sealed := key.Seal(statePlace(c.account.ID, kind), state)
	return enrolment, r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := in(tx).DeleteProof(ctx, c.proof.SessionID)
		if err == nil && n == 0 {
			return ErrProof
		}
		if err != nil {
			return err
		}
		return in(tx).PutAttempt(ctx, factordb.PutAttemptParams{
			AttemptHash: id.Hash(enrolment), OwnerID: c.account.ID, Kind: kind, StateSealed: sealed, ExpiresAt: tx.Now().Add(attemptLife),
		})
	})
}

func (r *Room) adder(kind string) (Adder, bool) {
	k, _ := r.kind(baseKind(kind))
	adder, ok := k.(Adder)
	return adder, ok
}

// enable lets codes go to a contact again.
func (r *Room) enable(ctx context.Context, c *change, kind string) error {
	rows := of(c.rows, kind, true)
	if len(rows) == 0 || !rows[0].Disabled {
		return ErrFields.WithField("kind", "identity.factor.error_kind")
	}
	return r.make(ctx, c, "identity.factor_added", "factor:"+kind, "identity.factor.notice_added", r.called(c.account, kind, ""), func(ctx context.Context, tx *db.Tx) error {
		_, err := in(tx).DisableFactor(ctx, factordb.DisableFactorParams{OwnerID: c.account.ID, ID: kind, Disabled: false})
		return err
	})
}

// enrolment is the one that the actor has begun. ErrStale for any other.
func (r *Room) enrolment(ctx context.Context, enrolment string) (Adder, string, Enrolment, error) {
	actor, err := identity.NeedOpen(ctx)
	if err != nil {
		return nil, "", Enrolment{}, err
	}
	row, found, err := one(r.read().AttemptOf(ctx, id.Hash(enrolment)))
	if err != nil {
		return nil, "", Enrolment{}, err
	}
	if !found || row.OwnerID != actor.ID || row.ExpiresAt <= db.At(r.Clock.Now()) {
		return nil, "", Enrolment{}, identity.ErrNotFound
	}
	adder, ok := r.adder(row.Kind)
	if !ok {
		return nil, "", Enrolment{}, identity.ErrNotFound
	}
	e := Enrolment{ID: enrolment, Kind: row.Kind}
	if e.Account, err = r.Account(ctx, actor.ID); err != nil {
		return nil, "", e, err
	}
	rows, err := r.rows(ctx, actor.ID)
	if err != nil {
		return nil, "", e, err
	}
	e.All = of(rows, adder.Name(), true)
	e.State, err = r.peek(ctx, enrolment, actor.ID, row.Kind)
	return adder, row.Kind, e, err
}

// optionsOf are what an authenticator makes the credential of the enrolment with;
// earlier ones are void. ErrNotFound for a kind that asks no authenticator.
func (r *Room) optionsOf(ctx context.Context, enrolment string) ([]byte, error) {
	adder, kind, e, err := r.enrolment(ctx, enrolment)
	if err != nil {
		return nil, err
	}
	optioner, ok := adder.(Optioner)
	if !ok {
		return nil, identity.ErrNotFound
	}
	options, state, err := optioner.Options(ctx, e)
	if err != nil {
		return nil, err
	}
	return options, r.keep(ctx, e.ID, e.Account.ID, kind, state)
}

// finishAdd adds the factor.
func (r *Room) finishAdd(ctx context.Context, enrolment string, form url.Values) error {
	adder, kind, e, err := r.enrolment(ctx, enrolment)
	if err != nil {
		return err
	}
	name, err := parseName(form.Get("name"))
	if err != nil {
		return err
	}
	row, err := adder.Finish(ctx, e, form)
	if err != nil {
		return err
	}
	row.Owner, row.ID, row.Kind, row.Name = e.Account.ID, id.New(), adder.Name(), name
	insert, err := r.sealed(ctx, row)
	if err != nil {
		return err
	}
	c := &change{actor: identity.ActorOf(ctx), account: e.Account}
	return r.make(ctx, c, "identity.factor_added", "factor:"+row.ID, "identity.factor.notice_added", r.called(c.account, kind, name), func(ctx context.Context, tx *db.Tx) error {
		n, err := in(tx).DeleteAttempt(ctx, id.Hash(enrolment))
		if err == nil && n == 0 {
			return fault(ErrStale)
		}
		if err != nil {
			return err
		}
		insert.CreatedAt = tx.Now()
		return in(tx).InsertFactor(ctx, insert)
	})
}

func parseName(s string) (string, error) {
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) > longestName {
		return "", ErrFields.WithField("name", "identity.factor.error_name", "Count", longestName)
	}
	return s, nil
}

// own are the actor's ways, as far as they count.
func (r *Room) own(ctx context.Context) ([]identity.Way, error) {
	actor := identity.ActorOf(ctx)
	if !actor.SignedIn() {
		return nil, identity.ErrSignIn
	}
	a, err := r.Account(ctx, actor.ID)
	if err != nil {
		return nil, err
	}
	ways, err := r.Ways(ctx, a)
	return r.Admitted(ways, false), err
}

// find is one of the actor's ways by its ref. ErrNotFound for any other.
func (r *Room) find(ctx context.Context, ref string) (identity.Way, error) {
	ways, err := r.own(ctx)
	n := slices.IndexFunc(ways, func(w identity.Way) bool { return w.Ref == ref })
	if err == nil && n < 0 {
		return identity.Way{}, identity.ErrNotFound
	}
	if err != nil {
		return identity.Way{}, err
	}
	return ways[n], nil
}

// rename gives the actor's factor another name. It needs a fresh factor.
func (r *Room) rename(ctx context.Context, ref, typed string) error {
	if err := identity.NeedFresh(ctx); err != nil {
		return err
	}
	actor := identity.ActorOf(ctx)
	rows, err := r.rows(ctx, actor.ID)
	if err != nil {
		return err
	}
	n := slices.IndexFunc(rows, func(row Row) bool { return row.ID == ref && row.Kind != row.ID })
	if n < 0 {
		return identity.ErrNotFound
	}
	name, err := parseName(typed)
	if err != nil {
		return err
	}
	a, err := r.Account(ctx, actor.ID)
	if err != nil {
		return err
	}
	key, err := r.Sealer.Key(ctx, a.ID, secret.Person)
	if err != nil {
		return err
	}
	sealed := []byte{}
	if name != "" {
		sealed = key.SealString(namePlace(ref), name)
	}
	c := &change{actor: actor, account: a}
	return r.make(ctx, c, "identity.factor_renamed", "factor:"+ref, "identity.factor.notice_renamed", r.called(a, rows[n].Kind, name), func(ctx context.Context, tx *db.Tx) error {
		n, err := in(tx).RenameFactor(ctx, factordb.RenameFactorParams{OwnerID: a.ID, ID: ref, NameSealed: sealed})
		if err == nil && n == 0 {
			return identity.ErrNotFound
		}
		return err
	})
}

// remove takes the actor's factor away, or switches a contact off. ErrProof,
// ErrLast, ErrNotFound.
func (r *Room) remove(ctx context.Context, ref string) error {
	way, err := r.find(ctx, ref)
	if err != nil {
		return err
	}
	c, err := r.change(ctx, ref)
	if err != nil {
		return err
	}
	if err := r.mayGo(ctx, c, way); err != nil {
		return err
	}
	return r.make(ctx, c, "identity.factor_removed", "factor:"+ref, "identity.factor.notice_removed", r.called(c.account, way.Kind, way.Name), func(ctx context.Context, tx *db.Tx) error {
		return r.takeAway(ctx, tx, c, way)
	})
}

// mayGo refuses to take the last way that is more than a spare one: for staff,
// the last that is held.
func (r *Room) mayGo(ctx context.Context, c *change, way identity.Way) error {
	roles, err := r.RolesOf(ctx, c.account.ID)
	if err != nil || way.Spare {
		return err
	}
	left := r.Admitted(slices.DeleteFunc(slices.Clone(c.ways), func(w identity.Way) bool { return w.Ref == way.Ref }), len(roles) > 0)
	if !slices.ContainsFunc(left, func(w identity.Way) bool { return !w.Spare }) {
		return ErrLast
	}
	return nil
}

// same reports whether the account's factors are still those that were looked at.
func same(stored []factordb.IdentityFactor, seen []Row) bool {
	return slices.EqualFunc(stored, seen, func(s factordb.IdentityFactor, r Row) bool { return s.ID == r.ID && s.Disabled == r.Disabled })
}

func (r *Room) takeAway(ctx context.Context, tx *db.Tx, c *change, way identity.Way) error {
	q, owner := in(tx), c.account.ID
	stored, err := q.FactorsOf(ctx, owner)
	if err != nil {
		return err
	}
	if !same(stored, c.rows) {
		return ErrLast // another request has taken one meanwhile: look again
	}
	switch {
	case way.Kind == KindRecovery:
		return q.DeleteRecovery(ctx, owner)
	case way.Ref != way.Kind:
		n, err := q.DeleteFactor(ctx, factordb.DeleteFactorParams{OwnerID: owner, ID: way.Ref})
		if err == nil && n == 0 {
			return identity.ErrNotFound
		}
		return err
	}
	n, err := q.DisableFactor(ctx, factordb.DisableFactorParams{OwnerID: owner, ID: way.Ref, Disabled: true})
	if err != nil || n > 0 {
		return err
	}
	return q.InsertFactor(ctx, factordb.InsertFactorParams{
		OwnerID: owner, ID: way.Ref, Kind: way.Kind, NameSealed: []byte{}, SecretSealed: []byte{}, CreatedAt: tx.Now(), Disabled: true,
	})
}

// orFault is err, or e at the field of the code when there is none.
func orFault(err error, e *errs.Error) error {
	if err != nil {
		return err
	}
	return fault(e)
}

// when is an instant as the pages tell it, "" for none.
func when(ctx context.Context, t db.Time) string {
	if t.IsZero() {
		return i18n.T(ctx, "identity.factor.never")
	}
	return identity.MoscowTime(ctx, t)
}
