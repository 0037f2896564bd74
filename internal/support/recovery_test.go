package support

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"okno/internal/applications/upload"
	"okno/internal/identity"
	"okno/internal/kit/blob"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/kit/secret"
)

// nobodysAccounts knows no account: a request is decided without one.
type nobodysAccounts struct{ Accounts }

func (nobodysAccounts) FindName(context.Context, string) (string, error) {
	return "", identity.ErrNotFound
}

// cleanScanner finds nothing.
type cleanScanner struct{}

func (cleanScanner) Scan(context.Context, io.Reader) (upload.Scan, error) { return upload.Clean, nil }

// scanFile is a picture of a document that the checks let through: one pixel.
var scanFile = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89" +
	"\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa75\x81\x84\x00\x00\x00\x00IEND\xaeB`\x82")

// withScans lets the room take requests for access; files are where their scans are.
func withScans(t *testing.T, b *bundle) (files *blob.Folder) {
	t.Helper()
	files, err := blob.OpenFolder(t.TempDir())
	fatal(t, err)
	b.Accounts, b.Intake = nobodysAccounts{}, upload.NewIntake(cleanScanner{}, blob.NewSealed(files), b.Log)
	b.site = site(b.Texts, b.clk, b.Log, b.Mount)
	return files
}

// claims sends a request for access and gives its number and id.
func (b *bundle) claims(t *testing.T) (number, request string) {
	t.Helper()
	number, err := b.Claim(b.as(""), Claim{
		Name: "anna@example.org", LastName: "Иванова", FirstName: "Анна", BirthDate: "01.02.1990", Phone: "+79131234567", IP: "203.0.113.9",
		Scan: &upload.File{Name: "passport.png", Body: bytes.NewReader(scanFile), Size: int64(len(scanFile))},
	})
	fatal(t, err)
	row, err := b.request(context.Background(), number)
	fatal(t, err)
	return number, row.ID
}

// TestOldRequestsAreDeleted: a decided request goes with its scan and its key when
// its time is over, and not before; one that waits for a decision stays until its
// own time is over.
func TestOldRequestsAreDeleted(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		ctx, files := context.Background(), withScans(t, b)
		there := func(number, request string) bool {
			t.Helper()
			_, rerr := b.request(ctx, number)
			if rerr != nil && !errors.Is(rerr, ErrNoRequest) {
				t.Fatal(rerr)
			}
			_, ferr := files.Stat(ctx, scanPrefix+request)
			if ferr != nil && !errors.Is(ferr, blob.ErrNone) {
				t.Fatal(ferr)
			}
			_, kerr := b.Sealer.Key(ctx, request, secret.Case)
			if kerr != nil && !errors.Is(kerr, secret.ErrErased) {
				t.Fatal(kerr)
			}
			if (rerr == nil) != (ferr == nil) || (rerr == nil) != (kerr == nil) {
				t.Fatalf("row %v, scan %v, key %v", rerr, ferr, kerr)
			}
			return rerr == nil
		}
		purged := func() {
			t.Helper()
			fatal(t, b.purge(ctx, purge{}))
			fatal(t, b.Queue.Drain(ctx))
		}
		decided, first := b.claims(t)
		waits, second := b.claims(t)
		b.clk.Advance(10 * 24 * time.Hour) // support was slow
		fatal(t, b.Decide(b.as(operator), decided, false))
		b.clk.Advance(3 * 24 * time.Hour)
		purged()
		if !there(decided, first) || !there(waits, second) {
			t.Fatal("deleted too early")
		}
		b.clk.Advance(keepRecovery - 3*24*time.Hour + time.Hour)
		purged()
		if there(decided, first) {
			t.Error("the decided request is there")
		}
		b.clk.Advance(keepRecovery + time.Hour) // the other one has ended just now
		purged()
		if there(waits, second) {
			t.Error("the request that nobody decided is there")
		}
	})
}

// TestManyOldRequestsAreDeletedAtOnce: more than one round's worth.
func TestManyOldRequestsAreDeletedAtOnce(t *testing.T) {
	t.Parallel()
	b := lite(t)
	ctx, files := context.Background(), withScans(t, b)
	number, request := b.claims(t)
	fatal(t, b.Decide(b.as(operator), number, false))
	fatal(t, b.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 450)
			INSERT INTO support_recoveries (id, number, state, owner_id, lang, created_at, first_by, first_at, decided_by, decided_at, version, scan_state, blob_key, request_sealed)
			SELECT id || i, number || i, state, owner_id, lang, created_at, first_by, first_at, decided_by, decided_at, version, scan_state, blob_key || i, request_sealed
			FROM support_recoveries, n`)
		return err
	}))
	b.clk.Advance(keepRecovery + time.Hour)
	fatal(t, b.purge(ctx, purge{}))
	var left int
	fatal(t, b.DB.Reader().QueryRowContext(ctx, "SELECT COUNT(*) FROM support_recoveries").Scan(&left))
	if _, err := files.Stat(ctx, scanPrefix+request); left != 0 || !errors.Is(err, blob.ErrNone) {
		t.Errorf("%d are left; the scan: %v", left, err)
	}
}

// TestAlarmsSpeakTheReadersLanguage: a ticket that the portal itself has opened is
// read by each in the own language, whatever the owner's is.
func TestAlarmsSpeakTheReadersLanguage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		for _, what := range []alarm{alarmDenied, alarmStopped} {
			id := "ticket-" + string(what)
			fatal(t, b.raise(identity.AsSystem(context.Background()), id, "anna", i18n.RU, what))
			row, err := b.store.ticket(context.Background(), b.DB.Reader(), id)
			fatal(t, err)
			for _, lang := range []string{i18n.RU, i18n.EN} {
				seen, err := b.Look(i18n.With(b.as(operator), b.Texts, lang), row.Number)
				fatal(t, err)
				if want := b.Texts.T(lang, what.key()); seen.Text != want || want == what.key() {
					t.Errorf("%s in %s: %q", what, lang, seen.Text)
				}
			}
		}
	})
}
