package desk

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"time"

	"okno/internal/agency"
	"okno/internal/applications/cases"
	"okno/internal/cabinet"
	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/kit/ui"
)

// Tabs of the queue.
const (
	tabAll     = ""
	tabMine    = "mine"
	tabFree    = "free"
	tabOverdue = "overdue"
	tabClosed  = "closed"
)

// nowrap keeps a cell on one line.
const nowrap = "okno-nowrap"

// pageSize is how many lines stand on a page of the desk.
const pageSize = 50

// choice is what the officer wants to see.
type choice struct {
	Agency, Tab, Status, Service, After string
}

// query is the choice as the end of an address.
func (c choice) query() string {
	q := url.Values{}
	for name, value := range map[string]string{"agency": c.Agency, "tab": c.Tab, "status": c.Status, "service": c.Service, "after": c.After} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

func (c choice) filter() cases.QueueFilter {
	f := cases.QueueFilter{Agency: c.Agency, Service: c.Service, After: c.After, Limit: pageSize}
	if s := cases.Status(c.Status); s.Known() {
		f.Status = []cases.Status{s}
	}
	switch c.Tab {
	case tabMine:
		f.Assigned = cases.ByMe
	case tabFree:
		f.Assigned = cases.ByNobody
	case tabOverdue:
		f.Due = cases.DueOverdue
	case tabClosed:
		f.Closed, f.Order = true, cases.ByNewest
	}
	return f
}

// queueView is a page of an agency's queue.
type queueView struct {
	choice
	Rows     []cases.QueueRow
	Counts   cases.Counts
	Next     string
	Title    string          // of the agency
	Agencies []agency.Agency // the officer's own
	Services []*forms.Service
	Names    map[string]string // login names of those who hold cases
	Wrong    string            // what is wrong with the number searched for
	day      func(ctx context.Context, at db.Time) string
	key      func() string // a fresh idempotency key
}

// queue reads a page of the queue, with one question a room.
func (r *Room) queue(ctx context.Context, c choice) (queueView, error) {
	actor := identity.ActorOf(ctx)
	mine := actor.AgenciesAs(identity.Officer, identity.Head)
	if len(mine) == 0 {
		return queueView{}, identity.ErrForbidden
	}
	v := queueView{choice: c, day: r.day}
	code := c.Agency
	if code == "" {
		code = mine[0]
	}
	page, err := r.Cases.Queue(ctx, c.filter())
	if err != nil {
		return v, err
	}
	v.Rows = page.Rows
	if v.Counts, err = r.Cases.QueueCounts(ctx, c.Agency); err != nil {
		return v, err
	}
	if page.Next != "" {
		further := c
		further.After = page.Next
		v.Next = "/desk" + further.query()
	}
	v.Title = r.Agencies.Title(code, i18n.Lang(ctx))
	r.addChoices(&v, code, mine)
	v.Names, err = r.holders(ctx, page.Rows)
	return v, err
}

// addChoices are the services of the agency and the officer's agencies.
func (r *Room) addChoices(v *queueView, code string, mine []string) {
	for _, s := range r.Catalog.Services() {
		if s.Agency == code {
			v.Services = append(v.Services, s)
		}
	}
	for _, a := range r.Deps.Agencies.Agencies() {
		for _, m := range mine {
			if a.Code == m {
				v.Agencies = append(v.Agencies, a)
			}
		}
	}
}

// holders are the names of colleagues who hold the cases. A name that can't be
// had is left out: the queue is worth more.
func (r *Room) holders(ctx context.Context, rows []cases.QueueRow) (map[string]string, error) {
	names := map[string]string{}
	for _, row := range rows {
		if row.AssignedTo == "" || row.Mine || names[row.AssignedTo] != "" {
			continue
		}
		name, err := r.people.name(ctx, row.AssignedTo)
		if err != nil && !errors.Is(err, identity.ErrNotFound) {
			return nil, err
		}
		names[row.AssignedTo] = name
	}
	return names, nil
}

// TakeNext takes the most urgent free case of the agency and gives its number.
// Colleagues who press at the same time get the next ones. Error: ErrNoFree.
func (r *Room) TakeNext(ctx context.Context, agencyCode, key string) (string, error) {
	f := cases.QueueFilter{Agency: agencyCode, Assigned: cases.ByNobody, Status: []cases.Status{cases.Accepted}, Limit: 10}
	page, err := r.Cases.Queue(ctx, f)
	if err != nil {
		return "", err
	}
	for _, row := range page.Rows {
		err = r.Cases.Take(ctx, cases.Deal{Number: row.Number, Version: row.Version, Key: key})
		if err == nil || !errors.Is(err, cases.ErrChanged) && !errors.Is(err, cases.ErrTaken) && !errors.Is(err, cases.ErrOwnCase) {
			return row.Number, err
		}
	}
	return "", ErrNoFree
}

func (r *Room) day(ctx context.Context, at db.Time) string {
	return shortDay(ctx, at.Time().In(r.Zone))
}

// shortDay is a day as narrow columns show it.
func shortDay(ctx context.Context, t time.Time) string {
	if i18n.Lang(ctx) == i18n.EN {
		return t.Format("2 Jan 2006")
	}
	return t.Format("02.01.2006")
}

// narrowed reports whether the officer looks for something.
func (c choice) narrowed() bool { return c.Status != "" || c.Service != "" }

func (v queueView) tabs(ctx context.Context) []ui.FilterLink {
	var links []ui.FilterLink
	for _, t := range []struct {
		tab, key string
		n        int
	}{
		{tabAll, "desk.queue.tab_all", v.Counts.Undecided},
		{tabMine, "desk.queue.tab_mine", v.Counts.Mine},
		{tabFree, "desk.queue.tab_free", v.Counts.Nobody},
		{tabOverdue, "desk.queue.tab_overdue", v.Counts.Overdue},
		{tabClosed, "desk.queue.tab_closed", -1},
	} {
		c := v.choice
		c.Tab, c.After = t.tab, ""
		links = append(links, ui.FilterLink{Text: i18n.T(ctx, t.key), Href: "/desk" + c.query(), Count: count(t.n), Current: v.Tab == t.tab})
	}
	return links
}

// count is a number as it is shown, "" for none.
func count(n int) string {
	switch {
	case n < 0:
		return ""
	case n >= cases.CountMost:
		return i18n.Number(cases.CountMost-1) + "+"
	}
	return strconv.Itoa(n)
}

func (v queueView) statuses(ctx context.Context) []ui.SelectItem {
	items := []ui.SelectItem{{NoValue: true, Text: i18n.T(ctx, "desk.queue.any_status")}}
	for _, s := range cases.Statuses() {
		if s.Open() != (v.Tab == tabClosed) {
			items = append(items, ui.SelectItem{Value: string(s), Text: i18n.T(ctx, s.Text())})
		}
	}
	return items
}

func (v queueView) services(ctx context.Context) []ui.SelectItem {
	items := []ui.SelectItem{{NoValue: true, Text: i18n.T(ctx, "desk.queue.any_service")}}
	for _, s := range v.Services {
		items = append(items, ui.SelectItem{Value: s.ID, Text: s.Title.In(forms.Lang(i18n.Lang(ctx)))})
	}
	return items
}

func (v queueView) agencies(ctx context.Context) []ui.SelectItem {
	var items []ui.SelectItem
	for _, a := range v.Agencies {
		items = append(items, ui.SelectItem{Value: a.Code, Text: a.Title.In(i18n.Lang(ctx))})
	}
	return items
}

func (v queueView) table(ctx context.Context) ui.TableParams {
	t := func(key string) string { return i18n.T(ctx, key) }
	p := ui.TableParams{
		Classes: "okno-table--sticky", FirstCellIsHeader: true,
		Head: []ui.Cell{
			{Text: t("desk.queue.number")},
			{Text: t("desk.queue.service")},
			{Text: t("desk.queue.applicant"), Classes: nowrap},
			{Text: t("desk.queue.submitted")},
			{Text: t("desk.queue.deadline")},
			{Text: t("desk.queue.status")},
			{Text: t("desk.queue.holder"), Classes: nowrap},
		},
	}
	for _, row := range v.Rows {
		p.Rows = append(p.Rows, []ui.Cell{
			{HTML: link("/desk/applications/"+row.Number, row.Number), Classes: nowrap},
			{Text: row.Title.In(forms.Lang(i18n.Lang(ctx)))},
			{Text: row.Initials, Classes: nowrap},
			{Text: v.day(ctx, row.SubmittedAt), Classes: nowrap},
			{HTML: deadlineCell(deadline(ctx, row))},
			{HTML: ui.StatusTag(cabinet.StatusKind(row.Status), i18n.T(ctx, row.Status.Text()))},
			{HTML: v.holder(ctx, row), Classes: nowrap},
		})
	}
	return ui.Stacked(p)
}

// due is a deadline in words, with the colour of its urgency.
type due struct {
	Kind      ui.Kind // "" for plain text
	Text, Day string
}

func deadline(ctx context.Context, row cases.QueueRow) due {
	d := due{Day: string(row.Due.Date)}
	if t, err := time.Parse(time.DateOnly, d.Day); err == nil {
		d.Day = shortDay(ctx, t)
	}
	left := row.Left
	switch {
	case row.Due.At.IsZero():
		return due{Text: i18n.T(ctx, "desk.due.none")}
	case !row.Status.Open():
		return due{Day: d.Day}
	case left.Paused:
		d.Text = i18n.T(ctx, "desk.due.paused")
	case left.Overdue && left.WorkingDays < 0:
		d.Kind, d.Text = ui.Refused, i18n.T(ctx, "desk.due.overdue_days", "Count", -left.WorkingDays)
	case left.Overdue:
		d.Kind, d.Text = ui.Refused, i18n.T(ctx, "desk.due.overdue")
	case left.WorkingDays <= 0:
		d.Kind, d.Text = ui.Attention, i18n.T(ctx, "desk.due.today")
	case left.Soon:
		d.Kind, d.Text = ui.Attention, i18n.T(ctx, "desk.due.left", "Count", left.WorkingDays)
	default:
		d.Text = i18n.T(ctx, "desk.due.left", "Count", left.WorkingDays)
	}
	return d
}
