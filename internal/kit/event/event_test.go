package event_test

import (
	"context"
	"log/slog"
	"testing"

	"github.com/google/go-cmp/cmp"

	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/event"
	"okno/internal/kit/job"
	"okno/internal/kit/testkit"
)

func TestEachListenerHearsOnce(t *testing.T) {
	t.Parallel()
	schema := testkit.Schema{Name: "jobs", Prepare: job.Migrate}
	testkit.Each(t, schema, clock.NewFake(testkit.Start), func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		q, err := job.New(d, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		bus := event.NewBus(q)
		heard := map[string][]event.Event{}
		for _, l := range []string{"a.hears", "b.hears"} {
			bus.On("thing.moved", l, func(_ context.Context, e event.Event) error {
				heard[l] = append(heard[l], e)
				return nil
			})
		}
		e := event.Event{Name: "thing.moved", ID: "1", Owner: "o", Version: 3, Refs: map[string]string{"to": "done"}}
		if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			if err := bus.Announce(ctx, tx, event.Event{Name: "nobody.hears"}); err != nil {
				return err
			}
			return bus.Announce(ctx, tx, e)
		}); err != nil {
			t.Fatal(err)
		}
		if err := q.Drain(ctx); err != nil {
			t.Fatal(err)
		}
		want := map[string][]event.Event{"a.hears": {e}, "b.hears": {e}}
		if diff := cmp.Diff(want, heard); diff != "" {
			t.Fatal(diff)
		}
	})
}
