package catalog

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"okno/internal/forms"
	"okno/internal/kit/i18n"
	"okno/internal/kit/ui"
)

// homeView is the home page.
type homeView struct {
	Events     []tile
	Categories []ui.FilterLink
	Popular    []card
	Total      int
}

// tile leads to the services of a code.
type tile struct {
	Entry
	Href string
}

// card is a service in a list.
type card struct {
	Title, Text, Href, Agency string
	Meta                      []string
	Sample                    bool // term or price is not checked
}

func (c *Catalog) cards(ctx context.Context, list []*forms.Service) []card {
	var out []card
	for _, s := range list {
		out = append(out, card{
			Title: textOf(ctx, s.Title), Text: textOf(ctx, s.Short), Href: pathOf(s),
			Agency: c.AgencyTitle(s.Agency, i18n.Lang(ctx)), Meta: []string{duration(ctx, s.Page.Duration), price(ctx, s)},
			Sample: s.Page.Duration.Text.Unverified || sampled(costs(ctx, s), costSample) != sample{},
		})
	}
	return out
}

// listView is the page of the list, as searched and narrowed.
type listView struct {
	Query, Read, ReadHref string
	Filter                Filter
	Heading               string // the one filter that is set, in words
	Chips                 []ui.FilterLink
	Categories, Events    []ui.SelectItem
	Agencies, Audiences   []ui.SelectItem
	Narrowed              bool // by one of the selects that the chips do not show
	Cards                 []card
	Total                 int
	Pages                 ui.PaginationParams
	Suggested             []card
	Clear                 string
}

func (c *Catalog) listView(ctx context.Context, q string, f Filter, found Found, page int) listView {
	s, lang := c.shelf.Load(), i18n.Lang(ctx)
	v := listView{
		Query: q, Filter: f, Total: len(found.Hits), Heading: heading(s.guide, f, lang), Clear: listHref(q, Filter{}, 0),
		Narrowed:   f.LifeEvent != "" || f.Agency != "" || f.Audience != "" || q != "" && f.Category != "",
		Categories: choices(s.guide.Categories, f.Category, lang), Events: choices(s.guide.LifeEvents, f.LifeEvent, lang),
		Audiences: choices(s.guide.Audiences, f.Audience, lang),
	}
	for _, a := range c.agencies {
		v.Agencies = append(v.Agencies, ui.SelectItem{Value: a.Code, Text: a.Title.In(lang), Selected: ui.OnIf(a.Code == f.Agency)})
	}
	if found.Read != "" {
		v.Read, v.ReadHref = found.Read, listHref(found.Read, f, 0)
	}
	v.Chips = c.chips(ctx, s, q, f)
	pages := max(1, (v.Total+perPage-1)/perPage)
	page = min(max(page, 1), pages)
	var shown []*forms.Service
	for _, h := range found.Hits[(page-1)*perPage : min(page*perPage, v.Total)] {
		shown = append(shown, h.Service)
	}
	v.Cards = c.cards(ctx, shown)
	v.Pages = pagination(pages, page, func(n int) string { return listHref(q, f, n) })
	if v.Total == 0 {
		v.Suggested = c.cards(ctx, s.popular())
	}
	return v
}

// heading names the life event or category to which the list is narrowed.
func heading(g *Guide, f Filter, lang string) string {
	if e := find(g.LifeEvents, f.LifeEvent); e != nil {
		return e.Title.In(lang)
	}
	if e := find(g.Categories, f.Category); e != nil {
		return e.Title.In(lang)
	}
	return ""
}

func choices(entries []Entry, chosen, lang string) []ui.SelectItem {
	var out []ui.SelectItem
	for _, e := range entries {
		out = append(out, ui.SelectItem{Value: e.Code, Text: e.Title.In(lang), Selected: ui.OnIf(e.Code == chosen)})
	}
	return out
}

// chips are the categories; each keeps the other filters.
func (c *Catalog) chips(ctx context.Context, s *shelf, q string, f Filter) []ui.FilterLink {
	all := f
	all.Category = ""
	out := []ui.FilterLink{{Text: i18n.T(ctx, "catalog.list.all"), Href: listHref(q, all, 0), Current: f.Category == ""}}
	for _, e := range s.guide.Categories {
		one := f
		one.Category = e.Code
		if s.count(Filter{Category: e.Code}) > 0 {
			out = append(out, ui.FilterLink{Text: e.Title.In(i18n.Lang(ctx)), Href: listHref(q, one, 0), Current: f.Category == e.Code})
		}
	}
	return out
}

func listHref(q string, f Filter, page int) string {
	v := url.Values{}
	for _, p := range [][2]string{{"q", q}, {"category", f.Category}, {"life_event", f.LifeEvent}, {"agency", f.Agency}, {"audience", f.Audience}} {
		if p[1] != "" {
			v.Set(p[0], p[1])
		}
	}
	if page > 1 {
		v.Set("page", strconv.Itoa(page))
	}
	if len(v) == 0 {
		return "/services"
	}
	return "/services?" + v.Encode()
}

func pagination(pages, page int, href func(int) string) ui.PaginationParams {
	var p ui.PaginationParams
	if pages < 2 {
		return p
	}
	for n := 1; n <= pages; n++ {
		switch {
		case n == 1 || n == pages || n >= page-1 && n <= page+1:
			p.Items = append(p.Items, ui.PageItem{Number: strconv.Itoa(n), Href: href(n), Current: n == page})
		case n == page-2 || n == page+2:
			p.Items = append(p.Items, ui.PageItem{Ellipsis: true})
		}
	}
	if page > 1 {
		p.Previous.Href = href(page - 1)
	}
	if page < pages {
		p.Next.Href = href(page + 1)
	}
	return p
}

// serviceView is the page of a service.
type serviceView struct {
	Service   *forms.Service
	Agency    string
	Price     string
	Term      string
	TermSaid  string // the same as a sentence, with what there is to add
	Level     string // in words
	Start     string // address of «Получить услугу», "" if it is closed for good
	Closed    Reason
	Regions   []string
	Visitor   Visitor
	Costs     []cost
	Itself    []forms.Needed
	Bring     []forms.Needed
	Related   []card
	AnySample bool
	// Known: all that is asked is known, so that one press leads to the check; Once
	// is the key of that form.
	Known bool
	Once  string
}

type cost struct {
	Sum, Why string
	Sample   bool
}

func (c *Catalog) serviceView(ctx context.Context, s *forms.Service, visitor Visitor) serviceView {
	v := serviceView{
		Service: s, Agency: c.AgencyTitle(s.Agency, i18n.Lang(ctx)), Price: price(ctx, s), Term: duration(ctx, s.Page.Duration),
		TermSaid: termSaid(ctx, s.Page.Duration), Level: i18n.T(ctx, levelKey(s.Level)), Visitor: visitor, Closed: Closed(s, visitor),
		Regions: c.regions(s, i18n.Lang(ctx)), Costs: costs(ctx, s), AnySample: len(s.Unverified) > 0,
	}
	if !v.Closed.Final() {
		v.Start = start(s)
	}
	for _, n := range s.Page.What {
		if n.Itself {
			v.Itself = append(v.Itself, n)
		} else {
			v.Bring = append(v.Bring, n)
		}
	}
	v.Related = c.cards(ctx, c.related(s))
	return v
}

func start(s *forms.Service) string {
	if s.Opens != "" {
		return s.Opens
	}
	return "/cabinet/drafts/new?service=" + url.QueryEscape(s.ID)
}

func levelKey(level string) string {
	switch level {
	case "confirmed":
		return "catalog.level.confirmed"
	case "standard":
		return "catalog.level.standard"
	}
	return "catalog.level.simplified"
}

func (c *Catalog) regions(s *forms.Service, lang string) []string {
	var out []string
	for _, code := range s.Regions {
		name := code
		if c.reference != nil {
			if region, ok := c.reference.Region(code); ok {
				name = region.Name(lang)
			}
		}
		out = append(out, name)
	}
	return out
}

func costs(ctx context.Context, s *forms.Service) []cost {
	var out []cost
	for _, fee := range s.Page.Cost {
		sum := i18n.T(ctx, "catalog.price.depends")
		if n, err := strconv.ParseInt(fee.Amount.Source, 10, 64); err == nil {
			sum = i18n.Money(i18n.Lang(ctx), n)
			if n == 0 {
				sum = i18n.T(ctx, "catalog.price.free")
			}
		}
		why := textOf(ctx, fee.Why.Text)
		if strings.Contains(why, "${") {
			why = ""
		}
		out = append(out, cost{sum, why, fee.Why.Unverified})
	}
	return out
}

// related are at most three services of the same life events or categories.
func (c *Catalog) related(s *forms.Service) []*forms.Service {
	var near, far []*forms.Service
	for _, other := range c.Services() {
		switch {
		case other.ID == s.ID:
		case shares(s.LifeEvents, other.LifeEvents):
			near = append(near, other)
		case shares(s.Categories, other.Categories):
			far = append(far, other)
		}
	}
	all := slices.Concat(near, far)
	return all[:min(len(all), 3)]
}

func shares(a, b []string) bool {
	return slices.ContainsFunc(a, func(x string) bool { return slices.Contains(b, x) })
}
