package web

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// maxStored bounds the pages kept per version.
const maxStored = 4096

// Store keeps anonymous pages, rendered and compressed once per version,
// language and way of seeing. Signed-in requests never meet it.
type Store struct {
	// Session is the name of the cookie whose presence means "signed in".
	session string
	csp     http.Header
	current atomic.Pointer[generation]
}

type generation struct {
	pages  sync.Map // key → *storedPage
	bodies sync.Map // key → Page, for Common
	n      atomic.Int64
}

type storedPage struct {
	plain, zipped       []byte
	plainLen, zippedLen []string
}

// NewStore is an empty store; session is the plain name of the session cookie.
func NewStore(e *Edge, session string) *Store {
	s := &Store{session: e.cookieName(session), csp: http.Header{}}
	e.securityHeaders(s.csp)
	s.csp.Set("Content-Type", "text/html; charset=utf-8")
	s.csp.Set("Cache-Control", "private, no-cache")
	s.csp["Vary"] = []string{"Accept-Encoding, Accept-Language, Cookie"}
	s.Drop()
	return s
}

// Drop forgets all pages: the catalogue or a text has changed.
func (s *Store) Drop() { s.current.Store(&generation{}) }

// serve answers from the store if it can.
func (s *Store) serve(w http.ResponseWriter, r *http.Request) bool {
	if s == nil || r.Method != http.MethodGet || len(r.URL.Path) > 200 || s.signedIn(r) {
		return false
	}
	v, ok := s.current.Load().pages.Load(storeKey(r))
	if !ok {
		return false
	}
	p, ok := v.(*storedPage)
	if !ok {
		return false
	}
	h := w.Header()
	for k, v := range s.csp {
		h[k] = v
	}
	if p.zipped != nil && acceptsGzip(r) {
		h["Content-Encoding"] = []string{"gzip"}
		h["Content-Length"] = p.zippedLen
		_, _ = w.Write(p.zipped)
		return true
	}
	h["Content-Length"] = p.plainLen
	_, _ = w.Write(p.plain)
	return true
}

func (s *Store) signedIn(r *http.Request) bool {
	if len(r.Header["Cookie"]) == 0 {
		return false
	}
	_, err := r.Cookie(s.session)
	return err == nil
}

// Stored is a handler whose page is the same for everybody who is not signed
// in: it is rendered once and then answered from the store.
func Stored(h Handler) Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		s := edgeFrom(r.Context()).store
		if s == nil || r.Method != http.MethodGet || s.signedIn(r) {
			return h(w, r)
		}
		gen := s.current.Load()
		rec := &recorder{ResponseWriter: w, status: http.StatusOK}
		plain := r.Clone(r.Context())
		plain.Header.Del("Accept-Encoding")
		if err := h(rec, plain); err != nil {
			return err
		}
		if rec.status == http.StatusOK && gen.n.Load() < maxStored && len(w.Header().Values("Set-Cookie")) == 0 {
			gen.n.Add(1)
			gen.pages.Store(storeKey(r), newStoredPage(rec.body.Bytes()))
		}
		w.Header().Del("Content-Length")
		writeBody(w, r, rec.status, rec.body.Bytes())
		return nil
	}
}

// Plain leaves addresses with no other parameters than the named ones to kept,
// all others to h: what anybody may write into an address must not fill the store.
func Plain(kept, h Handler, names ...string) Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		for name := range r.URL.Query() {
			if !slices.Contains(names, name) {
				return h(w, r)
			}
		}
		return kept(w, r)
	}
}

func newStoredPage(body []byte) *storedPage {
	p := &storedPage{plain: bytes.Clone(body), plainLen: []string{strconv.Itoa(len(body))}}
	if len(body) >= minCompress {
		var b bytes.Buffer
		z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
		_, _ = z.Write(body)
		_ = z.Close()
		p.zipped, p.zippedLen = b.Bytes(), []string{strconv.Itoa(b.Len())}
	}
	return p
}

// storeKey is the address with everything that changes an anonymous page.
func storeKey(r *http.Request) string {
	key := r.URL.RequestURI() + "\x00" + Language(r)
	if len(r.Header["Cookie"]) == 0 {
		return key
	}
	var b strings.Builder
	b.WriteString(key)
	for _, name := range ViewCookies() {
		b.WriteByte(0)
		if c, err := r.Cookie(name); err == nil {
			b.WriteString(cut(c.Value, 10))
		}
	}
	return b.String()
}

// ViewCookies are the cookies that change how a page looks: contrast, large
// type. Their values are "high" and "large".
func ViewCookies() []string { return []string{"okno_contrast", "okno_type"} }

// recorder holds back a page until it is stored.
type recorder struct {
	http.ResponseWriter
	body   bytes.Buffer
	status int
}

// WriteHeader keeps the status.
func (r *recorder) WriteHeader(status int) { r.status = status }

// Write keeps the body.
func (r *recorder) Write(b []byte) (int, error) { return r.body.Write(b) }
