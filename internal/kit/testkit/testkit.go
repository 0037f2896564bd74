// Package testkit gives tests real databases, both engines, fresh for each
// test. It is for tests only: no production package imports it.
package testkit

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"okno/internal/kit/clock"
	"okno/internal/kit/db"
)

// Start is where fake clocks of tests begin: a working Monday morning in Moscow.
var Start = time.Date(2026, 11, 16, 7, 0, 0, 0, time.UTC)

// Schema is a prepared database: Prepare makes the tables once, and each test
// gets a copy. Name tells schemas of one test binary apart.
type Schema struct {
	Name    string
	Prepare func(ctx context.Context, d *db.DB) error
}

// Of is the schema that the rooms' migrations make.
func Of(all ...db.Migrations) Schema {
	name := "m"
	for _, m := range all {
		name += "_" + m.Room
	}
	return Schema{Name: name, Prepare: func(ctx context.Context, d *db.DB) error { return d.Migrate(ctx, all...) }}
}

// Each runs f on a fresh database of each engine, in parallel subtests.
func Each(t *testing.T, s Schema, clk clock.Clock, f func(t *testing.T, d *db.DB)) {
	t.Helper()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			f(t, Open(t, e, s, clk))
		})
	}
}

// Open is a fresh database of the engine, closed and removed with the test.
func Open(t testing.TB, e db.Engine, s Schema, clk clock.Clock) *db.DB {
	t.Helper()
	return OpenURL(t, URL(t, e, s), clk)
}

// OpenURL opens a database made by URL, as a second node would.
func OpenURL(t testing.TB, url string, clk clock.Clock) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), url, db.Options{Clock: clk, Unsafe: true, MaxConns: 8})
	if err != nil {
		t.Fatalf("open %s: %v", url, err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// URL makes a fresh database of the engine and gives its address.
func URL(t testing.TB, e db.Engine, s Schema) string {
	t.Helper()
	if e == db.SQLite {
		return sqliteURL(t, s)
	}
	return postgresURL(t, s)
}

var templates struct {
	sync.Mutex
	sqlite   map[string]string
	postgres map[string]string
}

func sqliteURL(t testing.TB, s Schema) string {
	t.Helper()
	templates.Lock()
	defer templates.Unlock()
	tmpl := templates.sqlite[s.Name]
	if tmpl == "" {
		dir, err := os.MkdirTemp("", "okno-sqlite-")
		if err != nil {
			t.Fatal(err)
		}
		tmpl = filepath.Join(dir, "t.db")
		prepare(t, "sqlite:"+tmpl, s)
		if templates.sqlite == nil {
			templates.sqlite = map[string]string{}
		}
		templates.sqlite[s.Name] = tmpl
	}
	path := filepath.Join(t.TempDir(), "okno.db")
	if err := copyFile(tmpl, path); err != nil {
		t.Fatal(err)
	}
	return "sqlite:" + path
}

func prepare(t testing.TB, url string, s Schema) {
	t.Helper()
	ctx := context.Background()
	d, err := db.Open(ctx, url, db.Options{Unsafe: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	if err := s.Prepare(ctx, d); err != nil {
		t.Fatalf("prepare schema %s: %v", s.Name, err)
	}
	if d.Engine() == db.SQLite {
		if _, err := d.SQL().ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
			t.Fatal(err)
		}
	}
}

func postgresURL(t testing.TB, s Schema) string {
	t.Helper()
	server := Postgres(t)
	templates.Lock()
	defer templates.Unlock()
	tmpl := templates.postgres[s.Name]
	if tmpl == "" {
		tmpl = "tmpl_" + random()
		server.exec(t, "CREATE DATABASE "+tmpl)
		prepare(t, server.URL(tmpl), s)
		if templates.postgres == nil {
			templates.postgres = map[string]string{}
		}
		templates.postgres[s.Name] = tmpl
	}
	name := "t_" + random()
	server.exec(t, "CREATE DATABASE "+name+" TEMPLATE "+tmpl)
	t.Cleanup(func() { server.drop(name) })
	return server.URL(name)
}

// Eventually polls cond until it holds, or fails the test after ten seconds.
func Eventually(t testing.TB, what string, cond func() bool) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for !cond() {
		if time.Now().After(deadline) {
			t.Fatalf("timed out: %s", what)
		}
		<-time.After(5 * time.Millisecond)
	}
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		return fmt.Errorf("copy %s: %w", from, err)
	}
	return out.Close()
}

func random() string {
	b := make([]byte, 8)
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}
