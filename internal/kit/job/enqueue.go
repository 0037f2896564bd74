package job

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"

	"okno/internal/kit/clock"
	"okno/internal/kit/db"
)

// The rows of River's table, as its own client writes them. That one reads
// each row back and tells other nodes of it within the transaction; these
// statements give no rows, so they go out together with the rest of the change,
// and the nodes are told after the commit. A test compares both.
const (
	insertNow = `INSERT INTO river_job (args, kind, max_attempts, state) VALUES ($1, $2, $3, 'available')`
	insertAt  = `INSERT INTO river_job (args, kind, max_attempts, state, scheduled_at) VALUES ($1, $2, $3, 'scheduled', $4)`
	// SQLite's defaults tell whole seconds.
	insertNowSQLite = `INSERT INTO river_job (args, kind, max_attempts, state, created_at, scheduled_at)
		VALUES ($1, $2, $3, 'available', datetime('now', 'subsec'), datetime('now', 'subsec'))`
	insertAtSQLite = `INSERT INTO river_job (args, kind, max_attempts, state, scheduled_at, created_at)
		VALUES ($1, $2, $3, 'scheduled', $4, datetime('now', 'subsec'))`
)

// sqliteTime is how River writes instants on SQLite.
const sqliteTime = "2006-01-02 15:04:05.999"

// Enqueue adds jobs in the transaction: they run after its commit, or never.
func (q *Queue) Enqueue(ctx context.Context, tx *db.Tx, all ...Args) error {
	query := insertNow
	if tx.Engine() == db.SQLite {
		query = insertNowSQLite
	}
	for _, a := range all {
		raw, err := json.Marshal(a)
		if err != nil {
			return fmt.Errorf("arguments of %s: %w", a.Kind(), err)
		}
		if _, err := tx.ExecContext(ctx, query, raw, a.Kind(), river.MaxAttemptsDefault); err != nil {
			return err
		}
	}
	tx.AfterCommit(q.call)
	return nil
}

// EnqueueAt adds a job that runs at or after the instant.
func (q *Queue) EnqueueAt(ctx context.Context, tx *db.Tx, at time.Time, args Args) error {
	raw, err := json.Marshal(args)
	if err != nil {
		return fmt.Errorf("arguments of %s: %w", args.Kind(), err)
	}
	query, when := insertAt, any(at)
	if tx.Engine() == db.SQLite {
		query, when = insertAtSQLite, at.UTC().Round(time.Millisecond).Format(sqliteTime)
	}
	_, err = tx.ExecContext(ctx, query, raw, args.Kind(), river.MaxAttemptsDefault, when)
	return err
}

// call lets the bell ring; once is enough for many.
func (q *Queue) call() {
	select {
	case q.bell <- struct{}{}:
	default:
	}
}

// ringPause is the least time between two rings: a ring wakes every node.
const ringPause = 20 * time.Millisecond

// ring tells the nodes of PostgreSQL's jobs that there is work. A ring that is
// lost costs a second: the nodes also look by themselves.
func (q *Queue) ring(ctx context.Context, pool *pgxpool.Pool) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-q.bell:
		}
		_, err := pool.Exec(ctx, `SELECT pg_notify(concat(current_schema(), '.river_insert'), '{"queue": "default"}')`)
		if err != nil && ctx.Err() == nil {
			q.log.WarnContext(ctx, "workers are not told of new jobs; they look once a second", "err", err)
		}
		if clock.System().Sleep(ctx, ringPause) != nil {
			return
		}
	}
}
