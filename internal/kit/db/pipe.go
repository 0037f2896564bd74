package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// pipe is a writing transaction of PostgreSQL. Statements that give no rows
// wait in it and go out together: with the next query, before somebody asks
// how many rows were changed, and with the COMMIT. A change that only writes is
// one round trip in place of one for each statement and two more; round trips
// were most of what it cost both sides.
//
// An error of a statement is therefore told later, at the latest by Write. The
// law makes that safe: a conflict is met by ON CONFLICT, never by catching its
// error, and on PostgreSQL nothing but a rollback can follow an error anyway.
type pipe struct {
	conn *sql.Conn
	wait *pgx.Batch
	// send is flush with the context of the transaction, for results that are
	// asked without one.
	send func() error
	// join sends what waits along with a group's; nil outside of one.
	join func(*pgx.Batch) error
	// begun: something was sent, so there may be something to undo.
	begun bool
	err   error
	// sure are those that wait of which each has to change a row.
	sure []sure
}

// sure is a statement that has to change a row, and why nothing stands where it
// changes none.
type sure struct {
	*outcome
	refusal error
}

// outcome is the result of a statement that may still wait.
type outcome struct {
	of   *pipe
	rows int64
	done bool
}

// LastInsertId implements sql.Result; PostgreSQL has none.
func (*outcome) LastInsertId() (int64, error) {
	return 0, errors.New("db: no statement has a last id")
}

// RowsAffected implements sql.Result: it sends what waits.
func (o *outcome) RowsAffected() (int64, error) {
	if o.done {
		return o.rows, nil
	}
	if err := o.of.send(); err != nil {
		return 0, err
	}
	return o.rows, nil
}

// errUndone says that PostgreSQL rolled back what was to be committed, because
// a statement had failed and the function went on.
var errUndone = errors.New("db: a failed statement was passed over; nothing is committed")

// piped runs f in a transaction of the isolation level.
func (d *DB) piped(ctx context.Context, level string, f func(context.Context, *Tx) error) error {
	conn, err := d.write.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // gives it back to the pool
	p := &pipe{conn: conn, wait: &pgx.Batch{}}
	p.send = func() error { return p.flush(ctx) }
	p.wait.Queue("BEGIN ISOLATION LEVEL " + level)
	tx := &Tx{pipe: p, engine: d.engine, now: At(d.clock.Now()), blind: level == readCommitted}
	ended := false
	defer func() { // also when f panics
		if !ended {
			p.rollback(ctx)
		}
	}()
	err = f(ctx, tx)
	if err == nil {
		err = tx.misuse
	}
	if p.err != nil {
		err = p.err // it came first, and f may have put it into other words
	}
	if err == nil {
		err = p.commit(ctx)
	}
	if err != nil {
		return err
	}
	ended = true
	for _, a := range tx.after {
		a()
	}
	return nil
}

// exec lets a statement wait.
func (p *pipe) exec(query string, args []any) (sql.Result, error) {
	if p.err != nil {
		return nil, p.err
	}
	o := &outcome{of: p}
	p.wait.Queue(query, args...).Exec(func(tag pgconn.CommandTag) error {
		o.rows, o.done = tag.RowsAffected(), true
		return nil
	})
	return o, nil
}

// A statement between the two fails where it changes no row, and ends the
// transaction before what comes after it: nobody has to wait for its number of rows.
const (
	surely = "WITH changed AS (\n"
	orFail = "\nRETURNING 1) SELECT 1 / LEAST(COUNT(*), 1) FROM changed -- fails where nothing was changed"
	// noRow is the failure: division by zero.
	noRow = "22012"
)

// must lets a statement wait that has to change a row.
func (p *pipe) must(query string, args []any, refusal error) (sql.Result, error) {
	if p.err != nil {
		return nil, p.err
	}
	o := &outcome{of: p}
	p.sure = append(p.sure, sure{o, refusal})
	p.wait.Queue(surely+query+orFail, args...).Exec(func(tag pgconn.CommandTag) error {
		o.rows, o.done = tag.RowsAffected(), true
		return nil
	})
	return o, nil
}

// refused is the refusal of the statement that changed no row, if that is why
// those that were sent have failed.
func refused(err error, sent []sure) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == noRow {
		for _, s := range sent {
			if !s.done {
				return s.refusal
			}
		}
	}
	return err
}

// query asks along with what waits, so that both are one round trip. nil: what
// waited is sent, and the query is to be asked by itself.
func (p *pipe) query(ctx context.Context, query string, args []any) (*found, error) {
	if p.err != nil || p.wait.Len() == 0 || !onlySelects.MatchString(query) {
		return nil, p.flush(ctx)
	}
	a := &lookup{err: errAlone}
	p.wait.Queue(query, args...).Query(func(rows pgx.Rows) error {
		a.take(rows, nil)
		return nil
	})
	if err := p.flush(ctx); err != nil {
		return nil, err
	}
	return a.found, nil
}

// flush sends what waits; after an error nothing is sent any more.
func (p *pipe) flush(ctx context.Context) error {
	if p.err != nil || p.wait.Len() == 0 {
		return p.err
	}
	batch, sent := p.wait, p.sure
	p.wait, p.sure, p.begun = &pgx.Batch{}, nil, true
	if p.join != nil {
		p.err = p.join(batch)
		return p.err
	}
	p.err = refused(p.conn.Raw(func(dc any) error {
		c, err := native(dc)
		if err != nil {
			return err
		}
		return c.SendBatch(ctx, batch).Close()
	}), sent)
	return p.err
}

func (p *pipe) commit(ctx context.Context) error {
	committed := false
	p.wait.Queue("COMMIT").Exec(func(tag pgconn.CommandTag) error {
		committed = tag.String() == "COMMIT"
		return nil
	})
	if err := p.flush(ctx); err != nil {
		return err
	}
	if !committed {
		return errUndone
	}
	return nil
}

// rollbackWait bounds a rollback; a connection that does not answer is closed.
const rollbackWait = 5 * time.Second

// rollback undoes what was sent. A connection whose transaction can't be ended
// is closed, so that nobody gets it out of the pool.
func (p *pipe) rollback(ctx context.Context) {
	if !p.begun {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackWait)
	defer cancel()
	_ = p.conn.Raw(func(dc any) error {
		c, err := native(dc)
		if err != nil || c.IsClosed() || c.PgConn().TxStatus() == 'I' {
			return err
		}
		if _, err := c.Exec(ctx, "ROLLBACK"); err != nil {
			_ = c.Close(ctx)
		}
		return nil
	})
}

func native(dc any) (*pgx.Conn, error) {
	c, ok := dc.(*stdlib.Conn)
	if !ok {
		return nil, fmt.Errorf("db: driver is not pgx but %T", dc)
	}
	return c.Conn(), nil
}
