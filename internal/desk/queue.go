package desk

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"strconv"
	"time"

	"okno/internal/agency"
	"okno/internal/applications/cases"
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
	tabConfirm = "confirm" // prepared by a colleague, to be confirmed
	tabMail    = "mail"    // a message of the citizen is not read, also after a decision
	tabTypo    = "typo"    // a mistake in an issued document is to be corrected
)

// nowrap keeps a cell on one line.
const nowrap = "okno-nowrap"

// pageSize is how many lines stand on a page of the desk.
const pageSize = 50

// choice is what the officer wants to see.
type choice struct {
	Agency, Tab, Status, Service string
	// Region, Assigned, Due, From and To narrow further; Order sorts.
	Region, Assigned, Due, From, To, Order string
	After                                  string
}

// parts are the parts of a choice by their names in an address.
func (c choice) parts() map[string]string {
	return map[string]string{
		"agency": c.Agency, "tab": c.Tab, "status": c.Status, "service": c.Service, "region": c.Region, "assigned": c.Assigned,
		"due": c.Due, "from": c.From, "to": c.To, "order": c.Order, "after": c.After,
	}
}

// query is the choice as the end of an address.
func (c choice) query() string {
	q := url.Values{}
	for name, value := range c.parts() {
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
	f := cases.QueueFilter{
		Agency: c.Agency, Service: c.Service, Region: c.Region, Assigned: c.Assigned, From: db.Date(c.From), To: db.Date(c.To),
		Due: c.Due, Order: c.Order, After: c.After, Limit: pageSize,
	}
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
	case tabMail:
		f.Waits = cases.WaitsMessage
	case tabTypo:
		f.Waits = cases.WaitsTypo
	case tabClosed:
		f.Closed = true
		if f.Order == "" || f.Order == cases.ByDeadline {
			f.Order = cases.ByNewest
		}
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
	Wrong    string            // what is wrong with what was searched for
	wrongAt  string            // id of the field that is wrong, "search" when empty
	Saved    []savedFilter
	Found    int // how many lines the filter finds, -1 where it is not counted
	Head     bool
	officers []ui.SelectItem
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
	v := queueView{choice: c, day: r.day, Found: -1, Head: actor.Has(identity.Head)}
	code := c.Agency
	if code == "" {
		code = mine[0]
	}
	page, err := r.page(ctx, c)
	if err != nil {
		return v, err
	}
	v.Rows = page.Rows
	if c.narrowed() {
		if v.Found, err = r.Cases.QueueCount(ctx, c.filter()); err != nil {
			return v, err
		}
	}
	if v.Saved, err = r.store.filters(ctx, actor.ID); err != nil {
		return v, err
	}
	if v.officers, err = r.officers(ctx, code, v.Head); err != nil {
		return v, err
	}
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

// page is a page of the queue; what waits for a second pair of eyes has one only.
func (r *Room) page(ctx context.Context, c choice) (cases.Page[cases.QueueRow], error) {
	if c.Tab != tabConfirm {
		return r.Cases.Queue(ctx, c.filter())
	}
	rows, err := r.Cases.ToConfirm(ctx, c.Agency)
	return cases.Page[cases.QueueRow]{Rows: rows}, err
}

// officers are the people to whom a head may give cases.
func (r *Room) officers(ctx context.Context, code string, head bool) ([]ui.SelectItem, error) {
	if !head {
		return nil, nil
	}
	ids, err := r.Cases.Officers(ctx, code)
	if err != nil {
		return nil, err
	}
	items := []ui.SelectItem{{NoValue: true, Text: i18n.T(ctx, "desk.queue.anybody")}}
	for _, account := range ids {
		name, err := r.people.name(ctx, account)
		if err != nil {
			return nil, err
		}
		items = append(items, ui.SelectItem{Value: account, Text: cmp.Or(name, tail(account))})
	}
	return items, nil
}

// addChoices are the services of the agency and the officer's agencies.
func (r *Room) addChoices(v *queueView, code string, mine []string) {
	v.Services = r.servicesOf(code)
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

// TakeNext takes the next case of the agency and gives its number: the most
// urgent of those that were given to the officer, else of those that are free.
// Colleagues who press at the same time get the next ones. Error: ErrNoFree.
func (r *Room) TakeNext(ctx context.Context, agencyCode, key string) (string, error) {
	for _, whose := range []string{cases.ByMe, cases.ByNobody} {
		f := cases.QueueFilter{Agency: agencyCode, Assigned: whose, Status: []cases.Status{cases.Accepted}, Limit: 10}
		page, err := r.Cases.Queue(ctx, f)
		if err != nil {
			return "", err
		}
		for _, row := range page.Rows {
			err = r.Cases.Take(ctx, cases.Deal{Number: row.Number, Version: row.Version, Key: key})
			if !passedOver(err) {
				return row.Number, err
			}
		}
	}
	return "", ErrNoFree
}

// passedOver reports whether the next case may be tried: a colleague was faster,
// or the officer must not work on this one.
func passedOver(err error) bool {
	for _, e := range []error{cases.ErrChanged, cases.ErrTaken, cases.ErrMove, cases.ErrOwnCase, cases.ErrInterest} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
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
func (c choice) narrowed() bool {
	return c.Status+c.Service+c.Region+c.Assigned+c.Due+c.From+c.To != ""
}

// wide is the choice without what narrows it.
func (c choice) wide() choice { return choice{Agency: c.Agency, Tab: c.Tab} }

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
		{tabConfirm, "desk.queue.tab_confirm", -1},
		{tabMail, "desk.queue.tab_mail", v.Counts.Unread},
		{tabTypo, "desk.queue.tab_typo", v.Counts.Typos},
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

func (v queueView) orders(ctx context.Context) []ui.SelectItem {
	return []ui.SelectItem{
		{Value: "", Text: i18n.T(ctx, "desk.queue.order_deadline")},
		{Value: cases.ByNewest, Text: i18n.T(ctx, "desk.queue.order_newest")},
		{Value: cases.ByOldest, Text: i18n.T(ctx, "desk.queue.order_oldest")},
	}
}

func (v queueView) dues(ctx context.Context) []ui.SelectItem {
	return []ui.SelectItem{
		{NoValue: true, Text: i18n.T(ctx, "desk.queue.any_due")},
		{Value: cases.DueOverdue, Text: i18n.T(ctx, "desk.queue.due_overdue")},
		{Value: cases.DueSoon, Text: i18n.T(ctx, "desk.queue.due_soon")},
	}
}

// assigned are the people by whom a queue is narrowed.
func (v queueView) assigned(ctx context.Context) []ui.SelectItem {
	items := []ui.SelectItem{
		{NoValue: true, Text: i18n.T(ctx, "desk.queue.anybody")},
		{Value: cases.ByNobody, Text: i18n.T(ctx, "desk.queue.nobody")},
		{Value: cases.ByMe, Text: i18n.T(ctx, "desk.queue.me")},
	}
	if len(v.officers) > 1 {
		items = append(items, v.officers[1:]...)
	}
	return items
}

// filters are the links of what the officer has named.
func (v queueView) filters() []ui.FilterLink {
	shown := current(v.Saved, v.choice)
	links := make([]ui.FilterLink, len(v.Saved))
	for i, f := range v.Saved {
		links[i] = ui.FilterLink{Text: f.Title, Href: f.href(), Current: f.ID == shown}
	}
	return links
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
		Classes: "okno-table--sticky", Attributes: ui.Attributes{"data-keys-rows": true},
		Head: []ui.Cell{
			{HTML: hiddenWords(t("desk.queue.tick"))},
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
			{HTML: tick(row)},
			{HTML: link("/desk/applications/"+row.Number, row.Number), Classes: nowrap},
			{Text: row.Title.In(forms.Lang(i18n.Lang(ctx)))},
			{Text: row.Initials, Classes: nowrap},
			{Text: v.day(ctx, row.SubmittedAt), Classes: nowrap},
			{HTML: deadlineCell(deadline(ctx, row))},
			{HTML: statusCell(row)},
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
	case row.Stage.Halted():
		d.Text = i18n.T(ctx, "desk.due.halted")
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
