package identity_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/a-h/templ"

	"okno/internal/identity"
	"okno/internal/identity/factor"
	"okno/internal/identity/identitytest"
	"okno/internal/kit/i18n"
	"okno/internal/kit/web"
)

// site is the identity's pages behind the edge, in a plain frame.
func site(t testing.TB, i *identity.Identity) (http.Handler, *web.Router) {
	t.Helper()
	e := &web.Edge{Log: i.Log, Clock: i.Clock, Texts: pageTexts(t)}
	e.SetFrame(frame, func(r *http.Request, f web.Fault) web.Page {
		return web.Page{Title: "fault", Status: f.Status, Error: true, Body: text(i18n.T(r.Context(), f.Key, f.Args...))}
	})
	e.Before(i.Authenticate)
	e.Hold = i.HoldForm
	rt := web.NewRouter(e)
	i.Mount(rt)
	rt.Handle("GET /open", web.Public, page("open"))
	rt.Handle("GET /cabinet", identity.Citizen(), page("cabinet"))
	rt.Handle("GET /desk", identity.Staff(), page("desk"))
	rt.Handle("GET /desk/head", identity.Staff(identity.Head), page("head"))
	rt.Handle("POST /note", identity.Fresh(identity.SignedIn()), func(w http.ResponseWriter, r *http.Request) error {
		form, err := web.Form(w, r)
		if err != nil {
			return err
		}
		return web.Render(w, r, web.Page{Title: "note", Body: text("noted " + strings.Join(form["word"], ", "))})
	})
	rt.Handle("GET /fresh", identity.Fresh(identity.SignedIn()), page("fresh"))
	return e.Handler(rt), rt
}

var bundle = sync.OnceValues(func() (*i18n.Bundle, error) { return i18n.New(identity.Locale(), factor.Locale(), web.Locale()) })

func pageTexts(t testing.TB) *i18n.Bundle {
	t.Helper()
	b, err := bundle()
	must(t, err)
	return b
}

func frame(_ *http.Request, p web.Page) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		word := ""
		if p.Error {
			word = "Error: "
		}
		if _, err := io.WriteString(w, "<title>"+word+p.Title+"</title>"); err != nil {
			return err
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

func page(s string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		return web.Render(w, r, web.Page{Title: s, Body: text("page " + s)})
	}
}

// browser keeps cookies and does not follow redirects.
type browser struct {
	t       testing.TB
	site    http.Handler
	cookies map[string]string
	agent   string
	address string // "" for 192.0.2.1
}

type answer struct {
	status   int
	location string
	body     string
	header   http.Header
}

func newBrowser(t testing.TB, i *identity.Identity) *browser {
	t.Helper()
	h, _ := site(t, i)
	return &browser{t: t, site: h, cookies: map[string]string{}, agent: "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"}
}

func (b *browser) cookie(name string) string { return b.cookies[name] }

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

func (b *browser) api(method, path, token, body string) answer {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return b.do(r)
}

func (b *browser) do(r *http.Request) answer {
	r.Header.Set("User-Agent", b.agent)
	r.Header.Set("Accept-Language", "ru")
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	if b.address != "" {
		r.RemoteAddr = b.address + ":1234"
	}
	w := httptest.NewRecorder()
	b.site.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" {
			b.t.Errorf("cookie %+v", c)
		}
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		} else {
			b.cookies[c.Name] = c.Value
		}
	}
	return answer{w.Code, w.Header().Get("Location"), w.Body.String(), w.Header()}
}

// signIn goes through the pages of a citizen.
func (b *browser) signIn(i *identity.Identity, name string) {
	b.t.Helper()
	b.post("/login", "name", name, "password", identitytest.Password).goes(b.t, "/login/code")
	b.post("/login/code", "code", sent(b.t, i, phone)).goes(b.t, "/cabinet")
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
