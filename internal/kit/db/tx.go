package db

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"okno/internal/kit/clock"
)

// Q is what queries run on: a transaction, or the reading pool. It has the
// methods that sqlc's generated code asks for.
type Q interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Tx is a transaction in hand. It knows the time at which it began, so that
// all rows of one change carry one instant.
type Tx struct {
	tx     *sql.Tx // SQLite, and reading on PostgreSQL
	pipe   *pipe   // writing on PostgreSQL
	engine Engine
	now    Time
	after  []func()
	blind  bool  // of WriteOnly
	misuse error // a query of a blind one
}

// PostgreSQL's isolation levels of changes.
const (
	serializable  = "SERIALIZABLE"
	readCommitted = "READ COMMITTED"
)

// patience is how long a change is tried that PostgreSQL can't put in order
// with others. People who meet are served, even if a second later.
const patience = 10 * time.Second

// inTurn is after how many tries a change waits for a turn of its own.
const inTurn = 2

// Write runs f in a transaction that may write: SQLite IMMEDIATE, PostgreSQL
// SERIALIZABLE with retries. An error from f rolls everything back and is
// returned as it is. Once Write returns nil, the change is on disk. On SQLite
// changes that wait for each other share a commit. On PostgreSQL statements
// without rows wait and go out together, see pipe.
func (d *DB) Write(ctx context.Context, f func(ctx context.Context, tx *Tx) error) error {
	if d.engine == SQLite {
		return Classify(d.writeTogether(ctx, f, false))
	}
	return Classify(d.patiently(ctx, serializable, f))
}

// WriteOnly is Write for a change that reads nothing: f may look at how many
// rows a statement changed, and its queries fail. What it writes can't rest on
// what somebody else has made untrue, so PostgreSQL's READ COMMITTED is as safe
// as SERIALIZABLE and nobody is turned away. Three things must hold, and
// docs/decisions/0010 shows why they are enough: a row that is changed is named
// by its key and, if others may change it, by the version that was read; what
// must be there once has a unique key and ON CONFLICT; no statement's WHERE
// asks about rows that it does not change. On PostgreSQL such changes share a
// transaction, see grouped.
func (d *DB) WriteOnly(ctx context.Context, f func(ctx context.Context, tx *Tx) error) error {
	if d.engine == SQLite {
		return Classify(d.writeTogether(ctx, f, true))
	}
	return Classify(d.writeGrouped(ctx, f))
}

// patiently tries a change again that could not be put in order. Those who
// have met twice wait for a turn: on each node one of them runs at a time, so
// that they can't go on meeting each other.
func (d *DB) patiently(ctx context.Context, level string, f func(context.Context, *Tx) error) error {
	until := clock.System().Now().Add(patience) // machine time, also where a test holds the clock
	mine := false
	defer func() {
		if mine {
			<-d.turn
		}
	}()
	for i := 0; ; i++ {
		err := d.piped(ctx, level, f)
		lost := err != nil && pgconn.SafeToRetry(err) // before the last of it was sent
		if !isSerialization(err) && (!lost || i > 0) || clock.System().Now().After(until) {
			return err
		}
		if i == inTurn {
			select {
			case d.turn <- struct{}{}:
				mine = true
			case <-ctx.Done():
				return err
			}
		}
		pause := rand.N(time.Duration(2<<min(i, 5)) * time.Millisecond) //nolint:gosec // a pause is no secret
		if clock.System().Sleep(ctx, pause) != nil {
			return err
		}
	}
}

// Read runs f in a read-only transaction: everything in it is seen as of one
// instant.
func (d *DB) Read(ctx context.Context, f func(ctx context.Context, tx *Tx) error) error {
	opts := &sql.TxOptions{}
	if d.engine == Postgres {
		opts.ReadOnly, opts.Isolation = true, sql.LevelRepeatableRead
	}
	return Classify(d.run(ctx, d.read, opts, f))
}

// Reader runs single statements outside a transaction. Prefer it where one
// query is enough: it saves two round trips on PostgreSQL, where quick queries
// share theirs with others that wait, see lookups.
func (d *DB) Reader() Q {
	if d.engine == SQLite {
		return steadfast{d.read}
	}
	return sociable{d.read, d.looks}
}

// steadfast runs statements to their end: for each that could be cancelled two
// goroutines stand by, which cost more than a short query on a local file.
type steadfast struct{ *sql.DB }

// ExecContext implements Q.
func (s steadfast) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return s.DB.ExecContext(context.WithoutCancel(ctx), query, args...)
}

// QueryContext implements Q.
func (s steadfast) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return s.DB.QueryContext(context.WithoutCancel(ctx), query, args...)
}

// QueryRowContext implements Q.
func (s steadfast) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return s.DB.QueryRowContext(context.WithoutCancel(ctx), query, args...)
}

func (d *DB) run(ctx context.Context, p *sql.DB, o *sql.TxOptions, f func(context.Context, *Tx) error) (err error) {
	stx, err := p.BeginTx(ctx, o)
	if err != nil {
		return err
	}
	tx := &Tx{tx: stx, engine: d.engine, now: At(d.clock.Now())}
	done := false
	defer func() {
		if !done {
			_ = stx.Rollback()
		}
	}()
	if err := f(ctx, tx); err != nil {
		return err
	}
	done = true
	if err := stx.Commit(); err != nil {
		_ = stx.Rollback()
		return err
	}
	if tx.engine == SQLite && p == d.write {
		return nil // writeTogether runs what comes after
	}
	for _, a := range tx.after {
		a()
	}
	return nil
}

// Now is the instant at which the transaction began.
func (t *Tx) Now() Time { return t.now }

// Engine tells which engine the transaction runs on.
func (t *Tx) Engine() Engine { return t.engine }

// SQL is the transaction itself, for libraries that bring their own SQL; nil in
// a change on PostgreSQL.
func (t *Tx) SQL() *sql.Tx { return t.tx }

// AfterCommit runs f once the transaction is committed, and never otherwise.
// A crash may lose it: only for what lives in memory.
func (t *Tx) AfterCommit(f func()) { t.after = append(t.after, f) }

// ExecContext runs a statement that returns no rows. On PostgreSQL it may wait
// for others: its error can come from a later statement, or from Write.
func (t *Tx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if t.pipe != nil {
		return t.pipe.exec(query, args)
	}
	return t.tx.ExecContext(ctx, query, args...)
}

// Must is the transaction for statements of which each has to change a row: where
// one changes none, the whole change fails with the refusal, at the latest by Write.
// Unlike RowsAffected it makes nobody wait for an answer. It is for what is hardly
// ever refused, as PostgreSQL writes a line into its log then.
func (t *Tx) Must(refusal error) Q { return must{t, refusal} }

// must is a transaction whose statements have to change a row.
type must struct {
	*Tx
	refusal error
}

// ExecContext implements Q.
func (m must) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if m.pipe != nil {
		return m.pipe.must(query, args, m.refusal)
	}
	r, err := m.tx.ExecContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	n, err := r.RowsAffected()
	if err == nil && n == 0 {
		err = m.refusal
	}
	return r, err
}

// PrepareContext prepares a statement within the transaction.
func (t *Tx) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	if err := t.mayRead(); err != nil {
		return nil, err
	}
	if t.pipe != nil {
		if err := t.pipe.flush(ctx); err != nil {
			return nil, err
		}
		return t.pipe.conn.PrepareContext(ctx, query)
	}
	return t.tx.PrepareContext(ctx, query)
}

// QueryContext runs a query.
func (t *Tx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := t.mayRead(); err != nil {
		return nil, err
	}
	if t.pipe == nil {
		return t.tx.QueryContext(ctx, query, args...)
	}
	f, err := t.pipe.query(ctx, query, args)
	if err != nil {
		return nil, err
	}
	if f != nil {
		return carrier.QueryContext(ctx, "", f)
	}
	return t.pipe.conn.QueryContext(ctx, query, args...)
}

// QueryRowContext runs a query for one row.
func (t *Tx) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	err := t.mayRead()
	var f *found
	if err == nil && t.pipe != nil {
		f, err = t.pipe.query(ctx, query, args)
	}
	switch {
	case err != nil:
		return carrier.QueryRowContext(ctx, "", &found{err: err})
	case f != nil:
		return carrier.QueryRowContext(ctx, "", f)
	case t.pipe != nil:
		return t.pipe.conn.QueryRowContext(ctx, query, args...)
	}
	return t.tx.QueryRowContext(ctx, query, args...)
}

// errReads is the fault of a change that was said to read nothing.
var errReads = errors.New("db: a change of WriteOnly reads; use Write")

// mayRead refuses the queries of a change that was said to read nothing.
func (t *Tx) mayRead() error {
	if t.blind {
		t.misuse = errReads
		return errReads
	}
	return nil
}

func isSerialization(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}
