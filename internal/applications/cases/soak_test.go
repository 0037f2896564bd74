package cases

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"okno/internal/agency"
	"okno/internal/applications/cases/casesdb"
	"okno/internal/identity"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/testkit"
)

// TestSoakQueue reads a queue of a million rows (OKNO_SOAK_ROWS) by named filters
// and orders on both engines, and prints the plans that docs/plans-queue.md keeps.
func TestSoakQueue(t *testing.T) {
	if os.Getenv("OKNO_SOAK") == "" {
		t.Skip("OKNO_SOAK is not set")
	}
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) { soakQueue(t, e) })
	}
}

func soakQueue(t *testing.T, e db.Engine) {
	rows := 1_000_000
	if n, err := strconv.Atoi(os.Getenv("OKNO_SOAK_ROWS")); err == nil {
		rows = n
	}
	clk := clock.NewFake(testkit.Start)
	b := setup(t, testkit.Open(t, e, schema(), clk))
	ctx := context.Background()
	now := int64(db.At(testkit.Start))
	const day = 86_400_000_000
	_, err := b.DB.SQL().ExecContext(ctx, fmt.Sprintf(`INSERT INTO applications_queue (agency_id, case_id, owner_id, number, service_id, status,
		undecided, assigned_to, region, submitted_at, deadline_at, deadline_date, paused_at, version, initials_sealed, escalated_at)
		WITH RECURSIVE row(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM row WHERE n < %[4]d)
		SELECT 'mvd', 'case-' || CAST(1000000000000 + n AS text), 'owner-' || n, 'n-' || n, 'service-' || (n %% 8),
			CASE WHEN n %% 50 < 35 THEN 'accepted' WHEN n %% 50 < 45 THEN 'in_work' WHEN n %% 50 < 48 THEN 'waiting' ELSE 'approved' END,
			n %% 50 < 48, CASE WHEN n %% 50 BETWEEN 35 AND 47 THEN 'officer-' || (n %% 40) ELSE '' END, substr(CAST(100 + n %% 89 AS text), 2),
			%[1]d - CAST(n AS bigint) * 2000000 - CASE WHEN n %% 2000 = 0 THEN 365 * CAST(%[3]d AS bigint) ELSE 0 END, %[1]d + CAST(n %% 60 - 20 AS bigint) * %[3]d, '2026-11-20',
			CASE WHEN n %% 50 BETWEEN 45 AND 47 THEN %[2]d ELSE 0 END, 1, '', 0 FROM row`, now, now, int64(day), rows))
	must(t, err)
	if e == db.Postgres { // nobody runs it on SQLite
		_, err = b.DB.SQL().ExecContext(ctx, "ANALYZE applications_queue")
		must(t, err)
	}
	me := b.head()
	measure := func(name string, f QueueFilter) {
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
		t.Logf("%s: median %s, worst %s; counted in %s\n%s", name, times[10].Round(time.Microsecond), times[19].Round(time.Microsecond),
			time.Since(start).Round(time.Microsecond), b.plan(me, t, f))
	}
	for name, f := range map[string]QueueFilter{
		"by deadline": {}, "newest first": {Order: ByNewest}, "oldest first": {Order: ByOldest}, "free": {Assigned: ByNobody, Status: []Status{Accepted}},
		"mine": {Assigned: "officer-7"}, "overdue": {Due: DueOverdue}, "soon": {Due: DueSoon}, "waiting": {Status: []Status{Waiting}},
		"one service": {Service: "service-3"}, "one region": {Region: "77"}, "service and region": {Service: "service-3", Region: "77"},
		"decided": {Closed: true, Order: ByNewest}, "waiting of a service": {Service: "service-3", Status: []Status{Waiting}},
		"escalated": {Escalated: true}, "a week": {From: "2026-11-09", To: "2026-11-15"}, "a day": {From: "2026-11-01", To: "2026-11-01"},
		"a sparse week": {From: "2025-11-03", To: "2025-11-09"}, "a year": {From: "2025-11-16", To: "2026-11-15"},
		"a week, decided": {From: "2026-11-09", To: "2026-11-15", Closed: true}, "since a day": {From: "2026-11-01"}, "until a day": {To: "2026-11-09"}, "two months": {From: "2026-09-16", To: "2026-11-15"},
	} {
		measure(name, f)
	}
	b.declare(me, t, 3)
	measure("declared interests", QueueFilter{})
	measure("declared interests, newest first", QueueFilter{Order: ByNewest})
	start := time.Now()
	_, err = b.QueueCounts(me, "")
	must(t, err)
	t.Logf("all counts of the page: %s", time.Since(start))
}

// declare bars the head from the cases of some people of the queue.
func (b *bundle) declare(ctx context.Context, t *testing.T, n int) {
	t.Helper()
	r := agency.Rules{}
	for i := range n {
		index := agency.PersonIndex(b.Sealer.Keyset(), "mvd", bySNILS, strconv.Itoa(i))
		r.Interests = append(r.Interests, agency.InterestOf("head", index))
		must(t, b.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			return b.store.putPeople(ctx, tx, []casesdb.ApplicationsPerson{
				{OwnerID: "owner-" + strconv.Itoa(60*(i+1)), AgencyID: "mvd", Kind: bySNILS, PersonIndex: index},
			})
		}))
	}
	b.follow(r)
}

// plan is how PostgreSQL reads a page.
func (b *bundle) plan(ctx context.Context, t *testing.T, f QueueFilter) string {
	t.Helper()
	f.Agency, f.After = "mvd", ""
	qf, err := b.filterOf(ctx, identity.ActorOf(ctx), f)
	must(t, err)
	qf.barred, err = b.barred(ctx, "mvd", "head")
	must(t, err)
	text, args := b.store.page(qf, 51)
	if days := qf.days(); qf.ofDays() && (days == nil || len(days) > daysFew) && b.DB.Engine() == db.SQLite {
		text, args = walkOfDays(qf, qf.now, "case", 51)
	}
	return b.explain(ctx, t, text, args...)
}
