package profile

import (
	"context"

	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
	"okno/internal/profile/profiledb"
)

// HoldingsQuestion is what a registry is asked: who belongs with this person, and what.
type HoldingsQuestion struct {
	Owner, Check string
	Registry     Registry
	Person       Person
	// Open: somebody still waits for the answer.
	Open bool
}

// HoldingsAnswer is a registry's answer. Result is CheckConfirmed with a list,
// CheckRefused where the person's own data differ, CheckUnknown where the
// registry does not know the person.
type HoldingsAnswer struct {
	Owner, Check string
	Registry     Registry
	Result       CheckState
	List         []RegisteredHolding
}

// HoldingsQuestion reads what a check of holdings asks. Only the portal itself
// may. One that nobody waits for any more is not Open.
func (p *Profile) HoldingsQuestion(ctx context.Context, owner, check string, r Registry) (HoldingsQuestion, error) {
	q := HoldingsQuestion{Owner: owner, Check: check, Registry: r}
	if !identity.ActorOf(ctx).IsSystem() {
		return q, identity.ErrForbidden
	}
	all, err := p.Holdings(ctx, owner)
	if err != nil {
		return q, err
	}
	c := holdingCheckOf(all.Checks, r)
	if q.Open = c.ID == check && c.State == CheckWaiting && all.Consented; !q.Open {
		return q, nil
	}
	q.Person, err = p.person(ctx, owner)
	return q, err
}

// RecordHoldings takes a registry's answer: what the owner holds is compared, and
// where the owner has asked for it, the rest is added. What a registry writes in
// no form that the portal knows is passed over. The same answer may come twice.
func (p *Profile) RecordHoldings(ctx context.Context, a HoldingsAnswer) error {
	if !identity.ActorOf(ctx).IsSystem() {
		return identity.ErrForbidden
	}
	key, err := p.Sealer.Key(ctx, a.Owner, secret.Person)
	if err != nil {
		return err
	}
	a.List = p.understood(a.List)
	return p.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		checks, err := p.store.holdingChecks(ctx, tx, a.Owner)
		if err != nil {
			return err
		}
		c := holdingCheckOf(checks, a.Registry)
		if c.ID != a.Check || c.State != CheckWaiting {
			return nil
		}
		added, err := p.judge(ctx, tx, key, a, c.Adds)
		if err != nil {
			return err
		}
		if _, err := profiledb.New(tx).AnswerHoldingCheck(ctx, profiledb.AnswerHoldingCheckParams{
			OwnerID: a.Owner, Registry: string(a.Registry), CheckID: a.Check, State: string(a.Result), Added: added, AnsweredAt: tx.Now(),
		}); err != nil {
			return err
		}
		e := identity.ActorOf(ctx).Entry("profile.checked", a.Owner, "profile:"+a.Owner)
		e.Details = map[string]string{"registry": string(a.Registry), "result": string(a.Result)}
		p.Live.Touch(tx, a.Owner, "profile")
		return p.Audit.Write(ctx, tx, e)
	})
}

// understood are the registry's lines in canonical form.
func (p *Profile) understood(list []RegisteredHolding) []RegisteredHolding {
	var out []RegisteredHolding
	for _, one := range list {
		if v, err := one.Kind.read(one.Values, p.today()); err == nil && len(v) > 0 {
			out = append(out, RegisteredHolding{Kind: one.Kind, Values: v})
		}
	}
	return out
}

// judge writes what the answer says of each holding, and adds those that are
// not there; it tells how many.
func (p *Profile) judge(ctx context.Context, tx *db.Tx, key *secret.DataKey, a HoldingsAnswer, adds bool) (int64, error) {
	held, err := p.store.holdings(ctx, tx, a.Owner, key)
	if err != nil {
		return 0, err
	}
	for _, h := range held {
		if h.Kind.Registry() != a.Registry {
			continue
		}
		now := h.judged(a.List)
		if a.Result != CheckConfirmed {
			// The registry did not say whose they are: nothing is known of them.
			now = h
			now.State, now.Differs = CheckNone, nil
		}
		if err := p.putJudged(ctx, tx, key, a.Owner, now); err != nil {
			return 0, err
		}
	}
	if !adds {
		return 0, nil
	}
	return p.addRegistered(ctx, tx, key, a, held)
}

func (p *Profile) putJudged(ctx context.Context, tx *db.Tx, key *secret.DataKey, owner string, h Holding) error {
	sealed, err := sealHolding(key, h.ID, h.Values)
	if err != nil {
		return err
	}
	return profiledb.New(tx).JudgeHolding(ctx, profiledb.JudgeHoldingParams{
		OwnerID: owner, ID: h.ID, State: string(h.State), Differs: joinWords(",", h.Differs...), AnsweredAt: tx.Now(), ValuesSealed: sealed,
	})
}

func (p *Profile) addRegistered(ctx context.Context, tx *db.Tx, key *secret.DataKey, a HoldingsAnswer, held []Holding) (int64, error) {
	var added int64
	count := map[HoldingKind]int64{}
	for _, h := range held {
		count[h.Kind]++
	}
	for _, one := range a.List {
		if one.Kind.Registry() != a.Registry || count[one.Kind] >= one.Kind.most() || isHeld(held, one) {
			continue
		}
		h := Holding{ID: id.New(), Kind: one.Kind, Values: one.Values, State: CheckConfirmed, AnsweredAt: tx.Now()}
		sealed, err := sealHolding(key, h.ID, h.Values)
		if err != nil {
			return added, err
		}
		if err := p.store.addHolding(ctx, tx, a.Owner, h, sealed); err != nil {
			return added, err
		}
		held, count[one.Kind], added = append(held, h), count[one.Kind]+1, added+1
	}
	return added, nil
}

func isHeld(held []Holding, one RegisteredHolding) bool {
	for _, h := range held {
		if h.Kind == one.Kind && h.Kind.same(h.Values, one.Values) {
			return true
		}
	}
	return false
}
