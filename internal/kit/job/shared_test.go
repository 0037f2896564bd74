package job_test

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"testing"
	"time"

	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/job"
	"okno/internal/kit/testkit"
)

// TestManyEndWithEachOther works jobs that end well, fail, and wait, all at
// once: each is worked once and ends as it should, whoever shares its commit.
func TestManyEndWithEachOther(t *testing.T) {
	t.Parallel()
	testkit.Each(t, schema, clock.System(), func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		q := newQueue(t, d)
		const n = 300
		var mu sync.Mutex
		ran := map[string]int{}
		job.Handle(q, func(_ context.Context, p ping) error {
			mu.Lock()
			defer mu.Unlock()
			ran[p.ID]++
			if i, _ := strconv.Atoi(p.ID); i%10 == 0 {
				return job.Cancel(errors.New("never"))
			}
			return nil
		})
		if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			for i := range n {
				if err := q.Enqueue(ctx, tx, ping{strconv.Itoa(i)}); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if err := q.Start(ctx, 32); err != nil {
			t.Fatal(err)
		}
		testkit.Eventually(t, "all are ended", func() bool {
			depth, err := q.Depth(ctx)
			return err == nil && depth["available"]+depth["running"] == 0 && depth["cancelled"] == n/10
		})
		if err := q.Stop(ctx); err != nil {
			t.Fatal(err)
		}
		var left int
		if err := d.Reader().QueryRowContext(ctx, "SELECT COUNT(*) FROM river_job WHERE kind = 'test.ping'").Scan(&left); err != nil || left != n/10 {
			t.Errorf("%d jobs are left, %v", left, err)
		}
		mu.Lock()
		defer mu.Unlock()
		for id, times := range ran {
			if times != 1 {
				t.Errorf("job %s ran %d times", id, times)
			}
		}
	})
}

// TestDoneOncePeriod: what runs each hour is remembered as done, so that another
// node, or the same after a new start, does not run it again.
func TestDoneOncePeriod(t *testing.T) {
	t.Parallel()
	testkit.Each(t, schema, clock.System(), func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		q := newQueue(t, d)
		job.Handle(q, func(context.Context, ping) error { return nil })
		q.Every(time.Hour, ping{"hourly"})
		if err := q.Start(ctx, 4); err != nil {
			t.Fatal(err)
		}
		testkit.Eventually(t, "the hour's job is remembered as done", func() bool {
			var done int
			err := d.Reader().QueryRowContext(ctx, "SELECT COUNT(*) FROM river_job WHERE CAST(state AS TEXT) = 'completed' AND finalized_at IS NOT NULL").Scan(&done)
			return err == nil && done == 1
		})
		if err := q.Stop(ctx); err != nil {
			t.Fatal(err)
		}
	})
}
