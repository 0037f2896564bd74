package web

import (
	"bytes"
	"net/http"

	"github.com/a-h/templ"
)

// Common is a handler whose page has the same body for everybody who reads its
// language. Who is not signed in gets it from the store as a whole; for who is,
// the body is rendered once per version of the store and then stands in a frame
// of their own.
func Common(h Handler) Handler {
	stored := Stored(h)
	return func(w http.ResponseWriter, r *http.Request) error {
		s := edgeFrom(r.Context()).store
		if s == nil || r.Method != http.MethodGet || !s.signedIn(r) {
			return stored(w, r)
		}
		gen, key := s.current.Load(), r.URL.RequestURI()+"\x00"+Language(r)
		if v, ok := gen.bodies.Load(key); ok {
			if p, ok := v.(Page); ok {
				return Render(w, r, p)
			}
		}
		infoFrom(r.Context()).keep = func(p Page) Page {
			if p.Status == 0 && gen.n.Load() < maxStored {
				gen.n.Add(1)
				gen.bodies.Store(key, p)
			}
			return p
		}
		return h(w, r)
	}
}

// bodyOnce renders the parts of a page that Common keeps, so that they are bytes.
func (e *Edge) bodyOnce(r *http.Request, p Page) (Page, error) {
	ctx := r.Context()
	if e.Words != nil {
		ctx = e.Words(ctx)
	}
	for _, c := range []*templ.Component{&p.Body, &p.Aside} {
		if *c == nil {
			continue
		}
		var b bytes.Buffer
		if err := (*c).Render(ctx, &b); err != nil {
			return p, err
		}
		*c = templ.Raw(b.String())
	}
	return p, nil
}
