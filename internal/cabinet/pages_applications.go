package cabinet

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"okno/internal/applications/cases"
	"okno/internal/applications/draft"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/kit/ui"
	"okno/internal/kit/web"
)

// drafts is the group of what was not sent yet, beside those of cases.
const drafts = "drafts"

// pageSize is how many applications stand on a page.
const pageSize = 20

// listView is a page of «Мои заявления».
type listView struct {
	view
	Group, Status, Service, Period string
	// Batch is the table with which applications were sent.
	Batch    string
	Rows     []cases.Row
	Drafts   []draft.Row
	Services []ui.SelectItem
	Next     string
}

// narrowed reports whether the person looks for something.
func (v listView) narrowed() bool {
	return v.Status != "" || v.Service != "" || v.Period != "" || v.Batch != ""
}

func (r *Room) applicationsPage(w http.ResponseWriter, req *http.Request) error {
	ctx := req.Context()
	v := listView{
		view: r.view(), Group: web.Query(req, "group"), Status: web.Query(req, "status"),
		Service: web.Query(req, "service"), Period: web.Query(req, "period"), Batch: web.Query(req, "batch"),
	}
	after := web.Query(req, "after")
	if err := r.fillList(ctx, &v, after); err != nil {
		return err
	}
	for _, s := range r.Catalog.Services() {
		v.Services = append(v.Services, ui.SelectItem{Value: s.ID, Text: text(ctx, s.Title)})
	}
	return web.Render(w, req, web.Page{
		Title: i18n.T(ctx, "cabinet.applications.title"), Section: "applications", Body: applicationsBody(v),
	})
}

func (r *Room) fillList(ctx context.Context, v *listView, after string) (err error) {
	if v.Group == drafts || v.Group == "" && after == "" && !v.narrowed() {
		if v.Drafts, err = r.Deps.Drafts.Drafts(ctx, identity.ActorOf(ctx).ID); err != nil {
			return err
		}
	}
	if v.Group == drafts {
		return nil
	}
	f := cases.ListFilter{Group: v.Group, Service: v.Service, Batch: v.Batch, From: r.since(v.Period), After: after, Limit: pageSize}
	if s := cases.Status(v.Status); s.Known() {
		f.Status = []cases.Status{s}
	}
	page, err := r.Cases.List(ctx, f)
	v.Rows = page.Rows
	if page.Next != "" {
		v.Next = v.href(v.Group, page.Next)
	}
	return err
}

// since is the first day of a period, "" for all time.
func (r *Room) since(period string) db.Date {
	today := r.Clock.Now().In(r.Zone)
	switch period {
	case "month":
		return db.DateOf(today.AddDate(0, -1, 0))
	case "quarter":
		return db.DateOf(today.AddDate(0, -3, 0))
	case "year":
		return db.DateOf(today.AddDate(-1, 0, 0))
	}
	return ""
}

// href is the page with another group or further on, narrowed as now.
func (v listView) href(group, after string) string {
	q := url.Values{}
	for name, value := range map[string]string{"group": group, "status": v.Status, "service": v.Service, "period": v.Period, "batch": v.Batch, "after": after} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if len(q) == 0 {
		return "/cabinet/applications"
	}
	return "/cabinet/applications?" + q.Encode()
}

func (v listView) groups(ctx context.Context) []ui.FilterLink {
	var links []ui.FilterLink
	for _, g := range []struct{ group, key string }{
		{"", "cabinet.applications.all"},
		{cases.Active, "cabinet.applications.active"},
		{drafts, "cabinet.applications.drafts"},
		{cases.Finished, "cabinet.applications.finished"},
	} {
		links = append(links, ui.FilterLink{Text: i18n.T(ctx, g.key), Href: v.href(g.group, ""), Current: v.Group == g.group})
	}
	return links
}

func (v listView) statuses(ctx context.Context) []ui.SelectItem {
	items := []ui.SelectItem{{NoValue: true, Text: i18n.T(ctx, "cabinet.applications.any_status")}}
	for _, s := range cases.Statuses() {
		items = append(items, ui.SelectItem{Value: string(s), Text: i18n.T(ctx, s.Text())})
	}
	return items
}

func (v listView) services(ctx context.Context) []ui.SelectItem {
	return append([]ui.SelectItem{{NoValue: true, Text: i18n.T(ctx, "cabinet.applications.any_service")}}, v.Services...)
}

func (v listView) periods(ctx context.Context) []ui.SelectItem {
	return []ui.SelectItem{
		{NoValue: true, Text: i18n.T(ctx, "cabinet.applications.any_time")},
		{Value: "month", Text: i18n.T(ctx, "cabinet.applications.month")},
		{Value: "quarter", Text: i18n.T(ctx, "cabinet.applications.quarter")},
		{Value: "year", Text: i18n.T(ctx, "cabinet.applications.year")},
	}
}

// view is what all parts of the pages need.
type view struct {
	zone   *time.Location
	now    time.Time
	agency func(code, lang string) string
	molds  *molds
}

func (r *Room) view() view {
	return view{zone: r.Zone, now: r.Clock.Now(), agency: r.Catalog.AgencyTitle, molds: &r.molds}
}
