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
	tx     *sql.Tx
	engine Engine
	now    Time
	after  []func()
}

// attempts is how often a transaction is tried when PostgreSQL finds that it
// can't be put in order with another one.
const attempts = 8

// Write runs f in a transaction that may write: SQLite IMMEDIATE, PostgreSQL
// SERIALIZABLE with retries. An error from f rolls everything back and is
// returned as it is. Once Write returns nil, the change is on disk. On SQLite
// changes that wait for each other share a commit.
func (d *DB) Write(ctx context.Context, f func(ctx context.Context, tx *Tx) error) error {
	if d.engine == SQLite {
		return Classify(d.writeTogether(ctx, f))
	}
	opts := &sql.TxOptions{Isolation: sql.LevelSerializable}
	var err error
	for i := range attempts {
		if err = d.run(ctx, d.write, opts, f); !isSerialization(err) {
			return Classify(err)
		}
		// A pause in machine time, also where a test holds the clock.
		// Those who met must not meet again at once.
		pause := rand.N(time.Duration(2<<i) * 2 * time.Millisecond) //nolint:gosec // a pause is no secret
		if serr := clock.System().Sleep(ctx, pause); serr != nil {
			break
		}
	}
	return Classify(err)
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
// query is enough: it saves two round trips on PostgreSQL.
func (d *DB) Reader() Q {
	if d.engine == SQLite {
		return steadfast{d.read}
	}
	return d.read
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

// AfterCommit runs f once the transaction is committed, and never otherwise.
// A crash may lose it: only for what lives in memory.
func (t *Tx) AfterCommit(f func()) { t.after = append(t.after, f) }

// SQL is the transaction for libraries that take one (the job queue).
func (t *Tx) SQL() *sql.Tx { return t.tx }

// ExecContext runs a statement that returns no rows.
func (t *Tx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return t.tx.ExecContext(ctx, query, args...)
}

// PrepareContext prepares a statement within the transaction.
func (t *Tx) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	return t.tx.PrepareContext(ctx, query)
}

// QueryContext runs a query.
func (t *Tx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return t.tx.QueryContext(ctx, query, args...)
}

// QueryRowContext runs a query for one row.
func (t *Tx) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return t.tx.QueryRowContext(ctx, query, args...)
}

func isSerialization(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}
