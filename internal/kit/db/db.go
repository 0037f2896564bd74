package db

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"runtime"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // driver "pgx"
	"modernc.org/sqlite"

	"okno/internal/kit/clock"
)

// Engine is the kind of database.
type Engine string

// The two engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// DB is one database: a pool for writing and one for reading. On SQLite the
// writing pool has one connection, because SQLite has one writer and waiting
// in Go is cheaper than being refused; on PostgreSQL both are the same pool.
type DB struct {
	engine Engine
	url    string
	clock  clock.Clock
	write  *sql.DB
	read   *sql.DB
	group  together      // of SQLite's writers
	groups grouped       // of PostgreSQL's changes that read nothing
	looks  *sql.DB       // of PostgreSQL's lookups
	turn   chan struct{} // of changes that PostgreSQL could not put in order
}

// Options are what Open needs beside the address.
type Options struct {
	Clock clock.Clock
	// MaxConns bounds PostgreSQL's pool, and SQLite's readers; 0 chooses.
	MaxConns int
	// Unsafe drops SQLite's syncs. For tests that do not test durability.
	Unsafe bool
}

// Open connects to rawURL: sqlite:PATH (or sqlite:///abs/path) or a
// postgres:// address. It does not create tables; see [DB.Migrate].
func Open(ctx context.Context, rawURL string, o Options) (*DB, error) {
	if o.Clock == nil {
		o.Clock = clock.System()
	}
	switch {
	case strings.HasPrefix(rawURL, "sqlite:"):
		return openSQLite(ctx, rawURL, o)
	case strings.HasPrefix(rawURL, "postgres://"), strings.HasPrefix(rawURL, "postgresql://"):
		return openPostgres(ctx, rawURL, o)
	}
	return nil, fmt.Errorf("database address must begin with sqlite: or postgres://")
}

func openSQLite(ctx context.Context, rawURL string, o Options) (*DB, error) {
	path := SQLitePath(rawURL)
	if path == "" {
		return nil, fmt.Errorf("database address sqlite: names no file")
	}
	if err := own(path); err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	driver := &sqlite.Driver{}
	write := sql.OpenDB(connector{sqliteDSN(path, o.Unsafe, "immediate"), driver})
	write.SetMaxOpenConns(1)
	write.SetMaxIdleConns(1)
	if err := write.PingContext(ctx); err != nil {
		_ = write.Close()
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	read := sql.OpenDB(connector{sqliteDSN(path, o.Unsafe, "deferred") + "&_pragma=query_only(1)", driver})
	n := o.MaxConns
	if n == 0 {
		n = max(4, 2*runtime.NumCPU())
	}
	read.SetMaxOpenConns(n)
	read.SetMaxIdleConns(n)
	return &DB{engine: SQLite, url: rawURL, clock: o.Clock, write: write, read: read}, nil
}

// SQLitePath is the file that an address names; "" for another engine's.
func SQLitePath(rawURL string) string {
	path, ok := strings.CutPrefix(rawURL, "sqlite:")
	if !ok {
		return ""
	}
	return strings.TrimPrefix(path, "//")
}

// own makes the file for its owner's eyes alone if it is not there: SQLite would
// make it for everybody, and gives its mode to the files beside it.
func own(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

func sqliteDSN(path string, unsafe bool, lock string) string {
	sync := "FULL"
	if unsafe {
		sync = "OFF"
	}
	v := url.Values{}
	for _, p := range []string{
		"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(" + sync + ")",
		"foreign_keys(1)", "cache_size(-32000)", "temp_store(MEMORY)", "mmap_size(268435456)",
		"wal_autocheckpoint(8000)", // of 4 KB: fewer checkpoints write a page once that was changed often
	} {
		v.Add("_pragma", p)
	}
	v.Set("_txlock", lock)
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + v.Encode()
}

func openPostgres(ctx context.Context, rawURL string, o Options) (*DB, error) {
	pg, err := sql.Open("pgx", rawURL)
	if err != nil {
		return nil, fmt.Errorf("database address: %w", hideURL(err, rawURL))
	}
	n := o.MaxConns
	if n == 0 {
		n = max(16, 8*runtime.NumCPU())
	}
	pg.SetMaxOpenConns(n)
	pg.SetMaxIdleConns(n)
	pg.SetConnMaxIdleTime(5 * time.Minute)
	if err := pg.PingContext(ctx); err != nil {
		_ = pg.Close()
		return nil, fmt.Errorf("open database: %w", hideURL(err, rawURL))
	}
	looks := sql.OpenDB(&lookups{pool: pg, lanes: max(2, runtime.NumCPU())})
	looks.SetMaxIdleConns(256) // they are nothing but a name
	return &DB{engine: Postgres, url: rawURL, clock: o.Clock, write: pg, read: pg, looks: looks, turn: make(chan struct{}, 1)}, nil
}

// hideURL keeps the password of an address out of an error.
func hideURL(err error, rawURL string) error {
	u, perr := url.Parse(rawURL)
	if perr != nil || u.User == nil {
		return err
	}
	pw, _ := u.User.Password()
	if pw == "" || !strings.Contains(err.Error(), pw) {
		return err
	}
	return fmt.Errorf("%s", strings.ReplaceAll(err.Error(), pw, "[hidden]"))
}

// Engine tells which engine this is.
func (d *DB) Engine() Engine { return d.engine }

// URL is the address given to Open; it may hold a password.
func (d *DB) URL() string { return d.url }

// SQL is the writing pool, for libraries that bring their own SQL (job queue,
// migrations, backup). Rooms use Write and Read.
func (d *DB) SQL() *sql.DB { return d.write }

// Clock is the clock that transactions take their time from.
func (d *DB) Clock() clock.Clock { return d.clock }

// Ping reports whether the database answers.
func (d *DB) Ping(ctx context.Context) error {
	var one int
	if err := d.read.QueryRowContext(ctx, "SELECT 1").Scan(&one); err != nil {
		return Classify(err)
	}
	return nil
}

// Close closes both pools.
func (d *DB) Close() error {
	err := d.read.Close()
	if d.looks != nil {
		_ = d.looks.Close() // it has no connection of its own
	}
	if d.write != d.read {
		if werr := d.write.Close(); err == nil {
			err = werr
		}
	}
	return err
}
