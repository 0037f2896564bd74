package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"regexp"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/kit/clock"
)

const (
	// mostLookups bounds how many lookups share a round trip.
	mostLookups = 32
	// mostFound bounds the rows of a lookup: what gives more is read as it comes.
	mostFound = 256
	// quickLookup is how long a query may take that others wait for.
	quickLookup = 20 * time.Millisecond
	// lookupWait bounds a round trip; then each is asked alone.
	lookupWait = 5 * time.Second
	// doubtful is after how many slow round trips in a row a query is measured once
	// more: one that stalls says little of those that were in it.
	doubtful = 8
	// tryAgain is how often a query that was slow is measured once more.
	tryAgain = 64
	// mostPaces bounds the queries that are known.
	mostPaces = 4096
	// forEver is how long a statement is refused that may write.
	forEver = -1 << 62
)

// lookups let queries outside of transactions share a round trip of PostgreSQL:
// those that wait while others are under way go out together, and each has its own
// rows. A round trip costs both sides more than most of our queries. Each query
// still sees what was committed when it began. Only what has shown to be quick goes
// with others, so that nobody waits for a report; when one of them fails, each is
// asked alone. docs/decisions/0022.
type lookups struct {
	pool  *sql.DB // of PostgreSQL
	lanes int     // round trips at a time

	mu      sync.Mutex
	waiting []*lookup
	running int

	paces sync.Map // query → *pace
	known atomic.Int64
}

// lookup is a query that waits for its rows.
type lookup struct {
	query string
	args  []any
	found *found
	err   error
	told  chan bool // true: lead those who wait
}

// pace is what is known of a query.
type pace struct {
	verdict atomic.Int32
	refused atomic.Int64
	doubts  atomic.Int32 // slow round trips in a row that it went with
}

// Verdicts on a query.
const (
	unmeasured int32 = iota
	quick
	slow
)

// errAlone says that a query is to be asked by itself.
var errAlone = errors.New("db: the lookup goes alone")

// onlySelects are statements that read and nothing else.
var onlySelects = regexp.MustCompile(`(?i)^\s*(--[^\n]*\n\s*)*SELECT\b`)

// paceOf is what is known of the query; nil when it goes alone.
func (l *lookups) paceOf(query string) *pace {
	v, ok := l.paces.Load(query)
	if !ok {
		if l.known.Add(1) > mostPaces {
			return nil
		}
		p := &pace{}
		if !onlySelects.MatchString(query) {
			p.refused.Store(forEver)
		}
		v, _ = l.paces.LoadOrStore(query, p)
	}
	p, _ := v.(*pace)
	switch {
	case p.refused.Load() < 0:
		return nil
	case p.verdict.Load() == slow && p.refused.Add(1)%tryAgain != 0:
		return nil
	}
	return p
}

// ask finds the rows of the query. errAlone: they have to be read otherwise.
func (l *lookups) ask(query string, args []any) (*found, error) {
	p := l.paceOf(query)
	if p == nil {
		return nil, errAlone
	}
	a := &lookup{query: query, args: args, told: make(chan bool, 1)}
	if p.verdict.Load() != quick {
		l.measure(p, a)
		return a.found, a.err
	}
	if l.enter(a) || <-a.told {
		l.lead(a)
	}
	return a.found, a.err
}

// measure asks the query by itself and judges it.
func (l *lookups) measure(p *pace, a *lookup) {
	began := clock.System().Now() // machine time, also where a test holds the clock
	l.send([]*lookup{a})
	if a.err == nil && clock.System().Now().Sub(began) <= quickLookup {
		p.verdict.Store(quick)
	} else {
		p.verdict.Store(slow)
	}
}

// enter gives the lookup a free lane, or lets it wait.
func (l *lookups) enter(a *lookup) (leads bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if leads = l.running < l.lanes; leads {
		l.running++
	} else {
		l.waiting = append(l.waiting, a)
	}
	return leads
}

// lead asks for itself and for all who wait, and hands the lane on.
func (l *lookups) lead(a *lookup) {
	runtime.Gosched() // those who begin beside it come along
	l.mu.Lock()
	n := min(len(l.waiting), mostLookups-1)
	batch := append([]*lookup{a}, l.waiting[:n]...)
	l.waiting = l.waiting[n:]
	l.mu.Unlock()
	defer l.handOn()
	defer func() { // also when a value of somebody's panics
		for _, b := range batch[1:] {
			b.told <- false
		}
	}()
	began := clock.System().Now()
	l.send(batch)
	l.judge(batch, clock.System().Now().Sub(began) <= time.Duration(len(batch))*quickLookup)
}

// handOn lets the next who waits lead, or frees the lane.
func (l *lookups) handOn() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) == 0 {
		l.running--
		return
	}
	next := l.waiting[0]
	l.waiting = l.waiting[1:]
	next.told <- true
}

// judge lets queries be measured anew that went with slow round trips only.
func (l *lookups) judge(batch []*lookup, wasQuick bool) {
	for _, a := range batch {
		v, _ := l.paces.Load(a.query)
		p, ok := v.(*pace)
		switch {
		case !ok:
		case wasQuick:
			if p.doubts.Load() > 0 {
				p.doubts.Store(0)
			}
		case p.doubts.Add(1) >= doubtful:
			p.doubts.Store(0)
			p.verdict.Store(unmeasured)
		}
	}
}

// send asks the queries in one round trip. When that fails, each is told errAlone.
func (l *lookups) send(batch []*lookup) {
	for _, a := range batch {
		a.err = errAlone
	}
	ctx, cancel := context.WithTimeout(context.Background(), lookupWait)
	defer cancel()
	conn, err := l.pool.Conn(ctx)
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }() // gives it back to the pool
	_ = conn.Raw(func(dc any) error {
		c, err := native(dc)
		if err != nil {
			return err
		}
		if len(batch) == 1 {
			rows, err := c.Query(ctx, batch[0].query, batch[0].args...)
			batch[0].take(rows, err)
			return nil
		}
		var b pgx.Batch
		for _, a := range batch {
			b.Queue(a.query, a.args...)
		}
		results := c.SendBatch(ctx, &b)
		for _, a := range batch {
			a.take(results.Query())
		}
		return results.Close()
	})
}

// take reads the rows of a lookup to their end.
func (a *lookup) take(rows pgx.Rows, err error) {
	if err != nil {
		return
	}
	defer rows.Close()
	f := &found{}
	for rows.Next() {
		values, err := rows.Values()
		if err != nil || len(f.rows) == mostFound || !plain(values) {
			return
		}
		f.rows = append(f.rows, values)
	}
	if rows.Err() != nil {
		return // and there may be no descriptions
	}
	for _, d := range rows.FieldDescriptions() {
		f.columns = append(f.columns, d.Name)
	}
	a.found, a.err = f, nil
}

// plain makes the values those that database/sql knows; false where one can't be.
func plain(values []any) bool {
	for i, v := range values {
		switch n := v.(type) {
		case nil, bool, int64, float64, string, []byte, time.Time:
		case int32:
			values[i] = int64(n)
		case int16:
			values[i] = int64(n)
		case float32:
			values[i] = float64(n)
		default:
			return false
		}
	}
	return true
}

// found are the rows of a lookup. It implements driver.Rows.
type found struct {
	columns []string
	rows    [][]any
	next    int
	err     error // in place of rows
}

// Columns implements driver.Rows.
func (f *found) Columns() []string { return f.columns }

// Close implements driver.Rows.
func (f *found) Close() error { return nil }

// Next implements driver.Rows.
func (f *found) Next(dest []driver.Value) error {
	if f.next == len(f.rows) {
		return io.EOF
	}
	for i, v := range f.rows[f.next] {
		dest[i] = v
	}
	f.next++
	return nil
}

// Connect implements driver.Connector: what database/sql takes for a connection
// holds none.
func (l *lookups) Connect(context.Context) (driver.Conn, error) { return asker{l}, nil }

// Driver implements driver.Connector.
func (l *lookups) Driver() driver.Driver { return l.pool.Driver() }

// asker is a connection that can do nothing but look up.
type asker struct{ of *lookups }

// errOnlyLooks is told who wants more of an asker.
var errOnlyLooks = fmt.Errorf("db: lookups answer queries only")

// Prepare implements driver.Conn.
func (asker) Prepare(string) (driver.Stmt, error) { return nil, errOnlyLooks }

// Begin implements driver.Conn.
func (asker) Begin() (driver.Tx, error) { return nil, errOnlyLooks }

// Close implements driver.Conn.
func (asker) Close() error { return nil }

// CheckNamedValue implements driver.NamedValueChecker: pgx takes values as they are.
func (asker) CheckNamedValue(*driver.NamedValue) error { return nil }

// QueryContext implements driver.QueryerContext.
func (a asker) QueryContext(_ context.Context, query string, named []driver.NamedValue) (driver.Rows, error) {
	args := make([]any, len(named))
	for i, n := range named {
		args[i] = n.Value
	}
	f, err := a.of.ask(query, args)
	if err != nil {
		return nil, err
	}
	return f, nil
}

// carrier makes rows for database/sql of what a pipe has found, or of its error.
var carrier = sql.OpenDB(carriage{})

// carriage is a connection that gives the rows that it is handed as an argument.
type carriage struct{ asker }

// Connect implements driver.Connector.
func (c carriage) Connect(context.Context) (driver.Conn, error) { return c, nil }

// Driver implements driver.Connector; there is none.
func (carriage) Driver() driver.Driver { return nil }

// QueryContext implements driver.QueryerContext.
func (carriage) QueryContext(_ context.Context, _ string, handed []driver.NamedValue) (driver.Rows, error) {
	f, ok := handed[0].Value.(*found)
	if !ok {
		return nil, errOnlyLooks
	}
	return f, f.err
}

// sociable is PostgreSQL's reading pool: what is quick is looked up with others.
type sociable struct {
	*sql.DB
	lookups *sql.DB
}

// QueryContext implements Q.
func (s sociable) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	rows, err := s.lookups.QueryContext(context.WithoutCancel(ctx), query, args...)
	if errors.Is(err, errAlone) {
		return s.DB.QueryContext(ctx, query, args...)
	}
	return rows, err
}

// QueryRowContext implements Q.
func (s sociable) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if ctx.Err() == nil {
		row := s.lookups.QueryRowContext(context.WithoutCancel(ctx), query, args...)
		if !errors.Is(row.Err(), errAlone) {
			return row
		}
	}
	return s.DB.QueryRowContext(ctx, query, args...)
}
