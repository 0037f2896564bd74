// Package job runs work that can wait: it is enqueued in the transaction of the
// change that asks for it, retried with back-off, and seen when it is dead. It
// is a thin door to River, on both engines. Arguments carry ids only, never
// personal data.
package job

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"

	"okno/internal/kit/db"
	"okno/internal/kit/errs"
)

// Args are the arguments of one kind of job: a struct that marshals to JSON,
// with a Kind such as "notify.deliver".
type Args = river.JobArgs

// Queue holds jobs and the handlers of their kinds.
type Queue struct {
	db       *db.DB
	log      *slog.Logger
	insert   *river.Client[*sql.Tx] // lists and mends; Enqueue has SQL of its own
	bell     chan struct{}          // rings when there is work, see enqueue.go
	workers  *river.Workers
	periodic []*river.PeriodicJob
	mu       sync.Mutex
	handlers map[string]func(ctx context.Context, raw []byte) error
	stop     func(ctx context.Context) error
}

// Migrate makes River's tables.
func Migrate(ctx context.Context, d *db.DB) error {
	m, err := rivermigrate.New(driver(d), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	if _, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("migrate jobs: %w", err)
	}
	return unburden(ctx, d)
}

// unburden empties three indexes of PostgreSQL that River makes for lists which
// nobody asks for here. Two are of the sort (GIN) that is dear to write, and a job
// is written four times. Their names stay, with nothing in them, because River
// makes all its indexes anew each night.
func unburden(ctx context.Context, d *db.DB) error {
	if d.Engine() != db.Postgres {
		return nil
	}
	for _, index := range []string{"river_job_args_index", "river_job_metadata_index", "river_job_kind"} {
		_, err := d.SQL().ExecContext(ctx, strings.ReplaceAll(`DO $$ BEGIN
			IF EXISTS (SELECT FROM pg_indexes WHERE schemaname = current_schema() AND indexname = 'INDEX_NAME' AND indexdef NOT ILIKE '%WHERE (id < 0)') THEN
				DROP INDEX INDEX_NAME;
				CREATE INDEX INDEX_NAME ON river_job (id) WHERE id < 0;
			END IF;
		END $$`, "INDEX_NAME", index))
		if err != nil {
			return fmt.Errorf("migrate jobs: %w", err)
		}
	}
	return nil
}

func driver(d *db.DB) riverdriver.Driver[*sql.Tx] {
	if d.Engine() == db.Postgres {
		return riverdatabasesql.New(d.SQL())
	}
	return sharing{riversqlite.New(d.SQL()), d}
}

// New is a queue on d. Handlers are added with Handle before Start.
func New(d *db.DB, log *slog.Logger) (*Queue, error) {
	c, err := river.NewClient(driver(d), &river.Config{Logger: quiet(log)})
	if err != nil {
		return nil, fmt.Errorf("job queue: %w", err)
	}
	return &Queue{
		db: d, log: log, insert: c, workers: river.NewWorkers(), bell: make(chan struct{}, 1),
		handlers: map[string]func(context.Context, []byte) error{},
	}, nil
}

// quiet keeps River's chatter out of the log, and its errors in.
func quiet(log *slog.Logger) *slog.Logger {
	return slog.New(levelHandler{log.Handler()})
}

type levelHandler struct{ slog.Handler }

func (h levelHandler) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelError }

// Handle adds the handler of jobs of type T. An error makes the job run again
// later; errors of kind Invalid and NotFound would never succeed: cancel those
// with [Cancel].
func Handle[T Args](q *Queue, f func(ctx context.Context, args T) error) {
	var zero T
	q.mu.Lock()
	defer q.mu.Unlock()
	q.handlers[zero.Kind()] = func(ctx context.Context, raw []byte) error {
		var args T
		if err := json.Unmarshal(raw, &args); err != nil {
			return Cancel(err)
		}
		return f(ctx, args)
	}
	river.AddWorker(q.workers, river.WorkFunc(func(ctx context.Context, j *river.Job[T]) error {
		return f(ctx, j.Args)
	}))
}

// Cancel marks an error as final: the job is not tried again.
func Cancel(err error) error { return river.JobCancel(err) }

// Snooze asks for the job to run again after d without counting as a failure.
func Snooze(d time.Duration) error { return river.JobSnooze(d) }

// Every runs a job of args each d on one node, beginning with the start.
func (q *Queue) Every(d time.Duration, args Args) {
	q.periodic = append(q.periodic, river.NewPeriodicJob(river.PeriodicInterval(d),
		func() (river.JobArgs, *river.InsertOpts) {
			return args, &river.InsertOpts{UniqueOpts: river.UniqueOpts{ByPeriod: d}}
		}, &river.PeriodicJobOpts{RunOnStart: true}))
}

// Start begins to work jobs with the given number of workers. On PostgreSQL it
// is woken by NOTIFY, on SQLite it looks ten times a second.
func (q *Queue) Start(ctx context.Context, workers int) error {
	cfg := &river.Config{
		Logger: quiet(q.log), Workers: q.workers, PeriodicJobs: q.periodic,
		Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: workers}},
		// Between two fetches no more jobs begin than there are free workers; a
		// shorter pause would take SQLite's writer from those who wait for it.
		FetchPollInterval: 100 * time.Millisecond, FetchCooldown: 40 * time.Millisecond,
		JobTimeout: time.Minute, CompletedJobRetentionPeriod: time.Hour,
		// What a node had in hand when it died is taken up again after that.
		RescueStuckJobsAfter: 5 * time.Minute,
		ErrorHandler:         errorLog{q.log}, SkipUnknownJobCheck: true,
	}
	if q.db.Engine() == db.Postgres {
		return q.startPostgres(ctx, cfg)
	}
	c, err := river.NewClient(driver(q.db), cfg)
	if err != nil {
		return fmt.Errorf("job workers: %w", err)
	}
	q.stop = c.Stop
	return c.Start(context.WithoutCancel(ctx))
}

func (q *Queue) startPostgres(ctx context.Context, cfg *river.Config) error {
	cfg.FetchPollInterval = time.Second
	pcfg, err := pgxpool.ParseConfig(q.db.URL())
	if err != nil {
		return fmt.Errorf("job workers: address is not understood")
	}
	pcfg.MaxConns = 6
	pool, err := pgxpool.NewWithConfig(context.WithoutCancel(ctx), pcfg)
	if err != nil {
		return fmt.Errorf("job workers: %w", err)
	}
	c, err := river.NewClient(forgetting{riverpgxv5.New(pool)}, cfg)
	if err != nil {
		pool.Close()
		return fmt.Errorf("job workers: %w", err)
	}
	ringing, hush := context.WithCancel(context.WithoutCancel(ctx))
	go q.ring(ringing, pool)
	q.stop = func(ctx context.Context) error {
		defer pool.Close()
		hush()
		return c.Stop(ctx)
	}
	return c.Start(context.WithoutCancel(ctx))
}

// Stop waits for running jobs and takes no new ones.
func (q *Queue) Stop(ctx context.Context) error {
	if q.stop == nil {
		return nil
	}
	return q.stop(ctx)
}

// Row is a job as the administrator sees it: no arguments, which may name people.
type Row struct {
	ID       int64
	Kind     string
	State    string
	Attempt  int
	At       time.Time
	LastFail string
}

// Dead lists jobs that are given up or failing, newest first.
func (q *Queue) Dead(ctx context.Context, limit int) ([]Row, error) {
	res, err := q.insert.JobList(ctx, river.NewJobListParams().First(limit).
		States(rivertype.JobStateDiscarded, rivertype.JobStateCancelled, rivertype.JobStateRetryable).
		OrderBy(river.JobListOrderByID, river.SortOrderDesc))
	if err != nil {
		return nil, db.Classify(err)
	}
	rows := make([]Row, len(res.Jobs))
	for i, j := range res.Jobs {
		rows[i] = Row{ID: j.ID, Kind: j.Kind, State: string(j.State), Attempt: j.Attempt, At: j.ScheduledAt}
		if n := len(j.Errors); n > 0 {
			rows[i].LastFail = j.Errors[n-1].Error
		}
	}
	return rows, nil
}

// ErrNone is what Retry says of a job that is not there (any more).
var ErrNone = errs.NewNotFound("kit.error.no_page")

// Retry makes a dead job run again now.
func (q *Queue) Retry(ctx context.Context, jobID int64) error {
	_, err := q.insert.JobRetry(ctx, jobID)
	if errors.Is(err, rivertype.ErrNotFound) {
		return ErrNone.Wrap(err)
	}
	return db.Classify(err)
}

const unfinished = "('available', 'cancelled', 'discarded', 'pending', 'retryable', 'running', 'scheduled')"

// Depth counts by state the jobs that are not done, out of an index that begins
// with it.
func (q *Queue) Depth(ctx context.Context) (map[string]int64, error) {
	rows, err := q.db.Reader().QueryContext(ctx, "SELECT CAST(state AS TEXT), COUNT(*) FROM river_job WHERE state IN "+unfinished+" GROUP BY state")
	if err != nil {
		return nil, db.Classify(err)
	}
	defer func() { _ = rows.Close() }()
	depth := map[string]int64{}
	for rows.Next() {
		var state string
		var n int64
		if err := rows.Scan(&state, &n); err != nil {
			return nil, err
		}
		depth[state] = n
	}
	return depth, rows.Err()
}

// Drain works all jobs that are due at the clock's time, in order, in the
// caller's goroutine, until none is left; jobs that fail stay. It stands in
// for Start in tests, where time is not the machine's.
func (q *Queue) Drain(ctx context.Context) error {
	var failed error
	tried := map[int64]bool{}
	for {
		res, err := q.insert.JobList(ctx, river.NewJobListParams().First(1000).
			States(rivertype.JobStateAvailable, rivertype.JobStateScheduled, rivertype.JobStateRetryable))
		if err != nil {
			return err
		}
		due := q.due(res.Jobs, tried)
		if len(due) == 0 {
			return failed
		}
		for _, j := range due {
			tried[j.ID] = true
			if err := q.work(ctx, j); err != nil {
				failed = errors.Join(failed, fmt.Errorf("%s: %w", j.Kind, err))
			}
		}
	}
}

func (q *Queue) due(jobs []*rivertype.JobRow, tried map[int64]bool) []*rivertype.JobRow {
	var due []*rivertype.JobRow
	for _, j := range jobs {
		// Jobs without an instant of their own carry the machine's time.
		own := j.State != rivertype.JobStateScheduled
		if !tried[j.ID] && (own || !j.ScheduledAt.After(q.db.Clock().Now())) {
			due = append(due, j)
		}
	}
	sort.Slice(due, func(a, b int) bool { return due[a].ID < due[b].ID })
	return due
}

func (q *Queue) work(ctx context.Context, j *rivertype.JobRow) error {
	h := q.handlers[j.Kind]
	if h == nil {
		return fmt.Errorf("no handler")
	}
	err := h(ctx, j.EncodedArgs)
	var cancel *river.JobCancelError
	var snooze *river.JobSnoozeError
	if errors.As(err, &snooze) {
		return nil
	}
	if err != nil && !errors.As(err, &cancel) {
		return err
	}
	if _, derr := q.insert.JobDelete(ctx, j.ID); derr != nil {
		return derr
	}
	return err
}

// errorLog writes failed jobs to the log by kind and number, without arguments.
type errorLog struct{ log *slog.Logger }

func (e errorLog) HandleError(ctx context.Context, j *rivertype.JobRow, err error) *river.ErrorHandlerResult {
	e.log.WarnContext(ctx, "job failed", "kind", j.Kind, "job", j.ID, "attempt", j.Attempt, "err", err)
	return nil
}

func (e errorLog) HandlePanic(ctx context.Context, j *rivertype.JobRow, v any, trace string) *river.ErrorHandlerResult {
	e.log.ErrorContext(ctx, "job panicked", "kind", j.Kind, "job", j.ID, "panic", fmt.Sprint(v), "trace", trace)
	return nil
}
