package cases

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/testkit"
)

// TestSoakQueue reads a queue of a million rows (OKNO_SOAK_ROWS) by named filters
// and orders on PostgreSQL, and prints the plans that docs/plans.md keeps.
func TestSoakQueue(t *testing.T) {
	if os.Getenv("OKNO_SOAK") == "" {
		t.Skip("OKNO_SOAK is not set")
	}
	rows := 1_000_000
	if n, err := strconv.Atoi(os.Getenv("OKNO_SOAK_ROWS")); err == nil {
		rows = n
	}
	clk := clock.NewFake(testkit.Start)
	b := setup(t, testkit.Open(t, db.Postgres, schema(), clk))
	ctx := context.Background()
	now := int64(db.At(testkit.Start))
	const day = 86_400_000_000
	_, err := b.DB.SQL().ExecContext(ctx, fmt.Sprintf(`INSERT INTO applications_queue (agency_id, case_id, owner_id, number, service_id, status,
		undecided, assigned_to, region, submitted_at, deadline_at, deadline_date, paused_at, version, initials_sealed, escalated_at)
		SELECT 'mvd', 'case-' || lpad(CAST(n AS text), 12, '0'), 'owner-' || n, 'n-' || n, 'service-' || n %% 8,
			CASE WHEN n %% 50 < 35 THEN 'accepted' WHEN n %% 50 < 45 THEN 'in_work' WHEN n %% 50 < 48 THEN 'waiting' ELSE 'approved' END,
			n %% 50 < 48, CASE WHEN n %% 50 BETWEEN 35 AND 47 THEN 'officer-' || n %% 40 ELSE '' END, lpad(CAST(n %% 89 AS text), 2, '0'),
			%d - CAST(n AS bigint) * 2000000, %d + CAST(n %% 60 - 20 AS bigint) * %d, '2026-11-20', CASE WHEN n %% 50 BETWEEN 45 AND 47 THEN %d ELSE 0 END,
			1, '', 0 FROM generate_series(1, %d) AS n`, now, now, int64(day), now, rows))
	must(t, err)
	_, err = b.DB.SQL().ExecContext(ctx, "ANALYZE applications_queue")
	must(t, err)
	me := b.head()
	for name, f := range map[string]QueueFilter{
		"by deadline": {}, "newest first": {Order: ByNewest}, "oldest first": {Order: ByOldest}, "free": {Assigned: ByNobody, Status: []Status{Accepted}},
		"mine": {Assigned: "officer-7"}, "overdue": {Due: DueOverdue}, "soon": {Due: DueSoon}, "waiting": {Status: []Status{Waiting}},
		"one service": {Service: "service-3"}, "one region": {Region: "77"}, "service and region": {Service: "service-3", Region: "77"},
		"decided": {Closed: true, Order: ByNewest}, "waiting of a service": {Service: "service-3", Status: []Status{Waiting}},
		"escalated": {Escalated: true}, "a week": {From: "2026-11-09", To: "2026-11-15"},
	} {
		f.Limit = 50
		var times []time.Duration
		for range 20 {
			start := time.Now()
			page, err := b.Queue(me, f)
			must(t, err)
			if page.Next != "" { // the second page costs the same
				f.After = page.Next
			}
			times = append(times, time.Since(start))
		}
		slices.Sort(times)
		start := time.Now()
		_, err := b.QueueCount(me, f)
		must(t, err)
		t.Logf("%s: median %s, worst %s; counted in %s\n%s", name, times[10], times[19], time.Since(start), b.plan(me, t, f))
	}
	start := time.Now()
	_, err = b.QueueCounts(me, "")
	must(t, err)
	t.Logf("all counts of the page: %s", time.Since(start))
}

// plan is how PostgreSQL reads a page.
func (b *bundle) plan(ctx context.Context, t *testing.T, f QueueFilter) string {
	t.Helper()
	f.Agency, f.After = "mvd", ""
	qf := queueFilter{QueueFilter: f, me: "head", now: db.At(testkit.Start), soon: db.At(testkit.Start.AddDate(0, 0, 4))}
	switch f.Assigned {
	case "":
	case ByNobody:
		qf.assigned = []string{""}
	default:
		qf.assigned = []string{f.Assigned}
	}
	q := queueQuery(queueColumns, qf)
	order := map[string]string{ByNewest: "submitted_at DESC, case_id DESC", ByOldest: "submitted_at, case_id"}[f.Order]
	if order == "" {
		order = "deadline_at, case_id"
	}
	return b.explain(ctx, t, q.end(" ORDER BY "+order, 51), q.args...)
}
