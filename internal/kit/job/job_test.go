package job_test

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/job"
	"okno/internal/kit/testkit"
)

var schema = testkit.Schema{Name: "jobs", Prepare: job.Migrate}

type ping struct{ ID string }

func (ping) Kind() string { return "test.ping" }

func newQueue(t *testing.T, d *db.DB) *job.Queue {
	t.Helper()
	q, err := job.New(d, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func TestJobsRunAfterCommitOnly(t *testing.T) {
	t.Parallel()
	testkit.Each(t, schema, clock.System(), func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		q := newQueue(t, d)
		var ran atomic.Int64
		job.Handle(q, func(_ context.Context, p ping) error {
			if p.ID != "committed" {
				t.Errorf("ran %q", p.ID)
			}
			ran.Add(1)
			return nil
		})
		_ = d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			if err := q.Enqueue(ctx, tx, ping{"rolled back"}); err != nil {
				t.Error(err)
			}
			return errors.New("no")
		})
		if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			return q.Enqueue(ctx, tx, ping{"committed"}, ping{"committed"})
		}); err != nil {
			t.Fatal(err)
		}
		if err := q.Start(ctx, 4); err != nil {
			t.Fatal(err)
		}
		testkit.Eventually(t, "two jobs", func() bool { return ran.Load() == 2 })
		if err := q.Stop(ctx); err != nil {
			t.Fatal(err)
		}
	})
}

func TestDrainKeepsFailuresAndWaitsForTheClock(t *testing.T) {
	t.Parallel()
	clk := clock.NewFake(time.Now())
	testkit.Each(t, schema, clk, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		q := newQueue(t, d)
		fail, ran := true, 0
		job.Handle(q, func(context.Context, ping) error {
			if fail {
				return errors.New("not yet")
			}
			ran++
			return nil
		})
		if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			if err := q.EnqueueAt(ctx, tx, clk.Now().Add(1000*time.Hour), ping{"later"}); err != nil {
				return err
			}
			return q.Enqueue(ctx, tx, ping{"now"})
		}); err != nil {
			t.Fatal(err)
		}
		if err := q.Drain(ctx); err == nil {
			t.Fatal("the failure is not told")
		}
		fail = false
		if err := q.Drain(ctx); err != nil || ran != 1 {
			t.Fatalf("ran %d, %v", ran, err)
		}
		depth, err := q.Depth(ctx)
		if err != nil || depth["scheduled"] != 1 {
			t.Fatalf("depth %v, %v", depth, err)
		}
	})
}
