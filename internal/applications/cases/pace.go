package cases

import (
	"context"
	"errors"
	"slices"
	"time"

	"okno/internal/identity"
	"okno/internal/kit/db"
)

const (
	// paceWeeks are the last weeks from which the pace of an office is counted.
	paceWeeks = 6
	// paceLeast is from how many decisions on a pace is honest to name.
	paceLeast = 10
	paceEvery = time.Hour
	// aheadMost is where counting those ahead stops, shown as «100+».
	aheadMost = 101
)

// pace is the job that counts how long offices take.
type pace struct{}

// Kind is the name of the job.
func (pace) Kind() string { return "applications.pace" }

// Estimate is what a person may expect: how long the office has taken of late,
// in working days from submission, and how many applications wait before theirs.
type Estimate struct {
	// Low and High hold the middle three fifths of what was decided; all are 0
	// where too little was decided to say anything.
	Low, Median, High int
	Decided           int
	// Ahead counts up to aheadMost; it is 0 once the case is taken.
	Ahead int
}

// paceKey is one line of the table of paces; office "" is the whole agency.
type paceKey struct{ office, service string }

// Measure counts the pace of every office of every agency anew.
func (c *Cases) Measure(ctx context.Context) error {
	all, ok := c.Offices.(agencies)
	if !ok {
		return nil
	}
	var faults error
	for _, a := range all.Agencies() {
		faults = errors.Join(faults, c.measure(identity.AsSystem(ctx), a.Code))
	}
	return faults
}

func (c *Cases) measure(ctx context.Context, agencyCode string) error {
	took, err := c.store.took(ctx, agencyCode, db.At(c.Clock.Now().AddDate(0, 0, -7*paceWeeks)))
	if err != nil {
		return err
	}
	paces := map[paceKey]Estimate{}
	for key, days := range took {
		if len(days) >= paceLeast {
			paces[key] = spread(days)
		}
	}
	return c.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return c.store.putPaces(ctx, tx, agencyCode, paces) })
}

// spread is the middle of what was counted: a fifth took no longer than Low,
// four fifths no longer than High.
func spread(days []int) Estimate {
	slices.Sort(days)
	at := func(part int) int { return days[(len(days)-1)*part/100] }
	return Estimate{Low: at(20), Median: at(50), High: at(80), Decided: len(days)}
}

// estimate is what the owner of an undecided case may expect; nil for others.
func (c *Cases) estimate(ctx context.Context, k Case) (*Estimate, error) {
	if !k.Status.Open() || k.IsPart() {
		return nil, nil
	}
	e, err := c.store.paceOf(ctx, k)
	if err == nil && k.Status == Accepted {
		e.Ahead, err = c.store.ahead(ctx, k)
	}
	return &e, err
}
