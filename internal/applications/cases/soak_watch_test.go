package cases

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/testkit"
)

// named is a query of queries.sql by its name.
func named(t *testing.T, name string) string {
	t.Helper()
	raw, err := os.ReadFile("queries.sql")
	must(t, err)
	_, rest, ok := strings.Cut(string(raw), "-- name: "+name+" :")
	if !ok {
		t.Fatalf("there is no query %s", name)
	}
	_, rest, _ = strings.Cut(rest, "\n")
	text, _, _ := strings.Cut(rest, ";")
	return text
}

// TestSoakWatch prints how PostgreSQL answers what the watchdog asks each minute of
// an agency with a million applications (OKNO_SOAK_ROWS), for docs/plans-watch.md.
func TestSoakWatch(t *testing.T) {
	if os.Getenv("OKNO_SOAK") == "" {
		t.Skip("OKNO_SOAK is not set")
	}
	rows := 1_000_000
	if n, err := strconv.Atoi(os.Getenv("OKNO_SOAK_ROWS")); err == nil {
		rows = n
	}
	b := setup(t, testkit.Open(t, db.Postgres, schema(), clock.NewFake(testkit.Start)))
	ctx := context.Background()
	now := int64(db.At(testkit.Start))
	const minute = 60_000_000
	// One a second; one of a thousand has not been received, every tenth waits for
	// somebody to take it, one of five thousand is a part, few were forwarded.
	_, err := b.DB.SQL().ExecContext(ctx, fmt.Sprintf(`INSERT INTO applications_queue (agency_id, case_id, owner_id, number, service_id, status,
		undecided, assigned_to, region, submitted_at, deadline_at, deadline_date, paused_at, version, initials_sealed, escalated_at,
		part_of, queued_at, sent_at, received_at, registered_at)
		SELECT 'mvd', 'case-' || lpad(CAST(n AS text), 12, '0'), 'owner-' || n, 'n-' || n, 'service-' || n %% 8,
			CASE n %% 10 WHEN 0 THEN 'accepted' WHEN 1 THEN 'in_work' ELSE 'completed' END, n %% 10 < 2, CASE WHEN n %% 10 = 1 THEN 'officer-' || n %% 40 ELSE '' END,
			'77', %[1]d - CAST(n AS bigint) * 1000000, %[1]d + CAST(n %% 60 - 20 AS bigint) * 86400000000, '2026-11-20', 0, 1, '', 0,
			CASE WHEN n %% 5000 = 0 THEN 'whole' ELSE '' END, CASE WHEN n %% 10000 = 0 THEN %[1]d - CAST(n AS bigint) * 1000000 ELSE 0 END,
			%[1]d - CAST(n AS bigint) * 1000000, CASE WHEN n %% 1000 = 0 THEN 0 ELSE %[1]d - CAST(n AS bigint) * 1000000 END,
			CASE WHEN n %% 10 = 0 THEN 0 ELSE %[1]d - CAST(n AS bigint) * 1000000 END
		FROM generate_series(1, %[2]d) AS n`, now, rows))
	must(t, err)
	_, err = b.DB.SQL().ExecContext(ctx, `INSERT INTO applications_late (agency_id, hop, case_id, owner_id, number, since_at, raised_at, told_at, closed_at)
		SELECT 'mvd', 'received', case_id, owner_id, number, sent_at, sent_at, 0, CASE WHEN random() < 0.9 THEN sent_at ELSE 0 END
		FROM applications_queue WHERE received_at = 0`)
	must(t, err)
	_, err = b.DB.SQL().ExecContext(ctx, "ANALYZE")
	must(t, err)
	for _, q := range []struct {
		name string
		args []any
	}{
		{"Unreceived", []any{"mvd", now - 15*minute, 2000}},
		{"Arrived", []any{"mvd", now - 3*minute, now - 2*minute, 2000}},
		{"ArrivedForwarded", []any{"mvd", now - 3*minute, now - 2*minute, 2000}},
		{"Untaken", []any{"mvd", 2000}},
		{"TakenBefore", []any{"mvd", now - 15*minute, 20}},
		{"TakenAfter", []any{"mvd", now - 15*minute, 20}},
		{"InWorkFirst", []any{"mvd", "in_work", 20}},
		{"Hops", []any{"mvd", "case-000000001000"}},
		{"OpenLate", []any{"mvd", "received", 0, 250}},
		{"UntoldLate", []any{"mvd", "received", now, 100}},
		{"CountLate", []any{"mvd", "received"}},
		{"LateParts", []any{"mvd", now}},
		{"Late", []any{"mvd", now}},
	} {
		t.Logf("\n## %s\n\n```\n%s\n%s```", q.name, named(t, q.name), b.explain(ctx, t, named(t, q.name), q.args...))
	}
}

// explain is how the engine answers a query.
func (b *bundle) explain(ctx context.Context, t *testing.T, query string, args ...any) string {
	t.Helper()
	ask, line := "EXPLAIN QUERY PLAN ", ""
	var n int
	into := []any{&n, &n, &n, &line}
	if b.DB.Engine() == db.Postgres {
		ask, into = "EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF, SUMMARY OFF) ", []any{&line}
	}
	rows, err := b.DB.SQL().QueryContext(ctx, ask+query, args...)
	must(t, err)
	defer func() { _ = rows.Close() }()
	var text strings.Builder
	for rows.Next() {
		must(t, rows.Scan(into...))
		text.WriteString(line + "\n")
	}
	must(t, rows.Err())
	return text.String()
}
