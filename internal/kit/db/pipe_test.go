package db_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/testkit"
)

// count runs a query for one number.
func count(t *testing.T, d *db.DB, query string) (n int64) {
	t.Helper()
	if err := d.Reader().QueryRowContext(context.Background(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestFaultOfAWaitingStatement: it is told, wherever it shows, and nothing stands.
func TestFaultOfAWaitingStatement(t *testing.T) {
	t.Parallel()
	testkit.Each(t, schema, clock.System(), func(t *testing.T, d *db.DB) {
		for name, then := range map[string]func(ctx context.Context, tx *db.Tx) error{
			"at the commit": func(context.Context, *db.Tx) error { return nil },
			"at a result": func(ctx context.Context, tx *db.Tx) error {
				r, err := tx.ExecContext(ctx, "UPDATE things SET n = 5")
				if err == nil {
					_, err = r.RowsAffected()
				}
				return err
			},
			"at a query": func(ctx context.Context, tx *db.Tx) error {
				var n int
				return tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM things").Scan(&n)
			},
		} {
			err := d.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
				for range 2 { // the second meets the first
					if _, err := tx.ExecContext(ctx, "INSERT INTO things VALUES ('x', 1, true, $1)", []byte{}); err != nil {
						return err
					}
				}
				return then(ctx, tx)
			})
			if err == nil {
				t.Errorf("%s: no error", name)
			}
			if n := count(t, d, "SELECT COUNT(*) FROM things"); n != 1 {
				t.Errorf("%s: %d rows stand", name, n)
			}
		}
	})
}

// TestPassedOverFault: a function that goes on after a fault commits nothing.
func TestPassedOverFault(t *testing.T) {
	t.Parallel()
	d := testkit.Open(t, db.Postgres, schema, clock.System())
	err := d.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.ExecContext(ctx, "UPDATE things SET n = 7"); err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, "SELECT nothing FROM nowhere")
		if err == nil {
			_ = errors.Join(rows.Err(), rows.Close())
		}
		return nil
	})
	if err == nil || count(t, d, "SELECT COUNT(*) FROM things WHERE n = 7") != 0 {
		t.Errorf("err %v", err)
	}
}

// TestWaitingStatementsKeepTheirOrder: queries see what was written before them.
func TestWaitingStatementsKeepTheirOrder(t *testing.T) {
	t.Parallel()
	testkit.Each(t, schema, clock.System(), func(t *testing.T, d *db.DB) {
		var seen, changed int64
		err := d.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
			for i := range 3 {
				if _, err := tx.ExecContext(ctx, "INSERT INTO things VALUES ($1, $2, true, $3)", fmt.Sprint(i), i, []byte{1}); err != nil {
					return err
				}
			}
			if err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM things").Scan(&seen); err != nil {
				return err
			}
			r, err := tx.ExecContext(ctx, "UPDATE things SET n = n + 1 WHERE id <> 'engine'")
			if err != nil {
				return err
			}
			changed, err = r.RowsAffected()
			return err
		})
		if err != nil || seen != 4 || changed != 3 {
			t.Errorf("seen %d, changed %d, %v", seen, changed, err)
		}
	})
}

// TestPanicGivesTheConnectionBackClean: what was sent is undone.
func TestPanicGivesTheConnectionBackClean(t *testing.T) {
	t.Parallel()
	testkit.Each(t, schema, clock.System(), func(t *testing.T, d *db.DB) {
		for range 20 { // more than there are connections
			func() {
				defer func() { _ = recover() }()
				_ = d.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
					r, err := tx.ExecContext(ctx, "UPDATE things SET n = 9")
					if err == nil {
						_, err = r.RowsAffected()
					}
					if err != nil {
						return err
					}
					panic("fell")
				})
			}()
		}
		if n := count(t, d, "SELECT COUNT(*) FROM things WHERE n = 9"); n != 0 {
			t.Errorf("%d rows stand", n)
		}
	})
}

func TestWriteOnlyDoesNotRead(t *testing.T) {
	t.Parallel()
	testkit.Each(t, schema, clock.System(), func(t *testing.T, d *db.DB) {
		err := d.WriteOnly(context.Background(), func(ctx context.Context, tx *db.Tx) error {
			var n int
			if _, err := tx.ExecContext(ctx, "UPDATE things SET n = 3"); err != nil {
				return err
			}
			_ = tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM things").Scan(&n) // whoever passes the fault over
			return nil
		})
		if err == nil || count(t, d, "SELECT COUNT(*) FROM things WHERE n = 3") != 0 {
			t.Errorf("err %v", err)
		}
	})
}

// TestNoUpdateIsLost: of many who change one version, one wins and the others
// are told, with Write and with WriteOnly.
func TestNoUpdateIsLost(t *testing.T) {
	t.Parallel()
	stale := errors.New("stale")
	testkit.Each(t, schema, clock.System(), func(t *testing.T, d *db.DB) {
		for _, write := range []func(context.Context, func(context.Context, *db.Tx) error) error{d.Write, d.WriteOnly} {
			was := count(t, d, "SELECT n FROM things WHERE id = 'engine'")
			var won, told atomic.Int64
			var all sync.WaitGroup
			for range 32 {
				all.Go(func() {
					err := write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
						r, err := tx.ExecContext(ctx, "UPDATE things SET n = n + 1 WHERE id = 'engine' AND n = $1", was)
						if err != nil {
							return err
						}
						if n, err := r.RowsAffected(); err != nil || n > 0 {
							return err
						}
						return stale
					})
					switch {
					case err == nil:
						won.Add(1)
					case errors.Is(err, stale):
						told.Add(1)
					default:
						t.Error(err)
					}
				})
			}
			all.Wait()
			if won.Load() != 1 || told.Load() != 31 || count(t, d, "SELECT n FROM things WHERE id = 'engine'") != was+1 {
				t.Errorf("%d won, %d were told", won.Load(), told.Load())
			}
		}
	})
}

// TestNoSkewAndNobodyTurnedAway: 64 at once each leave only if another stays.
// All are served, and the last one stays.
func TestNoSkewAndNobodyTurnedAway(t *testing.T) {
	t.Parallel()
	testkit.Each(t, schema, clock.System(), func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		const people = 64
		err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			for i := range people {
				if _, err := tx.ExecContext(ctx, "INSERT INTO things VALUES ($1, $2, true, $3)", fmt.Sprint("duty", i), i, []byte{}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		var left atomic.Int64
		var all sync.WaitGroup
		for i := range people {
			all.Go(func() {
				err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
					var on int
					if err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM things WHERE ok AND id LIKE 'duty%'").Scan(&on); err != nil {
						return err
					}
					if on < 2 {
						return nil
					}
					tx.AfterCommit(func() { left.Add(1) })
					_, err := tx.ExecContext(ctx, "UPDATE things SET ok = false WHERE id = $1", fmt.Sprint("duty", i))
					return err
				})
				if err != nil {
					t.Errorf("%d is turned away: %v", i, err)
				}
			})
		}
		all.Wait()
		if on := count(t, d, "SELECT COUNT(*) FROM things WHERE ok AND id LIKE 'duty%'"); on != 1 || left.Load() != people-1 {
			t.Errorf("%d on duty, %d left", on, left.Load())
		}
	})
}

// TestQueryGoesWithWhatWaits: rows of every length and kind are the same whether
// the query goes along with statements or by itself, and a fault of either is told.
func TestQueryGoesWithWhatWaits(t *testing.T) {
	t.Parallel()
	testkit.Each(t, schema, clock.System(), func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		for _, rows := range []int{0, 1, 256, 257, 600} {
			err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				if _, err := tx.ExecContext(ctx, "DELETE FROM things"); err != nil {
					return err
				}
				for n := range rows {
					if _, err := tx.ExecContext(ctx, "INSERT INTO things VALUES ($1, $2, $3, $4)", fmt.Sprintf("%03d", n), n, n%2 == 0, []byte{byte(n)}); err != nil {
						return err
					}
				}
				for turn := range 2 { // along with the statements, and alone
					n, err := readThings(ctx, tx)
					if err != nil {
						return err
					}
					if n != rows {
						t.Errorf("turn %d: %d rows of %d", turn, n, rows)
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		var n int
		err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.ExecContext(ctx, "UPDATE things SET n = 1"); err != nil {
				return err
			}
			return tx.QueryRowContext(ctx, "SELECT n FROM things WHERE id = 'nobody'").Scan(&n)
		})
		if !db.IsNone(err) {
			t.Errorf("no row is told as %v", err)
		}
		for what, query := range map[string]string{
			"can't be asked": "SELECT n FROM nowhere",
			"fails":          "SELECT CASE WHEN n = 1 THEN abs(-9223372036854775808 + 0 * n) END FROM things",
		} {
			err = d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				if _, err := tx.ExecContext(ctx, "UPDATE things SET n = 1"); err != nil {
					return err
				}
				return tx.QueryRowContext(ctx, query).Scan(&n)
			})
			if err == nil || db.IsNone(err) {
				t.Errorf("a query that %s is told as %v", what, err)
			}
		}
	})
}

// readThings checks the values of all rows and counts them.
func readThings(ctx context.Context, tx *db.Tx) (n int, err error) {
	rows, err := tx.QueryContext(ctx, "SELECT id, n, ok, data FROM things ORDER BY id")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for ; rows.Next(); n++ {
		var (
			id   string
			at   int
			on   bool
			blob []byte
		)
		if err := rows.Scan(&id, &at, &on, &blob); err != nil {
			return n, err
		}
		if id != fmt.Sprintf("%03d", n) || at != n || on != (n%2 == 0) || len(blob) != 1 || blob[0] != byte(n) {
			return n, fmt.Errorf("row %d is %s %d %v %v", n, id, at, on, blob)
		}
	}
	return n, rows.Err()
}

// TestMustChangeARow: a change fails with the refusal of the statement that changes
// no row, alone and among others, and nothing of it stands.
func TestMustChangeARow(t *testing.T) {
	t.Parallel()
	errFirst, errSecond := errors.New("first"), errors.New("second")
	testkit.Each(t, schema, clock.System(), func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		change := func(first, second string) func(context.Context, *db.Tx) error {
			return func(ctx context.Context, tx *db.Tx) error {
				if _, err := tx.ExecContext(ctx, "INSERT INTO things VALUES ('with', 1, true, $1) ON CONFLICT (id) DO NOTHING", []byte{}); err != nil {
					return err
				}
				if _, err := tx.Must(errFirst).ExecContext(ctx, "-- a comment\nUPDATE things SET n = n + 10 WHERE id = $1", first); err != nil {
					return err
				}
				_, err := tx.Must(errSecond).ExecContext(ctx, "DELETE FROM things WHERE id = $1", second)
				return err
			}
		}
		for how, write := range map[string]func(context.Context, func(context.Context, *db.Tx) error) error{"Write": d.Write, "WriteOnly": d.WriteOnly} {
			if err := write(ctx, change("nobody", "engine")); !errors.Is(err, errFirst) {
				t.Errorf("%s: the first is refused with %v", how, err)
			}
			if err := write(ctx, change("engine", "nobody")); !errors.Is(err, errSecond) {
				t.Errorf("%s: the second is refused with %v", how, err)
			}
			if n := count(t, d, "SELECT COUNT(*) FROM things WHERE id = 'with' OR n > 2"); n != 0 {
				t.Errorf("%s: %d rows of what was refused stand", how, n)
			}
			var all sync.WaitGroup
			var refused, done atomic.Int64
			for n := range 40 {
				all.Go(func() {
					id := "engine"
					if n%4 == 0 {
						id = "nobody"
					}
					err := write(ctx, func(ctx context.Context, tx *db.Tx) error {
						_, err := tx.Must(errFirst).ExecContext(ctx, "UPDATE things SET n = n + 100 WHERE id = $1", id)
						return err
					})
					switch {
					case err == nil:
						done.Add(1)
					case errors.Is(err, errFirst):
						refused.Add(1)
					default:
						t.Errorf("%s: %v", how, err)
					}
				})
			}
			all.Wait()
			if n := count(t, d, "SELECT MAX(n) / 100 FROM things"); refused.Load() != 10 || done.Load() != 30 || n != 30 {
				t.Errorf("%s: %d refused, %d done, %d counted", how, refused.Load(), done.Load(), n)
			}
			if err := write(ctx, func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Must(errFirst).ExecContext(ctx, "UPDATE things SET n = 2 WHERE id = 'engine'")
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
	})
}
