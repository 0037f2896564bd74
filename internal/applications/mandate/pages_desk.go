package mandate

import (
	"net/http"
	"net/url"

	"okno/internal/identity"
	"okno/internal/kit/web"
)

// mountDesk adds the pages of service centres.
func (r *Room) mountDesk(rt *web.Router) {
	op := identity.Staff(identity.MFCOperator)
	rt.Handle("GET "+visitsPath, op, r.pageVisits)
	rt.Handle("GET "+visitsPath+"/new", op, r.pageNewVisit)
	rt.Handle("POST "+visitsPath, op, r.postVisit)
	rt.Handle("GET "+visitsPath+"/{id}", op, r.pageVisit)
	rt.Handle("POST "+visitsPath+"/{id}/end", op, r.postEndVisit)
}

func (r *Room) pageVisits(w http.ResponseWriter, req *http.Request) error {
	all, err := r.Visits(req.Context())
	if err != nil {
		return err
	}
	return web.Render(w, req, web.Page{Title: say(req.Context(), "applications.visit.title"), Section: "mfc", Back: "/desk/mfc", Body: visitsPage(all)})
}

// welcomeView is the page on which a visit is opened.
type welcomeView struct {
	form
	person, who string
	asked       bool // the code is on its way
}

func (r *Room) pageNewVisit(w http.ResponseWriter, req *http.Request) error {
	return r.showWelcome(w, req, welcomeView{person: web.Query(req, "person")})
}

func (r *Room) showWelcome(w http.ResponseWriter, req *http.Request, v welcomeView) error {
	ctx := req.Context()
	var err error
	if v.who, err = r.Visitor(ctx, v.person); err != nil {
		return err
	}
	p := web.Page{Title: say(ctx, "applications.visit.new"), Section: "mfc", Back: "/desk/mfc/people/" + url.PathEscape(v.person), Body: welcomePage(v)}
	if len(v.faults) > 0 {
		p.Error, p.Status = true, http.StatusUnprocessableEntity
	}
	return web.Render(w, req, p)
}

func (r *Room) postVisit(w http.ResponseWriter, req *http.Request) error {
	values, err := web.Form(w, req)
	if err != nil {
		return err
	}
	ctx := req.Context()
	v := welcomeView{form: form{values: values}, person: values.Get("person"), asked: values.Get("asked") == "yes"}
	if values.Get("_do") == "code" {
		if err := r.AskVisitor(ctx, v.person); err != nil && !blame(ctx, &v.form, err, "code") {
			return err
		}
		v.asked = len(v.faults) == 0 || v.asked
		return r.showWelcome(w, req, v)
	}
	_, err = r.Open(ctx, Welcome{
		Person: v.person, Document: values.Get("document") == "yes", Consent: values.Get("consent"), Code: values.Get("code"), Paper: values.Get("paper"),
	})
	if blame(ctx, &v.form, err, "code") {
		return r.showWelcome(w, req, v)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, req, actingPath)
}

func (r *Room) pageVisit(w http.ResponseWriter, req *http.Request) error {
	ctx := req.Context()
	m, err := r.OneVisit(ctx, req.PathValue("id"))
	if err != nil {
		return err
	}
	v, err := r.oneView(ctx, m, false)
	if err != nil {
		return err
	}
	return web.Render(w, req, web.Page{Title: say(ctx, "applications.visit.receipt"), Section: "mfc", Back: visitsPath, Body: receiptPage(v)})
}

func (r *Room) postEndVisit(w http.ResponseWriter, req *http.Request) error {
	if err := r.Close(req.Context(), req.PathValue("id")); err != nil {
		return err
	}
	return web.Redirect(w, req, visitsPath+"/"+req.PathValue("id"))
}
