package web

import (
	"bytes"
	"net/http"
	"strings"
	"sync"

	"github.com/a-h/templ"
)

// Page is what a room hands over: a title and a body. The frame around it is
// made by app.
type Page struct {
	// Title is the page's own title, without the portal's name.
	Title string
	// Status is 200 when 0.
	Status int
	// Error puts the word for an error before the title in the browser's tab.
	Error bool
	// Back is the address of the page before, "" for none; BackText its words.
	Back, BackText string
	// Section marks the current entry of the navigation, such as "services".
	Section string
	// Body is the main part, Aside the right column.
	Body, Aside templ.Component
	// Wide uses the whole width (the desk).
	Wide bool
	// Description is for search engines; only public pages have one.
	Description string
	// Head adds to the document's head, such as a refresh of a page that waits.
	Head templ.Component
}

// buffers are reused between renders, so that a page that fails half-way sends
// nothing of itself.
type bufferPool struct{ sync.Pool }

func (p *bufferPool) get() *bytes.Buffer {
	if b, ok := p.Get().(*bytes.Buffer); ok {
		b.Reset()
		return b
	}
	return new(bytes.Buffer)
}

// Render sends a page in the frame.
func Render(w http.ResponseWriter, r *http.Request, p Page) error {
	in := infoFrom(r.Context())
	if in.keep != nil {
		var err error
		if p, err = in.edge.bodyOnce(r, p); err != nil {
			return err
		}
		p, in.keep = in.keep(p), nil
	}
	return in.edge.render(w, r, in.edge.frame(r, p), p.Status)
}

// Fragment sends a part of a page without the frame, for live change.
func Fragment(w http.ResponseWriter, r *http.Request, c templ.Component) error {
	e := edgeFrom(r.Context())
	if e.Words != nil {
		r = r.WithContext(e.Words(r.Context()))
	}
	return e.render(w, r, c, http.StatusOK)
}

func (e *Edge) render(w http.ResponseWriter, r *http.Request, c templ.Component, status int) error {
	b := e.buffers.get()
	defer e.buffers.Put(b)
	if err := c.Render(r.Context(), b); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-store")
	}
	if status == 0 {
		status = http.StatusOK
	}
	writeBody(w, r, status, b.Bytes())
	return nil
}

// Redirect sends the browser to another page after a POST (303). It may carry a
// cookie: nobody keeps it.
func Redirect(w http.ResponseWriter, r *http.Request, to string) error {
	if w.Header().Get("Cache-Control") == "" {
		w.Header().Set("Cache-Control", "no-store")
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// LocalPath keeps a redirect inside the portal: what is not a plain local path
// becomes fallback.
func LocalPath(to, fallback string) string {
	if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t") {
		return fallback
	}
	return to
}
