package applications

import (
	"context"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"okno/internal/agency"
	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/identity/identitytest"
	"okno/internal/kit/audit"
	"okno/internal/kit/blob"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/event"
	"okno/internal/kit/i18n"
	"okno/internal/kit/job"
	"okno/internal/kit/live"
	"okno/internal/kit/pdf"
	"okno/internal/kit/testkit"
	"okno/internal/kit/web"
	"okno/internal/notify"
	"okno/internal/reference"
	"okno/internal/vault"
)

// below are the rooms below, empty.
type below struct{}

func (below) Service(string) (*forms.Service, bool) { return nil, false }
func (below) Version(context.Context, string, int) (*forms.Service, error) {
	return nil, identity.ErrNotFound
}
func (below) Facts(context.Context, string) (forms.Facts, error) { return forms.Facts{}, nil }
func (below) Initials(context.Context, ...string) (map[string]string, error) {
	return nil, nil
}

func (below) Account(context.Context, string) (identity.Account, error) {
	return identity.Account{}, identity.ErrNotFound
}

func (below) ByCode(string) (agency.Agency, bool)                           { return agency.Agency{}, false }
func (below) Members(context.Context, string) ([]agency.Member, error)      { return nil, nil }
func (below) Seal(context.Context, ...notify.Letter) (*notify.Batch, error) { return nil, nil }
func (below) Send(context.Context, *db.Tx, *notify.Batch) error             { return nil }
func (below) Deliver(context.Context, string, *notify.Batch, func(context.Context, *db.Tx) (bool, error)) error {
	return nil
}

func (below) Limit(context.Context, string, string, int, time.Duration) error {
	return nil
}

func TestTheRoomIsBuilt(t *testing.T) {
	t.Parallel()
	clk := clock.NewFake(testkit.Start)
	schema := testkit.Schema{Name: "applications", Prepare: func(ctx context.Context, d *db.DB) error {
		if err := job.Migrate(ctx, d); err != nil {
			return err
		}
		return d.Migrate(ctx, append([]db.Migrations{audit.Migrations(), vault.Migrations()}, Migrations()...)...)
	}}
	testkit.Each(t, schema, clk, func(t *testing.T, d *db.DB) {
		room, texts, vaults := build(t, d, clk, Config{BaseURL: "https://okno.example"})
		rt := web.NewRouter(&web.Edge{Log: slog.New(slog.DiscardHandler), Clock: clk, Texts: texts, Proxies: []netip.Prefix{}})
		room.Mount(rt)
		vaults.Mount(rt)
		doc, err := rt.API.OpenAPI()
		if err != nil || !strings.Contains(string(doc), "/api/v1/desk/applications/{number}/approve") {
			t.Fatalf("OpenAPI: %v", err)
		}
		ctx := context.Background()
		out, err := room.Export(ctx, "anna")
		if err != nil || out["applications"] == nil || out["drafts"] == nil {
			t.Fatalf("export %v, %v", out, err)
		}
		if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return room.Erase(ctx, tx, "anna") }); err != nil {
			t.Fatal(err)
		}
		if err := room.CheckScanner(ctx); err != nil {
			t.Fatal(err)
		}
	})
}

func build(t *testing.T, d *db.DB, clk *clock.Fake, cfg Config) (*Room, *i18n.Bundle, *vault.Vault) {
	t.Helper()
	ctx := context.Background()
	log := slog.New(slog.DiscardHandler)
	sealer := identitytest.Sealer(t, clk)
	texts, err := i18n.New(append(Locales(), web.Locale(), pdf.Locale(), vault.Locale())...)
	must(t, err)
	journal, err := audit.New(ctx, d, sealer)
	must(t, err)
	queue, err := job.New(d, log)
	must(t, err)
	store, err := blob.OpenFolder(t.TempDir())
	must(t, err)
	ref, err := reference.Load()
	must(t, err)
	writer, err := pdf.NewWriter(texts)
	must(t, err)
	bus, files := event.NewBus(queue), blob.NewSealed(store)
	v, err := vault.New(vault.Deps{DB: d, Sealer: sealer, Queue: queue, Bus: bus, Audit: journal, Files: files, Clock: clk, Log: log, Agencies: below{}, Limiter: below{}})
	must(t, err)
	room, err := New(Deps{
		DB: d, Sealer: sealer, Queue: queue, Bus: bus, Audit: journal, Live: live.New(d, log, "n1"), Clock: clk, Log: log, Texts: texts,
		Files: files, PDF: writer, Reference: ref, Services: below{}, People: below{}, Accounts: below{}, Offices: below{}, Notify: below{},
		Vault: v, Config: cfg,
	})
	must(t, err)
	return room, texts, v
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestBothLanguagesSayTheSame(t *testing.T) {
	t.Parallel()
	texts, err := i18n.New(append(Locales(), vault.Locale())...)
	must(t, err)
	if !slices.Equal(texts.Keys(i18n.RU), texts.Keys(i18n.EN)) {
		t.Fatal("the keys differ")
	}
}
