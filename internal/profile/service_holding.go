package profile

import (
	"context"
	"slices"
	"time"

	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/event"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
	"okno/internal/profile/profiledb"
)

// findsADay is how often a citizen may ask one registry for holdings.
const findsADay = 10

// Holdings are everybody and everything that belongs with the owner, with how
// the registries' answers stand. For the owner and the portal itself.
type Holdings struct {
	Owner     string
	List      []Holding
	Checks    []HoldingCheck
	Level     Level
	Consented bool
	// Stuck: a registry has been silent for more than a day.
	Stuck map[Registry]bool
}

// Of are those of one kind, the oldest first.
func (h Holdings) Of(k HoldingKind) []Holding {
	return slices.DeleteFunc(slices.Clone(h.List), func(one Holding) bool { return one.Kind != k })
}

// one is the holding of that id.
func (h Holdings) one(id string) (Holding, bool) {
	i := slices.IndexFunc(h.List, func(one Holding) bool { return one.ID == id })
	if i < 0 {
		return Holding{}, false
	}
	return h.List[i], true
}

// Holdings reads them. ErrNoProfile for anybody but the owner.
func (p *Profile) Holdings(ctx context.Context, owner string) (Holdings, error) {
	h := Holdings{Owner: owner, Stuck: map[Registry]bool{}}
	if _, err := own(ctx, owner); err != nil {
		return h, err
	}
	key, err := p.Sealer.Key(ctx, owner, secret.Person)
	if err != nil {
		return h, err
	}
	err = p.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		st, err := p.store.state(ctx, tx, owner)
		if err != nil {
			return err
		}
		h.Level, h.Consented = st.effective(), st.Consented
		if h.List, err = p.store.holdings(ctx, tx, owner, key); err != nil {
			return err
		}
		h.Checks, err = p.store.holdingChecks(ctx, tx, owner)
		return err
	})
	for _, c := range h.Checks {
		h.Stuck[c.Registry] = c.State == CheckWaiting && p.Clock.Now().Sub(c.AskedAt.Time()) > stuckAfter
	}
	return h, err
}

// Holding is one of them. Errors: ErrNoHolding, also for that of another.
func (p *Profile) Holding(ctx context.Context, owner, id string) (Holding, error) {
	all, err := p.Holdings(ctx, owner)
	if err != nil {
		return Holding{}, err
	}
	one, ok := all.one(id)
	if !ok {
		return one, ErrNoHolding
	}
	return one, nil
}

// AddHolding keeps a new one and has the registry asked. Errors: ErrNoProfile,
// ErrNoConsent, faults of fields, a conflict where it is there already or there
// are too many.
func (p *Profile) AddHolding(ctx context.Context, owner string, kind HoldingKind, in Values) (string, error) {
	actor, all, err := p.mayHold(ctx, owner)
	if err != nil {
		return "", err
	}
	if !kind.Known() {
		return "", ErrNoHolding
	}
	values, err := kind.read(in, p.today())
	if err != nil {
		return "", err
	}
	for _, one := range all.Of(kind) {
		if kind.same(values, one.Values) {
			return "", ErrHeld
		}
	}
	h := Holding{ID: id.New(), Kind: kind, Values: values}
	return h.ID, p.writeHolding(ctx, actor, all, h, "profile.holding_added", func(ctx context.Context, tx *db.Tx, h Holding, sealed []byte) error {
		return p.store.addHolding(ctx, tx, owner, h, sealed)
	})
}

// ChangeHolding corrects one; version is that which was shown. It needs a fresh
// factor. Saving the same again is no change.
func (p *Profile) ChangeHolding(ctx context.Context, owner, holding string, version int64, in Values) error {
	actor, all, err := p.mayHold(ctx, owner)
	if err != nil {
		return err
	}
	h, ok := all.one(holding)
	if !ok {
		return ErrNoHolding
	}
	values, err := h.Kind.read(in, p.today())
	if err != nil || !changed(h.Values, values) {
		return err
	}
	if h.Version != version {
		return ErrConflict
	}
	if err := needFresh(ctx, actor); err != nil {
		return err
	}
	for _, one := range all.Of(h.Kind) {
		if one.ID != h.ID && h.Kind.same(values, one.Values) {
			return ErrHeld
		}
	}
	h.Values = values
	return p.writeHolding(ctx, actor, all, h, "profile.holding_changed", func(ctx context.Context, tx *db.Tx, h Holding, sealed []byte) error {
		return p.store.changeHolding(ctx, tx, owner, h, sealed)
	})
}

func changed(a, b Values) bool {
	for f := range completed(a, b) {
		if a[f] != b[f] {
			return true
		}
	}
	return false
}

// RemoveHolding forgets one. It needs a fresh factor.
func (p *Profile) RemoveHolding(ctx context.Context, owner, holding string) error {
	actor, all, err := p.mayHold(ctx, owner)
	if err != nil {
		return err
	}
	h, ok := all.one(holding)
	if !ok {
		return ErrNoHolding
	}
	if err := needFresh(ctx, actor); err != nil {
		return err
	}
	return p.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := profiledb.New(tx).RemoveHolding(ctx, profiledb.RemoveHoldingParams{OwnerID: owner, ID: holding})
		if err != nil || n == 0 {
			return err
		}
		return p.heldChanged(ctx, tx, actor, owner, h.Kind, "profile.holding_removed")
	})
}

// FindHoldings asks a registry for all that it knows of the owner: what is not
// there yet is added, the rest is compared. Errors: ErrNotStandard, too many a day.
func (p *Profile) FindHoldings(ctx context.Context, owner string, r Registry) error {
	actor, all, err := p.mayHold(ctx, owner)
	if err != nil {
		return err
	}
	if !all.Level.AtLeast(Standard) {
		return ErrNotStandard
	}
	if holdingCheckOf(all.Checks, r).State == CheckWaiting && holdingCheckOf(all.Checks, r).Adds && !all.Stuck[r] {
		return nil // it is being asked
	}
	if err := p.Identity.Limit(ctx, "profile.find_"+string(r), owner, findsADay, 24*time.Hour); err != nil {
		return err
	}
	check := id.New()
	return p.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, k := range kindsOf(r) {
			if err := p.holdingsWait(ctx, tx, owner, k); err != nil {
				return err
			}
		}
		if err := p.askHoldings(ctx, tx, owner, check, r, true); err != nil {
			return err
		}
		p.Live.Touch(tx, owner, "profile")
		return p.Audit.Write(ctx, tx, actor.Entry("profile.check_asked", owner, "profile:"+owner))
	})
}

// holdingsWait puts what no registry has confirmed in the state of waiting.
func (p *Profile) holdingsWait(ctx context.Context, tx *db.Tx, owner string, k HoldingKind) error {
	for _, from := range []CheckState{CheckNone, CheckRefused, CheckUnknown} {
		if err := profiledb.New(tx).SetHoldingState(ctx, profiledb.SetHoldingStateParams{
			OwnerID: owner, Kind: string(k), State: string(from), State_2: string(CheckWaiting),
		}); err != nil {
			return err
		}
	}
	return nil
}

// mayHold reads what the owner holds, for a change of it.
func (p *Profile) mayHold(ctx context.Context, owner string) (identity.Actor, Holdings, error) {
	actor, err := own(ctx, owner)
	if err != nil {
		return actor, Holdings{}, err
	}
	all, err := p.Holdings(ctx, owner)
	if err == nil && !all.Consented {
		err = ErrNoConsent
	}
	return actor, all, err
}

// writeHolding seals and writes one, and has the registry asked about it once
// the owner's own data are proven.
func (p *Profile) writeHolding(ctx context.Context, actor identity.Actor, all Holdings, h Holding, act string,
	write func(ctx context.Context, tx *db.Tx, h Holding, sealed []byte) error,
) error {
	key, err := p.Sealer.Key(ctx, all.Owner, secret.Person)
	if err != nil {
		return err
	}
	sealed, err := sealHolding(key, h.ID, h.Values)
	if err != nil {
		return err
	}
	h.State, h.Differs = CheckNone, nil
	asks := all.Level.AtLeast(Standard)
	if asks {
		h.State = CheckWaiting
	}
	check := id.New()
	return p.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := write(ctx, tx, h, sealed); err != nil {
			return err
		}
		if asks {
			if err := p.askHoldings(ctx, tx, all.Owner, check, h.Kind.Registry(), false); err != nil {
				return err
			}
		}
		return p.heldChanged(ctx, tx, actor, all.Owner, h.Kind, act)
	})
}

// heldChanged is what follows each change of what is held.
func (p *Profile) heldChanged(ctx context.Context, tx *db.Tx, actor identity.Actor, owner string, k HoldingKind, act string) error {
	e := actor.Entry(act, owner, "profile:"+owner)
	e.Details = map[string]string{"kind": string(k)}
	p.Live.Touch(tx, owner, "profile")
	return p.Audit.Write(ctx, tx, e)
}

// askHoldings writes the question and announces it. A question that should add
// goes on to add when it is asked anew.
func (p *Profile) askHoldings(ctx context.Context, tx *db.Tx, owner, check string, r Registry, adds bool) error {
	before, err := p.store.holdingChecks(ctx, tx, owner)
	if err != nil {
		return err
	}
	if old := holdingCheckOf(before, r); old.State == CheckWaiting {
		adds = adds || old.Adds
	}
	if err := profiledb.New(tx).PutHoldingCheck(ctx, profiledb.PutHoldingCheckParams{
		OwnerID: owner, Registry: string(r), CheckID: check, Adds: adds, AskedAt: tx.Now(),
	}); err != nil {
		return err
	}
	return p.Bus.Announce(ctx, tx, event.Event{
		Name: "profile.holdings_asked", ID: check, Owner: owner, Version: 1, Refs: map[string]string{"registry": string(r)},
	})
}

// proven hears that the owner's level has changed: what was put down before is
// now asked about.
func (p *Profile) proven(ctx context.Context, e event.Event) error {
	ctx = identity.AsSystem(ctx)
	if !Level(e.Refs["level"]).AtLeast(Standard) {
		return nil
	}
	all, err := p.Holdings(ctx, e.Owner)
	if err != nil || !all.Level.AtLeast(Standard) {
		return gone(err)
	}
	for _, r := range HoldingRegistries() {
		waits := func(h Holding) bool { return h.Kind.Registry() == r && h.State == CheckNone }
		if !slices.ContainsFunc(all.List, waits) {
			continue
		}
		check := id.New()
		if err := p.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			for _, k := range kindsOf(r) {
				if err := p.holdingsWait(ctx, tx, e.Owner, k); err != nil {
					return err
				}
			}
			return p.askHoldings(ctx, tx, e.Owner, check, r, false)
		}); err != nil {
			return err
		}
	}
	return nil
}
