package db

import (
	"context"
	"database/sql"
	"regexp"
	"sync"
)

// pool is a *sql.DB whose statements are prepared once. SQLite gains a third
// of a short query's time; pgx keeps statements by itself, so there stmts is nil.
type pool struct {
	*sql.DB
	stmts *stmts
}

// maxStmts bounds the cache: queries made for lists of different lengths must
// not fill the memory.
const maxStmts = 1024

type stmts struct {
	db *sql.DB
	mu sync.RWMutex
	m  map[string]*sql.Stmt
}

func newStmts(db *sql.DB) *stmts { return &stmts{db: db, m: map[string]*sql.Stmt{}} }

// get returns the known statement of the query, nil where it is met for the
// first time: it may be called with the pool's only connection taken by a
// transaction, so preparing here could wait for ever. First-time queries are
// noted and prepared by prepare, which runs outside transactions.
func (s *stmts) get(_ context.Context, query string) *sql.Stmt {
	if s == nil {
		return nil
	}
	s.mu.RLock()
	st, known := s.m[query]
	room := s.m != nil && len(s.m) < maxStmts // nil once closed
	s.mu.RUnlock()
	if !known && room {
		s.mu.Lock()
		if _, again := s.m[query]; !again && s.m != nil {
			s.m[query] = nil
			go s.prepare(query)
		}
		s.mu.Unlock()
	}
	return st
}

func (s *stmts) prepare(query string) {
	st, err := s.db.PrepareContext(context.Background(), steady(query))
	if err != nil {
		return // the query itself reports the error to its caller
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.m == nil {
		_ = st.Close()
		return
	}
	s.m[query] = st
}

// limitMark is a placeholder as a limit.
var limitMark = regexp.MustCompile(`(?i)\bLIMIT (\$\d+)\s*$`)

// steady keeps SQLite from planning a statement anew for each value of its
// limit, which takes longer than most of our queries: it looks at a bare
// placeholder only (sqlite3ExprIsInteger), not into an expression.
func steady(query string) string {
	return limitMark.ReplaceAllString(query, "LIMIT 0+$1")
}

func (s *stmts) close() {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, st := range s.m {
		if st != nil {
			_ = st.Close()
		}
	}
	s.m = nil
}

func (p *pool) close() error {
	p.stmts.close()
	return p.DB.Close()
}

func (p *pool) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if s := p.stmts.get(ctx, query); s != nil {
		return s.ExecContext(ctx, args...)
	}
	return p.DB.ExecContext(ctx, query, args...)
}

func (p *pool) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if s := p.stmts.get(ctx, query); s != nil {
		return s.QueryContext(ctx, args...)
	}
	return p.DB.QueryContext(ctx, query, args...)
}

func (p *pool) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if s := p.stmts.get(ctx, query); s != nil {
		return s.QueryRowContext(ctx, args...)
	}
	return p.DB.QueryRowContext(ctx, query, args...)
}
