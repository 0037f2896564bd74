package db_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/testkit"
)

// put inserts a thing that holds the number of its transaction.
func put(ctx context.Context, tx *db.Tx, name string) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO things VALUES ($1, CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT), true, $2)", name, []byte{})
	return err
}

// TestGroupedChanges: of many changes at once each stands or falls alone, and
// most of those that stand share a transaction.
func TestGroupedChanges(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d := testkit.Open(t, db.Postgres, schema, clock.System())
	refused := errors.New("refused")
	var all sync.WaitGroup
	var mu sync.Mutex
	after, falls := 0, 0
	for n := range 300 {
		all.Go(func() {
			defer func() {
				if recover() != nil {
					mu.Lock()
					falls++
					mu.Unlock()
				}
			}()
			err := d.WriteOnly(ctx, func(ctx context.Context, tx *db.Tx) error {
				if err := put(ctx, tx, fmt.Sprint("g", n)); err != nil {
					return err
				}
				r, err := tx.ExecContext(ctx, "UPDATE things SET ok = false WHERE id = $1", fmt.Sprint("g", n))
				if err != nil {
					return err
				}
				if n%2 == 0 { // some ask within, some do not
					if rows, err := r.RowsAffected(); err != nil || rows != 1 {
						return fmt.Errorf("%d rows, %w", rows, err)
					}
				}
				tx.AfterCommit(func() { mu.Lock(); after++; mu.Unlock() })
				switch n % 60 {
				case 1:
					return refused
				case 2:
					panic(fmt.Sprint(n))
				}
				return nil
			})
			if n%60 != 1 && n%60 != 2 && err != nil || n%60 == 1 && !errors.Is(err, refused) {
				t.Errorf("change %d: %v", n, err)
			}
		})
	}
	all.Wait()
	if n := count(t, d, "SELECT COUNT(*) FROM things WHERE id LIKE 'g%' AND NOT ok"); n != 290 || after != 290 || falls != 5 {
		t.Errorf("%d stand, %d after, %d falls", n, after, falls)
	}
	if n := count(t, d, "SELECT COUNT(DISTINCT n) FROM things WHERE id LIKE 'g%'"); n > 150 {
		t.Errorf("%d transactions for 290 changes", n)
	}
}

// TestGroupDoesNotWaitForARow: who wants a row that somebody holds does not
// keep the others waiting for it.
func TestGroupDoesNotWaitForARow(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d := testkit.Open(t, db.Postgres, schema, clock.System())
	holds, free := make(chan bool), make(chan bool)
	var held, waits sync.WaitGroup
	held.Go(func() {
		err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			r, err := tx.ExecContext(ctx, "UPDATE things SET n = 40 WHERE id = 'engine'")
			if err == nil {
				_, err = r.RowsAffected()
			}
			close(holds)
			<-free
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-holds
	waits.Go(func() {
		err := d.WriteOnly(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.ExecContext(ctx, "UPDATE things SET n = n + 2 WHERE id = 'engine'")
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
	var others sync.WaitGroup
	for i := range 20 {
		others.Go(func() {
			if err := d.WriteOnly(ctx, func(ctx context.Context, tx *db.Tx) error { return put(ctx, tx, fmt.Sprint("other", i)) }); err != nil {
				t.Error(err)
			}
		})
	}
	others.Wait() // while the row is held
	close(free)
	held.Wait()
	waits.Wait()
	if n := count(t, d, "SELECT n FROM things WHERE id = 'engine'"); n != 42 {
		t.Errorf("n is %d", n)
	}
}

// TestGroupOfAFaultyStatement: its own change is told, the others stand.
func TestGroupOfAFaultyStatement(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d := testkit.Open(t, db.Postgres, schema, clock.System())
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			err := d.WriteOnly(ctx, func(ctx context.Context, tx *db.Tx) error {
				if i == 7 {
					_, err := tx.ExecContext(ctx, "UPDATE nowhere SET n = 1")
					return err
				}
				return put(ctx, tx, fmt.Sprint("f", i))
			})
			if (err != nil) != (i == 7) {
				t.Errorf("change %d: %v", i, err)
			}
		})
	}
	all.Wait()
	if n := count(t, d, "SELECT COUNT(*) FROM things WHERE id LIKE 'f%'"); n != 39 {
		t.Errorf("%d stand", n)
	}
}
