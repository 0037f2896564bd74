package device_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"okno/internal/identity"
	"okno/internal/identity/device"
	"okno/internal/identity/identitytest"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/kit/testkit"
	"okno/internal/kit/web"
)

const (
	phone = "+79131234567"
	other = "+79131234568"
	base  = "https://portal.example.org"
)

var schema = testkit.Of(append(identitytest.Migrations(), device.Migrations())...)

// ticking is a fake clock whose sleepers wake at once.
type ticking struct{ *clock.Fake }

func (c ticking) Sleep(ctx context.Context, _ time.Duration) error { return ctx.Err() }

// portal is identity and device behind an edge.
type portal struct {
	t    *testing.T
	room *device.Room
	id   *identity.Identity
	clk  ticking
	site http.Handler
	rt   *web.Router
}

// each runs f on a fresh portal of each engine.
func each(t *testing.T, f func(t *testing.T, p *portal), change ...func(*device.Deps)) {
	t.Helper()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			f(t, newPortal(t, e, change...))
		})
	}
}

func newPortal(t *testing.T, e db.Engine, change ...func(*device.Deps)) *portal {
	t.Helper()
	clk := ticking{clock.NewFake(testkit.Start)}
	d := testkit.Open(t, e, schema, clk)
	deps := identitytest.Deps(t, d, identitytest.Sealer(t, clk), clk)
	deps.Texts = identitytest.Texts(t, device.Locale(), web.Locale())
	i := identitytest.With(t, deps)
	own := device.Deps{
		DB: d, Sealer: deps.Sealer, Audit: deps.Audit, Clock: clk, Log: deps.Log, Texts: deps.Texts, Notify: deps.Notify, Identity: i, BaseURL: base,
	}
	for _, f := range change {
		f(&own)
	}
	p := &portal{t: t, room: device.New(own), id: i, clk: clk}
	edge := &web.Edge{Log: deps.Log, Clock: clk, Texts: deps.Texts}
	edge.SetFrame(frame, func(r *http.Request, f web.Fault) web.Page {
		return web.Page{Title: "fault", Status: f.Status, Body: text(i18n.T(r.Context(), f.Key, f.Args...))}
	})
	edge.Before(i.Authenticate)
	p.rt = web.NewRouter(edge)
	i.Mount(p.rt)
	p.room.Mount(p.rt)
	p.rt.Handle("GET /cabinet", identity.Citizen(), func(w http.ResponseWriter, r *http.Request) error {
		return web.Render(w, r, web.Page{Title: "cabinet", Body: text("cabinet of " + identity.ActorOf(r.Context()).ID)})
	})
	p.rt.Handle("GET /enter/{account}", web.Public, func(w http.ResponseWriter, r *http.Request) error {
		return i.StartSession(r.Context(), w, r, r.PathValue("account"), "test")
	})
	p.rt.Handle("GET /fresh", identity.Fresh(identity.SignedIn()), func(w http.ResponseWriter, r *http.Request) error {
		return web.Render(w, r, web.Page{Title: "fresh", Body: text("fresh")})
	})
	p.site = edge.Handler(p.rt)
	return p
}

func frame(_ *http.Request, p web.Page) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if _, err := io.WriteString(w, "<title>"+p.Title+"</title>"); err != nil {
			return err
		}
		if p.Head != nil {
			if err := p.Head.Render(ctx, w); err != nil {
				return err
			}
		}
		return p.Body.Render(ctx, w)
	})
}

func text(s string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, templ.EscapeString(s))
		return err
	})
}

// browser keeps cookies and does not follow redirects.
type browser struct {
	p       *portal
	cookies map[string]string
	agent   string
}

type answer struct {
	status         int
	location, body string
	header         http.Header
}

func (p *portal) browser(agent string) *browser {
	return &browser{p: p, cookies: map[string]string{}, agent: agent}
}

const (
	desktop = "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"
	handset = "Mozilla/5.0 (Linux; Android 15) Chrome/140.0"
)

// signedIn is a browser of an account.
func (p *portal) signedIn(agent, account string) *browser {
	p.t.Helper()
	b := p.browser(agent)
	if a := b.get("/enter/" + account); a.status != http.StatusOK {
		p.t.Fatalf("enter: %d %s", a.status, a.body)
	}
	return b
}

func (b *browser) get(path string) answer {
	return b.do(httptest.NewRequest(http.MethodGet, path, nil))
}

func (b *browser) post(path string, pairs ...string) answer {
	v := url.Values{}
	for n := 0; n+1 < len(pairs); n += 2 {
		v.Set(pairs[n], pairs[n+1])
	}
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(r)
}

func (b *browser) do(r *http.Request) answer {
	r.Header.Set("User-Agent", b.agent)
	r.Header.Set("Accept-Language", "ru")
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	b.p.site.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		} else {
			b.cookies[c.Name] = c.Value
		}
	}
	return answer{w.Code, w.Header().Get("Location"), w.Body.String(), w.Header()}
}

var shownLink = regexp.MustCompile(`data-ask-link>` + regexp.QuoteMeta(base) + `(/q/[\w-]+)<`)

// link is the link under the code that the browser shows.
func (b *browser) link(path string) string {
	b.p.t.Helper()
	page := b.get(path)
	m := shownLink.FindStringSubmatch(page.body)
	if m == nil {
		b.p.t.Fatalf("%s shows no code: %d %s", path, page.status, page.body)
	}
	return m[1]
}

func (a answer) goes(t testing.TB, to string) answer {
	t.Helper()
	if a.status != http.StatusSeeOther || a.location != to {
		t.Fatalf("status %d to %q, want %q\n%s", a.status, a.location, to, a.body)
	}
	return a
}

func (a answer) shows(t testing.TB, status int, parts ...string) answer {
	t.Helper()
	if a.status != status {
		t.Fatalf("status %d (to %q), want %d\n%s", a.status, a.location, status, a.body)
	}
	for _, p := range parts {
		if !strings.Contains(a.body, p) {
			t.Fatalf("no %q in\n%s", p, a.body)
		}
	}
	return a
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func engineOf(name string) db.Engine {
	if name == string(db.SQLite) {
		return db.SQLite
	}
	return db.Postgres
}
