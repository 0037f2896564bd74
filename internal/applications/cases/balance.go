package cases

import (
	"cmp"
	"context"
	"errors"
	"time"

	"okno/internal/agency"
	"okno/internal/applications/cases/casesdb"
	"okno/internal/identity"
	"okno/internal/kit/db"
)

// balance is the job that watches terms, shares new cases out and hands overdue
// ones up.
type balance struct{}

// Kind is the name of the job.
func (balance) Kind() string { return "applications.balance" }

// balanceEvery is how often cases are shared out.
const balanceEvery = 15 * time.Second

// Agencies whose cases are shared out.
type agencies interface{ Agencies() []agency.Agency }

// Balance does for every agency what its rules say. It may run twice at a time:
// each case moves by its version.
func (c *Cases) Balance(ctx context.Context) error {
	ctx = identity.AsSystem(ctx)
	all, ok := c.Offices.(agencies)
	if !ok || c.Rules == nil {
		return nil
	}
	var faults error
	for _, a := range all.Agencies() {
		faults = errors.Join(faults, c.warnLateParts(ctx, a.Code))
		rules, err := c.rules(ctx, a.Code)
		if err == nil {
			faults = errors.Join(faults, c.warn(ctx, rules)) // before an overdue case changes hands
		}
		if err == nil && rules.Method != agency.ByHand {
			err = c.shareOut(ctx, rules)
		}
		if err == nil && rules.Superior != "" {
			err = c.escalate(ctx, rules)
		}
		faults = errors.Join(faults, err)
	}
	return faults
}

// shareOut gives free cases to officers, most urgent first.
func (c *Cases) shareOut(ctx context.Context, rules agency.Rules) error {
	free, err := c.store.read().FreeCases(ctx, rules.Agency)
	if err != nil || len(free) == 0 {
		return db.Classify(err)
	}
	load, err := c.loads(ctx, rules.Agency)
	if err != nil {
		return err
	}
	for _, f := range free {
		for _, to := range rules.Pick(f.ServiceID, load, c.Rules.Today(rules.Agency)) {
			err := c.give(ctx, rules.Agency, f.OwnerID, f.CaseID, to)
			if errors.Is(err, ErrOwnCase) || errors.Is(err, ErrInterest) || errors.Is(err, ErrDecidedBefore) {
				continue
			}
			if err != nil && !errors.Is(err, ErrChanged) && !errors.Is(err, ErrMove) && !errors.Is(err, ErrNotFound) {
				return err
			}
			if err == nil {
				load[to]++
				rules = rules.Given(to, db.At(c.Clock.Now()))
			}
			break // given, or somebody was faster
		}
	}
	return nil
}

func (c *Cases) give(ctx context.Context, agencyCode, owner, caseID, to string) error {
	k, err := c.store.byID(ctx, owner, caseID)
	if err == nil {
		err = c.fairFor(ctx, k, to)
	}
	if err != nil {
		return err
	}
	if k.AssignedTo != "" {
		return ErrChanged
	}
	if err := k.anew(to); err != nil {
		return err
	}
	return c.move(ctx, k, change{deed: Assign, side: System, edit: assignTo(to), also: func(ctx context.Context, tx *db.Tx) error {
		return c.Rules.NoteGiven(ctx, tx, agencyCode, to)
	}})
}

// loads tells how many open cases each officer has.
func (c *Cases) loads(ctx context.Context, agencyCode string) (map[string]int, error) {
	rows, err := c.store.read().Loads(ctx, agencyCode)
	if err != nil {
		return nil, db.Classify(err)
	}
	load := map[string]int{}
	for _, r := range rows {
		load[r.AssignedTo] = int(r.OpenCases)
	}
	return load, nil
}

// escalate hands cases that have become overdue to the named superior, once.
func (c *Cases) escalate(ctx context.Context, rules agency.Rules) error {
	late, err := c.store.read().Late(ctx, casesdb.LateParams{AgencyID: rules.Agency, DeadlineAt: db.At(c.Clock.Now())})
	if err != nil {
		return db.Classify(err)
	}
	for _, l := range late {
		to := cmp.Or(rules.Acting(rules.Superior, c.Rules.Today(rules.Agency)), rules.Superior)
		k, err := c.store.byID(ctx, l.OwnerID, l.CaseID)
		if err != nil {
			return err
		}
		if c.fairFor(ctx, k, to) != nil || k.anew(to) != nil {
			to = l.AssignedTo // noted as escalated, and left where it is
		}
		err = c.move(ctx, k, change{deed: Escalate, side: System, inner: true, edit: assignTo(to), also: func(ctx context.Context, tx *db.Tx) error {
			return casesdb.New(tx).SetEscalated(ctx, casesdb.SetEscalatedParams{EscalatedAt: tx.Now(), AgencyID: k.Agency, CaseID: k.ID})
		}})
		if err != nil && !errors.Is(err, ErrChanged) && !errors.Is(err, ErrMove) {
			return err
		}
	}
	return nil
}
