package job

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/riverqueue/river"

	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/testkit"
)

type note struct {
	Text string `json:"text"`
}

func (note) Kind() string { return "test.note" }

// TestRowsAreRivers: what Enqueue writes is what River's own client writes.
func TestRowsAreRivers(t *testing.T) {
	t.Parallel()
	schema := testkit.Schema{Name: "jobs", Prepare: Migrate}
	testkit.Each(t, schema, clock.System(), func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		q, err := New(d, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		later := time.Now().Add(time.Hour).Truncate(time.Millisecond) // River rounds, we cut
		tx, err := d.SQL().BeginTx(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range []*river.InsertOpts{nil, {ScheduledAt: later}} {
			if _, err := q.insert.InsertTx(ctx, tx, note{"a "}, o); err != nil {
				t.Fatal(err)
			}
		}
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		rivers := takeRows(t, d)
		err = d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			if err := q.Enqueue(ctx, tx, note{"a "}); err != nil {
				return err
			}
			return q.EnqueueAt(ctx, tx, later, note{"a "})
		})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(rivers, takeRows(t, d)); diff != "" {
			t.Error(diff)
		}
	})
}

// takeRows reads and deletes the jobs; what differs with the moment is left out.
func takeRows(t *testing.T, d *db.DB) []string {
	t.Helper()
	ctx := context.Background()
	metadata := "CAST(metadata AS TEXT)"
	if d.Engine() == db.SQLite {
		metadata = "'{}'" // River puts a random number there
	}
	rows, err := d.SQL().QueryContext(ctx, `SELECT kind, CAST(args AS TEXT), CAST(state AS TEXT), CAST(max_attempts AS TEXT),
		CAST(attempt AS TEXT), CAST(priority AS TEXT), queue, CAST(tags AS TEXT), COALESCE(CAST(unique_key AS TEXT), 'none'),
		COALESCE(CAST(unique_states AS TEXT), 'none'), `+metadata+`, CAST(LENGTH(CAST(created_at AS TEXT)) > 19 AS TEXT),
		CASE WHEN state = 'scheduled' THEN CAST(scheduled_at AS TEXT) ELSE '' END FROM river_job ORDER BY state`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var all []string
	for rows.Next() {
		cells := make([]any, 13)
		for i := range cells {
			cells[i] = new(any)
		}
		if err := rows.Scan(cells...); err != nil {
			t.Fatal(err)
		}
		line := ""
		for _, c := range cells {
			line += fmt.Sprintf("%s|", *c.(*any))
		}
		all = append(all, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	_ = rows.Close()
	if _, err := d.SQL().ExecContext(ctx, "DELETE FROM river_job"); err != nil {
		t.Fatal(err)
	}
	return all
}
