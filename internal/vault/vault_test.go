package vault

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"okno/internal/agency"
	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/audit"
	"okno/internal/kit/blob"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/event"
	"okno/internal/kit/i18n"
	"okno/internal/kit/id"
	"okno/internal/kit/job"
	"okno/internal/kit/secret"
	"okno/internal/kit/testkit"
	"okno/internal/kit/web"
)

type agencies struct{}

func (agencies) ByCode(code string) (agency.Agency, bool) {
	return agency.Agency{Code: code, Title: agency.Text{RU: "МВД", EN: "MVD"}, Zone: "Europe/Moscow"}, true
}

// limiter refuses after n calls.
type limiter struct{ left int }

func (l *limiter) Limit(context.Context, string, string, int, time.Duration) error {
	if l.left--; l.left < 0 {
		return errs.NewTooMany("identity.error.limit").After(time.Minute)
	}
	return nil
}

type bundle struct {
	*Vault
	clock *clock.Fake
	texts *i18n.Bundle
	limit *limiter
}

func each(t *testing.T, f func(t *testing.T, b *bundle)) {
	t.Helper()
	clk := clock.NewFake(testkit.Start)
	schema := testkit.Schema{Name: "vault", Prepare: func(ctx context.Context, d *db.DB) error {
		return errors.Join(job.Migrate(ctx, d), d.Migrate(ctx, audit.Migrations(), Migrations()))
	}}
	testkit.Each(t, schema, clk, func(t *testing.T, d *db.DB) { f(t, setup(t, d)) })
}

func setup(t *testing.T, d *db.DB) *bundle {
	t.Helper()
	ctx := context.Background()
	clk := clock.NewFake(testkit.Start)
	d = testkit.OpenURL(t, d.URL(), clk)
	file := t.TempDir() + "/keys"
	must(t, secret.CreateKeyset(file, testkit.Start))
	keyset, err := secret.OpenKeyset(ctx, secret.File(file))
	must(t, err)
	sealer := secret.NewSealer(keyset, testkit.Open(t, db.SQLite, testkit.Of(secret.Migrations()), clk))
	journal, err := audit.New(ctx, d, sealer)
	must(t, err)
	log := slog.New(slog.DiscardHandler)
	queue, err := job.New(d, log)
	must(t, err)
	store, err := blob.OpenFolder(t.TempDir())
	must(t, err)
	texts, err := i18n.New(web.Locale(), identity.Locale(), Locale())
	must(t, err)
	b := &bundle{clock: clk, texts: texts, limit: &limiter{left: 100}}
	bus := event.NewBus(queue)
	b.Vault, err = New(Deps{
		DB: d, Sealer: sealer, Queue: queue, Bus: bus, Audit: journal, Files: blob.NewSealed(store), Clock: clk, Log: log,
		Agencies: agencies{}, Limiter: b.limit,
	})
	must(t, err)
	return b
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (b *bundle) as(account string) context.Context {
	return identity.WithActor(i18n.With(context.Background(), b.texts, "ru"), identity.Actor{ID: account, Fresh: true})
}

// issue issues a document to anna; caseID "" puts it under her own key.
func (b *bundle) issue(t *testing.T, caseID string, until db.Date) Document {
	t.Helper()
	ctx := context.Background()
	p, err := b.Prepare(ctx, NewDocument{
		Number: NewNumber(), Owner: "anna", CaseID: caseID, ServiceID: "s", Agency: "mvd",
		Kind: forms.Text{RU: "Справка", EN: "Certificate"}, Title: forms.Text{RU: "Справка для Анны", EN: "Certificate for Anna"},
		Initials: "А. П.", ValidUntil: until, PDF: []byte("%PDF-1.4 анна"),
	})
	must(t, err)
	var d Document
	must(t, b.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		d, err = b.Issue(ctx, tx, p)
		return err
	}))
	return d
}

func TestIssuedDocumentIsFoundAndChecked(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		d := b.issue(t, id.New(), "2026-11-20")
		docs, err := b.Documents(b.as("anna"), "", 10)
		must(t, err)
		if len(docs) != 1 || docs[0] != d {
			t.Fatalf("documents %+v, want %+v", docs, d)
		}
		_, body, err := b.Download(b.as("anna"), d.ID)
		must(t, err)
		data, err := io.ReadAll(body)
		must(t, errors.Join(err, body.Close()))
		if string(data) != "%PDF-1.4 анна" {
			t.Fatalf("file %q", data)
		}
		lines, err := b.Audit.Find(context.Background(), audit.Filter{Owner: "anna"})
		must(t, err)
		if len(lines) != 1 || lines[0].Act != "vault.downloaded" {
			t.Fatalf("journal %+v", lines)
		}
		if _, _, err := b.Download(b.as("boris"), d.ID); !errors.Is(err, ErrNotFound) {
			t.Fatalf("somebody else's: %v", err)
		}
		if _, _, err := b.Download(context.Background(), d.ID); !errs.IsKind(err, errs.Unauthenticated) {
			t.Fatalf("nobody: %v", err)
		}
		proof, err := b.Verify(context.Background(), "192.0.2.1", " "+strings.ToLower(strings.ReplaceAll(d.Number, "-", " ")))
		must(t, err)
		if proof.Status != Valid || proof.Initials != "А. П." || proof.Kind.RU != "Справка" || proof.SHA256 != d.SHA256 {
			t.Fatalf("proof %+v", proof)
		}
		b.clock.Advance(5 * 24 * time.Hour)
		if proof, err = b.Verify(context.Background(), "", d.Number); err != nil || proof.Status != Expired {
			t.Fatalf("after its last day: %+v, %v", proof, err)
		}
	})
}

// revoke revokes in one go.
func (b *bundle) revoke(ctx context.Context, d Document) error {
	r, err := b.PrepareRevocation(ctx, d.Owner, d.ID, "ошибка в фамилии")
	if err != nil {
		return err
	}
	return b.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return b.Revoke(ctx, tx, r) })
}

func (b *bundle) staff(account string, role identity.RoleName, agencyCode string) context.Context {
	return identity.WithActor(context.Background(), identity.Actor{ID: account, Roles: []identity.Role{{Name: role, Agency: agencyCode}}})
}

func TestRevocation(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		d := b.issue(t, id.New(), "")
		for who, c := range map[string]struct {
			ctx  context.Context
			kind errs.Kind
		}{
			"nobody": {context.Background(), errs.Forbidden}, "the owner": {b.as("anna"), errs.Forbidden},
			"another agency": {b.staff("o", identity.Officer, "fns"), errs.NotFound},
			"administrator":  {b.staff("o", identity.Administrator, "mvd"), errs.Forbidden},
			"own document":   {b.staff("anna", identity.Officer, "mvd"), errs.Forbidden},
		} {
			if err := b.revoke(c.ctx, d); !errs.IsKind(err, c.kind) {
				t.Errorf("%s: %v", who, err)
			}
		}
		officer := b.staff("officer", identity.Officer, "mvd")
		must(t, b.revoke(officer, d))
		if err := b.revoke(officer, d); !errors.Is(err, ErrRevoked) {
			t.Errorf("revoked twice: %v", err)
		}
		proof, err := b.Verify(context.Background(), "", d.Number)
		if err != nil || proof.Status != Revoked || proof.RevokedAt.IsZero() {
			t.Errorf("revoked: %+v, %v", proof, err)
		}
		docs, err := b.Documents(b.as("anna"), "", 10)
		if err != nil || docs[0].Reason != "ошибка в фамилии" {
			t.Errorf("the owner sees %+v, %v", docs, err)
		}
		lines, err := b.Audit.Find(context.Background(), audit.Filter{Owner: "anna"})
		if err != nil || len(lines) != 1 || lines[0].Act != "vault.revoked" {
			t.Errorf("journal %+v, %v", lines, err)
		}
	})
}

func TestSweepLeavesWhatIsIssued(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		ctx := context.Background()
		d := b.issue(t, id.New(), "")
		_, err := b.Prepare(ctx, NewDocument{Number: NewNumber(), Owner: "anna", CaseID: id.New(), Agency: "mvd", PDF: []byte("x")})
		must(t, err)
		files := func() (keys []string) {
			must(t, b.Files.Store().List(ctx, blobs, func(i blob.Info) error { keys = append(keys, i.Key); return nil }))
			return keys
		}
		must(t, b.sweep(ctx, sweep{}))
		if len(files()) != 2 {
			t.Fatalf("a file that may still be issued is gone: %v", files())
		}
		b.Clock = clock.NewFake(testkit.Start.AddDate(100, 0, 0)) // files have the time of the disk
		must(t, b.sweep(ctx, sweep{}))
		if got := files(); len(got) != 1 || got[0] != blobs+d.ID {
			t.Fatalf("after the sweep: %v", got)
		}
	})
}

func TestWrongNumbers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		if _, err := b.Verify(context.Background(), "", NewNumber()); !errors.Is(err, ErrUnknown) {
			t.Errorf("unknown: %v", err)
		}
		for _, typed := range []string{"", "123", strings.Repeat("A", 1000), "'; DROP TABLE"} {
			if _, err := b.Verify(context.Background(), "", typed); !errors.Is(err, ErrNumber) {
				t.Errorf("%q: %v", typed, err)
			}
		}
		b.limit.left = 0
		if _, err := b.Verify(context.Background(), "", NewNumber()); !errs.IsKind(err, errs.TooMany) {
			t.Errorf("above the limit: %v", err)
		}
	})
}

func TestWhatIsNotIssuedIsDropped(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		ctx := context.Background()
		number := NewNumber()
		p, err := b.Prepare(ctx, NewDocument{Number: number, Owner: "anna", CaseID: id.New(), Agency: "mvd", PDF: []byte("x")})
		must(t, err)
		b.Drop(ctx, p)
		n := 0
		must(t, b.Files.Store().List(ctx, "vault/", func(blob.Info) error { n++; return nil }))
		if n != 0 {
			t.Fatalf("%d files stay", n)
		}
		if _, err := b.Verify(ctx, "", number); !errors.Is(err, ErrUnknown) {
			t.Fatalf("not issued: %v", err)
		}
		if _, err := b.Prepare(ctx, NewDocument{Number: "1", Owner: "anna", PDF: []byte("x")}); err == nil {
			t.Fatal("a bad number is taken")
		}
	})
}

func TestErasureKeepsWhatCasesKeep(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		ctx := context.Background()
		kept, own := b.issue(t, id.New(), ""), b.issue(t, "", "")
		out, err := b.Export(ctx, "anna")
		must(t, err)
		if list, ok := out["documents"].([]map[string]any); !ok || len(list) != 2 {
			t.Fatalf("export %+v", out)
		}
		must(t, b.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return b.Erase(ctx, tx, "anna") }))
		must(t, b.Sealer.Erase(ctx, "anna"))
		if _, err := b.Verify(ctx, "", own.Number); !errors.Is(err, ErrUnknown) {
			t.Errorf("erased: %v", err)
		}
		if _, err := b.Verify(ctx, "", kept.Number); err != nil {
			t.Errorf("kept with its case: %v", err)
		}
		n := 0
		must(t, b.Files.Store().List(ctx, "vault/", func(blob.Info) error { n++; return nil }))
		if n != 1 {
			t.Errorf("%d files", n)
		}
		if list, err := b.Retain(ctx, "anna"); err != nil || len(list) != 1 {
			t.Errorf("retained %v, %v", list, err)
		}
	})
}

func TestCheckPage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		e := &web.Edge{Log: b.Log, Clock: b.clock, Texts: b.texts, Proxies: []netip.Prefix{}}
		e.SetFrame(func(_ *http.Request, p web.Page) templ.Component { return p.Body }, func(r *http.Request, f web.Fault) web.Page {
			return web.Page{Status: f.Status, Body: templ.Raw(f.Key)}
		})
		rt := web.NewRouter(e)
		b.Mount(rt)
		do := func(r *http.Request) *httptest.ResponseRecorder {
			w := httptest.NewRecorder()
			e.Handler(rt).ServeHTTP(w, r)
			return w
		}
		get := func(path, lang string) *httptest.ResponseRecorder {
			r := httptest.NewRequest(http.MethodGet, path, nil)
			r.Header.Set("Accept-Language", lang)
			return do(r)
		}
		d := b.issue(t, id.New(), "2026-12-31")
		if w := get(CheckPath(d.Number), "ru"); w.Header().Get("Location") != "/verify?number="+d.Number {
			t.Fatalf("QR leads to %q", w.Header().Get("Location"))
		}
		for _, c := range []struct {
			path, lang string
			code       int
			want       []string
			not        []string
		}{
			{"/verify", "ru", 200, []string{"Номер документа"}, nil},
			{"/verify?number=" + d.Number, "ru", 200, []string{"Действует до 31", "МВД", "А. П.", "Справка"}, []string{"для Анны"}},
			{"/verify?number=" + d.Number, "en", 200, []string{"Valid until 31", "Certificate"}, []string{"for Anna"}},
			{"/verify?number=" + NewNumber(), "ru", 404, []string{"не подлинный"}, nil},
			{"/verify?number=12", "ru", 422, []string{`href="#number"`, `value="12"`}, nil},
		} {
			w := get(c.path, c.lang)
			for _, s := range c.want {
				if !strings.Contains(w.Body.String(), s) {
					t.Errorf("%s: no %q", c.path, s)
				}
			}
			for _, s := range append(c.not, "[vault.") {
				if strings.Contains(w.Body.String(), s) {
					t.Errorf("%s: shows %q", c.path, s)
				}
			}
			if w.Code != c.code {
				t.Errorf("%s: %d", c.path, w.Code)
			}
		}
		for content, want := range map[string]string{"%PDF-1.4 анна": "совпадает", "%PDF-1.4 анна!": "отличается"} {
			var body bytes.Buffer
			form := multipart.NewWriter(&body)
			must(t, form.WriteField("number", d.Number))
			part, err := form.CreateFormFile("copy", "a.pdf")
			must(t, err)
			_, err = io.WriteString(part, content)
			must(t, errors.Join(err, form.Close()))
			r := httptest.NewRequest(http.MethodPost, "/verify", &body)
			r.Header.Set("Content-Type", form.FormDataContentType())
			if w := do(r); !strings.Contains(w.Body.String(), want) {
				t.Errorf("%q: no %q", content, want)
			}
		}
	})
}
