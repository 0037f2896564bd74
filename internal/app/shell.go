package app

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/a-h/templ"

	"okno/internal/identity"
	"okno/internal/kit/i18n"
	"okno/internal/kit/ui"
	"okno/internal/kit/web"
)

// particulars are what a frame says that is not the same for everybody.
type particulars struct {
	title  string // of the document
	here   string // address of the page, for links that come back to it
	name   string
	unread int
}

// shells are frames of citizens' pages, rendered once with holes where the page
// and its person come in. Making all of the frame anew was a hundred
// microseconds of each page; filling one in is three.
type shells struct {
	mu  sync.RWMutex
	all map[shellKey]shell
}

// maxShells bounds them: two languages, four looks, a handful of sections, a
// few numbers of notices. Past it frames are rendered anew.
const maxShells = 512

// shellKey is everything that a shell's own bytes depend on.
type shellKey struct {
	lang, section                   string
	contrast, large, wide, hasAside bool
	public                          bool // has a description of its own
	unread                          int
}

// shell is bytes and holes in turn, a hole behind each but the last.
type shell []struct {
	text []byte
	hole string
}

// What the holes are filled with. The words are neither escaped nor encoded by
// what makes the frame, and nothing of a person is in it then.
const (
	titleHole = "okno0hole0title0"
	hereHole  = "okno0hole0here0"
	nameHole  = "okno0hole0name0"
	bodyHole  = "okno0hole0body0"
	asideHole = "okno0hole0aside0"
	aboutHole = "okno0hole0about0" // the description
)

// shelled gives the page in a shell; false for a page of staff, of nobody, or
// with more around it than a shell has.
func (f *frame) shelled(r *http.Request, p web.Page, a identity.Actor, o particulars) (templ.Component, bool) {
	key := shellKey{
		lang: i18n.Lang(r.Context()), section: p.Section, public: p.Description != "", wide: p.Wide, hasAside: p.Aside != nil, unread: o.unread,
		contrast: viewCookie(r, 0) == "high", large: viewCookie(r, 1) == "large",
	}
	rest := p
	rest.Title, rest.Section, rest.Description, rest.Status, rest.Wide, rest.Error, rest.Body, rest.Aside = "", "", "", 0, false, false, nil, nil
	if rest != (web.Page{}) || !a.SignedIn() || a.IsStaff() || p.Body == nil {
		return nil, false
	}
	s, err := f.shell(r, key, p, a)
	if s == nil || err != nil {
		return nil, false
	}
	texts := f.texts[key.lang]
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return s.fill(ui.WithTexts(ctx, texts), w, p, o)
	}), true
}

// shell finds or makes the shell of the key; nil when there are too many.
func (f *frame) shell(r *http.Request, key shellKey, p web.Page, a identity.Actor) (shell, error) {
	f.shells.mu.RLock()
	s, n := f.shells.all[key], len(f.shells.all)
	f.shells.mu.RUnlock()
	if s != nil || n >= maxShells {
		return s, nil
	}
	p.Body, p.Title = templ.Raw(bodyHole), ""
	if key.public {
		p.Description = aboutHole
	}
	if p.Aside != nil {
		p.Aside = templ.Raw(asideHole)
	}
	var b bytes.Buffer
	params := f.params(r, p, a, particulars{title: titleHole, here: hereHole, name: nameHole, unread: key.unread})
	if err := f.whole(params, p.Body).Render(i18n.With(context.Background(), f.bundle, key.lang), &b); err != nil {
		return nil, err
	}
	s = cutShell(b.String())
	f.shells.mu.Lock()
	defer f.shells.mu.Unlock()
	if f.shells.all == nil {
		f.shells.all = map[shellKey]shell{}
	}
	f.shells.all[key] = s
	return s, nil
}

func cutShell(text string) shell {
	var s shell
	for text != "" {
		at, hole := len(text), ""
		for _, h := range []string{titleHole, hereHole, nameHole, bodyHole, asideHole, aboutHole} {
			if i := strings.Index(text, h); i >= 0 && i < at {
				at, hole = i, h
			}
		}
		s = append(s, struct {
			text []byte
			hole string
		}{[]byte(text[:at]), hole})
		text = text[at+len(hole):]
	}
	return s
}

// fill writes the shell with its page.
func (s shell) fill(ctx context.Context, w io.Writer, p web.Page, o particulars) error {
	for _, part := range s {
		if _, err := w.Write(part.text); err != nil {
			return err
		}
		var err error
		switch part.hole {
		case titleHole:
			_, err = io.WriteString(w, templ.EscapeString(o.title))
		case aboutHole:
			_, err = io.WriteString(w, templ.EscapeString(p.Description))
		case hereHole:
			_, err = io.WriteString(w, url.QueryEscape(o.here))
		case nameHole:
			_, err = io.WriteString(w, templ.EscapeString(o.name))
		case bodyHole:
			err = p.Body.Render(ctx, w)
		case asideHole:
			err = p.Aside.Render(ctx, w)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
