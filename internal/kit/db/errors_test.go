package db_test

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"testing"
	"time"

	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/testkit"
)

func TestClosedPoolIsUnavailable(t *testing.T) {
	t.Parallel()
	d, err := db.Open(context.Background(), "sqlite:"+t.TempDir()+"/x.db", db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = d.SQL().ExecContext(context.Background(), "SELECT 1")
	for _, e := range []error{err, fmt.Errorf("read: %w", err), d.Ping(context.Background())} {
		if got := db.Classify(e); !errs.IsKind(got, errs.Unavailable) {
			t.Errorf("%v is %v", e, errs.KindOf(got))
		}
	}
}

// A server that goes while it answers leaves half an answer.
func TestHalfAnAnswerIsUnavailable(t *testing.T) {
	t.Parallel()
	if got := db.Classify(fmt.Errorf("read: %w", io.ErrUnexpectedEOF)); !errs.IsKind(got, errs.Unavailable) {
		t.Errorf("it is %v", errs.KindOf(got))
	}
}

// A server that lets nobody in says why by codes that mean something else to those
// who are in.
func TestClosedDoorIsUnavailable(t *testing.T) {
	t.Parallel()
	name := "closed_" + time.Now().Format("150405000000")
	server := testkit.Postgres(t)
	admin, err := db.Open(t.Context(), server.URL("postgres"), db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = admin.Close() }()
	for _, query := range []string{"CREATE DATABASE " + name, "ALTER DATABASE " + name + " ALLOW_CONNECTIONS false"} {
		if _, err := admin.SQL().ExecContext(t.Context(), query); err != nil {
			t.Fatal(err)
		}
	}
	defer func() { _, _ = admin.SQL().ExecContext(context.Background(), "DROP DATABASE "+name) }()
	pg, err := sql.Open("pgx", server.URL(name))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = pg.Close() }()
	if err := pg.PingContext(t.Context()); !errs.IsKind(db.Classify(err), errs.Unavailable) {
		t.Errorf("%v is %v", err, errs.KindOf(db.Classify(err)))
	}
}
