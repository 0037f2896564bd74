package db

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// mostTogether bounds how many changes share one commit.
const mostTogether = 128

// together lets changes that wait for SQLite's one writer share a transaction,
// and so one sync: each runs within a savepoint of its own, and its caller is
// answered after the common commit. Whoever comes first leads and works for
// all who wait; then the next who waits leads.
type together struct {
	mu      sync.Mutex
	waiting []*change
	led     bool
}

// change is a call of Write that waits.
type change struct {
	ctx   context.Context
	f     func(context.Context, *Tx) error
	blind bool // of WriteOnly
	tx    *Tx
	err   error
	fell  any // a panic of f; it goes on in the goroutine of its caller
	// turn tells the waiting caller: true to lead, false when it is done.
	turn chan bool
}

// errFell rolls back a change that panicked.
var errFell = errors.New("change panicked")

// writeTogether runs f as run does, together with others that wait.
func (d *DB) writeTogether(ctx context.Context, f func(context.Context, *Tx) error, blind bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	// An interrupted statement would undo the others' work too.
	w := &change{ctx: context.WithoutCancel(ctx), f: f, blind: blind, turn: make(chan bool, 1)}
	if d.group.enter(w) || <-w.turn {
		d.lead()
	}
	if w.fell != nil {
		panic(w.fell)
	}
	if w.err != nil {
		return w.err
	}
	for _, a := range w.tx.after {
		a()
	}
	return nil
}

// enter queues the change and tells whether it leads.
func (g *together) enter(w *change) (leads bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waiting = append(g.waiting, w)
	leads = !g.led
	g.led = true
	return leads
}

// lead works for those who wait and hands the lead on. The leader is the first
// of them.
func (d *DB) lead() {
	g := &d.group
	g.mu.Lock()
	n := min(len(g.waiting), mostTogether)
	batch := g.waiting[:n:n]
	g.waiting = g.waiting[n:]
	g.mu.Unlock()
	defer func() {
		for _, w := range batch[1:] {
			w.turn <- false
		}
		g.mu.Lock()
		defer g.mu.Unlock()
		if g.led = len(g.waiting) > 0; g.led {
			g.waiting[0].turn <- true
		}
	}()
	d.runBatch(batch)
}

func (d *DB) runBatch(batch []*change) {
	if len(batch) > 1 && d.tryTogether(batch) {
		return
	}
	for _, w := range batch {
		w.err = d.run(w.ctx, d.write, &sql.TxOptions{}, func(ctx context.Context, tx *Tx) error {
			tx.blind, w.tx = w.blind, tx
			return w.call(ctx)
		})
	}
}

// tryTogether reports false when the transaction itself was lost half-way:
// then nothing of it stands and each is tried alone.
func (d *DB) tryTogether(batch []*change) bool {
	stx, err := d.write.BeginTx(context.Background(), nil)
	if err != nil {
		return false
	}
	for _, w := range batch {
		w.tx = &Tx{tx: stx, engine: d.engine, now: At(d.clock.Now()), blind: w.blind}
		if !w.within() {
			_ = stx.Rollback()
			return false
		}
	}
	if err := stx.Commit(); err != nil {
		_ = stx.Rollback()
		for _, w := range batch {
			if w.err == nil {
				w.err = err
			}
		}
	}
	return true
}

// within runs the change in a savepoint; false when that was lost.
func (w *change) within() bool {
	if _, err := w.tx.ExecContext(w.ctx, "SAVEPOINT change"); err != nil {
		return false
	}
	if w.err = w.call(w.ctx); w.err != nil {
		w.tx.after = nil
		if _, err := w.tx.ExecContext(w.ctx, "ROLLBACK TO change"); err != nil {
			return false
		}
	}
	_, err := w.tx.ExecContext(w.ctx, "RELEASE change")
	return err == nil
}

// call runs the function; a panic is kept for its caller.
func (w *change) call(ctx context.Context) (err error) {
	w.fell = nil
	defer func() {
		if v := recover(); v != nil {
			w.fell, err = v, errFell
		}
	}()
	if err = w.f(ctx, w.tx); err == nil {
		err = w.tx.misuse
	}
	return err
}
