package agency

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/i18n"
	"okno/internal/kit/ui"
	"okno/internal/kit/web"
)

// Titled is a service as lists of it show it.
type Titled struct{ ID, Title string }

// page is the office of a head: how the agency works.
type page struct {
	Agency   string
	Title    string
	Rules    Rules
	Agencies []Agency // the head's own
	Members  []string // accounts of those who decide
	names    map[string]string
	services []Titled
	today    db.Date
	// Edit is the template that is being changed.
	Edit   Template
	form   string // whose fields are at fault
	faults map[string]string
	posted url.Values
}

func (p page) name(account string) string { return cmp.Or(p.names[account], account) }

func (p page) fault(form, field string) ui.Part {
	if p.form != form {
		return ui.Part{}
	}
	return ui.Text(p.faults[field])
}

func (p page) old(form, field, otherwise string) string {
	if p.form != form || p.posted == nil {
		return otherwise
	}
	return p.posted.Get(field)
}

// mountPages adds the pages of heads, and that on which officers declare.
func mountPages(r *Room, rt *web.Router) {
	head := identity.Staff(identity.Head)
	rt.Handle("GET /desk/agency", head, r.show)
	rt.Handle("POST /desk/agency/rules", head, r.post("rules", r.postRules))
	rt.Handle("POST /desk/agency/worker", head, r.post("worker", r.postWorker))
	rt.Handle("POST /desk/agency/leaves", head, r.post("leave", r.postLeave))
	rt.Handle("POST /desk/agency/leaves/{id}/end", head, r.post("leave", func(req *http.Request, f url.Values) error {
		return r.EndLeave(req.Context(), f.Get("agency"), req.PathValue("id"))
	}))
	rt.Handle("POST /desk/agency/interests", head, r.post("interest", r.postInterest))
	rt.Handle("POST /desk/agency/interests/{id}/end", head, r.post("interest", func(req *http.Request, f url.Values) error {
		return r.Withdraw(req.Context(), f.Get("agency"), req.PathValue("id"))
	}))
	rt.Handle("POST /desk/agency/templates", head, r.post("template", r.postTemplate))
	rt.Handle("POST /desk/agency/templates/{id}/delete", head, r.post("template", func(req *http.Request, f url.Values) error {
		return r.DeleteTemplate(req.Context(), f.Get("agency"), req.PathValue("id"))
	}))
	officer := identity.Staff(identity.Officer, identity.Head)
	rt.Handle("GET /desk/interests", officer, r.showInterests)
	rt.Handle("POST /desk/interests", officer, r.postOwnInterest)
}

func (r *Room) show(w http.ResponseWriter, req *http.Request) error {
	p, err := r.page(req.Context(), web.Query(req, "agency"))
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(p.Rules.Templates, func(t Template) bool { return t.ID == web.Query(req, "template") }); i >= 0 {
		p.Edit = p.Rules.Templates[i]
	}
	return r.render(w, req, p)
}

func (r *Room) render(w http.ResponseWriter, req *http.Request, p page) error {
	out := web.Page{Title: i18n.T(req.Context(), "agency.page.title"), Section: "agency", Wide: true, Body: agencyBody(p), Error: len(p.faults) > 0}
	if out.Error {
		out.Status = http.StatusUnprocessableEntity
	}
	return web.Render(w, req, out)
}

// page gathers what a head sees of one of their agencies.
func (r *Room) page(ctx context.Context, agency string) (page, error) {
	actor := identity.ActorOf(ctx)
	mine := actor.AgenciesAs(identity.Head)
	if agency == "" && len(mine) > 0 {
		agency = mine[0]
	}
	if _, err := mayRun(ctx, agency); err != nil {
		return page{}, err
	}
	rules, err := r.store.rules(ctx, agency, r.Today(agency))
	if err != nil {
		return page{}, err
	}
	lang := i18n.Lang(ctx)
	p := page{Agency: agency, Title: r.Title(agency, lang), Rules: rules, today: r.Today(agency), names: map[string]string{}}
	for _, a := range r.agencies {
		if slices.Contains(mine, a.Code) {
			p.Agencies = append(p.Agencies, a)
		}
	}
	if r.services != nil {
		p.services = r.services(agency, lang)
	}
	members, err := r.store.members(ctx, agency)
	for _, m := range members {
		if (m.Role == identity.Officer || m.Role == identity.Head) && !slices.Contains(p.Members, m.Account) {
			p.Members = append(p.Members, m.Account)
			p.names[m.Account] = r.logins(ctx, m.Account)
		}
	}
	return p, err
}

// post does one thing and leads back; what is wrong is shown at the field.
func (r *Room) post(form string, do func(req *http.Request, f url.Values) error) web.Handler {
	return func(w http.ResponseWriter, req *http.Request) error {
		f, err := web.Form(w, req)
		if err != nil {
			return err
		}
		err = do(req, f)
		e, ok := errs.As(err)
		if !ok && err != nil || ok && len(e.Fields) == 0 {
			return err
		}
		if err == nil {
			return web.Redirect(w, req, "/desk/agency?agency="+url.QueryEscape(f.Get("agency"))+"#"+form)
		}
		p, perr := r.page(req.Context(), f.Get("agency"))
		if perr != nil {
			return perr
		}
		p.form, p.posted, p.faults = form, f, map[string]string{}
		for _, x := range e.Fields {
			p.faults[x.Name] = i18n.T(req.Context(), x.Key, x.Args...)
		}
		return r.render(w, req, p)
	}
}

func (r *Room) postRules(req *http.Request, f url.Values) error {
	return r.SetRules(req.Context(), f.Get("agency"), Method(f.Get("method")), f.Get("superior"))
}

func (r *Room) postWorker(req *http.Request, f url.Values) error {
	capacity, err := strconv.Atoi(cmp.Or(strings.TrimSpace(f.Get("capacity")), "0"))
	if err != nil {
		return ErrFields.WithField("capacity", "agency.error.capacity", "Max", capacityMost)
	}
	return r.SetWorker(req.Context(), f.Get("agency"), Worker{Account: f.Get("account"), Capacity: capacity, Services: f["services"]})
}

func (r *Room) postLeave(req *http.Request, f url.Values) error {
	return r.AddLeave(req.Context(), f.Get("agency"), Leave{
		Account: f.Get("account"), Substitute: f.Get("substitute"), From: db.Date(f.Get("from")), To: db.Date(f.Get("to")),
	})
}

func (r *Room) postInterest(req *http.Request, f url.Values) error {
	return r.Declare(req.Context(), f.Get("agency"), f.Get("account"), f.Get("snils"), f.Get("relation"))
}

func (r *Room) postTemplate(req *http.Request, f url.Values) error {
	return r.SaveTemplate(req.Context(), f.Get("agency"), Template{
		ID: f.Get("id"), Service: f.Get("service"), Outcome: f.Get("outcome"), Title: f.Get("title"), Body: f.Get("body"),
	})
}

// own is the page on which an officer declares.
type own struct {
	Agency   string
	Agencies []Agency
	Declared []Interest
	faults   map[string]string
	posted   url.Values
	said     bool
}

func (r *Room) ownInterests(ctx context.Context, agency string) (own, error) {
	actor := identity.ActorOf(ctx)
	o := own{Agency: agency}
	for _, code := range actor.AgenciesAs(identity.Officer, identity.Head) {
		o.Agency = cmp.Or(o.Agency, code)
		if a, ok := r.ByCode(code); ok {
			o.Agencies = append(o.Agencies, a)
		}
		rules, err := r.Rules(ctx, code)
		if err != nil {
			return o, err
		}
		for _, i := range rules.Interests {
			if i.Account == actor.ID {
				o.Declared = append(o.Declared, i)
			}
		}
	}
	return o, nil
}

func (r *Room) showInterests(w http.ResponseWriter, req *http.Request) error {
	o, err := r.ownInterests(req.Context(), "")
	if err != nil {
		return err
	}
	o.said = web.Query(req, "said") != ""
	return r.renderOwn(w, req, o)
}

func (r *Room) renderOwn(w http.ResponseWriter, req *http.Request, o own) error {
	out := web.Page{Title: i18n.T(req.Context(), "agency.own.title"), Section: "desk", Back: "/desk", Body: ownBody(o), Error: len(o.faults) > 0}
	if out.Error {
		out.Status = http.StatusUnprocessableEntity
	}
	return web.Render(w, req, out)
}

func (r *Room) postOwnInterest(w http.ResponseWriter, req *http.Request) error {
	f, err := web.Form(w, req)
	if err != nil {
		return err
	}
	ctx := req.Context()
	err = r.Declare(ctx, f.Get("agency"), identity.ActorOf(ctx).ID, f.Get("snils"), f.Get("relation"))
	e, ok := errs.As(err)
	if err == nil {
		return web.Redirect(w, req, "/desk/interests?said=1")
	}
	if !ok || len(e.Fields) == 0 {
		return err
	}
	o, oerr := r.ownInterests(ctx, f.Get("agency"))
	if oerr != nil {
		return oerr
	}
	o.posted, o.faults = f, map[string]string{}
	for _, x := range e.Fields {
		o.faults[x.Name] = i18n.T(ctx, x.Key, x.Args...)
	}
	return r.renderOwn(w, req, o)
}
