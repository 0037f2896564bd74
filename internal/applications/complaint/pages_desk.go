package complaint

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"okno/internal/identity"
	"okno/internal/kit/i18n"
	"okno/internal/kit/id"
	"okno/internal/kit/ui"
	"okno/internal/kit/web"
)

const deskBase = "/desk/complaints/"

func (r *Complaints) mountDesk(rt *web.Router) {
	staff := identity.Staff(identity.Officer, identity.Head)
	rt.Handle("GET /desk/complaints", staff, r.showQueue)
	rt.Handle("GET /desk/complaints/fragment", staff, r.queueFragment)
	rt.Handle("GET "+deskBase+"{number}", staff, r.showTheirs)
	rt.Handle("GET "+deskBase+"{number}/files/{file}", staff, r.getTheirFile)
	rt.Handle("GET "+deskBase+"{number}/case/{file}", staff, r.getCaseFile)
	rt.Handle("GET "+deskBase+"{number}/documents/{document}", staff, r.getCaseDocument)
	deeds := map[string]func(ctx context.Context, d Deal, v url.Values) error{
		"register": func(ctx context.Context, d Deal, _ url.Values) error { return r.Register(ctx, d) },
		"take":     func(ctx context.Context, d Deal, _ url.Values) error { return r.Take(ctx, d) },
		"return":   func(ctx context.Context, d Deal, _ url.Values) error { return r.Return(ctx, d) },
		"decide":   r.deskDecide,
	}
	for _, deed := range slices.Sorted(maps.Keys(deeds)) { // whoever walks the routes does it in one order
		rt.Handle("POST "+deskBase+"{number}/"+deed, staff, r.deskPost(deeds[deed]))
	}
}

func (r *Complaints) deskDecide(ctx context.Context, d Deal, v url.Values) error {
	verdict := Verdict{Deed: Deed(v.Get("verdict")), Measure: Measure(v.Get("measure")), Words: v.Get("words")}
	if !slices.Contains(Verdicts(), verdict.Deed) {
		e := ErrFields.WithField("verdict", "applications.complaint.error.verdict")
		if verdict.Words == "" {
			e = e.WithField("words", "applications.complaint.error.why")
		}
		return e
	}
	return r.Decide(ctx, d, verdict)
}

// deskPost does a deed and leads back to the card; what is wrong with the form
// is shown on the card itself.
func (r *Complaints) deskPost(do func(ctx context.Context, d Deal, v url.Values) error) web.Handler {
	return func(w http.ResponseWriter, req *http.Request) error {
		values, err := web.Form(w, req)
		if err != nil {
			return err
		}
		err = do(req.Context(), dealOf(req, values), values)
		if err == nil {
			return web.Redirect(w, req, deskBase+req.PathValue("number"))
		}
		if !errors.Is(err, ErrFields) {
			return err
		}
		v, cerr := r.theirView(req)
		if cerr != nil {
			return cerr
		}
		v.blame(err, values)
		return web.Render(w, req, v.deskPage(http.StatusUnprocessableEntity))
	}
}

func (r *Complaints) theirView(req *http.Request) (view, error) {
	card, err := r.Look(req.Context(), req.PathValue("number"))
	if err != nil {
		return view{}, err
	}
	v := r.view(req.Context(), card, deskBase+card.Number)
	v.staff, v.key = true, id.Token()
	return v, nil
}

func (r *Complaints) showTheirs(w http.ResponseWriter, req *http.Request) error {
	v, err := r.theirView(req)
	if err != nil {
		return err
	}
	return web.Render(w, req, v.deskPage(http.StatusOK))
}

func (v view) deskPage(status int) web.Page {
	return web.Page{
		Title: v.t("applications.complaint.card.title") + " " + v.Number, Status: status, Error: len(v.faults) > 0, Section: "complaints", Wide: true,
		Back: "/desk/complaints", BackText: v.t("applications.complaint.queue.title"), Body: deskCard(v),
	}
}

// queueView is the queue of complaints.
type queueView struct {
	body, query string
	closed      bool
	bodies      []ui.FilterLink
	groups      []ui.FilterLink
	rows        []rowView
}

func (r *Complaints) queue(req *http.Request) (queueView, error) {
	ctx := req.Context()
	q := queueView{body: web.Query(req, "agency"), closed: web.Query(req, "closed") != ""}
	mine := bodies(identity.ActorOf(ctx))
	if q.body == "" && len(mine) > 0 {
		q.body = mine[0]
	}
	all, err := r.Queue(ctx, q.body, q.closed)
	if err != nil {
		return q, err
	}
	for _, c := range all {
		q.rows = append(q.rows, r.row(ctx, c))
	}
	href := func(body string, closed bool) string {
		v := url.Values{"agency": {body}}
		if closed {
			v.Set("closed", "1")
		}
		return "?" + v.Encode()
	}
	q.query = href(q.body, q.closed)
	for _, b := range mine {
		a, _ := r.Offices.ByCode(b)
		q.bodies = append(q.bodies, ui.FilterLink{Text: a.Title.In(i18n.Lang(ctx)), Href: "/desk/complaints" + href(b, q.closed), Current: b == q.body})
	}
	for _, closed := range []bool{false, true} {
		key := "applications.complaint.queue.open"
		if closed {
			key = "applications.complaint.queue.closed"
		}
		q.groups = append(q.groups, ui.FilterLink{Text: i18n.T(ctx, key), Href: "/desk/complaints" + href(q.body, closed), Current: closed == q.closed})
	}
	return q, nil
}

func (r *Complaints) showQueue(w http.ResponseWriter, req *http.Request) error {
	q, err := r.queue(req)
	if err != nil {
		return err
	}
	return web.Render(w, req, web.Page{Title: i18n.T(req.Context(), "applications.complaint.queue.title"), Section: "complaints", Wide: true, Body: queueBody(q)})
}

func (r *Complaints) queueFragment(w http.ResponseWriter, req *http.Request) error {
	q, err := r.queue(req)
	if err != nil {
		return err
	}
	return web.Fragment(w, req, queueList(q))
}

func (r *Complaints) getTheirFile(w http.ResponseWriter, req *http.Request) error {
	f, body, err := r.TheirFile(req.Context(), req.PathValue("number"), req.PathValue("file"))
	if err != nil {
		return err
	}
	return attach(w, f.Name, f.Size, body)
}

func (r *Complaints) getCaseFile(w http.ResponseWriter, req *http.Request) error {
	f, body, err := r.CaseFile(req.Context(), req.PathValue("number"), req.PathValue("file"))
	if err != nil {
		return err
	}
	return attach(w, f.Name, f.Size, body)
}

func (r *Complaints) getCaseDocument(w http.ResponseWriter, req *http.Request) error {
	d, body, err := r.CaseDocument(req.Context(), req.PathValue("number"), req.PathValue("document"))
	if err != nil {
		return err
	}
	return attach(w, d.Number+".pdf", d.Size, body)
}
