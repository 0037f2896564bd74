package desk

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"time"

	"okno/internal/applications/cases"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
)

// hideBelow is from how many on a number is shown: fewer people could be told
// apart by those who know them.
const hideBelow = 10

// reportChoice is what a report counts.
type reportChoice struct {
	Agency, Service, By, Cross, From, To string
}

func (c reportChoice) query() string {
	q := url.Values{}
	for name, value := range map[string]string{"agency": c.Agency, "service": c.Service, "by": c.By, "cross": c.Cross, "from": c.From, "to": c.To} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q.Encode()
}

func reportFrom(query string) reportChoice {
	v, _ := url.ParseQuery(query) // what can't be read chooses nothing
	return reportChoice{v.Get("agency"), v.Get("service"), v.Get("by"), v.Get("cross"), v.Get("from"), v.Get("to")}
}

// complete fills what was left out: by service, the last thirty days.
func (c reportChoice) complete(today time.Time) reportChoice {
	c.By = cmp.Or(c.By, cases.ByService)
	c.To = cmp.Or(c.To, today.Format(time.DateOnly))
	if c.From == "" {
		if t, err := time.Parse(time.DateOnly, c.To); err == nil {
			c.From = t.AddDate(0, 0, -30).Format(time.DateOnly)
		}
	}
	if c.Cross == c.By {
		c.Cross = ""
	}
	return c
}

func (c reportChoice) filter() cases.ReportFilter {
	f := cases.ReportFilter{Service: c.Service, By: c.By, Cross: c.Cross, From: db.Date(c.From), To: db.Date(c.To)}
	if c.Agency != "" {
		f.Agencies = []string{c.Agency}
	}
	return f
}

// cell is a number that may be hidden.
type cell struct {
	N      int
	Hidden bool
}

// grid is a report as it is shown: lines by columns, with totals.
type grid struct {
	Lines, Columns []string // keys
	Cells          [][]cell // by line, by column
	LineTotals     []cell
	ColumnTotals   []cell
	Total          cell
	// Details are of lines: what was decided, how fast. Only where the line is shown.
	Details []cases.Tally
}

// gridOf lays counts out and hides what is small.
func gridOf(all []cases.Tally) grid {
	var g grid
	for _, t := range all {
		g.Lines, g.Columns = addKey(g.Lines, t.Key), addKey(g.Columns, t.Cross)
	}
	slices.Sort(g.Columns)
	g.Cells = make([][]cell, len(g.Lines))
	g.Details = make([]cases.Tally, len(g.Lines))
	for i := range g.Cells {
		g.Cells[i] = make([]cell, len(g.Columns))
	}
	for _, t := range all {
		i, j := slices.Index(g.Lines, t.Key), slices.Index(g.Columns, t.Cross)
		g.Cells[i][j].N = t.All
		d := &g.Details[i]
		d.All, d.Decided, d.Refused, d.Late = d.All+t.All, d.Decided+t.Decided, d.Refused+t.Refused, d.Late+t.Late
		d.Asked, d.TookDays = d.Asked+t.Asked, d.TookDays+t.TookDays
	}
	g.hide()
	g.round()
	return g
}

// roundTo is the step of shown numbers. Two reports that differ by one person
// mostly show the same numbers, so that their difference tells of nobody
// (docs/decisions/0013).
const roundTo = 5

func rounded(n int) int { return (n + roundTo/2) / roundTo * roundTo }

// round rounds what is shown. Totals are rounded by themselves: what is hidden
// can't be worked out from them any better.
func (g *grid) round() {
	one := func(c *cell) {
		if !c.Hidden {
			c.N = rounded(c.N)
		}
	}
	for i := range g.Cells {
		for j := range g.Cells[i] {
			one(&g.Cells[i][j])
		}
		one(&g.LineTotals[i])
	}
	for j := range g.ColumnTotals {
		one(&g.ColumnTotals[j])
	}
	one(&g.Total)
}

func addKey(all []string, key string) []string {
	if slices.Contains(all, key) {
		return all
	}
	return append(all, key)
}

// hide hides small cells, and then so many others that none can be worked out
// from a total: the hidden cells of each line and column, and the hidden totals,
// are at least two and together at least hideBelow.
func (g *grid) hide() {
	g.LineTotals, g.ColumnTotals = make([]cell, len(g.Lines)), make([]cell, len(g.Columns))
	for i := range g.Cells {
		for j := range g.Cells[i] {
			n := g.Cells[i][j].N
			g.LineTotals[i].N += n
			g.ColumnTotals[j].N += n
			g.Total.N += n
		}
	}
	// A table with its totals is a grid with one more line and column.
	for i := range g.Cells {
		g.Cells[i] = append(g.Cells[i], g.LineTotals[i])
	}
	g.Cells = append(g.Cells, append(slices.Clone(g.ColumnTotals), g.Total))
	for i := range g.Cells {
		for j := range g.Cells[i] {
			g.Cells[i][j].Hidden = g.Cells[i][j].N > 0 && g.Cells[i][j].N < hideBelow
		}
	}
	for g.hideMore() {
	}
	last := len(g.Cells) - 1
	for i := range last {
		w := len(g.Cells[i]) - 1
		g.LineTotals[i], g.Cells[i] = g.Cells[i][w], g.Cells[i][:w]
	}
	w := len(g.Cells[last]) - 1
	g.ColumnTotals, g.Total = g.Cells[last][:w], g.Cells[last][w]
	g.Cells = g.Cells[:last]
}

// hideMore hides one more cell where a line or column asks for it.
func (g *grid) hideMore() bool {
	for i := range g.Cells {
		line := make([]*cell, len(g.Cells[i]))
		for j := range g.Cells[i] {
			line[j] = &g.Cells[i][j]
		}
		if protect(line) {
			return true
		}
	}
	for j := range g.Cells[0] {
		column := make([]*cell, len(g.Cells))
		for i := range g.Cells {
			column[i] = &g.Cells[i][j]
		}
		if protect(column) {
			return true
		}
	}
	return false
}

// protect looks at one line; its last cell is the total. What is hidden in it
// is a sum that everybody can work out from the rest.
func protect(line []*cell) bool {
	total := line[len(line)-1]
	hidden, sum := 0, 0
	for _, c := range line[:len(line)-1] {
		if c.Hidden {
			hidden++
			sum += c.N
		}
	}
	switch {
	case total.Hidden && hidden == 0:
		// The parts add up to the total: hide the smallest of them.
	case hidden == 0 || total.Hidden || hidden > 1 && sum >= hideBelow:
		return false
	}
	var next *cell
	for _, c := range line[:len(line)-1] {
		if !c.Hidden && c.N > 0 && (next == nil || c.N < next.N) {
			next = c
		}
	}
	if next == nil {
		if total.Hidden {
			return false
		}
		next = total
	}
	next.Hidden = true
	return true
}

// reportView is a report with its names.
type reportView struct {
	reportChoice
	grid
	Agencies []agencyTitle
	Services []agencyTitle
	Schedule []schedule
	Wrong    string
	Saved    bool
}

type agencyTitle struct{ Code, Title string }

// mayReport are the agencies whose reports the actor sees.
func (r *Room) mayReport(ctx context.Context) ([]string, error) {
	a := identity.ActorOf(ctx)
	mine := a.AgenciesAs(identity.Head)
	if a.Has(identity.Administrator) {
		mine = nil
		for _, x := range r.Deps.Agencies.Agencies() {
			mine = append(mine, x.Code)
		}
	}
	if len(mine) == 0 {
		return nil, identity.ErrForbidden
	}
	return mine, nil
}

// report counts and hides.
func (r *Room) report(ctx context.Context, c reportChoice) (reportView, error) {
	v := reportView{reportChoice: c.complete(r.Clock.Now().In(r.Zone))}
	mine, err := r.mayReport(ctx)
	if err != nil {
		return v, err
	}
	lang := i18n.Lang(ctx)
	for _, code := range mine {
		v.Agencies = append(v.Agencies, agencyTitle{code, r.Deps.Agencies.Title(code, lang)})
	}
	v.Services = r.serviceTitles(lang, mine)
	all, err := r.Cases.Report(ctx, v.filter())
	if err != nil {
		return v, err
	}
	v.grid = gridOf(all)
	if len(mine) > 0 {
		v.Schedule, err = r.store.schedules(ctx, cmp.Or(c.Agency, mine[0]), identity.ActorOf(ctx).ID)
	}
	return v, err
}
