package web_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"okno/web"
)

func assets(t *testing.T) *web.Assets {
	t.Helper()
	a, err := web.New()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func get(t *testing.T, a *web.Assets, path string, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	a.Handler().ServeHTTP(w, r)
	return w.Result()
}

func TestServesWithHash(t *testing.T) {
	t.Parallel()
	a := assets(t)
	for name, kind := range map[string]string{
		"okno.css":                 "text/css; charset=utf-8",
		"okno.js":                  "text/javascript; charset=utf-8",
		"favicon.svg":              "image/svg+xml",
		"golos-cyrillic-400.woff2": "font/woff2",
	} {
		res := get(t, a, a.Path(name))
		if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != kind {
			t.Errorf("%s at %q: %d %q, want 200 %q", name, a.Path(name), res.StatusCode, res.Header.Get("Content-Type"), kind)
		}
		if !strings.Contains(res.Header.Get("Cache-Control"), "immutable") || res.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: headers %v", name, res.Header)
		}
	}
	if res := get(t, a, web.Prefix+"okno.css"); res.StatusCode != http.StatusNotFound {
		t.Errorf("without a hash: %d, want 404", res.StatusCode)
	}
	if a.Path("nothing.css") != "" {
		t.Error("an unknown name has an address")
	}
}

func TestCompresses(t *testing.T) {
	t.Parallel()
	a := assets(t)
	for header, want := range map[string]string{"": "", "gzip, br": "gzip", "gzip;q=0": "", "br;q=1, GZIP;q=0.5": "gzip"} {
		res := get(t, a, a.Path("okno.css"), "Accept-Encoding", header)
		if got := res.Header.Get("Content-Encoding"); got != want {
			t.Errorf("Accept-Encoding %q: %q, want %q", header, got, want)
		}
	}
	res := get(t, a, a.Path("okno.css"), "Accept-Encoding", "gzip")
	zip, err := gzip.NewReader(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, zip); err != nil {
		t.Fatal(err)
	}
}

func TestNotModified(t *testing.T) {
	t.Parallel()
	a := assets(t)
	tag := get(t, a, a.Path("okno.js")).Header.Get("ETag")
	if res := get(t, a, a.Path("okno.js"), "If-None-Match", tag); res.StatusCode != http.StatusNotModified {
		t.Errorf("known tag: %d, want 304", res.StatusCode)
	}
}

// TestEveryFontIsFound follows the addresses in the style sheet.
func TestEveryFontIsFound(t *testing.T) {
	t.Parallel()
	a := assets(t)
	css, err := io.ReadAll(get(t, a, a.Path("okno.css")).Body)
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`url\(["']?([^"')]+)`).FindAllSubmatch(css, -1)
	if len(found) == 0 {
		t.Fatal("no addresses in the style sheet")
	}
	for _, match := range found {
		if res := get(t, a, string(match[1])); res.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", match[1], res.StatusCode)
		}
	}
}

// TestFirstPageIsSmall keeps the promise of requirements: style, script and
// fonts of a first visit stay below 100 KB, so that 20 KB are left for the page.
func TestFirstPageIsSmall(t *testing.T) {
	t.Parallel()
	a := assets(t)
	total := int64(0)
	for _, name := range []string{
		"okno.css", "okno.js", "favicon.svg", "golos-cyrillic-400.woff2", "golos-cyrillic-600.woff2",
		"golos-latin-400.woff2", "golos-latin-600.woff2",
	} {
		total += get(t, a, a.Path(name), "Accept-Encoding", "gzip").ContentLength
	}
	if total <= 0 || total > 100<<10 {
		t.Errorf("first visit: %d bytes, want at most %d", total, 100<<10)
	}
}
