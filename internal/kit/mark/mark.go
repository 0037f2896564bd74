// Package mark tells whether what was read of somebody still stands. A table of
// marks belongs to a room; triggers on the tables whose rows it has read move
// the owner's mark with each change, whoever makes it. What was read is kept in
// memory by its mark and used only while the database still says this mark. It
// is no cache with a term: nothing old is ever shown.
package mark

import (
	"context"
	"database/sql"
	"sync"
	"time"

	"okno/internal/kit/db"
)

// Marks reads the marks of one table, which has the column owner_id and one for
// each mark.
type Marks struct {
	db   *db.DB
	one  string // query of one owner's marks
	many string // of many
	mu   sync.Mutex
	next *round // waits for the one that is on its way
	busy bool
}

// Values are an owner's marks, by column; 0 where nothing has changed yet.
type Values [2]int64

// New reads the mark of the table, and where what is kept moves at two speeds a
// second one. The names are the program's own.
func New(d *db.DB, table string, second ...string) *Marks {
	columns := "mark, 0"
	if len(second) > 0 {
		columns = "mark, " + second[0]
	}
	return &Marks{
		db:   d,
		one:  "SELECT " + columns + " FROM " + table + " WHERE owner_id = $1",
		many: "SELECT owner_id, " + columns + " FROM " + table + " WHERE owner_id = ANY($1)",
	}
}

// round is one question to PostgreSQL for everybody who came while the one
// before was on its way. A round that is on its way takes nobody in: its answer
// could be older than who asks.
type round struct {
	owners []string
	marks  map[string]Values
	err    error
	done   chan struct{}
}

// roundMost is how long a round may take. It ends for everybody in it at once,
// so it must be longer than the queue for a connection ever is: at ten seconds
// sixty people were told at once that the database is away, while ten thousand
// waited for it. Who goes away sooner does not wait.
const roundMost = time.Minute

// Of is the owner's mark as of now.
func (m *Marks) Of(ctx context.Context, owner string) (int64, error) {
	v, err := m.Both(ctx, owner)
	return v[0], err
}

// Both are the owner's marks as of now. SQLite is asked straight: that takes less
// than waiting for others.
func (m *Marks) Both(ctx context.Context, owner string) (v Values, err error) {
	if m.db.Engine() == db.SQLite {
		err := m.db.Reader().QueryRowContext(ctx, m.one, owner).Scan(&v[0], &v[1])
		if db.IsNone(err) {
			return v, nil
		}
		return v, db.Classify(err)
	}
	r, leads := m.join(owner)
	if leads {
		m.run(nil, r)
	}
	select {
	case <-r.done:
		return r.marks[owner], r.err
	case <-ctx.Done():
		return v, ctx.Err()
	}
}

// join adds the owner to the round that begins next; who comes when none is on
// its way begins one.
func (m *Marks) join(owner string) (r *round, leads bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.next == nil {
		m.next = &round{done: make(chan struct{})}
	}
	r = m.next
	r.owners = append(r.owners, owner)
	if m.busy {
		return r, false
	}
	m.busy, m.next = true, nil
	return r, true
}

// run asks for the round, and sees to it that those who came meanwhile are
// asked for next: eight of ten thousand people's questions a millisecond cost a
// third of what they cost one by one. As long as rounds follow each other they
// keep one connection: when all of the others have a queue, everybody in a
// round would wait in it a second time.
func (m *Marks) run(c *sql.Conn, r *round) {
	// The context of one must not end the question of all.
	ctx, cancel := context.WithTimeout(context.Background(), roundMost)
	defer cancel()
	c = m.answer(ctx, c, r)
	close(r.done)
	m.mu.Lock()
	next := m.next
	m.next, m.busy = nil, next != nil
	m.mu.Unlock()
	switch {
	case next != nil:
		go m.run(c, next)
	case c != nil:
		_ = c.Close()
	}
}

// answer gives the connection for the next round; nil when it is of no use, and
// then the question is asked again on another one.
func (m *Marks) answer(ctx context.Context, c *sql.Conn, r *round) *sql.Conn {
	if c == nil {
		c, r.err = m.db.SQL().Conn(ctx)
		if r.err != nil {
			r.err = db.Classify(r.err)
			return nil
		}
	}
	if r.marks, r.err = ask(ctx, c, m.many, r.owners); r.err == nil {
		return c
	}
	_ = c.Close()
	r.marks, r.err = ask(ctx, m.db.Reader(), m.many, r.owners)
	return nil
}

type asker interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func ask(ctx context.Context, q asker, query string, owners []string) (map[string]Values, error) {
	rows, err := q.QueryContext(ctx, query, owners)
	if err != nil {
		return nil, db.Classify(err)
	}
	defer func() { _ = rows.Close() }()
	found := make(map[string]Values, len(owners))
	for rows.Next() {
		var owner string
		var v Values
		if err := rows.Scan(&owner, &v[0], &v[1]); err != nil {
			return nil, err
		}
		found[owner] = v
	}
	return found, db.Classify(rows.Err())
}
