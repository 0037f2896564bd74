package audit_test

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"okno/internal/kit/audit"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/secret"
	"okno/internal/kit/testkit"
)

func newLog(t *testing.T, d *db.DB, clk clock.Clock) *audit.Log {
	t.Helper()
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "keyset.json")
	if err := secret.CreateKeyset(path, clk.Now()); err != nil {
		t.Fatal(err)
	}
	keyset, err := secret.OpenKeyset(ctx, secret.File(path))
	if err != nil {
		t.Fatal(err)
	}
	l, err := audit.New(ctx, d, secret.NewSealer(keyset, d))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestLinesStandWithTheirChangeOnly(t *testing.T) {
	t.Parallel()
	clk := clock.NewFake(testkit.Start)
	testkit.Each(t, testkit.Of(secret.Migrations(), audit.Migrations()), clk, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		l := newLog(t, d, clk)
		e := audit.Entry{
			Act: "cases.looked", Actor: "officer", Role: "officer", Owner: "anna", Object: "case:1", Request: "r",
			IP: "203.0.113.7", Agent: "Firefox", Details: map[string]string{"why": "проверка"},
		}
		no := errors.New("no")
		if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			if err := l.Write(ctx, tx, audit.Entry{Act: "rolled.back", Owner: "anna"}); err != nil {
				return err
			}
			return no
		}); !errors.Is(err, no) {
			t.Fatal(err)
		}
		if err := l.Look(ctx, e); err != nil {
			t.Fatal(err)
		}
		if err := l.Look(ctx, audit.Entry{Act: "other", Actor: "boris", Owner: "boris"}); err != nil {
			t.Fatal(err)
		}
		lines, err := l.Find(ctx, audit.Filter{Owner: "anna"})
		if err != nil || len(lines) != 1 || lines[0].At.Time() != testkit.Start {
			t.Fatalf("lines %+v, %v", lines, err)
		}
		if diff := cmp.Diff(e, lines[0].Entry); diff != "" {
			t.Fatal(diff)
		}
		for f, want := range map[audit.Filter]int{{}: 2, {Act: "other"}: 1, {Actor: "officer", Owner: "boris"}: 0, {Limit: 1}: 1, {Before: db.At(testkit.Start)}: 0} {
			if got, err := l.Find(ctx, f); err != nil || len(got) != want {
				t.Errorf("%+v finds %d, want %d, %v", f, len(got), want, err)
			}
		}
		var raw []byte
		if err := d.Reader().QueryRowContext(ctx, "SELECT from_sealed FROM audit_entries WHERE owner_id = 'anna'").Scan(&raw); err != nil || bytes.Contains(raw, []byte("203.0.113.7")) {
			t.Fatalf("the address lies open: %v", err)
		}
	})
}
