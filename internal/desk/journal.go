package desk

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"okno/internal/identity"
	"okno/internal/kit/audit"
	"okno/internal/kit/db"
	"okno/internal/kit/formula"
)

const (
	// journalPage is how many lines a page of the journal shows.
	journalPage = 100
	// scanBatch is how many lines are read at once, scanMost how many a page
	// looks through for a filter that the journal has no index for.
	scanBatch = 500
	scanMost  = 5000
	// exportMost bounds an export.
	exportMost = 10000
)

// search is what an auditor looks for; empty parts mean all.
type search struct {
	Act, Actor, Owner, Object string
	From, To                  string // days, YYYY-MM-DD, both counted in
	Before                    db.Time
}

func (s search) values() url.Values {
	q := url.Values{}
	for name, value := range map[string]string{"act": s.Act, "actor": s.Actor, "owner": s.Owner, "object": s.Object, "from": s.From, "to": s.To} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q
}

// further is the page that goes on before the instant.
func (s search) further(before db.Time) string {
	q := s.values()
	q.Set("before", strconv.FormatInt(int64(before), 10))
	return "/desk/journal?" + q.Encode()
}

// details are what the journal tells of the auditor's own look.
func (s search) details() map[string]string {
	d := map[string]string{}
	for name, value := range s.values() {
		d[name] = value[0]
	}
	return d
}

// span are the instants that the days of a search mean.
func (s search) span(zone *time.Location) (from, before db.Time) {
	if t, err := time.ParseInLocation(time.DateOnly, s.From, zone); err == nil {
		from = db.At(t)
	}
	before = 1 << 62
	if t, err := time.ParseInLocation(time.DateOnly, s.To, zone); err == nil {
		before = db.At(t.AddDate(0, 0, 1))
	}
	if s.Before > 0 && s.Before < before {
		before = s.Before
	}
	return from, before
}

// fits is the part of the search that the journal does not do itself. An act
// that ends with a dot is the beginning of acts.
func (s search) fits(l audit.Line) bool {
	return (s.Object == "" || l.Object == s.Object) && (!strings.HasSuffix(s.Act, ".") || strings.HasPrefix(l.Act, s.Act))
}

func (s search) filter(before db.Time) audit.Filter {
	f := audit.Filter{Owner: s.Owner, Actor: s.Actor, Act: s.Act, Before: before, Limit: scanBatch}
	if strings.HasSuffix(s.Act, ".") {
		f.Act = ""
	}
	return f
}

// found is a part of the journal; Next goes on, 0 at its end.
type found struct {
	Lines []audit.Line
	Next  db.Time
}

// look notes the look in the journal and then reads it. Only auditors may.
func (r *Room) look(ctx context.Context, act string, s search, limit int) (found, error) {
	actor := identity.ActorOf(ctx)
	if !actor.Has(identity.Auditor) {
		return found{}, identity.ErrForbidden
	}
	entry := actor.Entry(act, s.Owner, "journal:all")
	entry.Details = s.details()
	if err := r.Journal.Look(ctx, entry); err != nil {
		return found{}, err
	}
	return r.find(ctx, s, limit)
}

// find reads whole instants: the lines of one transaction have one instant, and
// a page that ended among them would lose the rest.
func (r *Room) find(ctx context.Context, s search, limit int) (f found, err error) {
	from, before := s.span(r.Zone)
	seen := 0
	for seen < max(scanMost, limit) {
		filter := s.filter(before)
		lines, err := r.Journal.Find(ctx, filter)
		if err != nil {
			return f, err
		}
		last := len(lines) < filter.Limit
		if !last {
			lines = wholeInstants(lines)
		}
		for i, l := range lines {
			switch {
			case l.At < from:
				return f, nil
			case len(f.Lines) >= limit && l.At != lines[max(i-1, 0)].At:
				f.Next = l.At + 1
				return f, nil
			case s.fits(l):
				f.Lines = append(f.Lines, l)
			}
		}
		if last {
			return f, nil
		}
		seen += len(lines)
		before = lines[len(lines)-1].At
	}
	f.Next = before
	return f, nil
}

// wholeInstants leaves out the last instant, of which more may follow, unless
// there is no other.
func wholeInstants(lines []audit.Line) []audit.Line {
	last := lines[len(lines)-1].At
	i := slices.IndexFunc(lines, func(l audit.Line) bool { return l.At == last })
	if i == 0 {
		return lines
	}
	return lines[:i]
}

// csvRow is a line of the export; its times are UTC.
func csvRow(l audit.Line) []string {
	details := make([]string, 0, len(l.Details))
	for k, v := range l.Details {
		details = append(details, k+"="+v)
	}
	slices.Sort(details)
	row := []string{
		l.At.Time().Format(time.RFC3339Nano), l.ID, l.Act, l.Actor, l.Role, l.Owner, l.Object, l.IP, l.Agent, l.Request,
		strings.Join(details, "; "),
	}
	for i, c := range row {
		row[i] = formula.Guard(c)
	}
	return row
}
