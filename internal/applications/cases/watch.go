package cases

import (
	"context"
	"errors"
	"time"

	"okno/internal/applications/cases/casesdb"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/notify"
)

// lookout is the job of the watchdog: it looks for hops that are late.
type lookout struct{}

// Kind is the name of the job.
func (lookout) Kind() string { return "applications.watch" }

const (
	// takenEvery is how often the watchdog asks whether an agency takes anything.
	takenEvery = 15 * time.Minute
	// watchGap: a longer pause between two rounds means that the portal stood still,
	// or that its clock was set. Then machines get their whole time anew.
	watchGap = 5 * time.Minute
	// raiseMost is how many cases one transaction notes, lookedMost how many late
	// ones are looked at again in one go; more than the former, so that each go gets on.
	raiseMost, lookedMost = 100, 250
	// goes are how many of them one round makes for a hop of an agency.
	goes = 20
	// calm: what is late again within this time belongs to the incident before.
	calm = time.Hour
	// keepLate is for how long is kept what was late once.
	keepLate = 30 * 24 * time.Hour
	// Citizens are written to between these hours.
	citizensWake, citizensSleep = 9, 21
)

// round is one look of the watchdog.
type round struct {
	now db.Time
	// since is from when machines are given their time: the watchdog looks since then.
	since  db.Time
	system map[string]casesdb.ApplicationsSystem
	taken  bool
}

// Watch looks at every agency once. It may run twice at a time, and be killed
// anywhere: each step is a transaction that looks again before it writes.
func (c *Cases) Watch(ctx context.Context) error {
	ctx = identity.AsSystem(ctx)
	all, ok := c.Offices.(agencies)
	if !ok {
		return nil
	}
	r, err := c.startRound(ctx)
	if err != nil {
		return err
	}
	var faults error
	for _, a := range all.Agencies() {
		for _, h := range Hops() {
			faults = errors.Join(faults, c.settle(ctx, a.Code, h), c.raise(ctx, r, a.Code, h), c.tellLate(ctx, r, a.Code, h))
		}
	}
	return errors.Join(faults, c.closeIncidents(ctx))
}

// startRound notes that the watchdog looks, and since when without a break.
func (c *Cases) startRound(ctx context.Context) (round, error) {
	r := round{now: db.At(c.Clock.Now()), system: map[string]casesdb.ApplicationsSystem{}}
	all, err := c.store.read().Systems(ctx)
	if err != nil {
		return r, db.Classify(err)
	}
	for _, s := range all {
		r.system[s.AgencyID] = s
	}
	self, known := r.system[""]
	r.since = self.SinceAt
	if gap := r.now.Time().Sub(self.SeenAt.Time()); !known || gap > watchGap || gap < -watchGap {
		r.since = r.now
	}
	r.taken = r.now.Time().Truncate(takenEvery) != self.SeenAt.Time().Truncate(takenEvery)
	return r, c.DB.WriteOnly(ctx, func(ctx context.Context, tx *db.Tx) error {
		return casesdb.New(tx).Watching(ctx, casesdb.WatchingParams{SinceAt: r.since, SeenAt: r.now})
	})
}

// lateCase is a case whose hop is late, and since when it is waited for.
type lateCase struct {
	id    string
	since db.Time
}

// raise notes what has become late at a hop, and opens the agency's incident.
func (c *Cases) raise(ctx context.Context, r round, agencyCode string, h Hop) error {
	var found []lateCase
	var seen func(context.Context, *db.Tx) error
	var err error
	system, has := r.system[agencyCode]
	has = has && system.SinceAt > 0
	from := max(r.since, system.SinceAt) // before that no machine could do anything
	switch {
	case h == HopTaken:
		found, err = c.untaken(ctx, r, agencyCode)
	case !has:
		return nil
	case h == HopReceived && r.now.Time().Sub(from.Time()) >= c.Waits.Received:
		found, err = c.unreceived(ctx, agencyCode, r.now.Add(-c.Waits.Received))
	case h == HopSent && r.now.Time().Sub(from.Time()) >= c.Waits.Sent:
		found, seen, err = c.unsentTo(ctx, system, r.now.Add(-c.Waits.Sent))
	}
	if err != nil {
		return err
	}
	for len(found) > raiseMost {
		if err := c.raiseSome(ctx, agencyCode, h, found[:raiseMost], nil); err != nil {
			return err
		}
		found = found[raiseMost:]
	}
	return c.raiseSome(ctx, agencyCode, h, found, seen)
}

// unreceived are cases that were handed over long ago.
func (c *Cases) unreceived(ctx context.Context, agencyCode string, before db.Time) ([]lateCase, error) {
	rows, err := c.store.read().Unreceived(ctx, casesdb.UnreceivedParams{AgencyID: agencyCode, SentAt: before, Limit: raiseMost * goes})
	found := make([]lateCase, len(rows))
	for i, x := range rows {
		found[i] = lateCase{x.CaseID, x.SinceAt}
	}
	return found, db.Classify(err)
}

// unsentTo are cases that came into the queue of an agency with a system and were
// not handed over. Each is looked at once: seen writes down until when.
func (c *Cases) unsentTo(ctx context.Context, s casesdb.ApplicationsSystem, before db.Time) ([]lateCase, func(context.Context, *db.Tx) error, error) {
	from := s.SeenAt
	if from > before {
		from = min(s.SinceAt, before) // the clock was set back
	}
	const most = raiseMost * goes
	q := c.store.read()
	direct, err := q.Arrived(ctx, casesdb.ArrivedParams{AgencyID: s.AgencyID, SubmittedAt: from, SubmittedAt_2: before, Limit: most})
	if err != nil {
		return nil, nil, db.Classify(err)
	}
	forwarded, err := q.ArrivedForwarded(ctx, casesdb.ArrivedForwardedParams{AgencyID: s.AgencyID, QueuedAt: from, QueuedAt_2: before, Limit: most})
	if err != nil {
		return nil, nil, db.Classify(err)
	}
	until := before
	var found []lateCase
	add := func(x casesdb.ArrivedRow) {
		if x.Undecided && x.SentAt == 0 && x.RegisteredAt == 0 && x.LateAt == 0 && x.SinceAt >= s.SinceAt {
			found = append(found, lateCase{x.CaseID, x.SinceAt})
		}
	}
	for _, x := range direct {
		if x.QueuedAt == 0 {
			add(x)
		}
	}
	for _, x := range forwarded {
		add(casesdb.ArrivedRow(x))
	}
	// A full page may end between two cases of one instant: that is read again.
	if len(direct) == most {
		until = min(until, direct[most-1].SinceAt-1)
	}
	if len(forwarded) == most {
		until = min(until, forwarded[most-1].SinceAt-1)
	}
	return found, func(ctx context.Context, tx *db.Tx) error {
		return casesdb.New(tx).SystemSeen(ctx, casesdb.SystemSeenParams{SeenAt: until, AgencyID: s.AgencyID, SeenAt_2: s.SeenAt})
	}, nil
}

// raiseSome notes cases in one transaction. Whoever opens the incident by it tells
// the operator and the head; notes of one that is open tell nobody.
func (c *Cases) raiseSome(ctx context.Context, agencyCode string, h Hop, found []lateCase, seen func(context.Context, *db.Tx) error) error {
	if len(found) == 0 && seen == nil {
		return nil
	}
	var notices []*notify.Batch
	if len(found) > 0 {
		fresh, err := c.noIncident(ctx, agencyCode, h)
		if err == nil && fresh {
			notices, err = c.incidentNotices(ctx, agencyCode, h, "opened", len(found))
		}
		if err != nil {
			return err
		}
	}
	opened := false
	err := c.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		opened = false
		n, err := c.noteLate(ctx, tx, agencyCode, h, found)
		if err == nil && n > 0 {
			opened, err = c.openIncident(ctx, tx, agencyCode, h, n, notices)
		}
		if err != nil || seen == nil {
			return err
		}
		return seen(ctx, tx)
	})
	if errors.Is(err, ErrChanged) {
		return nil // the next round sees it
	}
	if err == nil && opened {
		c.Log.WarnContext(ctx, "an agency is late", "agency", agencyCode, "hop", string(h), "cases", len(found))
	}
	return err
}

// noteLate writes down those that are still late, and counts them.
func (c *Cases) noteLate(ctx context.Context, tx *db.Tx, agencyCode string, h Hop, found []lateCase) (n int64, err error) {
	q := casesdb.New(tx)
	for _, f := range found {
		row, err := q.Hops(ctx, casesdb.HopsParams{AgencyID: agencyCode, CaseID: f.id})
		if db.IsNone(err) {
			continue
		}
		if err != nil {
			return n, err
		}
		if !way(row).late(h) || h == HopSent && row.SentAt > 0 || row.LateAt > 0 {
			continue
		}
		made, err := q.InsertLate(ctx, casesdb.InsertLateParams{
			AgencyID: agencyCode, Hop: string(h), CaseID: f.id, OwnerID: row.OwnerID, Number: row.Number, SinceAt: f.since, RaisedAt: tx.Now(),
		})
		if err == nil {
			err = q.MarkLate(ctx, casesdb.MarkLateParams{LateAt: tx.Now(), AgencyID: agencyCode, CaseID: f.id})
		}
		if err != nil {
			return n, err
		}
		n += made
	}
	return n, nil
}

// settle closes what was late and is not waited for any more: taken, decided,
// forwarded. What the agency's system has received is closed by its receipt.
func (c *Cases) settle(ctx context.Context, agencyCode string, h Hop) error {
	at := c.visited.from(agencyCode, h)
	for range goes {
		rows, err := c.store.read().OpenLate(ctx, casesdb.OpenLateParams{AgencyID: agencyCode, Hop: string(h), RaisedAt: at, Limit: lookedMost})
		if err != nil {
			return db.Classify(err)
		}
		over := h == HopTaken && len(rows) > 0
		if over {
			over, err = c.takes(ctx, agencyCode, rows[0].SinceAt, rows[0].RaisedAt)
		}
		if err == nil {
			err = c.settleSome(ctx, h, rows, over)
		}
		if err != nil {
			return err
		}
		if len(rows) < lookedMost {
			at = 0
			break
		}
		at = rows[len(rows)-1].RaisedAt
	}
	c.visited.until(agencyCode, h, at)
	return nil
}

// settleSome closes those of the rows that are done; all of them where the
// incident is over.
func (c *Cases) settleSome(ctx context.Context, h Hop, rows []casesdb.ApplicationsLate, over bool) error {
	for _, r := range rows {
		row, err := c.store.read().Hops(ctx, casesdb.HopsParams{AgencyID: r.AgencyID, CaseID: r.CaseID})
		if err != nil && !db.IsNone(err) {
			return db.Classify(err)
		}
		if err == nil && !over && way(row).late(h) {
			continue
		}
		if err := c.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			return c.settleLate(ctx, tx, r.AgencyID, r.CaseID, false)
		}); err != nil {
			return err
		}
	}
	return nil
}

// tellLate has the citizens told whose cases are late for the second term. Each
// is told once, and not at night.
func (c *Cases) tellLate(ctx context.Context, r round, agencyCode string, h Hop) error {
	zone := c.zone(agencyCode, "")
	if hour := r.now.Time().In(zone).Hour(); hour < citizensWake || hour >= citizensSleep {
		return nil
	}
	before := r.now.Add(-c.Waits.Tell)
	if h == HopTaken {
		before = c.workingDaysAgo(r.now, c.Waits.TakenTellDays, zone)
	}
	for range goes {
		rows, err := c.store.read().UntoldLate(ctx, casesdb.UntoldLateParams{AgencyID: agencyCode, Hop: string(h), RaisedAt: before, Limit: raiseMost})
		if err != nil || len(rows) == 0 {
			return db.Classify(err)
		}
		err = c.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return c.tellSome(ctx, tx, agencyCode, h, rows) })
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *Cases) tellSome(ctx context.Context, tx *db.Tx, agencyCode string, h Hop, rows []casesdb.ApplicationsLate) error {
	q := casesdb.New(tx)
	told := int64(0)
	for _, r := range rows {
		row, err := q.Hops(ctx, casesdb.HopsParams{AgencyID: agencyCode, CaseID: r.CaseID})
		if err != nil && !db.IsNone(err) {
			return err
		}
		if err != nil || !way(row).late(h) {
			if err := c.settleLate(ctx, tx, agencyCode, r.CaseID, false); err != nil {
				return err
			}
			continue
		}
		n, err := q.TellLate(ctx, casesdb.TellLateParams{ToldAt: tx.Now(), AgencyID: agencyCode, Hop: string(h), CaseID: r.CaseID})
		if err == nil && n > 0 {
			err = c.Jobs.Enqueue(ctx, tx, tellChain{lateKey: keyOfLate(r)})
			c.Live.Touch(tx, r.OwnerID, "case:"+r.CaseID)
		}
		if err != nil {
			return err
		}
		told += n
	}
	return q.CountIncident(ctx, casesdb.CountIncidentParams{Told: told, AgencyID: agencyCode, Hop: string(h)})
}
