package cases

import (
	"context"
	"sync"
	"time"

	"okno/internal/applications/cases/casesdb"
	"okno/internal/kit/db"
)

const (
	// untakenMost is how many of the most urgent free cases of an agency are looked
	// at, sampleMost how many around them tell whether it takes any.
	untakenMost, sampleMost = 300, 200
)

// untaken are the free cases of an agency that has taken nothing at all for its
// days. One slow case is no incident: its term is watched by marks.
func (c *Cases) untaken(ctx context.Context, r round, agencyCode string) ([]lateCase, error) {
	zone := c.zone(agencyCode, "")
	now := r.now.Time().In(zone)
	open := c.Calendar.IsWorkingDay(now) && now.Hour() >= int(dayBegins.Hours()) && now.Hour() < int(dayEnds.Hours())
	if !r.taken || !open || r.now.Time().Sub(r.since.Time()) < c.Waits.Received {
		return nil, nil
	}
	before := c.workingDaysAgo(r.now, c.Waits.TakenDays, zone)
	rows, err := c.store.read().Untaken(ctx, casesdb.UntakenParams{AgencyID: agencyCode, Limit: untakenMost})
	if err != nil {
		return nil, db.Classify(err)
	}
	var found []lateCase
	oldest := r.now
	for _, x := range rows {
		since := max(x.SubmittedAt, x.QueuedAt)
		if since <= before {
			found, oldest = append(found, lateCase{x.CaseID, since}), min(oldest, x.SubmittedAt)
		}
	}
	if len(found) == 0 {
		return nil, nil
	}
	if busy, err := c.takes(ctx, agencyCode, oldest, before); busy || err != nil {
		return nil, err
	}
	return found, nil
}

// takes reports whether the agency has taken a case since then. It looks where
// an agency takes cases from: beside the oldest free one, at the newest, and at
// both ends of what it works on. So it costs the same for any queue.
func (c *Cases) takes(ctx context.Context, agencyCode string, oldest, since db.Time) (bool, error) {
	q := c.store.read()
	far := db.Time(1) << 62
	for _, look := range []func() ([]db.Time, error){
		func() ([]db.Time, error) {
			return q.TakenBefore(ctx, casesdb.TakenBeforeParams{AgencyID: agencyCode, SubmittedAt: oldest, Limit: sampleMost})
		},
		func() ([]db.Time, error) {
			return q.TakenAfter(ctx, casesdb.TakenAfterParams{AgencyID: agencyCode, SubmittedAt: oldest, Limit: sampleMost})
		},
		func() ([]db.Time, error) {
			return q.TakenBefore(ctx, casesdb.TakenBeforeParams{AgencyID: agencyCode, SubmittedAt: far, Limit: sampleMost})
		},
		func() ([]db.Time, error) {
			return q.InWorkFirst(ctx, casesdb.InWorkFirstParams{AgencyID: agencyCode, Status: string(InWork), Limit: sampleMost})
		},
		func() ([]db.Time, error) {
			return q.InWorkLast(ctx, casesdb.InWorkLastParams{AgencyID: agencyCode, Status: string(InWork), Limit: sampleMost})
		},
	} {
		all, err := look()
		if err != nil {
			return false, db.Classify(err)
		}
		for _, at := range all {
			if at > since {
				return true, nil
			}
		}
	}
	return false, nil
}

// workingDaysAgo is the same time of day so many working days before.
func (c *Cases) workingDaysAgo(now db.Time, days int, zone *time.Location) db.Time {
	t := now.Time().In(zone)
	day := c.Calendar.AddWorkingDays(t, -days)
	return db.At(at(day, t.Sub(at(t, 0, zone)), zone))
}

// places remembers until where late cases were looked at, so that no round has
// to look at all of them.
type places struct {
	mu  sync.Mutex
	all map[string]db.Time
}

func (p *places) from(agencyCode string, h Hop) db.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.all[string(h)+"/"+agencyCode]
}

func (p *places) until(agencyCode string, h Hop, at db.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.all == nil {
		p.all = map[string]db.Time{}
	}
	p.all[string(h)+"/"+agencyCode] = at
}
