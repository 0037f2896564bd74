// Package applicationstest has what the tests of the room's packages stand on: a
// fresh database with its keys and journal, and a browser for pages.
package applicationstest

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"okno/internal/identity"
	"okno/internal/kit/audit"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/kit/id"
	"okno/internal/kit/job"
	"okno/internal/kit/secret"
	"okno/internal/kit/testkit"
	"okno/internal/kit/web"
)

// World is a fresh database with what stands on it.
type World struct {
	T       testing.TB
	DB      *db.DB
	Clock   *clock.Fake
	Sealer  *secret.Sealer
	Journal *audit.Log
	Queue   *job.Queue
	Words   *i18n.Bundle
	Log     *slog.Logger
	server  http.Handler
}

// Schema is the schema of a test, with the migrations of the package.
func Schema(name string, m ...db.Migrations) testkit.Schema {
	return testkit.Schema{Name: name, Prepare: func(ctx context.Context, d *db.DB) error {
		if err := d.Migrate(ctx, append([]db.Migrations{secret.Migrations(), audit.Migrations()}, m...)...); err != nil {
			return err
		}
		return job.Migrate(ctx, d)
	}}
}

// New is a world over the database.
func New(t testing.TB, d *db.DB, clk *clock.Fake, words *i18n.Bundle) *World {
	t.Helper()
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "keyset.json")
	Must(t, secret.CreateKeyset(path, testkit.Start))
	keyset, err := secret.OpenKeyset(ctx, secret.File(path))
	Must(t, err)
	w := &World{T: t, DB: d, Clock: clk, Words: words, Log: slog.New(slog.DiscardHandler)}
	w.Sealer = secret.NewSealer(keyset, d)
	w.Journal, err = audit.New(ctx, d, w.Sealer)
	Must(t, err)
	w.Queue, err = job.New(d, w.Log)
	Must(t, err)
	return w
}

// Must ends the test with an error.
func Must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// As is a context in which a citizen asks.
func (w *World) As(account string) context.Context {
	return w.With(identity.Actor{ID: account, Session: "s-" + account})
}

// With is a context in which the actor asks.
func (w *World) With(a identity.Actor) context.Context {
	return secret.WithCache(i18n.With(identity.WithActor(context.Background(), a), w.Words, "ru"))
}

// Did counts the lines of the journal with the act about the owner's things.
func (w *World) Did(act, owner string) int {
	w.T.Helper()
	lines, err := w.Journal.Find(context.Background(), audit.Filter{Owner: owner, Act: act, Limit: 1000})
	Must(w.T, err)
	return len(lines)
}

// Headers of a test's request: who asks, with which role, freshly proved or not.
const (
	actorHeader = "X-Test-Actor"
	roleHeader  = "X-Test-Role"
	freshHeader = "X-Test-Fresh"
)

// Serve mounts the pages.
func (w *World) Serve(mount ...func(*web.Router)) {
	e := &web.Edge{Log: w.Log, Clock: clock.System(), Texts: w.Words}
	e.SetFrame(frame, func(r *http.Request, f web.Fault) web.Page {
		return web.Page{Title: i18n.T(r.Context(), f.Key, f.Args...), Status: f.Status, Body: templ.NopComponent}
	})
	e.Before(func(ctx context.Context, r *http.Request) (context.Context, error) {
		a := identity.Actor{ID: r.Header.Get(actorHeader), Session: "s-" + r.Header.Get(actorHeader), Lang: i18n.Lang(ctx), Fresh: r.Header.Get(freshHeader) != ""}
		if role := r.Header.Get(roleHeader); role != "" {
			a.Roles = []identity.Role{{Name: identity.RoleName(role), Agency: "x", Office: "o1"}}
		}
		return secret.WithCache(identity.WithActor(ctx, a)), nil
	})
	rt := web.NewRouter(e)
	for _, m := range mount {
		m(rt)
	}
	w.server = e.Handler(rt)
}

func frame(_ *http.Request, p web.Page) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if _, err := io.WriteString(w, "<title>"+templ.EscapeString(p.Title)+"</title><main>"); err != nil {
			return err
		}
		return p.Body.Render(ctx, w)
	})
}

// Visitor is who asks for a page.
type Visitor struct {
	Account, Role string
	Fresh         bool
}

// Page is an answer that a test looks at.
type Page struct {
	t      testing.TB
	Status int
	Header http.Header
	Body   string
	Doc    *html.Node
}

// Do sends a request.
func (w *World) Do(v Visitor, req *http.Request) Page {
	w.T.Helper()
	req.Header.Set(actorHeader, v.Account)
	req.Header.Set(roleHeader, v.Role)
	if v.Fresh {
		req.Header.Set(freshHeader, "yes")
	}
	req.Header.Set("Accept-Language", "ru")
	rec := httptest.NewRecorder()
	w.server.ServeHTTP(rec, req)
	p := Page{t: w.T, Status: rec.Code, Header: rec.Header(), Body: rec.Body.String()}
	p.Doc, _ = html.Parse(strings.NewReader(p.Body))
	return p
}

// Get asks for a page.
func (w *World) Get(v Visitor, path string) Page {
	w.T.Helper()
	return w.Do(v, httptest.NewRequest(http.MethodGet, path, nil))
}

// Post sends a form.
func (w *World) Post(v Visitor, path string, form url.Values) Page {
	w.T.Helper()
	req := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return w.Do(v, req)
}

// JSON sends a body to the API.
func (w *World) JSON(v Visitor, method, path, body string) Page {
	w.T.Helper()
	req := httptest.NewRequest(method, path, strings.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	return w.Do(v, req)
}

// PostFile sends a form with one file.
func (w *World) PostFile(v Visitor, path string, form url.Values, field, name string, body []byte) Page {
	w.T.Helper()
	var out bytes.Buffer
	mw := multipart.NewWriter(&out)
	for key, values := range form {
		for _, x := range values {
			Must(w.T, mw.WriteField(key, x))
		}
	}
	part, err := mw.CreateFormFile(field, name)
	Must(w.T, err)
	_, err = part.Write(body)
	Must(w.T, err)
	Must(w.T, mw.Close())
	req := httptest.NewRequest(http.MethodPost, path, &out)
	req.Header.Set("Content-Type", mw.FormDataContentType())
	return w.Do(v, req)
}

// Location is where the answer leads.
func (p Page) Location() string {
	p.t.Helper()
	if p.Status != http.StatusSeeOther {
		p.t.Fatalf("status %d, no redirect: %s", p.Status, p.Text())
	}
	return p.Header.Get("Location")
}

// Text is what people read.
func (p Page) Text() string {
	var b strings.Builder
	for x := range p.Doc.Descendants() {
		if x.Type == html.TextNode && strings.TrimSpace(x.Data) != "" {
			b.WriteString(strings.TrimSpace(x.Data) + " ")
		}
	}
	return strings.TrimSpace(b.String())
}

// Has reports whether the page says all of it.
func (p Page) Has(words ...string) bool {
	text := p.Text()
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

// Value is the value of the first input with the name.
func (p Page) Value(name string) string {
	for x := range p.Doc.Descendants() {
		if x.Type == html.ElementNode && x.Data == "input" && attr(x, "name") == name {
			return attr(x, "value")
		}
	}
	return ""
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// Person is a new account's id.
func Person() string { return id.New() }
