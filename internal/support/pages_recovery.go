package support

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"time"

	"okno/internal/applications/upload"
	"okno/internal/identity"
	"okno/internal/kit/errs"
	"okno/internal/kit/i18n"
	"okno/internal/kit/id"
	"okno/internal/kit/ui"
	"okno/internal/kit/web"
	"okno/internal/reference"
)

func (r *Room) mountRecovery(rt *web.Router) {
	rt.Handle("GET /recover/help", web.Public, r.claimPage)
	rt.Handle("POST /recover/help", web.Public, r.postClaim)
	rt.Handle("GET /recover/help/sent", web.Public, r.claimSent)
	desk := identity.Staff(roles()...)
	rt.Handle("GET /desk/recoveries", desk, r.requestsPage)
	rt.Handle("GET /desk/recoveries/{number}", desk, r.requestPage)
	rt.Handle("GET /desk/recoveries/{number}/scan", desk, r.scanFile)
	rt.Handle("POST /desk/recoveries/{number}/{answer}", desk, r.postDecision)
}

// claimView is the form of who has lost phone and e-mail.
type claimView struct {
	ID, Name, LastName, FirstName, BirthDate, Phone string
	Faults                                          map[string]string
}

func (r *Room) claimPage(w http.ResponseWriter, req *http.Request) error {
	return renderClaim(w, req, claimView{ID: id.New()})
}

func renderClaim(w http.ResponseWriter, req *http.Request, v claimView) error {
	p := web.Page{Title: i18n.T(req.Context(), "support.claim.title"), Back: "/recover", Error: len(v.Faults) > 0, Body: claimBody(v)}
	if p.Error {
		p.Status = http.StatusUnprocessableEntity
	}
	return web.Render(w, req, p)
}

func (r *Room) postClaim(w http.ResponseWriter, req *http.Request) error {
	f, files, done, err := web.Files(w, req, maxScan+1<<20)
	if err != nil {
		return err
	}
	defer done()
	ctx := req.Context()
	c := Claim{
		ID: f.Get("id"), Name: f.Get("name"), LastName: f.Get("last_name"), FirstName: f.Get("first_name"), BirthDate: f.Get("birth_date"),
		Phone: f.Get("phone"), IP: web.ClientIP(ctx).String(),
	}
	v := claimView{ID: c.ID, Name: c.Name, LastName: c.LastName, FirstName: c.FirstName, BirthDate: c.BirthDate, Phone: c.Phone}
	if list := files["scan"]; len(list) > 0 && list[0].Size > 0 {
		body, err := list[0].Open()
		if err != nil {
			return err
		}
		defer func() { _ = body.Close() }()
		c.Scan = &upload.File{Name: list[0].Filename, Size: list[0].Size, Body: body}
	}
	number, err := r.Claim(ctx, c)
	if faults, ok := fields(ctx, err); ok {
		v.Faults = faults
		return renderClaim(w, req, v)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, req, "/recover/help/sent?number="+number)
}

func (r *Room) claimSent(w http.ResponseWriter, req *http.Request) error {
	number, _ := id.ParseNumber(web.Query(req, "number"))
	return web.Render(w, req, web.Page{Title: i18n.T(req.Context(), "support.claim.sent"), Body: claimSentBody(number)})
}

type requestsView struct {
	Requests []Request
	Zone     *time.Location
}

func (r *Room) requestsPage(w http.ResponseWriter, req *http.Request) error {
	all, err := r.Requests(req.Context())
	if err != nil {
		return err
	}
	return web.Render(w, req, web.Page{
		Title: i18n.T(req.Context(), "support.recovery.title"), Section: "tickets", Back: "/desk/tickets", Wide: true, Body: requestsBody(requestsView{all, r.Zone}),
	})
}

func (v requestsView) table(ctx context.Context) ui.TableParams {
	t := func(key string) string { return i18n.T(ctx, key) }
	p := ui.TableParams{FirstCellIsHeader: true, Head: []ui.Cell{{Text: t("support.ticket.number")}, {Text: t("support.ticket.sent")}, {Text: t("support.ticket.state")}, {Text: t("support.recovery.ends")}}}
	for _, q := range v.Requests {
		p.Rows = append(p.Rows, []ui.Cell{
			{HTML: plainLink("/desk/recoveries/"+q.Number, q.Number), Classes: "okno-nowrap"},
			{Text: stamp(i18n.Lang(ctx), q.CreatedAt.Time(), v.Zone)},
			{Text: t("support.recovery.state_" + q.State)},
			{Text: stamp(i18n.Lang(ctx), q.EndsAt(), v.Zone)},
		})
	}
	return ui.Stacked(p)
}

type requestView struct {
	Request
	Fault, Me string
	Zone      *time.Location
}

func (r *Room) requestPage(w http.ResponseWriter, req *http.Request) error {
	return r.renderRequest(w, req, "", http.StatusOK)
}

func (r *Room) renderRequest(w http.ResponseWriter, req *http.Request, fault string, status int) error {
	ctx := req.Context()
	q, err := r.LookAtRequest(ctx, req.PathValue("number"))
	if err != nil {
		return err
	}
	return web.Render(w, req, web.Page{
		Title: i18n.T(ctx, "support.recovery.one", "Number", q.Number), Section: "tickets", Back: "/desk/recoveries", Status: status,
		Error: fault != "", Body: requestBody(requestView{q, fault, identity.ActorOf(ctx).ID, r.Zone}),
	})
}

func (v requestView) facts(ctx context.Context) []ui.Pair {
	t := func(key string) string { return i18n.T(ctx, key) }
	agrees := func(value string, same bool) string {
		switch {
		case v.Owner == "":
			return value
		case same:
			return value + " — " + t("support.recovery.agrees")
		}
		return value + " — " + t("support.recovery.differs")
	}
	account := t("support.recovery.found")
	if v.Owner == "" {
		account = t("support.recovery.not_found")
	}
	pairs := ui.Pairs(t("support.ticket.state"), t("support.recovery.state_"+v.State), t("support.ticket.sent"), stamp(i18n.Lang(ctx), v.CreatedAt.Time(), v.Zone))
	if v.Open() {
		pairs = append(pairs, ui.Pairs(t("support.recovery.ends"), stamp(i18n.Lang(ctx), v.EndsAt(), v.Zone))...)
	}
	return append(pairs, ui.Pairs(
		t("support.claim.name"), v.Name, t("support.recovery.account"), account,
		t("support.claim.last_name"), agrees(v.LastName, v.Match.LastName), t("support.claim.first_name"), agrees(v.FirstName, v.Match.FirstName),
		t("support.claim.birth_date"), agrees(i18n.DateISO(i18n.Lang(ctx), v.BirthDate), v.Match.BirthDate), t("support.claim.phone"), reference.FormatPhone(v.Phone),
	)...)
}

// scanFile gives the scan as an attachment: it is never shown inline.
func (r *Room) scanFile(w http.ResponseWriter, req *http.Request) error {
	q, body, err := r.Scan(req.Context(), req.PathValue("number"))
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": q.File}))
	h.Set("Cache-Control", "no-store")
	_, _ = io.Copy(w, body) // the browser may go away
	return nil
}

func (r *Room) postDecision(w http.ResponseWriter, req *http.Request) error {
	answer, number := req.PathValue("answer"), req.PathValue("number")
	if answer != "yes" && answer != "no" {
		return web.ErrNoPage
	}
	err := r.Decide(req.Context(), number, answer == "yes")
	if err == nil {
		return web.Redirect(w, req, "/desk/recoveries/"+number)
	}
	if e, ok := errs.As(err); ok && (errors.Is(err, ErrSamePerson) || e.Kind == errs.Conflict || e.Kind == errs.Invalid || errors.Is(err, identity.ErrStaffAccess)) {
		return r.renderRequest(w, req, i18n.T(req.Context(), e.Key, e.Args...), http.StatusConflict)
	}
	return err
}
