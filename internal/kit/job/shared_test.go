package job_test

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"testing"

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
		mu.Lock()
		defer mu.Unlock()
		for id, times := range ran {
			if times != 1 {
				t.Errorf("job %s ran %d times", id, times)
			}
		}
	})
}
