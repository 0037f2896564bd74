package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"okno/internal/kit/i18n"
	"okno/internal/kit/web"
)

// FuzzRequest: whatever cookies and headers a browser or a proxy sends, the
// language is one of ours, the address is one, and a path leads nowhere else.
func FuzzRequest(f *testing.F) {
	for _, s := range []string{"", "ru", "en; okno_type=large", "\xff", "203.0.113.9, 10.0.0.1", "/cabinet?x=1", "//evil.example", "/\\evil.example", "/\t/evil.example", "en-GB;q=0.5,*"} {
		f.Add(s)
	}
	s := newSite(f)
	var seen netip.Addr
	var lang string
	s.rt.Handle("GET /seen", web.Public, func(w http.ResponseWriter, r *http.Request) error {
		seen, lang = web.ClientIP(r.Context()), i18n.Lang(r.Context())
		return page("seen")(w, r)
	})
	handler := s.edge.Handler(s.rt)
	f.Fuzz(func(t *testing.T, text string) {
		r := httptest.NewRequest(http.MethodGet, "/seen", nil)
		r.RemoteAddr = "10.0.0.2:443"
		r.Header["Cookie"] = []string{web.LangCookie + "=" + text + "; okno_contrast=" + text}
		r.Header["Accept-Language"], r.Header["X-Forwarded-For"], r.Header["User-Agent"] = []string{text}, []string{text}, []string{text}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code != http.StatusOK || !i18n.Known(lang) || !seen.IsValid() {
			t.Fatalf("%q: %d, %q, %s", text, w.Code, lang, seen)
		}
		to := web.LocalPath(text, "/")
		if u, err := url.Parse(to); !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || err == nil && (u.Host != "" || u.Scheme != "") {
			t.Fatalf("%q leads to %q", text, to)
		}
	})
}
