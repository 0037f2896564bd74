package db

import (
	"context"
	"database/sql/driver"
	"regexp"
	"strings"

	"modernc.org/sqlite"
)

// connector opens SQLite connections that keep their prepared statements.
type connector struct {
	name   string
	driver *sqlite.Driver
}

// Connect opens a connection.
func (c connector) Connect(context.Context) (driver.Conn, error) {
	conn, err := c.driver.Open(c.name)
	if err != nil {
		return nil, err
	}
	inner, ok := conn.(sqliteConn)
	if !ok {
		_ = conn.Close()
		return nil, driver.ErrBadConn
	}
	return &keeping{sqliteConn: inner, kept: map[string]*kept{}}, nil
}

// Driver is the one underneath.
func (c connector) Driver() driver.Driver { return c.driver }

// sqliteConn is what the driver's connection can do.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// maxKept bounds the statements of a connection: queries made for lists of
// different lengths must not fill the memory.
const maxKept = 512

// keeping is a connection that prepares a statement once, whoever asks for it:
// a room, the job queue, a savepoint. Preparing takes longer than running most
// of them. database/sql gives a connection to one goroutine at a time.
type keeping struct {
	sqliteConn
	kept map[string]*kept
}

// kept is a prepared statement; busy while its rows are read.
type kept struct {
	driver.Stmt
	busy bool
}

// preparable are statements worth keeping: no pragmas, no DDL.
var preparable = regexp.MustCompile(`(?i)^\s*(--[^\n]*\n\s*)*(SELECT|INSERT|UPDATE|DELETE|WITH|SAVEPOINT|RELEASE|ROLLBACK TO)\b`)

// limitMark is a placeholder as a limit.
var limitMark = regexp.MustCompile(`(?i)\bLIMIT (\$\d+)\s*$`)

// steady keeps SQLite from planning a statement anew for each value of its
// limit, which takes longer than most of our queries: it looks at a bare
// placeholder only (sqlite3ExprIsInteger), not into an expression.
func steady(query string) string {
	return limitMark.ReplaceAllString(query, "LIMIT 0+$1")
}

// statement gives the kept statement of the query, free to be used; nil for
// what is not kept.
func (k *keeping) statement(ctx context.Context, query string) *kept {
	if s, ok := k.kept[query]; ok {
		if s == nil || s.busy {
			return nil
		}
		return s
	}
	if len(k.kept) >= maxKept {
		return nil
	}
	query = strings.Clone(query)
	if !preparable.MatchString(query) {
		k.kept[query] = nil
		return nil
	}
	stmt, err := k.PrepareContext(ctx, steady(query))
	if err != nil {
		return nil // the query itself reports the error
	}
	s := &kept{Stmt: stmt}
	k.kept[query] = s
	return s
}

// ExecContext implements driver.ExecerContext.
func (k *keeping) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if s := k.statement(ctx, query); s != nil {
		if run, ok := s.Stmt.(driver.StmtExecContext); ok {
			return run.ExecContext(ctx, args)
		}
	}
	return k.sqliteConn.ExecContext(ctx, query, args)
}

// QueryContext implements driver.QueryerContext.
func (k *keeping) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s := k.statement(ctx, query)
	if s == nil {
		return k.sqliteConn.QueryContext(ctx, query, args)
	}
	run, ok := s.Stmt.(driver.StmtQueryContext)
	if !ok {
		return k.sqliteConn.QueryContext(ctx, query, args)
	}
	rows, err := run.QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}
	s.busy = true
	return &keptRows{rows, s}, nil
}

// Close closes the statements too.
func (k *keeping) Close() error {
	for _, s := range k.kept {
		if s != nil {
			_ = s.Close()
		}
	}
	k.kept = nil
	return k.sqliteConn.Close()
}

// keptRows give the statement back when they are read.
type keptRows struct {
	driver.Rows
	of *kept
}

// Close implements driver.Rows.
func (r *keptRows) Close() error {
	r.of.busy = false
	return r.Rows.Close()
}
