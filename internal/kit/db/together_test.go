package db_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"okno/internal/kit/db"
)

// TestChangesTogether: of many changes at once each stands or falls alone.
func TestChangesTogether(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d, err := db.Open(ctx, "sqlite:"+filepath.Join(t.TempDir(), "a.db"), db.Options{Unsafe: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	if _, err := d.SQL().ExecContext(ctx, "CREATE TABLE t (n BIGINT PRIMARY KEY)"); err != nil {
		t.Fatal(err)
	}
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
			err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				if _, err := tx.ExecContext(ctx, "INSERT INTO t VALUES ($1)", n); err != nil {
					return err
				}
				tx.AfterCommit(func() { mu.Lock(); after++; mu.Unlock() })
				switch n % 3 {
				case 1:
					return refused
				case 2:
					panic(fmt.Sprint(n))
				}
				return nil
			})
			if n%3 == 0 && err != nil || n%3 == 1 && !errors.Is(err, refused) {
				t.Errorf("change %d: %v", n, err)
			}
		})
	}
	all.Wait()
	var stand, wrong int
	if err := d.Reader().QueryRowContext(ctx, "SELECT COUNT(*), SUM(n % 3 <> 0) FROM t").Scan(&stand, &wrong); err != nil {
		t.Fatal(err)
	}
	if stand != 100 || wrong != 0 || after != 100 || falls != 100 {
		t.Errorf("%d stand, %d of them wrong, %d after, %d falls", stand, wrong, after, falls)
	}
}

// TestChangesOfGoneCallers: who is gone before the change began changes nothing.
func TestChangesOfGoneCallers(t *testing.T) {
	t.Parallel()
	d, err := db.Open(context.Background(), "sqlite:"+filepath.Join(t.TempDir(), "a.db"), db.Options{Unsafe: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	ctx, gone := context.WithCancel(context.Background())
	gone()
	err = d.Write(ctx, func(context.Context, *db.Tx) error { t.Error("ran"); return nil })
	if err == nil {
		t.Error("no error")
	}
}
