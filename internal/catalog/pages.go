package catalog

import (
	"encoding/json"
	"net/http"
	"strconv"

	"okno/internal/forms"
	"okno/internal/kit/i18n"
	"okno/internal/kit/id"
	"okno/internal/kit/ui"
	"okno/internal/kit/web"
)

// perPage is how many services stand on one page of the list.
const perPage = 24

// stored keeps pages for people who are not signed in, but not what they search
// for and not addresses with names of their own making, which would fill the
// store.
func (c *Catalog) stored(h web.Handler) web.Handler { return plain(web.Stored(h), h) }

// common is stored for pages that do not ask who looks.
func (c *Catalog) common(h web.Handler) web.Handler { return plain(web.Common(h), h) }

func plain(kept, h web.Handler) web.Handler {
	return web.Plain(kept, h, "category", "life_event", "agency", "audience", "page")
}

func (c *Catalog) homePage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	s, lang := c.shelf.Load(), i18n.Lang(ctx)
	v := homeView{Popular: c.cards(ctx, s.popular()), Total: len(s.services)}
	for _, e := range s.guide.LifeEvents {
		if s.count(Filter{LifeEvent: e.Code}) > 0 {
			v.Events = append(v.Events, tile{e, listHref("", Filter{LifeEvent: e.Code}, 0)})
		}
	}
	for _, e := range s.guide.Categories {
		if n := s.count(Filter{Category: e.Code}); n > 0 {
			v.Categories = append(v.Categories, ui.FilterLink{Text: e.Title.In(lang), Href: listHref("", Filter{Category: e.Code}, 0), Count: strconv.Itoa(n)})
		}
	}
	return web.Render(w, r, web.Page{
		Title: i18n.T(ctx, "catalog.home.title"), Description: i18n.T(ctx, "catalog.home.description"), Body: homeBody(v),
	})
}

func (s *shelf) count(f Filter) int { return len(s.all(f)) }

func (c *Catalog) listPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	q := shorten(web.Query(r, "q"))
	f := Filter{
		Category: web.Query(r, "category"), LifeEvent: web.Query(r, "life_event"),
		Agency: web.Query(r, "agency"), Audience: web.Query(r, "audience"),
	}
	found := c.Find(q, f)
	page, _ := strconv.Atoi(web.Query(r, "page"))
	v := c.listView(ctx, q, f, found, page)
	title := i18n.T(ctx, "catalog.list.title")
	if v.Heading != "" {
		title = v.Heading
	}
	return web.Render(w, r, web.Page{
		Title: title, Section: "services", Description: i18n.T(ctx, "catalog.list.description"), Body: listBody(v),
	})
}

func (c *Catalog) servicePage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	s, ok := c.Service(r.PathValue("id"))
	if !ok {
		return ErrNoService
	}
	visitor, err := c.viewer.View(ctx)
	if err != nil {
		return err
	}
	v := c.serviceView(ctx, s, visitor)
	if k, ok := c.viewer.(Knower); ok && visitor.SignedIn && visitor.Level != "" && v.Closed == Open && s.Opens == "" {
		if v.Known, err = k.Knows(ctx, s.ID); err != nil {
			return err
		}
		v.Once = id.New()
	}
	return web.Render(w, r, web.Page{
		Title: textOf(ctx, s.Title), Section: "services", Description: textOf(ctx, s.Short),
		Body: serviceBody(v), Aside: serviceAside(v),
	})
}

// suggestion is what the search field offers while somebody types.
type suggestion struct {
	Text string `json:"text"`
	Href string `json:"href"`
	Note string `json:"note,omitempty"`
}

// mostSuggested is how many suggestions are offered.
const mostSuggested = 6

func (c *Catalog) suggest(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	out := []suggestion{}
	if q := shorten(web.Query(r, "q")); q != "" {
		found := c.Find(q, Filter{})
		for _, h := range found.Hits[:min(len(found.Hits), mostSuggested)] {
			out = append(out, suggestion{textOf(ctx, h.Service.Title), pathOf(h.Service), c.AgencyTitle(h.Service.Agency, i18n.Lang(ctx))})
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "private, max-age=60")
	w.Header().Set("Vary", "Accept-Language, Cookie")
	return json.NewEncoder(w).Encode(out)
}

func pathOf(s *forms.Service) string { return "/services/" + s.ID }
