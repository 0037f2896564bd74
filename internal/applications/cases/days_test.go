package cases

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"okno/internal/agency"
	"okno/internal/applications/cases/casesdb"
	"okno/internal/identity"
	"okno/internal/kit/db"
)

// fillDays puts lines into the queue whose deadlines have nothing to do with
// their submission; some lie at the edges of days.
func (b *bundle) fillDays(t *testing.T, from time.Time, n int) {
	t.Helper()
	rnd := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		at := from.Add(time.Duration(rnd.IntN(20*24*60)) * time.Minute)
		if i%5 == 0 {
			at = from.AddDate(0, 0, i%20).Add(time.Duration(rnd.IntN(3)-1) * time.Microsecond)
		}
		_, err := b.DB.SQL().ExecContext(context.Background(), fmt.Sprintf(`INSERT INTO applications_queue (agency_id, case_id, owner_id, number,
			service_id, status, undecided, assigned_to, region, submitted_at, deadline_at, deadline_date, paused_at, version, initials_sealed)
			VALUES ('mvd', '%04d', 'owner-%d', '%04d', 'tiny', 'accepted', %t, '', '77', %d, %d, '2026-11-20', 0, 1, '')`,
			i, i%9, i, i%7 > 0, db.At(at), db.At(from.Add(time.Duration(rnd.IntN(40))*24*time.Hour))))
		must(t, err)
	}
}

// TestQueueOfDays holds pages of days of submission against what all lines say.
func TestQueueOfDays(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		zone := b.zone("mvd", "")
		from := time.Date(2026, 10, 26, 0, 0, 0, 0, zone)
		b.fillDays(t, from, 300)
		b.declare(b.head(), t, 0)
		all, err := b.store.scanQueue(b.head(), "SELECT "+queueColumns+" FROM applications_queue WHERE agency_id = $1", []any{"mvd"})
		must(t, err)
		open := map[string]bool{}
		for i := range 300 {
			open[fmt.Sprintf("%04d", i)] = i%7 > 0
		}
		for _, f := range []QueueFilter{
			{From: "2026-11-03", To: "2026-11-09"},
			{From: "2026-11-05", To: "2026-11-05"},
			{From: "2026-11-01", To: "2026-11-30"},
			{From: "2026-11-03", To: "2026-11-09", Closed: true},
			{From: "2026-11-03", To: "2026-11-09", Due: DueOverdue},
			{From: "2026-11-03", To: "2026-11-09", Status: []Status{Accepted}},
			{From: "2026-11-03"},
			{To: "2026-11-09"},
			{From: "2026-12-24", To: "2026-12-31"},
			{From: "2026-11-09", To: "2026-11-03"},
			{From: "2020-01-01", To: "2026-11-09"},
			{From: "2026-01-01", To: "2026-11-09"},
			{From: "2026-01-01", Closed: true},
		} {
			f.Agency, f.Limit = "mvd", 7
			qf, err := b.filterOf(b.head(), identity.ActorOf(b.head()), f)
			must(t, err)
			var want []string
			slices.SortFunc(all, func(x, y casesdb.ApplicationsQueue) int {
				return cmp.Or(cmp.Compare(x.DeadlineAt, y.DeadlineAt), strings.Compare(x.CaseID, y.CaseID))
			})
			for _, r := range all {
				late := r.DeadlineAt < qf.now
				if r.SubmittedAt >= qf.from && (qf.to == 0 || r.SubmittedAt < qf.to) && open[r.CaseID] != f.Closed && (f.Due == "" || late) {
					want = append(want, r.Number)
				}
			}
			b.walks(t, qf, want)
			if got := b.pages(t, f); !slices.Equal(got, want) {
				t.Errorf("%+v: %d lines, want %d:\n%v\n%v", f, len(got), len(want), got, want)
			}
		}
		if b.DB.Engine() == db.SQLite {
			b.daysByIndex(t)
		}
	})
}

// walks says that what is found at the beginning of a queue begins the pages.
func (b *bundle) walks(t *testing.T, f queueFilter, want []string) {
	t.Helper()
	for _, most := range []int{0, 20, 1000} {
		rows, err := b.store.walked(b.head(), f, 5, most)
		must(t, err)
		for i, r := range rows {
			if r.Number != want[i] {
				t.Errorf("%+v: of %d lines the %d. is %s, want %s", f.QueueFilter, most, i, r.Number, want[i])
			}
		}
		days := f.days()
		walks := b.DB.Engine() == db.SQLite && f.ofDays() && (days == nil || len(days) > daysFew)
		if most == 1000 && walks && len(rows) != min(5, len(want)) {
			t.Errorf("%+v: %d lines", f.QueueFilter, len(rows))
		}
	}
}

// pages reads a queue to its end.
func (b *bundle) pages(t *testing.T, f QueueFilter) []string {
	t.Helper()
	var got []string
	for {
		page, err := b.Queue(b.head(), f)
		must(t, err)
		for _, r := range page.Rows {
			got = append(got, r.Number)
		}
		if page.Next == "" {
			return got
		}
		if len(page.Rows) != f.Limit {
			t.Errorf("a page of %d lines, and there is more", len(page.Rows))
		}
		f.After = page.Next
	}
}

// daysByIndex says that SQLite sorts no more than the lines of a page that it has read of each day.
func (b *bundle) daysByIndex(t *testing.T) {
	t.Helper()
	b.follow(agency.Rules{})
	for _, after := range []string{"", "1794171600000000.0042"} {
		qf, err := b.filterOf(b.head(), identity.ActorOf(b.head()), QueueFilter{Agency: "mvd", From: "2026-11-03", To: "2026-11-09", After: after})
		must(t, err)
		text, args := b.store.page(qf, 51)
		plan := b.explain(b.head(), t, text, args...)
		if strings.Count(plan, "USING INDEX applications_queue_days (agency_id=? AND undecided=? AND <expr>=?") != 7 ||
			strings.Count(plan, "SEARCH") != 7 || strings.Count(plan, "TEMP B-TREE") != strings.Count(plan, "SCAN (subquery-") {
			t.Errorf("after %q:\n%s", after, plan)
		}
	}
}
