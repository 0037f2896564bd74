package web_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"okno/internal/kit/clock"
	"okno/internal/kit/errs"
	"okno/internal/kit/i18n"
	"okno/internal/kit/testkit"
	"okno/internal/kit/web"
)

// site is an edge with a plain frame: title, a line, body.
type site struct {
	edge *web.Edge
	rt   *web.Router
	log  *bytes.Buffer
}

func newSite(t testing.TB) site {
	t.Helper()
	texts, err := i18n.New(web.Locale())
	if err != nil {
		t.Fatal(err)
	}
	log := &bytes.Buffer{}
	e := &web.Edge{Log: slog.New(slog.NewTextHandler(log, nil)), Clock: clock.NewFake(testkit.Start), Texts: texts, Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}
	e.SetFrame(func(_ *http.Request, p web.Page) templ.Component {
		return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
			if _, err := io.WriteString(w, "<title>"+p.Title+"</title>"); err != nil {
				return err
			}
			return p.Body.Render(ctx, w)
		})
	}, func(r *http.Request, f web.Fault) web.Page {
		return web.Page{Title: "fault " + f.Kind.String(), Status: f.Status, Body: templ.Raw(i18n.T(r.Context(), f.Key, f.Args...))}
	})
	return site{e, web.NewRouter(e), log}
}

func (s site) do(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.edge.Handler(s.rt).ServeHTTP(w, r)
	return w
}

func (s site) get(path string) *httptest.ResponseRecorder {
	return s.do(httptest.NewRequest(http.MethodGet, path, nil))
}

func page(text string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		return web.Render(w, r, web.Page{Title: "T", Body: templ.Raw(text)})
	}
}

func TestErrorsBecomePagesInOnePlace(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	fail := map[string]error{
		"/invalid": errs.NewInvalid("kit.error.bad_form"), "/forbidden": errs.NewForbidden("kit.error.bad_form"),
		"/gone": errs.NewNotFound("kit.error.no_page"), "/conflict": errs.NewConflict("kit.error.bad_form"),
		"/many": errs.NewTooMany("kit.error.bad_form").After(90e9), "/down": errs.NewUnavailable("kit.error.database_unavailable"),
		"/secret": errors.New("password is hunter2"),
	}
	for path, err := range fail {
		s.rt.Handle("GET "+path, web.Public, func(http.ResponseWriter, *http.Request) error { return err })
	}
	s.rt.Handle("GET /panic", web.Public, func(http.ResponseWriter, *http.Request) error { panic("boom") })
	for path, want := range map[string]int{
		"/invalid": 422, "/forbidden": 403, "/gone": 404, "/conflict": 409, "/many": 429, "/down": 503, "/secret": 500, "/panic": 500, "/nowhere": 404,
	} {
		w := s.get(path)
		if w.Code != want || !strings.Contains(w.Body.String(), "<title>fault") || strings.Contains(w.Body.String(), "hunter2") {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	if got := s.get("/many").Header().Get("Retry-After"); got != "90" {
		t.Errorf("Retry-After %q", got)
	}
	if s.get("/down").Header().Get("Retry-After") == "" || !strings.Contains(s.log.String(), "stack=") {
		t.Error("an unavailable page does not say when to come back, or the panic is not logged")
	}
}

func TestGuardComesBeforeTheHandler(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	g := web.Guard{Name: "nobody", Check: func(context.Context) error { return errs.NewUnauthenticated("kit.error.no_page") }}
	s.rt.Handle("GET /closed", g, func(http.ResponseWriter, *http.Request) error { t.Error("came in"); return nil })
	s.rt.Handle("POST /closed", g, func(http.ResponseWriter, *http.Request) error { t.Error("came in"); return nil })
	w := s.get("/closed?a=1")
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/login?to="+url.QueryEscape("/closed?a=1") {
		t.Errorf("%d %s", w.Code, w.Header().Get("Location"))
	}
	if w := s.do(httptest.NewRequest(http.MethodPost, "/closed", nil)); w.Code != http.StatusUnauthorized {
		t.Errorf("POST: %d", w.Code)
	}
	if len(s.rt.Routes()) < 2 {
		t.Error("routes are not listed")
	}
}

func TestForeignFormsAndBadFormsAreRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.rt.Handle("POST /form", web.Public, func(w http.ResponseWriter, r *http.Request) error {
		v, err := web.Form(w, r)
		if err != nil {
			return err
		}
		return page(v.Get("a"))(w, r)
	})
	post := func(body string, head ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, "/form", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for i := 0; i+1 < len(head); i += 2 {
			r.Header.Set(head[i], head[i+1])
		}
		return s.do(r)
	}
	for name, c := range map[string]struct {
		w    *httptest.ResponseRecorder
		want int
	}{
		"good":      {post("a=%D0%B0"), 200},
		"NUL":       {post("a=%00"), 422},
		"not UTF-8": {post("a=%ff"), 422},
		"broken":    {post("a=%zz"), 422},
		"10 MB":     {post("a=" + strings.Repeat("x", 10<<20)), 413},
		"foreign":   {post("a=1", "Sec-Fetch-Site", "cross-site"), 403},
		"same site": {post("a=1", "Sec-Fetch-Site", "same-site"), 403},
	} {
		if c.w.Code != c.want {
			t.Errorf("%s: %d, want %d", name, c.w.Code, c.want)
		}
	}
}

func TestEveryAnswerIsHardened(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.rt.Handle("GET /p", web.Public, page("x"))
	h := s.get("/p").Header()
	if strings.Contains(h.Get("Content-Security-Policy"), "unsafe") || !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Error(h.Get("Content-Security-Policy"))
	}
	for _, name := range []string{"X-Content-Type-Options", "Referrer-Policy", "X-Frame-Options", "X-Request-Id"} {
		if h.Get(name) == "" {
			t.Errorf("no %s", name)
		}
	}
	if h.Get("Cache-Control") != "no-store" {
		t.Error("a page may be cached")
	}
}

// TestWhatComesOfAnActIsKeptByNobody: the answer to a sign-in holds a token although
// everybody may ask for it, and a redirect sets a cookie.
func TestWhatComesOfAnActIsKeptByNobody(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	plain := func(w http.ResponseWriter, _ *http.Request) error { _, err := io.WriteString(w, "x"); return err }
	s.rt.Handle("GET /open", web.Public, plain)
	s.rt.Handle("POST /open", web.Public, plain)
	s.rt.Handle("GET /away", web.Public, func(w http.ResponseWriter, r *http.Request) error { return web.Redirect(w, r, "/open") })
	type token struct{ Body struct{ Token string } }
	give := func(context.Context, *struct{}) (*token, error) { return &token{}, nil }
	web.Register(s.rt.API, web.Operation{Pattern: "POST /api/v1/tokens", ID: "give", Summary: "G", Tag: "t"}, web.Public, give)
	web.Register(s.rt.API, web.Operation{Pattern: "GET /api/v1/tokens", ID: "look", Summary: "L", Tag: "t"}, web.Public, give)
	for _, c := range []struct{ method, path, want string }{
		{"GET", "/open", ""},
		{"POST", "/open", "no-store"},
		{"GET", "/away", "no-store"},
		{"GET", "/api/v1/tokens", ""},
		{"POST", "/api/v1/tokens", "no-store"},
	} {
		w := s.do(httptest.NewRequestWithContext(t.Context(), c.method, c.path, nil))
		if got := w.Header().Get("Cache-Control"); w.Code >= 400 || got != c.want {
			t.Errorf("%s %s: %d, %q, want %q", c.method, c.path, w.Code, got, c.want)
		}
	}
}

func TestClientAddressIsBelievedFromProxiesOnly(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.rt.Handle("GET /ip", web.Public, func(w http.ResponseWriter, r *http.Request) error {
		_, err := io.WriteString(w, web.ClientIP(r.Context()).String())
		return err
	})
	for _, c := range []struct{ remote, forwarded, want string }{
		{"203.0.113.1:1", "198.51.100.9", "203.0.113.1"},
		{"10.0.0.1:1", "198.51.100.9", "198.51.100.9"},
		{"10.0.0.1:1", "1.1.1.1, 198.51.100.9, 10.0.0.2", "198.51.100.9"},
		{"10.0.0.1:1", "garbage", "10.0.0.1"},
		{"10.0.0.1:1", "", "10.0.0.1"},
		{"[::ffff:203.0.113.1]:1", "198.51.100.9", "203.0.113.1"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/ip", nil)
		r.RemoteAddr = c.remote
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		if got := s.do(r).Body.String(); got != c.want {
			t.Errorf("%s %s: %s, want %s", c.remote, c.forwarded, got, c.want)
		}
	}
}

func TestStoreServesAnonymousPagesOnly(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	store := web.NewStore(s.edge, "session")
	s.edge.SetStore(store)
	rendered := 0
	body := strings.Repeat("страница ", 500)
	s.rt.Handle("GET /p", web.Public, web.Stored(func(w http.ResponseWriter, r *http.Request) error {
		rendered++
		return page(body+i18n.Lang(r.Context()))(w, r)
	}))
	get := func(head ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, "/p", nil)
		for i := 0; i+1 < len(head); i += 2 {
			r.Header.Add(head[i], head[i+1])
		}
		return s.do(r)
	}
	for range 3 {
		if w := get(); w.Code != 200 || !strings.HasSuffix(w.Body.String(), "ru") || w.Header().Get("Content-Security-Policy") == "" {
			t.Fatalf("%d %.100s", w.Code, w.Body)
		}
	}
	if rendered != 1 {
		t.Errorf("rendered %d times", rendered)
	}
	if w := get("Accept-Language", "en-GB"); !strings.HasSuffix(w.Body.String(), "en") || rendered != 2 {
		t.Error("languages share a page")
	}
	if get("Cookie", "okno_contrast=high"); rendered != 3 {
		t.Error("ways of seeing share a page")
	}
	if get("Cookie", "session=x"); rendered != 4 {
		t.Error("a signed-in request met the store")
	}
	if get("Cookie", "session=x"); rendered != 5 {
		t.Error("a signed-in page was stored")
	}
	w := get("Accept-Encoding", "gzip")
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	if plain, _ := io.ReadAll(z); !strings.HasSuffix(string(plain), "ru") || rendered != 5 {
		t.Error("the compressed page differs")
	}
	store.Drop()
	if get(); rendered != 6 {
		t.Error("a dropped page is served")
	}
}

func TestAPIAnswersProblems(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	type in struct {
		Body struct {
			N int `json:"n" minimum:"1"`
		}
	}
	type out struct {
		Body struct {
			N int `json:"n"`
		}
	}
	web.Register(s.rt.API, web.Operation{Pattern: "POST /api/v1/n", ID: "n", Summary: "N", Tag: "n"}, web.Public, func(_ context.Context, i *in) (*out, error) {
		if i.Body.N == 13 {
			return nil, errs.NewConflict("kit.error.bad_form").WithField("n", "kit.error.not_text")
		}
		o := &out{}
		o.Body.N = i.Body.N
		return o, nil
	})
	post := func(body, lang string) (*httptest.ResponseRecorder, web.Problem) {
		r := httptest.NewRequest(http.MethodPost, "/api/v1/n", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept-Language", lang)
		w := s.do(r)
		var p web.Problem
		_ = json.Unmarshal(w.Body.Bytes(), &p)
		return w, p
	}
	if w, _ := post(`{"n":5}`, "ru"); w.Code != 200 || strings.TrimSpace(w.Body.String()) != `{"n":5}` {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	for body, want := range map[string]int{`{"n":13}`: 409, `{"n":0}`: 422, `{"n":1,"x":2}`: 422, `{`: 400, strings.Repeat("[", 10000): 400} {
		w, p := post(body, "en")
		if w.Code != want || p.Code == "" || p.Title == "" || w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%.20s: %d %s", body, w.Code, w.Body)
		}
	}
	if _, p := post(`{"n":13}`, "en"); len(p.Fields) != 1 || p.Fields[0].Name != "n" || !strings.Contains(p.Fields[0].Message, "text") {
		t.Errorf("%+v", p)
	}
	for body, want := range map[string]string{`{"n":0}`: "n", `{"n":1,"x":2}`: "x", `{}`: "n", `{"n":"1"}`: "n", `[]`: ""} {
		if _, p := post(body, "en"); len(p.Fields) != 1 || p.Fields[0].Name != want {
			t.Errorf("%s: %+v", body, p.Fields)
		}
	}
	if w := s.get("/api/v1/nothing"); w.Code != 404 || w.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := s.get("/api/v1/openapi.json"); w.Code != 200 || !strings.Contains(w.Body.String(), `"3.1.0"`) {
		t.Errorf("%d", w.Code)
	}
}

func TestMethodThatAnOperationDoesNotHave(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	type in struct {
		ID string `path:"id"`
	}
	for _, method := range []string{http.MethodGet, http.MethodDelete} {
		web.Register(s.rt.API, web.Operation{Pattern: method + " /api/v1/things/{id}", ID: method, Summary: "T", Tag: "t"}, web.Public,
			func(context.Context, *in) (*struct{}, error) { return nil, nil })
	}
	for method, want := range map[string]int{http.MethodPatch: 405, http.MethodPost: 405, http.MethodOptions: 405, http.MethodGet: 204, http.MethodDelete: 204} {
		w := s.do(httptest.NewRequest(method, "/api/v1/things/1", nil))
		if w.Code != want {
			t.Errorf("%s: %d %s", method, w.Code, w.Body)
		}
		if allow := w.Header().Get("Allow"); want == 405 && allow != "GET, HEAD, DELETE" {
			t.Errorf("%s: allowed are %q", method, allow)
		}
	}
	if w := s.do(httptest.NewRequest(http.MethodPatch, "/api/v1/nothing", nil)); w.Code != 404 || w.Header().Get("Allow") != "" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if w := s.do(httptest.NewRequest(http.MethodPatch, "/nowhere", nil)); w.Code != 404 {
		t.Errorf("a page: %d", w.Code)
	}
}

func TestAPIGuardComesBeforeTheBody(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	type in struct {
		Body struct {
			N int `json:"n"`
		}
	}
	closed := web.Guard{Name: "nobody", Check: func(context.Context) error { return errs.NewUnauthenticated("kit.error.no_page") }}
	web.Register(s.rt.API, web.Operation{Pattern: "POST /api/v1/closed", ID: "closed", Summary: "C", Tag: "c"}, closed,
		func(context.Context, *in) (*struct{}, error) { t.Error("came in"); return nil, nil })
	r := httptest.NewRequest(http.MethodPost, "/api/v1/closed", strings.NewReader("{broken"))
	r.Header.Set("Content-Type", "application/json")
	if w := s.do(r); w.Code != http.StatusUnauthorized || w.Header().Get("WWW-Authenticate") != "Bearer" || w.Header().Get("Content-Type") != "application/problem+json" {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
}

func TestLocalPath(t *testing.T) {
	t.Parallel()
	for to, want := range map[string]string{
		"/cabinet?a=1": "/cabinet?a=1", "//evil.example": "/", "https://evil.example": "/", "": "/", "/\\evil": "/", "/a\nb": "/",
	} {
		if got := web.LocalPath(to, "/"); got != want {
			t.Errorf("%q → %q", to, got)
		}
	}
}

func TestCommonBodiesStandInFramesOfTheirOwn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	store := web.NewStore(s.edge, "session")
	s.edge.SetStore(store)
	s.edge.SetFrame(func(r *http.Request, p web.Page) templ.Component {
		c, _ := r.Cookie("session")
		return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
			_, _ = io.WriteString(w, "frame of "+c.Value+": ")
			return p.Body.Render(ctx, w)
		})
	}, func(*http.Request, web.Fault) web.Page { return web.Page{Status: 500, Body: templ.Raw("fault")} })
	rendered, fail := 0, false
	s.rt.Handle("GET /p", web.Public, web.Common(func(w http.ResponseWriter, r *http.Request) error {
		if fail {
			return errors.New("broken")
		}
		rendered++
		return page("body in "+i18n.Lang(r.Context())+" for "+r.URL.RawQuery)(w, r)
	}))
	get := func(who, lang, path string) string {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Header.Set("Cookie", "session="+who)
		r.Header.Set("Accept-Language", lang)
		return s.do(r).Body.String()
	}
	fail = true
	if got := get("anna", "ru", "/p"); !strings.Contains(got, "fault") {
		t.Error(got)
	}
	fail = false
	for _, who := range []string{"anna", "boris", "anna"} {
		for _, lang := range []string{"ru", "en"} {
			for _, q := range []string{"", "a=1"} {
				if got := get(who, lang, "/p?"+q); got != "frame of "+who+": body in "+lang+" for "+q {
					t.Error(got)
				}
			}
		}
	}
	if rendered != 4 {
		t.Errorf("rendered %d times", rendered)
	}
	store.Drop()
	if get("anna", "ru", "/p"); rendered != 5 {
		t.Error("a dropped body is served")
	}
}
