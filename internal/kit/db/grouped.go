package db

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	// mostGrouped bounds how many changes share a transaction of PostgreSQL.
	mostGrouped = 48
	// mostTries bounds how often those are tried together who are left.
	mostTries = 3
)

// grouped lets changes that read nothing share a transaction of PostgreSQL:
// one BEGIN, one COMMIT, one sync, and one round trip for what all of them have
// to say at a time. Each node has one such transaction under way; what comes
// meanwhile waits and goes together. They stand together or not at all: when
// one of them does not go through, it is tried alone, and the others without it.
// Nobody waits long for a row that somebody else holds (SET LOCAL
// lock_timeout): then each goes alone, too. docs/decisions/0011.
type grouped struct {
	mu      sync.Mutex
	waiting []*member
	led     bool
}

// turn is what a change that waits is told.
type turn int

const (
	over  turn = iota // it stands, or its error is known
	lead              // it leads those who wait
	alone             // it goes by itself
	again             // it may go with others once more
)

// member is a change in a group.
type member struct {
	ctx  context.Context
	f    func(context.Context, *Tx) error
	tx   *Tx
	err  error
	next turn
	told chan turn
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
	// Who goes away must not take the others along.
	m := &member{ctx: context.WithoutCancel(ctx), f: f, told: make(chan turn, 1)}
	t := lead
	if !d.groups.enter(m) {
		t = <-m.told
	}
	if t == lead {
		t = d.leadGroup(m)
	}
	if t == alone {
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

// enter queues the change and tells whether it leads.
func (g *grouped) enter(m *member) (leads bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waiting = append(g.waiting, m)
	leads = !g.led
	g.led = true
	return leads
}

// take gives those who wait; the leader is the first of them.
func (g *grouped) take() []*member {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := min(len(g.waiting), mostGrouped)
	batch := g.waiting[:n:n]
	g.waiting = g.waiting[n:]
	return batch
}

// handOn lets the next who waits lead.
func (g *grouped) handOn() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.led = len(g.waiting) > 0; g.led {
		g.waiting[0].told <- lead
	}
}

// leadGroup works for all who wait and tells what became of the leader.
func (d *DB) leadGroup(leader *member) turn {
	batch := d.groups.take()
	defer d.groups.handOn()
	rest := batch
	for range mostTries { // each time without those who did not go through
		d.runGroup(rest)
		rest = slices.DeleteFunc(slices.Clone(rest), func(m *member) bool { return m.next != again })
		if len(rest) == 0 {
			break
		}
	}
	for _, m := range batch {
		if m.next == again {
			m.next = alone
		}
		if m != leader {
			m.told <- m.next
		}
	}
	return leader.next
}

// runGroup runs the members' functions side by side and decides for each what
// is next.
func (d *DB) runGroup(members []*member) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := d.write.Conn(ctx)
	if err != nil {
		decide(members, alone)
		return
	}
	defer func() { _ = conn.Close() }() // gives it back to the pool
	g := &gathering{pipe: &pipe{conn: conn, wait: &pgx.Batch{}}, calls: make(chan call), running: len(members)}
	g.pipe.wait.Queue(groupBegin)
	g.pipe.wait.Queue(groupWait)
	for _, m := range members {
		go m.run(g, At(d.clock.Now()))
	}
	switch err := g.talk(ctx); {
	case err == nil:
		if err = g.pipe.commit(ctx); err == nil {
			decide(members, over)
			return
		}
		g.undo(ctx, members, err)
	case errors.Is(err, errApart):
		g.pipe.rollback(ctx)
		for _, m := range members {
			if m.next = again; m.err != nil {
				m.next = alone
			}
		}
	default:
		g.pipe.rollback(ctx)
		decide(members, alone)
	}
}

// undo deals with a commit that failed. What certainly does not stand is tried
// alone; where the answer is lost nobody knows, and each is told so.
func (g *gathering) undo(ctx context.Context, members []*member, err error) {
	g.pipe.rollback(ctx)
	var pg *pgconn.PgError
	if errors.As(err, &pg) || errors.Is(err, errUndone) || pgconn.SafeToRetry(err) {
		decide(members, alone)
		return
	}
	for _, m := range members {
		m.err = err
	}
	decide(members, over)
}

func decide(members []*member, t turn) {
	for _, m := range members {
		m.next = t
	}
}

// gathering is a group at work: what its members have to say goes out when all
// of them wait for an answer or have ended.
type gathering struct {
	pipe    *pipe
	calls   chan call
	running int
}

// call is a member that wants its statements sent, or has ended.
type call struct {
	batch  *pgx.Batch
	answer chan error // nil: it has ended
	failed bool
}

// talk serves the members until all have ended; what is left to be sent goes
// with the COMMIT. errApart: one of them did not go through.
func (g *gathering) talk(ctx context.Context) error {
	var asking []call
	var failed error
	for g.running > 0 || len(asking) > 0 {
		if g.running == 0 {
			if failed == nil {
				failed = g.pipe.flush(ctx)
			}
			for _, c := range asking {
				c.answer <- failed
			}
			g.running, asking = len(asking), nil
			continue
		}
		c := <-g.calls
		g.running--
		g.pipe.wait.QueuedQueries = append(g.pipe.wait.QueuedQueries, c.batch.QueuedQueries...)
		if c.answer != nil {
			asking = append(asking, c)
		}
		if c.failed && failed == nil {
			failed = errApart
		}
	}
	return failed
}

// run calls the function. Its statements wait in a pipe of its own, which the
// gathering empties.
func (m *member) run(g *gathering, now Time) {
	p := &pipe{wait: &pgx.Batch{}}
	p.send = func() error { return p.flush(m.ctx) }
	p.join = func(b *pgx.Batch) error {
		answer := make(chan error, 1)
		g.calls <- call{batch: b, answer: answer}
		return <-answer
	}
	m.tx, m.err = &Tx{pipe: p, engine: Postgres, now: now, blind: true}, nil
	fell := true
	defer func() {
		if fell {
			_ = recover() // it falls again, alone, in the goroutine of its caller
			m.err = errFell
		}
		g.calls <- call{batch: p.wait, failed: m.err != nil}
	}()
	m.err = m.f(m.ctx, m.tx)
	if m.err == nil {
		m.err = m.tx.misuse
	}
	if p.err != nil {
		m.err = nil // the group fell apart, whatever this one made of it
	}
	fell = false
}
