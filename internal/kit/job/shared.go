package job

import (
	"context"
	"encoding/json"
	"time"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivertype"

	"okno/internal/kit/db"
)

// sharing is River's SQLite driver whose two frequent writes, taking jobs and
// ending them, share the commits of everybody else. With transactions of their
// own they waited behind one shared commit and held up the next, so that jobs
// fell behind just when there were many.
type sharing struct {
	*riversqlite.Driver
	db *db.DB
}

// GetExecutor implements riverdriver.Driver.
func (s sharing) GetExecutor() riverdriver.Executor {
	return sharingExecutor{s.Driver.GetExecutor(), s}
}

type sharingExecutor struct {
	riverdriver.Executor
	of sharing
}

// JobGetAvailable implements riverdriver.Executor.
func (e sharingExecutor) JobGetAvailable(ctx context.Context, params *riverdriver.JobGetAvailableParams) (jobs []*rivertype.JobRow, err error) {
	err = e.of.db.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		jobs, err = e.of.UnwrapExecutor(tx.SQL()).JobGetAvailable(ctx, params)
		return err
	})
	if err != nil {
		return nil, err
	}
	return jobs, nil
}

// What is done leaves the table at once: nobody asks for it, and to write each
// row once more and delete it an hour later cost more. One with a unique key
// (see Every) stays as done, since that keeps a second of its period away. A job
// that is not running any more (it was deleted, or taken up again) stays as it is.
const (
	forgetMany = `DELETE FROM river_job WHERE state = 'running' AND unique_key IS NULL AND id IN (SELECT value FROM json_each($1))`
	endMany    = `UPDATE river_job SET state = 'completed', finalized_at = $1
		WHERE state = 'running' AND id IN (SELECT value FROM json_each($2))`
	endManyPostgres = `WITH gone AS (DELETE FROM river_job WHERE state = 'running' AND unique_key IS NULL AND id = ANY($2::bigint[]))
		UPDATE river_job SET state = 'completed', finalized_at = $1 WHERE state = 'running' AND unique_key IS NOT NULL AND id = ANY($2::bigint[])`
)

// JobSetStateIfRunningMany implements riverdriver.Executor: what is simply done
// is ended by two statements, the rest (failures, pauses) as River does it, one
// by one.
func (e sharingExecutor) JobSetStateIfRunningMany(ctx context.Context, params *riverdriver.JobSetStateIfRunningManyParams) ([]*rivertype.JobRow, error) {
	done, at, rest := sortOut(params)
	ids, err := json.Marshal(done)
	if err != nil {
		return nil, err
	}
	var others []*rivertype.JobRow
	err = e.of.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if len(done) > 0 {
			if _, err := tx.ExecContext(ctx, forgetMany, string(ids)); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, endMany, at.UTC().Round(time.Millisecond).Format(sqliteTime), string(ids)); err != nil {
				return err
			}
		}
		if len(rest.ID) == 0 {
			return nil
		}
		var err error
		others, err = e.of.UnwrapExecutor(tx.SQL()).JobSetStateIfRunningMany(ctx, rest)
		return err
	})
	if err != nil {
		return nil, err
	}
	return ended(done, others), nil
}

// ended are the rows as River's workers ask for them: number and state.
func ended(done []int64, others []*rivertype.JobRow) []*rivertype.JobRow {
	rows := make([]*rivertype.JobRow, 0, len(done)+len(others))
	for _, id := range done {
		rows = append(rows, &rivertype.JobRow{ID: id, State: rivertype.JobStateCompleted})
	}
	for _, r := range others {
		if r != nil { // its job was deleted meanwhile
			rows = append(rows, r)
		}
	}
	return rows
}

// forgetting is River's PostgreSQL driver that ends jobs like sharing does.
type forgetting struct{ *riverpgxv5.Driver }

// GetExecutor implements riverdriver.Driver.
func (f forgetting) GetExecutor() riverdriver.Executor {
	return forgettingExecutor{f.Driver.GetExecutor()}
}

type forgettingExecutor struct{ riverdriver.Executor }

// JobSetStateIfRunningMany implements riverdriver.Executor.
func (e forgettingExecutor) JobSetStateIfRunningMany(ctx context.Context, params *riverdriver.JobSetStateIfRunningManyParams) (others []*rivertype.JobRow, err error) {
	done, at, rest := sortOut(params)
	if len(done) > 0 {
		if err := e.Exec(ctx, endManyPostgres, at, done); err != nil {
			return nil, err
		}
	}
	if len(rest.ID) > 0 {
		if others, err = e.Executor.JobSetStateIfRunningMany(ctx, rest); err != nil {
			return nil, err
		}
	}
	return ended(done, others), nil
}

// sortOut parts jobs that are simply done, with the instant of the last of
// them, from the rest.
func sortOut(p *riverdriver.JobSetStateIfRunningManyParams) (done []int64, at time.Time, rest *riverdriver.JobSetStateIfRunningManyParams) {
	rest = &riverdriver.JobSetStateIfRunningManyParams{Now: p.Now, Schema: p.Schema}
	for i, id := range p.ID {
		plain := p.State[i] == rivertype.JobStateCompleted && p.FinalizedAt[i] != nil && p.Attempt[i] == nil &&
			p.ErrData[i] == nil && !p.MetadataDoMerge[i] && p.ScheduledAt[i] == nil
		if plain {
			done = append(done, id)
			if p.FinalizedAt[i].After(at) {
				at = *p.FinalizedAt[i]
			}
			continue
		}
		rest.ID = append(rest.ID, id)
		rest.Attempt = append(rest.Attempt, p.Attempt[i])
		rest.ErrData = append(rest.ErrData, p.ErrData[i])
		rest.FinalizedAt = append(rest.FinalizedAt, p.FinalizedAt[i])
		rest.MetadataDoMerge = append(rest.MetadataDoMerge, p.MetadataDoMerge[i])
		rest.MetadataUpdates = append(rest.MetadataUpdates, p.MetadataUpdates[i])
		rest.ScheduledAt = append(rest.ScheduledAt, p.ScheduledAt[i])
		rest.State = append(rest.State, p.State[i])
	}
	return done, at, rest
}
