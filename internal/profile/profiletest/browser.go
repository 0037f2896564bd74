package profiletest

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"okno/internal/kit/web"
)

// Site is the pages of a world on a port of this machine.
type Site struct {
	w      *World
	server *httptest.Server
}

// Site serves the world's pages, and those of more, until the test ends.
func (w *World) Site(t testing.TB, more ...func(*web.Router)) *Site {
	t.Helper()
	signIn := func(rt *web.Router) {
		rt.Handle("GET /test/sign-in", web.Public, func(rw http.ResponseWriter, r *http.Request) error {
			return w.Identity.StartSession(r.Context(), rw, r, web.Query(r, "account"), web.Query(r, "method"))
		})
	}
	s := &Site{w: w, server: httptest.NewServer(w.Handler(append(more, signIn)...))}
	t.Cleanup(s.server.Close)
	return s
}

// Browser keeps cookies and follows no redirect.
type Browser struct {
	t    testing.TB
	site *Site
	http *http.Client
}

// Answer is a page as it came.
type Answer struct {
	Status   int
	Body     string
	Location string
	Header   http.Header
}

// Browser is a fresh one.
func (s *Site) Browser(t testing.TB) *Browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	must(t, err)
	return &Browser{t: t, site: s, http: &http.Client{
		Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// SignedIn is a browser with a session of the account: "sms" for citizens,
// "totp" for staff.
func (s *Site) SignedIn(t testing.TB, account, method string) *Browser {
	t.Helper()
	b := s.Browser(t)
	b.Get("/test/sign-in?account=" + account + "&method=password%2B" + method)
	return b
}

// Get opens a page.
func (b *Browser) Get(path string, headers ...string) Answer {
	b.t.Helper()
	return b.do(http.MethodGet, path, nil, headers...)
}

// Post sends a form; values are name, value pairs.
func (b *Browser) Post(path string, values ...string) Answer {
	b.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(values); i += 2 {
		form.Set(values[i], values[i+1])
	}
	return b.do(http.MethodPost, path, strings.NewReader(form.Encode()), "Content-Type", "application/x-www-form-urlencoded")
}

// JSON sends a body to the API, with a bearer token unless it is empty.
func (b *Browser) JSON(method, path, token, body string) Answer {
	b.t.Helper()
	headers := []string{"Content-Type", "application/json"}
	if token != "" {
		headers = append(headers, "Authorization", "Bearer "+token)
	}
	return b.do(method, path, strings.NewReader(body), headers...)
}

func (b *Browser) do(method, path string, body io.Reader, headers ...string) Answer {
	b.t.Helper()
	r, err := http.NewRequest(method, b.site.server.URL+path, body)
	must(b.t, err)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := b.http.Do(r)
	must(b.t, err)
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	must(b.t, err)
	return Answer{Status: resp.StatusCode, Body: string(raw), Location: resp.Header.Get("Location"), Header: resp.Header}
}
