package mandate

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"okno/internal/applications/draft"
	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/audit"
	"okno/internal/kit/errs"
	"okno/internal/kit/i18n"
	"okno/internal/kit/ui"
	"okno/internal/kit/web"
)

// Addresses.
const (
	basePath   = "/cabinet/mandates"
	actingPath = "/cabinet/acting"
	visitsPath = "/desk/mfc/visits"
)

// Mount adds the pages and the operations of the API.
func (r *Room) Mount(rt *web.Router) {
	me, helper := identity.Citizen(), identity.CitizenOr(identity.MFCOperator)
	rt.Handle("GET "+basePath, me, r.pageList)
	rt.Handle("GET "+basePath+"/new", identity.Fresh(me), r.pageNew)
	rt.Handle("POST "+basePath, me, r.postNew)
	rt.Handle("GET "+basePath+"/{id}", me, r.pageOne)
	rt.Handle("POST "+basePath+"/{id}/accept", me, r.postAccept)
	rt.Handle("POST "+basePath+"/{id}/decline", me, r.act(func(ctx context.Context, id string) error { return r.Answer(ctx, id, false) }))
	rt.Handle("POST "+basePath+"/{id}/end", me, r.act(r.End))
	rt.Handle("POST "+basePath+"/{id}/enter", me, r.postEnter)
	rt.Handle("GET "+actingPath, helper, r.pageActing)
	rt.Handle("POST "+actingPath+"/leave", helper, r.postLeave)
	r.mountDesk(rt)
	r.operations(rt.API)
}

func say(ctx context.Context, key string, args ...any) string { return i18n.T(ctx, key, args...) }

func in(ctx context.Context, t forms.Text) string { return t.In(forms.Lang(i18n.Lang(ctx))) }

type listView struct{ given, received []Mandate }

func (r *Room) pageList(w http.ResponseWriter, req *http.Request) error {
	given, received, err := r.List(req.Context())
	if err != nil {
		return err
	}
	return web.Render(w, req, web.Page{
		Title: say(req.Context(), "applications.mandate.title"), Section: "applications", Back: "/cabinet/applications", Body: listPage(listView{given, received}),
	})
}

// form is a page with what was typed and what is wrong with it.
type form struct {
	values url.Values
	faults map[string]string
}

func (f form) part(name string) ui.Part { return ui.Text(f.faults[name]) }

// items are the faults of the page, in the order of its boxes.
func (f form) items(names ...string) []ui.ErrorItem {
	var out []ui.ErrorItem
	for _, n := range names {
		if f.faults[n] != "" {
			out = append(out, ui.ErrorItem{Href: "#" + n, Text: f.faults[n]})
		}
	}
	return out
}

// blame takes faults that the person can mend; ok is false for any other error.
func blame(ctx context.Context, f *form, err error, box string) (ok bool) {
	e, known := errs.As(err)
	if !known || e.Kind != errs.Invalid && e.Kind != errs.TooMany && !errors.Is(err, ErrSelf) {
		return false
	}
	f.faults = map[string]string{}
	for _, x := range e.Fields {
		f.faults[x.Name] = say(ctx, x.Key, x.Args...)
	}
	if len(e.Fields) == 0 {
		f.faults[box] = say(ctx, e.Key, e.Args...)
	}
	return true
}

type newView struct {
	form
	services []ui.ChoiceItem
}

func (r *Room) choices(ctx context.Context) []ui.ChoiceItem {
	var out []ui.ChoiceItem
	for _, s := range r.All() {
		if len(s.Form.Steps) > 0 {
			out = append(out, ui.ChoiceItem{Value: s.ID, Text: in(ctx, s.Title)})
		}
	}
	return out
}

func (r *Room) pageNew(w http.ResponseWriter, req *http.Request) error {
	return r.showNew(w, req, form{values: url.Values{"days": {"30"}, "alone": {"no"}}})
}

func (r *Room) showNew(w http.ResponseWriter, req *http.Request, f form) error {
	ctx := req.Context()
	p := web.Page{Title: say(ctx, "applications.mandate.new"), Section: "applications", Back: basePath, Body: newPage(newView{f, r.choices(ctx)})}
	if len(f.faults) > 0 {
		p.Error, p.Status = true, http.StatusUnprocessableEntity
	}
	return web.Render(w, req, p)
}

func (r *Room) postNew(w http.ResponseWriter, req *http.Request) error {
	values, err := web.Form(w, req)
	if err != nil {
		return err
	}
	days, _ := strconv.Atoi(values.Get("days"))
	mandateID, err := r.Give(req.Context(), Offer{
		Contact: values.Get("contact"), Services: values["services"], Days: days, Alone: values.Get("alone") == "yes",
	})
	f := form{values: values}
	switch {
	case errors.Is(err, identity.ErrFresh):
		return toReauth(w, req, basePath+"/new")
	case blame(req.Context(), &f, err, "contact"):
		return r.showNew(w, req, f)
	case err != nil:
		return err
	}
	return web.Redirect(w, req, basePath+"/"+mandateID)
}

// toReauth leads through a fresh factor, and on.
func toReauth(w http.ResponseWriter, req *http.Request, to string) error {
	return web.Redirect(w, req, "/reauth?"+url.Values{"to": {to}}.Encode())
}

// oneView is a mandate with its journal.
type oneView struct {
	Mandate
	mine  bool
	lines []audit.Line
	names []string // of its services
	// office is where a visit is.
	office string
}

func (r *Room) oneView(ctx context.Context, m Mandate, mine bool) (oneView, error) {
	lines, err := r.Journal(ctx, m)
	v := oneView{Mandate: m, mine: mine, lines: lines, office: m.Office}
	if r.Office != nil {
		if title := r.Office(m.Office); !title.IsZero() {
			v.office = in(ctx, title)
		}
	}
	for _, s := range m.Services {
		v.names = append(v.names, in(ctx, r.titleOf(s)))
	}
	return v, err
}

func (v oneView) facts(ctx context.Context) []ui.Pair {
	services := say(ctx, "applications.mandate.all_services")
	if len(v.names) > 0 {
		services = joinLines(v.names)
	}
	sending := say(ctx, "applications.mandate.with_code")
	if v.Alone {
		sending = say(ctx, "applications.mandate.without_code")
	}
	who, contact := "applications.mandate.owner", ""
	name := v.Who
	if v.mine {
		who, contact = "applications.mandate.helper", v.Contact
	}
	if v.mine && v.Kind == Visit {
		name = say(ctx, "applications.visit.operator", "Office", v.office)
	}
	return ui.Pairs(
		say(ctx, who), name, say(ctx, "applications.mandate.contact"), contact, say(ctx, "applications.mandate.services"), services,
		say(ctx, "applications.mandate.sending"), sending,
		say(ctx, "applications.mandate.until"), identity.MoscowTime(ctx, v.ExpiresAt),
	)
}

func joinLines(all []string) string {
	out := ""
	for i, s := range all {
		if i > 0 {
			out += "; "
		}
		out += s
	}
	return out
}

// deed is what a line of the journal says.
func deed(ctx context.Context, l audit.Line) string {
	for _, act := range acts {
		if l.Act == act.name {
			return say(ctx, act.key)
		}
	}
	return say(ctx, "applications.mandate.act.other")
}

// acts are what may stand in the journal of a mandate.
var acts = []struct{ name, key string }{
	{"applications.mandate_taken", "applications.mandate.act.taken"},
	{"applications.mandate_entered", "applications.mandate.act.entered"},
	{"applications.mandate_left", "applications.mandate.act.left"},
	{"applications.mandate_ended", "applications.mandate.act.ended"},
	{"applications.mandate_sent", "applications.mandate.act.sent"},
	{"applications.draft_started", "applications.mandate.act.started"},
	{"applications.draft_saved", "applications.mandate.act.saved"},
	{"applications.draft_looked", "applications.mandate.act.looked"},
	{"applications.draft_file_read", "applications.mandate.act.file"},
	{"applications.visit_opened", "applications.mandate.act.opened"},
	{"applications.visit_looked", "applications.mandate.act.person"},
	{"applications.mandate_closed", "applications.mandate.act.closed"},
}

// journal tells what was done again and again, such as each page of a draft, once:
// with the last time.
func (v oneView) journal(ctx context.Context) ui.TableParams {
	p := ui.TableParams{FirstCellIsHeader: true, Head: []ui.Cell{
		{Text: say(ctx, "applications.mandate.when")}, {Text: say(ctx, "applications.mandate.what")},
	}}
	for n := 0; n < len(v.lines); {
		same := 1
		for n+same < len(v.lines) && v.lines[n+same].Act == v.lines[n].Act && v.lines[n+same].Object == v.lines[n].Object {
			same++
		}
		text := deed(ctx, v.lines[n])
		if same > 1 {
			text = say(ctx, "applications.mandate.act.times", "Act", text, "Count", same)
		}
		p.Rows = append(p.Rows, []ui.Cell{{Text: identity.MoscowTime(ctx, v.lines[n].At)}, {Text: text}})
		n += same
	}
	return ui.Stacked(p)
}

func kindOf(s State) ui.Kind {
	switch s {
	case Offered:
		return ui.Attention
	case Active:
		return ui.Progress
	}
	return ui.Neutral
}

func (r *Room) pageOne(w http.ResponseWriter, req *http.Request) error {
	ctx := req.Context()
	m, mine, err := r.One(ctx, req.PathValue("id"))
	if err != nil {
		return err
	}
	v, err := r.oneView(ctx, m, mine)
	if err != nil {
		return err
	}
	return web.Render(w, req, web.Page{Title: say(ctx, "applications.mandate.one"), Section: "applications", Back: basePath, Body: onePage(v)})
}

func (r *Room) act(deed func(ctx context.Context, mandateID string) error) web.Handler {
	return func(w http.ResponseWriter, req *http.Request) error {
		if err := deed(req.Context(), req.PathValue("id")); err != nil {
			return err
		}
		return web.Redirect(w, req, basePath+"/"+req.PathValue("id"))
	}
}

func (r *Room) postAccept(w http.ResponseWriter, req *http.Request) error {
	err := r.Answer(req.Context(), req.PathValue("id"), true)
	if errors.Is(err, identity.ErrFresh) {
		return toReauth(w, req, basePath+"/"+req.PathValue("id"))
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, req, basePath+"/"+req.PathValue("id"))
}

func (r *Room) postEnter(w http.ResponseWriter, req *http.Request) error {
	if err := r.Enter(req.Context(), req.PathValue("id")); err != nil {
		return err
	}
	return web.Redirect(w, req, actingPath)
}

func (r *Room) postLeave(w http.ResponseWriter, req *http.Request) error {
	ctx := req.Context()
	if err := r.Leave(ctx); err != nil {
		return err
	}
	if identity.ActorOf(ctx).IsStaff() {
		return web.Redirect(w, req, visitsPath)
	}
	return web.Redirect(w, req, basePath)
}

// actingView is what can be done for the owner.
type actingView struct {
	Mandate
	services []*forms.Service
	drafts   []draft.Row
}

func (v actingView) startHref(serviceID string) string {
	return "/cabinet/drafts/new?" + url.Values{"service": {serviceID}, "for": {v.ID}}.Encode()
}

func (r *Room) pageActing(w http.ResponseWriter, req *http.Request) error {
	ctx := req.Context()
	m, err := r.current(ctx)
	if err != nil {
		return err
	}
	if m == nil {
		return web.Render(w, req, web.Page{Title: say(ctx, "applications.mandate.nobody"), Section: "applications", Body: nobodyPage(identity.ActorOf(ctx).IsStaff())})
	}
	v := actingView{Mandate: *m}
	for _, s := range r.All() {
		if m.behalf().Serves(s.ID) && len(s.Form.Steps) > 0 {
			v.services = append(v.services, s)
		}
	}
	all, err := r.Drafts.Drafts(ctx, m.Owner)
	if err != nil {
		return err
	}
	v.drafts = slices.DeleteFunc(all, func(d draft.Row) bool { return !m.behalf().Opens(d.ServiceID, d.CreatedAt) })
	return web.Render(w, req, web.Page{Title: say(ctx, "applications.mandate.acting", "Who", m.Who), Section: "applications", Body: actingPage(v)})
}

// cardTitle names the helper as the owner did; of a visit, the centre.
func cardTitle(ctx context.Context, m Mandate) string {
	if m.Kind == Visit {
		return say(ctx, "applications.visit.at_centre")
	}
	return m.Contact
}

// receipt is what a visit was.
func (v oneView) receipt(ctx context.Context) []ui.Pair {
	ended := ""
	if !v.EndedAt.IsZero() {
		ended = identity.MoscowTime(ctx, v.EndedAt)
	}
	return ui.Pairs(
		say(ctx, "applications.visit.visitor"), v.Who, say(ctx, "applications.visit.office"), v.office,
		say(ctx, "applications.visit.begun"), identity.MoscowTime(ctx, v.CreatedAt), say(ctx, "applications.visit.ended"), ended,
		say(ctx, "applications.visit.consent"), say(ctx, "applications.visit.by_"+v.Consent),
	)
}
