package db_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/testkit"
)

var schema = testkit.Of(db.Migrations{Room: "thing", FS: fstest.MapFS{
	"0001_things.sql": {Data: []byte(`-- +goose Up
CREATE TABLE things (id TEXT NOT NULL PRIMARY KEY, n BIGINT NOT NULL, ok BOOLEAN NOT NULL, data BYTEA NOT NULL);`)},
	"0002_only.sql":    {Data: []byte("-- +goose Up\nINSERT INTO things VALUES ('engine', 1, false, X'01');")},
	"0002_only.pg.sql": {Data: []byte("-- +goose Up\nINSERT INTO things VALUES ('engine', 2, false, '\\x02');")},
}})

func TestBothEnginesReadWhatWasWritten(t *testing.T) {
	t.Parallel()
	clk := clock.NewFake(testkit.Start)
	testkit.Each(t, schema, clk, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		for range 3 { // the second and third run use the prepared statements
			err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.ExecContext(ctx, `INSERT INTO things (id, n, ok, data) VALUES ($1, $2, $3, $4)
					ON CONFLICT (id) DO UPDATE SET n = things.n + 1`, "a", int64(tx.Now()), true, []byte{0, 1})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		var n int64
		var ok bool
		var data []byte
		if err := d.Reader().QueryRowContext(ctx, "SELECT n, ok, data FROM things WHERE id = $1", "a").Scan(&n, &ok, &data); err != nil {
			t.Fatal(err)
		}
		if n != int64(db.At(testkit.Start))+2 || !ok || len(data) != 2 {
			t.Fatalf("read %d %v %x", n, ok, data)
		}
		want := map[db.Engine]int64{db.SQLite: 1, db.Postgres: 2}[d.Engine()]
		if err := d.Reader().QueryRowContext(ctx, "SELECT n FROM things WHERE id = 'engine'").Scan(&n); err != nil || n != want {
			t.Fatalf("twin migration: %d, %v", n, err)
		}
	})
}

func TestRollbackLeavesNothingAndRunsNoHook(t *testing.T) {
	t.Parallel()
	testkit.Each(t, schema, clock.NewFake(testkit.Start), func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		boom := errors.New("boom")
		hooked := 0
		f := func(fail error) error {
			return d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				tx.AfterCommit(func() { hooked++ })
				if _, err := tx.ExecContext(ctx, "INSERT INTO things VALUES ('x', 1, true, $1)", []byte{}); err != nil {
					return err
				}
				return fail
			})
		}
		if err := f(boom); !errors.Is(err, boom) || hooked != 0 {
			t.Fatalf("err %v, hooked %d", err, hooked)
		}
		if err := f(nil); err != nil || hooked != 1 {
			t.Fatalf("err %v, hooked %d", err, hooked)
		}
	})
}

func TestReadRefusesToWrite(t *testing.T) {
	t.Parallel()
	testkit.Each(t, schema, clock.NewFake(testkit.Start), func(t *testing.T, d *db.DB) {
		err := d.Read(context.Background(), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.ExecContext(ctx, "DELETE FROM things")
			return err
		})
		if err == nil {
			t.Fatal("a reading transaction wrote")
		}
	})
}

func TestConcurrentChangesAreNotLost(t *testing.T) {
	t.Parallel()
	testkit.Each(t, schema, clock.System(), func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		const workers, rounds = 4, 10
		var wg sync.WaitGroup
		for range workers {
			wg.Go(func() {
				for range rounds {
					for errs.IsKind(increment(ctx, d), errs.Unavailable) {
						t.Log("retries used up; trying again")
					}
				}
			})
		}
		wg.Wait()
		var n int64
		if err := d.Reader().QueryRowContext(ctx, "SELECT n FROM things WHERE id = 'engine'").Scan(&n); err != nil {
			t.Fatal(err)
		}
		start := map[db.Engine]int64{db.SQLite: 1, db.Postgres: 2}[d.Engine()]
		if n != start+workers*rounds {
			t.Fatalf("n = %d, want %d", n, start+workers*rounds)
		}
	})
}

func increment(ctx context.Context, d *db.DB) error {
	return d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var n int64
		if err := tx.QueryRowContext(ctx, "SELECT n FROM things WHERE id = 'engine'").Scan(&n); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "UPDATE things SET n = $1 WHERE id = 'engine'", n+1)
		return err
	})
}

func TestLostDatabaseIsUnavailable(t *testing.T) {
	t.Parallel()
	testkit.Each(t, schema, clock.NewFake(testkit.Start), func(t *testing.T, d *db.DB) {
		_ = d.Close()
		if err := d.Ping(context.Background()); err == nil {
			t.Fatal("a closed database answers")
		}
	})
	_, err := db.Open(context.Background(), "postgres://okno:s3cret@127.0.0.1:1/x", db.Options{})
	if err == nil || errs.KindOf(db.Classify(err)) != errs.Unavailable {
		t.Fatalf("err = %v", err)
	}
	if _, err := db.Open(context.Background(), "mysql://x", db.Options{}); err == nil {
		t.Fatal("an unknown engine opens")
	}
}

func TestTypes(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 16, 10, 0, 0, 123456000, time.FixedZone("", 3*3600))
	if got := db.At(at).Time(); !got.Equal(at) || got.Location() != time.UTC {
		t.Fatalf("got %v", got)
	}
	if !db.At(time.Time{}).IsZero() || !db.Time(0).Time().IsZero() {
		t.Fatal("the zero time is not 0")
	}
	if db.At(at).Add(time.Hour).Sub(db.At(at)) != time.Hour {
		t.Fatal("Add and Sub disagree")
	}
	if db.In(2, 3) != "($2,$3,$4)" || db.In(1, 0) != "(NULL)" {
		t.Fatal(db.In(2, 3))
	}
	if db.DateOf(at) != "2026-11-16" {
		t.Fatal(db.DateOf(at))
	}
}
