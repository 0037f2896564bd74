package db_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/testkit"
)

// TestLookupsShareRoundTrips: of many at once each gets its own rows, and some go
// together, which their common transaction shows.
func TestLookupsShareRoundTrips(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d := testkit.Open(t, db.Postgres, schema, clock.System())
	const most = 100
	for range 50 { // on a busy machine the query may look slow at first
		var all sync.WaitGroup
		shared := make([]string, most)
		for n := range most {
			all.Go(func() {
				var own int
				err := d.Reader().QueryRowContext(ctx, "SELECT pg_backend_pid() || ' ' || now(), $1::int", n).Scan(&shared[n], &own)
				if err != nil || own != n {
					t.Errorf("asked for %d: %d, %v", n, own, err)
				}
			})
		}
		all.Wait()
		trips := map[string]bool{}
		for _, s := range shared {
			trips[s] = true
		}
		if len(trips) < most {
			return
		}
	}
	t.Error("nobody went with others")
}

// TestLookupsFailAlone: what is wrong with one is told to it alone.
func TestLookupsFailAlone(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d := testkit.Open(t, db.Postgres, schema, clock.System())
	for range 5 {
		var all sync.WaitGroup
		for n := range 60 {
			all.Go(func() {
				var out int
				err := d.Reader().QueryRowContext(ctx, "SELECT 60 / $1::int", n%3).Scan(&out)
				switch {
				case n%3 == 0 && err == nil:
					t.Error("nothing divides by zero")
				case n%3 > 0 && (err != nil || out != 60/(n%3)):
					t.Errorf("60 / %d: %d, %v", n%3, out, err)
				}
			})
		}
		all.Wait()
	}
}

// TestLookupsGiveWhatIsThere: every type, no value, no row, many rows, again and
// again, as the plain pool gives them.
func TestLookupsGiveWhatIsThere(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d := testkit.Open(t, db.Postgres, schema, clock.System())
	type row struct {
		Text           sql.NullString
		Big, Small     int64
		Yes            bool
		Bytes          []byte
		Real           float64
		Exact          string
		None, NoneText sql.NullString
	}
	read := func(q db.Q) (r row) {
		must(t, q.QueryRowContext(ctx, `SELECT 'ё', 1::bigint << 40, 7::smallint, true, '\x0001'::bytea, 1.5::float8, 1.25::numeric, NULL, NULL::text`).
			Scan(&r.Text, &r.Big, &r.Small, &r.Yes, &r.Bytes, &r.Real, &r.Exact, &r.None, &r.NoneText))
		return r
	}
	plain := func(q db.Q) (text string, list []int) {
		rows, err := q.QueryContext(ctx, "SELECT n FROM generate_series(1, $1::int) AS n", 1000)
		must(t, err)
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var n int
			must(t, rows.Scan(&n))
			list = append(list, n)
		}
		must(t, rows.Err())
		must(t, q.QueryRowContext(ctx, "SELECT $1::text", "x").Scan(&text))
		return text, list
	}
	for range 3 {
		if diff := cmp.Diff(read(d.SQL()), read(d.Reader())); diff != "" {
			t.Fatal(diff)
		}
		if text, list := plain(d.Reader()); text != "x" || len(list) != 1000 || list[999] != 1000 {
			t.Fatalf("%q, %d rows", text, len(list))
		}
		var none int
		if err := d.Reader().QueryRowContext(ctx, "SELECT 1 WHERE $1::int = 2", 1).Scan(&none); !errors.Is(err, sql.ErrNoRows) {
			t.Fatal(err)
		}
	}
}

// TestLookupsOnlyRead: a statement that writes is never sent twice.
func TestLookupsOnlyRead(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d := testkit.Open(t, db.Postgres, schema, clock.System())
	var before, count int
	must(t, d.Reader().QueryRowContext(ctx, "SELECT COUNT(*) FROM things").Scan(&before))
	for n := range 3 {
		var id string
		must(t, d.Reader().QueryRowContext(ctx, "INSERT INTO things VALUES ($1, 1, true, '') RETURNING id", fmt.Sprint("w", n)).Scan(&id))
	}
	must(t, d.Reader().QueryRowContext(ctx, "SELECT COUNT(*) FROM things").Scan(&count))
	if count-before != 3 {
		t.Fatalf("%d rows more", count-before)
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if err := d.Reader().QueryRowContext(gone, "SELECT COUNT(*) FROM things").Scan(&count); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

// TestSlowLookupsGoAlone: nobody waits for what takes its time.
func TestSlowLookupsGoAlone(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d := testkit.Open(t, db.Postgres, schema, clock.System())
	var all sync.WaitGroup
	var mu sync.Mutex
	trips := map[string]int{}
	for range 16 {
		all.Go(func() {
			var at string
			err := d.Reader().QueryRowContext(ctx, "SELECT pg_backend_pid() || ' ' || now() FROM pg_sleep(0.05)").Scan(&at)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			trips[at]++
		})
	}
	all.Wait()
	if len(trips) != 16 {
		t.Errorf("16 slow lookups made %d round trips", len(trips))
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
