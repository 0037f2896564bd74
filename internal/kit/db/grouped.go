package db

import (
	"context"
	"errors"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	// mostGrouped bounds how many changes share a transaction of PostgreSQL.
	mostGrouped = 48
	// mostTries bounds how often a change is tried with others.
	mostTries = 3
)

// grouped lets changes that read nothing share a transaction of PostgreSQL:
// one BEGIN, one COMMIT, one sync, and one round trip for what all of them have
// to say at a time. Each node has one such transaction under way; what comes
// meanwhile gets ready, waits and goes together. They stand together or not at
// all: when one of them does not go through, it is tried alone, and the others
// without it. Nobody waits long for a row that somebody else holds (SET LOCAL
// lock_timeout): then each goes alone, too. docs/decisions/0011.
type grouped struct {
	mu      sync.Mutex
	waiting []*member
	driven  bool
}

// turn is what a change that waits is told.
type turn int

const (
	over  turn = iota // it stands, or its error is known
	alone             // it goes by itself
	again             // it may go with others once more
)

// member is a change in a group, or on its way to one. Its function runs in the
// goroutine of the caller, and before the group begins: by then all of them
// have said what they could without an answer.
type member struct {
	ctx   context.Context
	d     *DB
	group *gathering // nil: it waits for one
	first call
	tx    *Tx
	err   error
	told  chan turn
}

// errApart ends the functions of a group that will not be committed.
var errApart = errors.New("db: the group falls apart")

// groupBegin begins a group's transaction.
const (
	groupBegin = "BEGIN ISOLATION LEVEL READ COMMITTED"
	groupWait  = "SET LOCAL lock_timeout = '200ms'"
)

// writeGrouped runs f as patiently does, together with others that wait.
func (d *DB) writeGrouped(ctx context.Context, f func(context.Context, *Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	for range mostTries {
		// Who goes away must not take the others along.
		m := &member{ctx: context.WithoutCancel(ctx), d: d, told: make(chan turn, 1)}
		switch m.run(f) {
		case again:
			continue
		case alone:
			return d.patiently(ctx, readCommitted, f)
		}
		if m.err != nil {
			return m.err
		}
		for _, a := range m.tx.after {
			a()
		}
		return nil
	}
	return d.patiently(ctx, readCommitted, f)
}

// run calls the function and tells what became of it. Its statements wait in a
// pipe of its own, which the gathering empties.
func (m *member) run(f func(context.Context, *Tx) error) turn {
	p := &pipe{wait: &pgx.Batch{}}
	p.send = func() error { return p.flush(m.ctx) }
	p.join = func(b *pgx.Batch) error {
		answer := make(chan error, 1)
		m.say(call{batch: b, answer: answer})
		return <-answer
	}
	m.tx = &Tx{pipe: p, engine: Postgres, now: At(m.d.clock.Now()), blind: true}
	fell := true
	defer func() {
		if fell && m.group != nil { // the others must not wait for it
			m.say(call{batch: p.wait, failed: true})
		}
	}()
	err := f(m.ctx, m.tx)
	if err == nil {
		err = m.tx.misuse
	}
	fell = false
	if p.err != nil {
		err = nil // the group fell apart, whatever this one made of it
	}
	if err != nil && m.group == nil {
		m.err = err // before anybody else was concerned
		return over
	}
	m.say(call{batch: p.wait, failed: err != nil})
	if t := <-m.told; err == nil || t != again {
		return t
	}
	return alone
}

// say hands a call to the group, or waits with it for one.
func (m *member) say(c call) {
	if m.group != nil {
		m.group.calls <- c
		return
	}
	m.first = c
	if m.d.groups.enter(m) {
		go m.d.drive()
	}
}

// enter queues the change and tells whether somebody must begin to drive.
func (g *grouped) enter(m *member) (idle bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waiting = append(g.waiting, m)
	idle = !g.driven
	g.driven = true
	return idle
}

// take gives those who go next; nobody drives when there is none.
func (g *grouped) take() []*member {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := min(len(g.waiting), mostGrouped)
	batch := g.waiting[:n:n]
	g.waiting = g.waiting[n:]
	g.driven = n > 0
	return batch
}

// drive works for those who wait until there is nobody.
func (d *DB) drive() {
	for batch := d.groups.take(); len(batch) > 0; batch = d.groups.take() {
		t := d.runGroup(batch)
		for _, m := range batch {
			m.told <- t
		}
	}
}

// runGroup takes the members through a transaction and tells what is next for
// them. Those who did not go through know that better themselves.
func (d *DB) runGroup(members []*member) turn {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := d.write.Conn(ctx)
	if err == nil {
		defer func() { _ = conn.Close() }() // gives it back to the pool
	}
	g := &gathering{pipe: &pipe{conn: conn, wait: &pgx.Batch{}}, calls: make(chan call)}
	g.pipe.wait.Queue(groupBegin)
	g.pipe.wait.Queue(groupWait)
	switch err := g.talk(ctx, members, err); {
	case err == nil:
		if err = g.pipe.commit(ctx); err == nil {
			return over
		}
		return g.undo(ctx, members, err)
	case errors.Is(err, errApart):
		g.pipe.rollback(ctx)
		return again
	default:
		g.pipe.rollback(ctx)
		return alone
	}
}

// undo deals with a commit that failed. What certainly does not stand is tried
// alone; where the answer is lost nobody knows, and each is told so.
func (g *gathering) undo(ctx context.Context, members []*member, err error) turn {
	g.pipe.rollback(ctx)
	var pg *pgconn.PgError
	if errors.As(err, &pg) || errors.Is(err, errUndone) || pgconn.SafeToRetry(err) {
		return alone
	}
	for _, m := range members {
		m.err = err
	}
	return over
}

// gathering is a group at work: what its members have to say goes out when all
// of them wait for an answer or have ended.
type gathering struct {
	pipe    *pipe
	calls   chan call
	asking  []call
	running int
	failed  error
}

// call is a member that wants its statements sent, or has ended.
type call struct {
	batch  *pgx.Batch
	answer chan error // nil: it has ended
	failed bool
}

// talk serves the members until all have ended; what is left to be sent goes
// with the COMMIT. errApart: one of them did not go through. failed, if any, is
// told to all in place of an answer.
func (g *gathering) talk(ctx context.Context, members []*member, failed error) error {
	g.failed = failed
	for _, m := range members {
		m.group = g
		g.hear(m.first)
	}
	for g.running > 0 || len(g.asking) > 0 {
		if g.running > 0 {
			c := <-g.calls
			g.running--
			g.hear(c)
			continue
		}
		if g.failed == nil {
			g.failed = g.pipe.flush(ctx)
		}
		asking := g.asking
		g.asking, g.running = nil, len(asking)
		for _, c := range asking {
			c.answer <- g.failed
		}
	}
	return g.failed
}

// hear lets a member's statements wait with those of the others.
func (g *gathering) hear(c call) {
	g.pipe.wait.QueuedQueries = append(g.pipe.wait.QueuedQueries, c.batch.QueuedQueries...)
	if c.answer != nil {
		g.asking = append(g.asking, c)
	}
	if c.failed && g.failed == nil {
		g.failed = errApart
	}
}
