package cases

import (
	"context"
	"errors"
	"time"

	"okno/internal/applications/cases/casesdb"
	"okno/internal/kit/db"
	"okno/internal/kit/event"
)

// Hop is a step of a case on its way to the agency that can be late. That the
// portal has put it into the agency's queue can't: this is done in the very
// transaction that accepts the application.
type Hop string

// The hops. The first two are made by machines and exist only where an agency
// takes applications by a system of its own.
const (
	HopSent     Hop = "sent"     // the portal hands the case over to the agency's system
	HopReceived Hop = "received" // that system says that it has it
	HopTaken    Hop = "taken"    // somebody of the agency takes it up, or is given it
)

// Hops are all, in their order.
func Hops() []Hop { return []Hop{HopSent, HopReceived, HopTaken} }

// machine reports whether a hop is made without people: it has no working hours.
func (h Hop) machine() bool { return h != HopTaken }

// Handover is what the courier to an agency's system says of a case.
type Handover string

// What it says.
const (
	HandedOver Handover = "handed_over" // it is on its way
	Receipted  Handover = "receipted"   // the system has it
	GaveUp     Handover = "gave_up"     // the system does not take it, and nothing more is tried by itself
	Withdrawn  Handover = "withdrawn"   // the system was switched off: the agency works at its desk
)

// Waits are how long a hop may take before somebody is told.
type Waits struct {
	// Sent and Received are for machines; 10 and 30 minutes when 0.
	Sent, Received time.Duration
	// Tell is how long after the operator the citizen is told of them; 4 hours when 0.
	Tell time.Duration
	// TakenDays is for how many working days an agency may take nothing at all, and
	// TakenTellDays how many more pass before the citizen is told; 2 and 1 when 0.
	TakenDays, TakenTellDays int
	// Every is how often the watchdog looks; a minute when 0.
	Every time.Duration
}

// withDefaults fills in what is not set.
func (w Waits) withDefaults() Waits {
	return Waits{
		Sent: orElse(w.Sent, 10*time.Minute), Received: orElse(w.Received, 30*time.Minute), Tell: orElse(w.Tell, 4*time.Hour),
		TakenDays: orElse(w.TakenDays, 2), TakenTellDays: orElse(w.TakenTellDays, 1),
		Every: orElse(w.Every, time.Minute),
	}
}

func orElse[T int | time.Duration](x, otherwise T) T {
	if x <= 0 {
		return otherwise
	}
	return x
}

// way is where a case is on its way, as the line of its queue says.
type way casesdb.HopsRow

// after is the way after what the courier says; same where that changes nothing.
// It may be told late, twice and out of order: a receipt stays, and what somebody
// has taken is received.
func (w way) after(h Handover, now db.Time) (next way, same bool) {
	next = w
	switch h {
	case HandedOver:
		if w.SentAt == 0 {
			next.SentAt = now
		}
		if w.RegisteredAt > 0 && w.ReceivedAt == 0 {
			next.ReceivedAt = w.RegisteredAt
		}
	case Receipted:
		next.FailedAt = 0
		if w.SentAt == 0 {
			next.SentAt = now
		}
		if w.ReceivedAt == 0 {
			next.ReceivedAt = now
		}
	case GaveUp:
		if w.ReceivedAt == 0 && w.FailedAt == 0 {
			next.FailedAt = now
		}
	case Withdrawn:
		if w.ReceivedAt == 0 {
			next.SentAt, next.FailedAt = 0, 0
		}
	}
	if Status(w.Status) == Accepted {
		next.Stage = string(next.stage())
	}
	return next, next == w
}

// stage is the finer place inside «Принято» to which the hops have brought it.
func (w way) stage() Stage {
	switch {
	case w.ReceivedAt > 0:
		return Received
	case w.FailedAt > 0:
		return Undelivered
	case w.SentAt > 0:
		return Dispatched
	}
	return ""
}

// NoteHandover writes down what the courier says of a case of the agency, in the
// courier's own transaction. It is no change of the case's version: who acts on
// the case at the same moment is not disturbed. A case that is elsewhere by now
// is left alone.
func (c *Cases) NoteHandover(ctx context.Context, tx *db.Tx, agencyCode, caseID string, h Handover) error {
	q := casesdb.New(tx)
	row, err := q.Hops(ctx, casesdb.HopsParams{AgencyID: agencyCode, CaseID: caseID})
	if db.IsNone(err) {
		return nil
	}
	if err != nil {
		return err
	}
	next, same := way(row).after(h, tx.Now())
	if same {
		return nil
	}
	if next.Stage != row.Stage {
		err := q.SetStage(ctx, casesdb.SetStageParams{
			Stage: next.Stage, Epgu: int64(stageIn(Accepted, Stage(next.Stage)).EPGU), OwnerID: row.OwnerID, ID: caseID, AgencyID: agencyCode,
		})
		if err != nil {
			return err
		}
	}
	err = q.SetHops(ctx, casesdb.SetHopsParams{
		Stage: next.Stage, SentAt: next.SentAt, ReceivedAt: next.ReceivedAt, FailedAt: next.FailedAt, AgencyID: agencyCode, CaseID: caseID,
	})
	if err != nil {
		return err
	}
	c.Live.Touch(tx, row.OwnerID, "case:"+caseID)
	c.Live.Touch(tx, "agency:"+agencyCode, "queue")
	if row.LateAt == 0 || next.ReceivedAt == 0 {
		return nil
	}
	return c.settleLate(ctx, tx, agencyCode, caseID, true)
}

// NoteSystem writes down that the agency takes applications by a system of its
// own from now on, or no longer. What was in its queue before is not expected there.
func (c *Cases) NoteSystem(ctx context.Context, tx *db.Tx, agencyCode string, on bool) error {
	q := casesdb.New(tx)
	if !on {
		return q.SystemOff(ctx, agencyCode)
	}
	return q.SystemOn(ctx, casesdb.SystemOnParams{AgencyID: agencyCode, SinceAt: tx.Now(), SeenAt: tx.Now() - 1})
}

// settleLate closes what was late of a case whose hop was made, or is not waited
// for any more. receipted: the agency's system has it; a citizen who was told of
// the delay is told of that, as no other message will say so.
func (c *Cases) settleLate(ctx context.Context, tx *db.Tx, agencyCode, caseID string, receipted bool) error {
	q := casesdb.New(tx)
	rows, err := q.LateOf(ctx, casesdb.LateOfParams{AgencyID: agencyCode, CaseID: caseID})
	if err != nil {
		return err
	}
	for _, r := range rows {
		if receipted && !Hop(r.Hop).machine() {
			continue
		}
		n, err := q.CloseLate(ctx, casesdb.CloseLateParams{ClosedAt: tx.Now(), AgencyID: agencyCode, Hop: r.Hop, CaseID: caseID})
		if err != nil {
			return err
		}
		if n > 0 && receipted && r.ToldAt > 0 {
			if err := c.Jobs.Enqueue(ctx, tx, tellChain{lateKey: keyOfLate(r), Arrived: true}); err != nil {
				return err
			}
		}
		if err := q.MarkLate(ctx, casesdb.MarkLateParams{AgencyID: agencyCode, CaseID: caseID}); err != nil {
			return err
		}
	}
	return nil
}

// late reports whether the case still waits for the hop.
func (w way) late(h Hop) bool {
	if !w.Undecided || w.RegisteredAt > 0 || w.ReceivedAt > 0 && h.machine() {
		return false
	}
	switch h {
	case HopTaken:
		return Status(w.Status) == Accepted && w.AssignedTo == ""
	case HopReceived:
		return w.SentAt > 0
	}
	return true // what was not handed over has come when it was received
}

// Waiting are cases that the agency's own system should have by now, each as it
// was announced when it came to the agency. It is for the courier, which has
// checked the permission.
func (c *Cases) Waiting(ctx context.Context, agencyCode string, limit int) ([]event.Event, error) {
	var all []event.Event
	for _, h := range []Hop{HopSent, HopReceived} {
		rows, err := c.store.read().OpenLate(ctx, casesdb.OpenLateParams{AgencyID: agencyCode, Hop: string(h), Limit: int32(limit - len(all))})
		if err != nil {
			return nil, db.Classify(err)
		}
		for _, r := range rows {
			e, ok, err := c.arrival(ctx, r)
			if err != nil {
				return nil, err
			}
			if ok {
				all = append(all, e)
			}
		}
	}
	return all, nil
}

// arrival is how the case was announced when it came to the agency; ok is false
// where it is elsewhere by now.
func (c *Cases) arrival(ctx context.Context, r casesdb.ApplicationsLate) (e event.Event, ok bool, err error) {
	k, err := c.store.byID(ctx, r.OwnerID, r.CaseID)
	if errors.Is(err, ErrNotFound) || err == nil && (k.Agency != r.AgencyID || !k.Status.Open()) {
		return e, false, nil
	}
	if err != nil {
		return e, false, err
	}
	rows, err := c.store.read().Events(ctx, casesdb.EventsParams{OwnerID: r.OwnerID, CaseID: r.CaseID})
	if err != nil {
		return e, false, db.Classify(err)
	}
	for i := len(rows) - 1; i >= 0; i-- {
		x := rows[i]
		if d := Deed(x.Deed); d != Submit && d != Forward && d != Reopen {
			continue
		}
		return event.Event{Name: Moved, ID: k.ID, Owner: k.Owner, Version: x.Version, Refs: map[string]string{
			"number": k.Number, "deed": x.Deed, "from": x.FromStatus, "to": x.ToStatus, "service": k.ServiceID, "agency": k.Agency,
		}}, true, nil
	}
	return e, false, nil
}
