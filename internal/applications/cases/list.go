package cases

import (
	"context"
	"time"

	"okno/internal/applications/cases/casesdb"
	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/secret"
)

// Which groups of a list there are.
const (
	Active   = "active"   // somebody still has to do something
	Finished = "finished" // decided, delivered, cancelled
)

// ListFilter narrows «Мои заявления»; empty parts do not.
type ListFilter struct {
	Group   string // Active, Finished
	Status  []Status
	Service string
	// Batch is the table with which it was sent, see package bulk.
	Batch string
	// From and To are days of submission, both counted in.
	From, To db.Date
	// After is Page.Next of the page before; Limit is 20 when 0, at most 100.
	After string
	Limit int
}

// Row is a line of a citizen's list.
type Row struct {
	ID, Number  string
	ServiceID   string
	Title       forms.Text
	Agency      string
	Status      Status
	Stage       Stage
	Version     int64
	SubmittedAt db.Time
	ChangedAt   db.Time
	Due         Due
	Left        Left
	// News: something has changed, or was written, that the owner has not opened.
	News bool
}

// Page is a page of a list; Next is "" on the last one.
type Page[T any] struct {
	Rows []T
	Next string
}

// List gives the actor's own applications, newest first.
func (c *Cases) List(ctx context.Context, f ListFilter) (Page[Row], error) {
	actor := identity.ActorOf(ctx)
	if !actor.SignedIn() {
		return Page[Row]{}, identity.ErrSignIn
	}
	rows, next, err := c.store.list(ctx, actor.ID, f)
	if err != nil {
		return Page[Row]{}, err
	}
	p := Page[Row]{Next: next, Rows: make([]Row, len(rows))}
	for i, r := range rows {
		r.Title = c.title(r.ServiceID)
		r.Left = c.Left(r)
		p.Rows[i] = r
	}
	return p, c.news(ctx, actor.ID, p.Rows)
}

// Left is what is left of a row's deadline now: who keeps a row asks again.
func (c *Cases) Left(r Row) Left {
	l := c.left(r.Agency, "", r.Due, 0)
	if r.Status == Waiting {
		l.Paused, l.Overdue, l.Soon = true, false, false
	}
	return l
}

// title is the service's name, its id when the catalogue does not know it now.
func (c *Cases) title(serviceID string) forms.Text {
	if s, ok := c.Services.Service(serviceID); ok {
		return s.Title
	}
	return forms.Text{RU: serviceID, EN: serviceID}
}

func (c *Cases) left(agencyCode, office string, due Due, paused db.Time) Left {
	return left(c.Calendar, c.zone(agencyCode, office), due, paused, c.Clock.Now())
}

// Who a queue's filter looks for.
const (
	ByMe     = "me"
	ByNobody = "nobody"
)

// How near a deadline a queue's filter looks for.
const (
	DueOverdue = "overdue"
	DueSoon    = "soon" // today and the next two working days
)

// What may wait beside a decision, also after it.
const (
	WaitsMessage = "message"
	WaitsTypo    = "typo"
)

// The orders of a queue.
const (
	ByDeadline = "deadline"
	ByNewest   = "newest"
	ByOldest   = "oldest"
)

// QueueFilter narrows an agency's queue; empty parts do not.
type QueueFilter struct {
	// Agency is one of the actor's; their first when empty.
	Agency string
	// Closed shows what is decided instead of what is to be done.
	Closed  bool
	Status  []Status
	Service string
	// Region is a two-digit code.
	Region string
	// Assigned is ByMe (with those for whom the actor stands in), ByNobody, or an account.
	Assigned string
	// Due is DueOverdue or DueSoon; Escalated keeps what was handed up.
	Due       string
	Escalated bool
	// Waits keeps what waits beside the decision: WaitsMessage, WaitsTypo.
	Waits string
	// From and To are days of submission at the agency, both counted in.
	From, To db.Date
	// Order is ByDeadline (when empty), ByNewest or ByOldest.
	Order string
	// After is Page.Next of the page before; Limit is 25 when 0, at most 100.
	After string
	Limit int
}

// QueueRow is a line of a queue: number, service, deadline, initials.
type QueueRow struct {
	ID, Number  string
	ServiceID   string
	Title       forms.Text
	Status      Status
	Stage       Stage
	Version     int64
	SubmittedAt db.Time
	Due         Due
	Left        Left
	Region      string
	AssignedTo  string
	Mine        bool
	// Escalated: it was overdue and handed to the superior.
	Escalated bool
	// Lapsed: the term for the citizen's answer is over. Unread: a message of the
	// citizen waits. TypoDue is until when a typo is to be corrected, 0 for none.
	Lapsed   bool
	Unread   bool
	TypoDue  db.Time
	Initials string
}

// Queue gives a page of an agency's queue to its officers, without their own
// applications and those of people in whom they have declared an interest.
func (c *Cases) Queue(ctx context.Context, f QueueFilter) (Page[QueueRow], error) {
	actor := identity.ActorOf(ctx)
	agencyCode, err := agencyFor(actor, f.Agency)
	if err != nil {
		return Page[QueueRow]{}, err
	}
	f.Agency = agencyCode
	qf, err := c.filterOf(ctx, actor, f)
	if err != nil {
		return Page[QueueRow]{}, err
	}
	if qf.barred, err = c.barred(ctx, agencyCode, actor.ID); err != nil {
		return Page[QueueRow]{}, err
	}
	rows, next, err := c.store.queue(ctx, qf)
	if err != nil {
		return Page[QueueRow]{}, err
	}
	p := Page[QueueRow]{Next: next}
	p.Rows, err = c.queueRows(ctx, actor, agencyCode, rows)
	return p, err
}

// filterOf adds what the officer and the clock mean.
func (c *Cases) filterOf(ctx context.Context, actor identity.Actor, f QueueFilter) (queueFilter, error) {
	now, zone := c.Clock.Now(), c.zone(f.Agency, "")
	q := queueFilter{QueueFilter: f, now: db.At(now), soon: db.At(c.Calendar.DeadlineWorking(now, soonDays, zone))}
	if t, err := time.ParseInLocation(time.DateOnly, string(f.From), zone); err == nil {
		q.from = db.At(t)
	}
	if t, err := time.ParseInLocation(time.DateOnly, string(f.To), zone); err == nil {
		q.to = db.At(t.AddDate(0, 0, 1))
	}
	switch f.Assigned {
	case "":
	case ByNobody:
		q.assigned = []string{""}
	case ByMe:
		away, err := c.standsFor(ctx, f.Agency, actor.ID)
		if err != nil {
			return q, err
		}
		q.assigned = append([]string{actor.ID}, away...)
	default:
		q.assigned = []string{f.Assigned}
	}
	return q, nil
}

// queueRows opens the initials of lines and counts their days.
func (c *Cases) queueRows(ctx context.Context, actor identity.Actor, agencyCode string, rows []casesdb.ApplicationsQueue) ([]QueueRow, error) {
	keys, err := c.keysOf(ctx, rows)
	if err != nil {
		return nil, err
	}
	now, zone := c.Clock.Now(), c.zone(agencyCode, "")
	out := make([]QueueRow, len(rows))
	for i, r := range rows {
		initials, err := keys[r.CaseID].OpenString(secret.At("applications_queue", "initials_sealed", r.CaseID), r.InitialsSealed)
		if err != nil {
			c.Log.WarnContext(ctx, "initials can't be opened", "case", r.CaseID, "err", err)
		}
		due := Due{At: r.DeadlineAt, Date: db.Date(r.DeadlineDate)}
		out[i] = QueueRow{
			ID: r.CaseID, Number: r.Number, ServiceID: r.ServiceID, Title: c.title(r.ServiceID), Status: Status(r.Status),
			Stage:   stageIn(Status(r.Status), Stage(r.Stage)).Stage,
			Version: r.Version, SubmittedAt: r.SubmittedAt, Due: due, Left: left(c.Calendar, zone, due, r.PausedAt, now),
			Region: r.Region, AssignedTo: r.AssignedTo, Mine: r.AssignedTo == actor.ID, Escalated: r.EscalatedAt > 0,
			Lapsed: r.LapsedAt > 0 && Status(r.Status) == Waiting, Unread: r.UnreadAt > 0, TypoDue: r.TypoDueAt, Initials: initials,
		}
	}
	return out, nil
}

// Counts say how much there is to do; each stops at CountMost, shown as «1 000+».
type Counts struct {
	Undecided, New, Mine, Nobody, Waiting, Overdue, Soon int
	// Unread and Typos wait beside decisions, see QueueFilter.Waits.
	Unread, Typos int
}

// CountMost is where counting stops.
const CountMost = 1001

// QueueCounts counts an agency's queue for its officers.
func (c *Cases) QueueCounts(ctx context.Context, agencyCode string) (Counts, error) {
	actor := identity.ActorOf(ctx)
	agencyCode, err := agencyFor(actor, agencyCode)
	if err != nil {
		return Counts{}, err
	}
	barred, err := c.barred(ctx, agencyCode, actor.ID)
	if err != nil {
		return Counts{}, err
	}
	var n Counts
	for _, x := range []struct {
		into *int
		f    QueueFilter
	}{
		{&n.Undecided, QueueFilter{}},
		{&n.New, QueueFilter{Status: []Status{Accepted}}},
		{&n.Mine, QueueFilter{Assigned: ByMe}},
		{&n.Nobody, QueueFilter{Assigned: ByNobody}},
		{&n.Waiting, QueueFilter{Status: []Status{Waiting}}},
		{&n.Overdue, QueueFilter{Due: DueOverdue}},
		{&n.Soon, QueueFilter{Due: DueSoon}},
		{&n.Unread, QueueFilter{Waits: WaitsMessage}},
		{&n.Typos, QueueFilter{Waits: WaitsTypo}},
	} {
		x.f.Agency = agencyCode
		q, err := c.filterOf(ctx, actor, x.f)
		if err != nil {
			return Counts{}, err
		}
		q.barred = barred
		if *x.into, err = c.store.count(ctx, q); err != nil {
			return Counts{}, err
		}
	}
	return n, nil
}

// QueueCount counts what a filter finds, up to CountMost.
func (c *Cases) QueueCount(ctx context.Context, f QueueFilter) (int, error) {
	actor := identity.ActorOf(ctx)
	agencyCode, err := agencyFor(actor, f.Agency)
	if err != nil {
		return 0, err
	}
	f.Agency = agencyCode
	q, err := c.filterOf(ctx, actor, f)
	if err != nil {
		return 0, err
	}
	if q.barred, err = c.barred(ctx, agencyCode, actor.ID); err != nil {
		return 0, err
	}
	return c.store.count(ctx, q)
}

// agencyFor is the agency whose queue the actor may see.
func agencyFor(actor identity.Actor, want string) (string, error) {
	if !actor.SignedIn() {
		return "", identity.ErrSignIn
	}
	mine := actor.AgenciesAs(identity.Officer, identity.Head)
	if actor.Bearer {
		mine = append(mine, actor.AgenciesAs(identity.Integrator)...)
	}
	if len(mine) == 0 {
		return "", identity.ErrForbidden
	}
	if want == "" {
		return mine[0], nil
	}
	for _, a := range mine {
		if a == want {
			return a, nil
		}
	}
	return "", ErrNotFound
}
