package app

import (
	"bytes"
	"context"
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"okno/internal/identity"
	"okno/internal/kit/i18n"
	"okno/internal/kit/web"
	webassets "okno/web"
)

// TestShellIsTheFrame holds what is filled into a shell against the frame that
// is made anew, for people and pages that try to break out of it.
func TestShellIsTheFrame(t *testing.T) {
	t.Parallel()
	bundle, err := i18n.New(locales()...)
	must(t, err)
	assets, err := webassets.New()
	must(t, err)
	header := map[string]struct {
		name   string
		unread int
	}{"anna": {"Анна Петрова", 0}, "evil": {`"><b>'&` + bodyHole + nameHole, 1}, "many": {"many", 120}}
	f := &frame{
		assets: assets, bundle: bundle, texts: wordsOfComponents(bundle), cfg: Config{Mode: "demo"}, idle: 900,
		header: func(_ context.Context, a identity.Actor) (string, int) { return header[a.ID].name, header[a.ID].unread },
	}
	says := func(text string) templ.Component {
		return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
			_, err := io.WriteString(w, text)
			return err
		})
	}
	for range 2 { // the second time from the shells that were kept
		for who := range header {
			for _, lang := range i18n.Langs() {
				for _, path := range []string{"/cabinet", `/cabinet?q="><script>&to=` + hereHole} {
					for _, p := range []web.Page{
						{Title: "Кабинет", Section: "cabinet", Body: says("body of " + who), Aside: says("aside of " + who)},
						{Title: "</title>" + titleHole, Section: "services", Body: says(asideHole)},
						{Title: "Ошибка", Error: true, Wide: true, Body: says("x")},
						{Title: "x", Description: `"a" & b`, Body: says("x")},
						{Title: "С возвратом", Back: "/cabinet", BackText: "Назад", Body: says("x")},
					} {
						r := httptest.NewRequest("GET", "/", nil)
						r.RequestURI = path
						r.URL.Path, r.URL.RawQuery = "/cabinet", path[len("/cabinet"):]
						a := identity.Actor{ID: who}
						ctx := identity.WithActor(i18n.With(r.Context(), bundle, lang), a)
						r = r.WithContext(ctx)
						o := particulars{title: f.title(ctx, p), here: r.URL.RequestURI(), name: header[who].name, unread: header[who].unread}
						var got, want bytes.Buffer
						must(t, f.page(r, p).Render(ctx, &got))
						must(t, f.whole(f.params(r, p, a, o), p.Body).Render(ctx, &want))
						if !strings.Contains(got.String(), `action="/logout"`) {
							t.Errorf("%s %s: nobody can sign out of %q", who, lang, p.Title)
						}
						if got.String() != want.String() {
							t.Errorf("%s %s %s %q: the shell differs:\n%s\nwant\n%s", who, lang, path, p.Title, got.String(), want.String())
						}
					}
				}
			}
		}
	}
	if n := len(f.shells.all); n != 3*2*4 {
		t.Errorf("%d shells", n)
	}
}
