package mark

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/testkit"
)

func schema() db.Migrations {
	return db.Migrations{Room: "things", FS: fstest.MapFS{"0001_all.sql": {Data: []byte(
		"-- +goose Up\nCREATE TABLE things_marks (owner_id TEXT NOT NULL, mark BIGINT NOT NULL, PRIMARY KEY (owner_id));\n")}}}
}

func set(t *testing.T, d *db.DB, owner string, mark int) {
	t.Helper()
	err := d.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO things_marks (owner_id, mark) VALUES ($1, $2) ON CONFLICT (owner_id) DO UPDATE SET mark = excluded.mark", owner, mark)
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// TestEachAsksForItself has many people ask at once while marks move: nobody
// gets the mark of another, or one that is older than the question.
func TestEachAsksForItself(t *testing.T) {
	t.Parallel()
	testkit.Each(t, testkit.Of(schema()), clock.NewFake(testkit.Start), func(t *testing.T, d *db.DB) {
		m := New(d, "things_marks")
		if at, err := m.Of(context.Background(), "nobody"); at != 0 || err != nil {
			t.Errorf("nobody has the mark %d, %v", at, err)
		}
		var all sync.WaitGroup
		for i := range 12 {
			all.Go(func() {
				owner := fmt.Sprint("owner", i)
				for n := 1; n <= 8; n++ {
					want := i*100 + n
					set(t, d, owner, want)
					if at, err := m.Of(context.Background(), owner); err != nil || at != int64(want) {
						t.Errorf("%s after change %d: %d, %v", owner, n, at, err)
					}
				}
			})
		}
		all.Wait()
	})
}

func TestKeptStandsWithItsMark(t *testing.T) {
	t.Parallel()
	now := testkit.Start
	k := NewKept[Part[string]](now)
	read := 0
	look := func(owner string, mark int64) string {
		v, err := k.Of(owner, mark, now).Get(func() (string, error) { read++; return fmt.Sprint(owner, mark), nil })
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, mark := range []int64{1, 1, 2, 2} {
		if got := look("anna", mark); got != fmt.Sprint("anna", mark) {
			t.Errorf("by mark %d: %s", mark, got)
		}
	}
	if read != 2 {
		t.Errorf("read %d times for two marks", read)
	}
	look("boris", 0)
	look("boris", 0)
	if read != 4 || k.Len() != 1 {
		t.Errorf("without a mark: read %d times, %d kept", read, k.Len())
	}
	boom := errors.New("boom")
	if _, err := k.Of("vera", 1, now).Get(func() (string, error) { return "half", boom }); !errors.Is(err, boom) {
		t.Errorf("the error is %v", err)
	}
	if got := look("vera", 1); got != "vera1" {
		t.Errorf("after an error: %s", got)
	}
	k.Forget()
	if k.Len() != 0 {
		t.Error("something was not forgotten")
	}
}

func TestKeptIsBounded(t *testing.T) {
	t.Parallel()
	k := NewKept[int](testkit.Start)
	for i := range 3 * TurnMost {
		k.Of(fmt.Sprint(i), 1, testkit.Start.Add(time.Duration(i)))
	}
	if n := k.Len(); n > 2*TurnMost {
		t.Errorf("%d are kept", n)
	}
	k.Sweep(testkit.Start.Add(2 * TurnLong))
	k.Sweep(testkit.Start.Add(3 * TurnLong))
	if n := k.Len(); n != 0 {
		t.Errorf("%d who have gone are kept", n)
	}
}
