package cases

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/testkit"
	"okno/internal/kit/web"
)

// site is the pages and the API in a plain frame; the actor is chosen by a header.
type site struct {
	b    *bundle
	edge *web.Edge
	rt   *web.Router
}

func newSite(t *testing.T) *site {
	t.Helper()
	b := setup(t, testkit.Open(t, db.SQLite, schema(), nil))
	e := &web.Edge{Log: slog.New(slog.DiscardHandler), Clock: b.clock, Texts: b.texts, Proxies: []netip.Prefix{}}
	e.SetFrame(func(_ *http.Request, p web.Page) templ.Component {
		return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
			_, err := io.WriteString(w, "<!doctype html><title>"+templ.EscapeString(p.Title)+"</title><main>")
			if err == nil {
				err = p.Body.Render(ctx, w)
			}
			return err
		})
	}, func(r *http.Request, f web.Fault) web.Page {
		return web.Page{Title: f.Key, Status: f.Status, Body: templ.Raw("<h1>" + f.Key + "</h1>")}
	})
	actors := map[string]context.Context{
		"anna": b.citizen(), "boris": b.as("boris"), "officer": b.officer(), "officer2": b.officer2(), "head": b.head(), "stranger": b.stranger(),
		"admin": b.as("admin", identity.Role{Name: identity.Administrator}), "auditor": b.as("auditor", identity.Role{Name: identity.Auditor}),
	}
	e.Before(func(ctx context.Context, r *http.Request) (context.Context, error) {
		if who, ok := actors[r.Header.Get("X-Actor")]; ok {
			ctx = identity.WithActor(ctx, identity.ActorOf(who))
		}
		return ctx, nil
	})
	s := &site{b, e, web.NewRouter(e)}
	b.Mount(s.rt)
	b.Vault.Mount(s.rt)
	return s
}

func (s *site) do(who string, r *http.Request) *httptest.ResponseRecorder {
	r.Header.Set("X-Actor", who)
	w := httptest.NewRecorder()
	s.edge.Handler(s.rt).ServeHTTP(w, r)
	return w
}

func (s *site) get(who, path string) *httptest.ResponseRecorder {
	return s.do(who, httptest.NewRequest(http.MethodGet, path, nil))
}

func (s *site) post(who, path string, v url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return s.do(who, r)
}

func (s *site) api(who, method, path, body string) (*httptest.ResponseRecorder, map[string]any) {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := s.do(who, r)
	var out map[string]any
	_ = json.Unmarshal(w.Body.Bytes(), &out)
	return w, out
}

// find gives all elements of a page for which the test holds.
func find(t *testing.T, w *httptest.ResponseRecorder, want func(n *html.Node) bool) []*html.Node {
	t.Helper()
	doc, err := html.Parse(bytes.NewReader(w.Body.Bytes()))
	must(t, err)
	var out []*html.Node
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && want(n) {
			out = append(out, n)
		}
	}
	return out
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func with(tag, name, value string) func(n *html.Node) bool {
	return func(n *html.Node) bool { return n.Data == tag && attr(n, name) == value }
}

// sound checks what every page must be: one h1, no missing text, unique ids.
func sound(t *testing.T, w *httptest.ResponseRecorder) {
	t.Helper()
	if n := len(find(t, w, func(n *html.Node) bool { return n.Data == "h1" })); n != 1 {
		t.Errorf("%d <h1>", n)
	}
	if i := strings.Index(w.Body.String(), "[applications."); i >= 0 {
		t.Errorf("a text is missing: %s", w.Body.String()[i:i+60])
	}
	seen := map[string]bool{}
	for _, n := range find(t, w, func(n *html.Node) bool { return attr(n, "id") != "" }) {
		if seen[attr(n, "id")] {
			t.Errorf("id %q stands twice", attr(n, "id"))
		}
		seen[attr(n, "id")] = true
	}
}

func TestCitizensCard(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	number := s.b.submit(t)
	path := citizenBase + number
	w := s.get("anna", path)
	sound(t, w)
	if live := find(t, w, func(n *html.Node) bool { return strings.HasPrefix(attr(n, "data-live-ref"), "case:") }); len(live) != 4 {
		t.Fatalf("%d live parts", len(live))
	}
	for _, part := range []string{"/card", "/ask", "/history"} {
		if s.get("anna", path+part).Code != http.StatusOK || s.get("boris", path+part).Code != http.StatusNotFound {
			t.Errorf("fragment %s", part)
		}
	}
	if len(find(t, w, with("a", "href", path+"/cancel"))) != 1 {
		t.Fatal("no way to cancel")
	}
	must(t, s.b.Take(s.b.officer(), deal(number)))
	must(t, s.b.Request(s.b.officer(), deal(number), AskMore{Preset: "name", Files: true}))
	w = s.get("anna", path)
	sound(t, w)
	for _, name := range []string{"name", "text", "files"} {
		if len(find(t, w, func(n *html.Node) bool { return attr(n, "name") == name })) != 1 {
			t.Errorf("no box %s", name)
		}
	}
	if got := attr(find(t, w, with("input", "name", "name"))[0], "value"); got != "Анна" {
		t.Errorf("the old value is not shown: %q", got)
	}
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Accept-Language", "en")
	if w := s.do("anna", r); !strings.Contains(w.Body.String(), "More information needed") {
		t.Error("not in English")
	} else {
		sound(t, w)
	}
	w = s.answer(t, path, map[string]string{"name": "1", "text": "Вот"}, "a.exe")
	if w.Code != http.StatusUnprocessableEntity || len(find(t, w, with("a", "href", "#files"))) != 1 {
		t.Fatalf("a wrong file: %d %s", w.Code, w.Body)
	}
	sound(t, w)
	w = s.answer(t, path, map[string]string{"name": "1", "text": "Вот"}, "")
	if w.Code != http.StatusUnprocessableEntity || len(find(t, w, with("a", "href", "#name"))) != 1 ||
		attr(find(t, w, with("input", "name", "name"))[0], "value") != "1" {
		t.Fatalf("a wrong name: %d %s", w.Code, w.Body)
	}
	if w = s.answer(t, path, map[string]string{"name": "Яна", "text": "Вот", "_key": "k"}, "скан.pdf"); w.Code != http.StatusSeeOther {
		t.Fatalf("answered: %d %s", w.Code, w.Body)
	}
	if w = s.answer(t, path, map[string]string{"name": "Яна", "text": "Вот", "_key": "k"}, "скан.pdf"); w.Code != http.StatusSeeOther {
		t.Fatalf("answered again by a double click: %d", w.Code)
	}
	w = s.get("anna", path)
	sound(t, w)
	files := find(t, w, func(n *html.Node) bool { return strings.HasPrefix(attr(n, "href"), path+"/files/") })
	if len(files) != 1 {
		t.Fatalf("%d files", len(files))
	}
	f := s.get("anna", attr(files[0], "href"))
	if f.Header().Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(f.Header().Get("Content-Disposition"), "attachment;") ||
		!strings.HasPrefix(f.Body.String(), "%PDF") {
		t.Fatalf("file: %v", f.Header())
	}
	sound(t, s.get("anna", path+"/cancel"))
	if w = s.post("anna", path+"/cancel", url.Values{}); w.Code != http.StatusSeeOther {
		t.Fatalf("cancelled: %d", w.Code)
	}
	if w = s.get("anna", path+"/cancel"); w.Code != http.StatusConflict {
		t.Fatalf("cancelled twice: %d", w.Code)
	}
}

func (s *site) answer(t *testing.T, path string, values map[string]string, file string) *httptest.ResponseRecorder {
	t.Helper()
	return s.upload(t, "anna", path+"/answer", values, "files", file)
}

// upload posts a form with a file for a box; "" is a box that was left empty.
func (s *site) upload(t *testing.T, who, path string, values map[string]string, box, file string) *httptest.ResponseRecorder {
	t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for k, v := range values {
		must(t, form.WriteField(k, v))
	}
	part, err := form.CreateFormFile(box, file)
	must(t, err)
	body := map[bool]string{true: "MZ\x00\x01", false: "%PDF-1.4\n%%EOF"}[strings.HasSuffix(file, ".exe")]
	if file != "" {
		_, err = io.WriteString(part, body)
		must(t, err)
	}
	must(t, form.Close())
	r := httptest.NewRequest(http.MethodPost, path, &b)
	r.Header.Set("Content-Type", form.FormDataContentType())
	return s.do(who, r)
}

func TestOfficersCard(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	number := s.b.submit(t)
	path := deskBase + number
	w := s.get("officer", path)
	sound(t, w)
	take := find(t, w, with("form", "action", path+"/take"))
	if len(take) != 1 || len(find(t, w, with("form", "action", path+"/approve"))) != 0 || len(find(t, w, with("form", "action", path+"/assign"))) != 0 {
		t.Fatal("the wrong deeds are offered")
	}
	if w := s.get("head", path); len(find(t, w, with("form", "action", path+"/assign"))) != 1 {
		t.Fatal("a head can't assign")
	}
	if w := s.post("officer", path+"/take", url.Values{"_version": {"1"}}); w.Code != http.StatusSeeOther {
		t.Fatalf("take: %d %s", w.Code, w.Body)
	}
	if w := s.post("officer2", path+"/take", url.Values{"_version": {"1"}}); w.Code != http.StatusConflict {
		t.Fatalf("taken twice: %d", w.Code)
	}
	if w := s.get("officer2", path); len(find(t, w, with("form", "action", path+"/approve"))) != 0 {
		t.Fatal("another officer may decide")
	}
	for deed, want := range map[string]string{"ask": "#text", "refuse": "#ground", "note": "#note"} {
		w := s.post("officer", path+"/"+deed, url.Values{})
		if w.Code != http.StatusUnprocessableEntity || len(find(t, w, with("a", "href", want))) != 1 {
			t.Errorf("%s with nothing: %d", deed, w.Code)
		}
		sound(t, w)
	}
	if w := s.post("officer", path+"/approve", url.Values{"comment": {"Хорошо"}}); w.Code != http.StatusSeeOther {
		t.Fatalf("approve: %d %s", w.Code, w.Body)
	}
	w = s.get("officer", path)
	sound(t, w)
	doc := find(t, w, func(n *html.Node) bool { return strings.HasPrefix(attr(n, "href"), path+"/documents/") })
	if len(doc) != 1 || !strings.HasPrefix(s.get("officer", attr(doc[0], "href")).Body.String(), "%PDF") {
		t.Fatal("no document")
	}
	if w := s.get("stranger", attr(doc[0], "href")); w.Code != http.StatusNotFound {
		t.Fatalf("another agency's document: %d", w.Code)
	}
	w = s.get("anna", citizenBase+number)
	sound(t, w)
	if len(find(t, w, func(n *html.Node) bool { return strings.HasPrefix(attr(n, "href"), "/cabinet/documents/") })) != 1 {
		t.Fatal("the citizen has no result")
	}
}

func TestWhoComesIn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	number := s.b.submit(t)
	for _, route := range s.rt.Routes() {
		if strings.HasPrefix(route.Path, "/api/v1/openapi") || route.Guard.Name == web.Public.Name {
			continue
		}
		path := strings.NewReplacer("{number}", number, "{file}", "x", "{document}", "x", "{id}", "x").Replace(route.Path)
		for _, who := range []string{"", "boris", "officer", "stranger", "admin", "auditor"} {
			r := httptest.NewRequest(route.Method, path, strings.NewReader("{}"))
			r.Header.Set("Content-Type", "application/json")
			if !strings.HasPrefix(path, "/api/") {
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			}
			code := s.do(who, r).Code
			list := path == "/api/v1/applications" || strings.HasPrefix(path, "/cabinet/documents") || path == "/api/v1/documents"
			desk := strings.Contains(path, "/desk/")
			var ok bool
			switch {
			case who == "":
				// The API looks at the form of a body before the right.
				ok = code == http.StatusSeeOther || code == http.StatusUnauthorized || code == http.StatusUnprocessableEntity
			case who == "officer" && desk:
				ok = code != http.StatusForbidden && code != http.StatusInternalServerError || strings.HasSuffix(path, "/assign")
			case who == "stranger" && desk && strings.HasSuffix(path, "/desk/applications"):
				ok = code == http.StatusOK
			case who == "boris" && list && code == http.StatusOK:
				ok = true
			default:
				ok = code == http.StatusForbidden || code == http.StatusNotFound || code == http.StatusUnprocessableEntity
			}
			if !ok {
				t.Errorf("%s %s by %q: %d", route.Method, route.Path, who, code)
			}
		}
	}
	if k := s.b.state(t, number); k.Status != Accepted && k.Status != InWork {
		t.Errorf("a stranger moved it: %+v", k)
	}
}

func TestLifecycleOverTheAPI(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	number := s.b.submit(t)
	mine, desk := "/api/v1/applications/"+number, "/api/v1/desk/applications/"+number
	ok := func(w *httptest.ResponseRecorder, out map[string]any, status string) {
		t.Helper()
		if w.Code != http.StatusOK || out["status"] != status {
			t.Fatalf("%d %s, want %s", w.Code, w.Body, status)
		}
	}
	w, out := s.api("anna", "GET", mine, "")
	ok(w, out, "accepted")
	w, out = s.api("officer", "POST", desk+"/take", `{"version":1}`)
	ok(w, out, "in_work")
	w, out = s.api("officer", "POST", desk+"/ask", `{"preset":"scan"}`)
	ok(w, out, "waiting")
	w, out = s.api("anna", "POST", mine+"/answer", `{"files":[{"name":"a.pdf","content":"JVBERi0xLjQKJSVFT0Y="}]}`)
	ok(w, out, "in_work")
	w, out = s.api("officer", "POST", desk+"/approve", `{}`)
	ok(w, out, "approved")
	if w, _ = s.api("officer", "POST", desk+"/refuse", `{"ground":"none","comment":"x"}`); w.Code != http.StatusConflict {
		t.Fatalf("refused after approval: %d %s", w.Code, w.Body)
	}
	w, out = s.api("anna", "GET", mine, "")
	ok(w, out, "approved")
	docs, _ := out["documents"].([]any)
	if len(docs) != 1 {
		t.Fatalf("documents: %v", out)
	}
	first, _ := docs[0].(map[string]any)
	docID, _ := first["id"].(string)
	if w, _ := s.api("anna", "GET", "/api/v1/documents/"+docID+"/file", ""); !strings.HasPrefix(w.Body.String(), "%PDF") {
		t.Fatalf("file: %d", w.Code)
	}
	s.b.drain(t)
	w, out = s.api("anna", "GET", mine, "")
	ok(w, out, "completed")
	openNumber, _ := first["number"].(string)
	if w, out := s.api("", "GET", "/api/v1/verify/"+openNumber, ""); w.Code != http.StatusOK || out["status"] != "valid" {
		t.Fatalf("verify: %d %s", w.Code, w.Body)
	}
	if w, out := s.api("officer", "GET", "/api/v1/desk/applications?closed=true", ""); w.Code != http.StatusOK || len(out["applications"].([]any)) != 1 {
		t.Fatalf("queue: %d %s", w.Code, w.Body)
	}
	if w, out := s.api("anna", "GET", "/api/v1/applications?status=completed", ""); w.Code != http.StatusOK || len(out["applications"].([]any)) != 1 {
		t.Fatalf("list: %d %s", w.Code, w.Body)
	}
}
