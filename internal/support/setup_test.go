package support

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/a-h/templ"

	"okno/internal/identity"
	"okno/internal/kit/audit"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/kit/job"
	"okno/internal/kit/live"
	"okno/internal/kit/secret"
	"okno/internal/kit/testkit"
	"okno/internal/kit/web"
	"okno/internal/notify"
)

var schema = testkit.Schema{Name: "support", Prepare: func(ctx context.Context, d *db.DB) error {
	if err := job.Migrate(ctx, d); err != nil {
		return err
	}
	return d.Migrate(ctx, secret.Migrations(), audit.Migrations(), notify.Migrations(), Migrations())
}}

// bundle is the room on a fresh database, with a mail gateway that remembers.
type bundle struct {
	*Room
	clk   *clock.Fake
	mail  *mailbox
	phone *mailbox
	site  http.Handler
	// limited makes the limiter refuse.
	limited bool
}

type mailbox struct {
	mu  sync.Mutex
	got []notify.Letter
}

func (m *mailbox) Name() string                { return "mail" }
func (m *mailbox) Check(context.Context) error { return nil }
func (m *mailbox) Deliver(_ context.Context, l notify.Letter, _ string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.got = append(m.got, l)
	return nil
}

func setup(t *testing.T, d *db.DB, clk *clock.Fake) *bundle {
	t.Helper()
	ctx, log := context.Background(), slog.New(slog.DiscardHandler)
	path := filepath.Join(t.TempDir(), "keyset.json")
	keyset := must(t)(secret.OpenKeyset(ctx, created(t, path, clk)))
	sealer := secret.NewSealer(keyset, d)
	q, err := job.New(d, log)
	fatal(t, err)
	hub := live.New(d, log, "n")
	journal, err := audit.New(ctx, d, sealer)
	fatal(t, err)
	texts, err := i18n.New(web.Locale(), identity.Locale(), Locale())
	fatal(t, err)
	b := &bundle{clk: clk, mail: &mailbox{}, phone: &mailbox{}}
	n := notify.New(notify.Deps{
		DB: d, Sealer: sealer, Queue: q, Live: hub, Clock: clk, Log: log,
		Gateways: map[string][]notify.Gateway{notify.Email: {b.mail}, notify.SMS: {b.phone}},
	})
	b.Room, err = New(Deps{
		DB: d, Sealer: sealer, Queue: q, Audit: journal, Live: hub, Clock: clk, Log: log, Texts: texts, Notify: n,
		Operator: Operator{NameRU: "Город", NameEN: "City", Phone: "+7 800 000-00-00"},
		Limit: func(context.Context, string, string, int, time.Duration) error {
			if b.limited {
				return identity.ErrLimit.After(time.Minute)
			}
			return nil
		},
	})
	fatal(t, err)
	b.site = site(texts, clk, log, b.Mount)
	return b
}

func created(t *testing.T, path string, clk clock.Clock) secret.Source {
	t.Helper()
	fatal(t, secret.CreateKeyset(path, clk.Now()))
	return secret.File(path)
}

func must(t *testing.T) func(*secret.Keyset, error) *secret.Keyset {
	return func(k *secret.Keyset, err error) *secret.Keyset {
		t.Helper()
		fatal(t, err)
		return k
	}
}

func fatal(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// site serves the room's pages in a bare frame; the header X-Actor says who asks:
// an id, then roles.
func site(texts *i18n.Bundle, clk clock.Clock, log *slog.Logger, mount func(*web.Router)) http.Handler {
	e := &web.Edge{Log: log, Clock: clk, Texts: texts}
	e.SetFrame(func(_ *http.Request, p web.Page) templ.Component {
		return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
			if _, err := io.WriteString(w, "<title>"+p.Title+"</title>"); err != nil || p.Body == nil {
				return err
			}
			return p.Body.Render(ctx, w)
		})
	}, func(r *http.Request, f web.Fault) web.Page {
		return web.Page{Title: i18n.T(r.Context(), f.Key, f.Args...), Status: f.Status}
	})
	e.Before(func(ctx context.Context, r *http.Request) (context.Context, error) {
		return identity.WithActor(secret.WithCache(ctx), actorOf(r.Header.Get("X-Actor"))), nil
	})
	rt := web.NewRouter(e)
	mount(rt)
	return e.Handler(rt)
}

func actorOf(s string) identity.Actor {
	parts := strings.Fields(s)
	if len(parts) == 0 {
		return identity.Actor{}
	}
	a := identity.Actor{ID: parts[0], IP: "203.0.113.7"}
	for _, r := range parts[1:] {
		a.Roles = append(a.Roles, identity.Role{Name: identity.RoleName(r)})
	}
	return a
}

// call asks for a page as somebody; a form makes it a POST.
func (b *bundle) call(actor, path string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	if form != nil {
		r = httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("X-Actor", actor)
	r.Header.Set("Accept-Language", "ru")
	w := httptest.NewRecorder()
	b.site.ServeHTTP(w, r)
	return w
}

// as is a context of somebody, in Russian.
func (b *bundle) as(actor string) context.Context {
	ctx := i18n.With(context.Background(), b.Texts, i18n.RU)
	return identity.WithActor(secret.WithCache(ctx), actorOf(actor))
}

func each(t *testing.T, f func(t *testing.T, b *bundle)) {
	t.Helper()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			clk := clock.NewFake(testkit.Start)
			f(t, setup(t, testkit.Open(t, e, schema, clk), clk))
		})
	}
}

func lite(t *testing.T) *bundle {
	t.Helper()
	clk := clock.NewFake(testkit.Start)
	return setup(t, testkit.Open(t, db.SQLite, schema, clk), clk)
}
