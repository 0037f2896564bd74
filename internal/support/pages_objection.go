package support

import (
	"context"
	"net/http"

	"okno/internal/identity"
	"okno/internal/kit/i18n"
	"okno/internal/kit/id"
	"okno/internal/kit/ui"
	"okno/internal/kit/web"
)

// mountObjections adds the form of an objection: for who is signed in, and behind
// the link of the notice for who can't sign in.
func (r *Room) mountObjections(rt *web.Router) {
	rt.Handle("GET "+identity.ObjectionPath, identity.SignedIn(), r.objectionPage)
	rt.Handle("POST "+identity.ObjectionPath, identity.SignedIn(), r.postObjection)
	rt.Handle("GET /objection/{token}", web.Public, r.objectionPage)
	rt.Handle("POST /objection/{token}", web.Public, r.postObjection)
}

// objectionView is the form with what was typed.
type objectionView struct {
	ID, Text, Action string
	Restriction      identity.Restriction
	Faults           map[string]string
}

// facts tell what the objection is about.
func (v objectionView) facts(ctx context.Context) []ui.Pair {
	return restrictionFacts(ctx, v.Restriction)
}

func restrictionFacts(ctx context.Context, r identity.Restriction) []ui.Pair {
	return ui.Pairs(
		i18n.T(ctx, "support.objection.about"), kindOfRestriction(ctx, r.Kind),
		i18n.T(ctx, "support.objection.since"), identity.MoscowTime(ctx, r.Since),
		i18n.T(ctx, "support.objection.reason"), r.Reason,
	)
}

// outcome is what became of an objection, in words; "" while it waits.
func (v ticketView) outcome(ctx context.Context) string {
	switch v.Outcome {
	case identity.ObjectionKept:
		return i18n.T(ctx, "support.objection.kept")
	case identity.ObjectionLifted:
		return i18n.T(ctx, "support.objection.lifted")
	case identity.ObjectionOver:
		return i18n.T(ctx, "support.objection.over")
	}
	return ""
}

func (r *Room) objectionPage(w http.ResponseWriter, req *http.Request) error {
	return r.renderObjection(w, req, objectionView{ID: id.New()})
}

func (r *Room) renderObjection(w http.ResponseWriter, req *http.Request, v objectionView) (err error) {
	ctx := req.Context()
	if v.Restriction, err = r.restrictionBehind(ctx, req.PathValue("token")); err != nil {
		return err
	}
	if o := v.Restriction.Objection; o.State == identity.ObjectionWaits {
		return web.Redirect(w, req, "/feedback/"+o.ID)
	}
	v.Action = req.URL.Path
	p := web.Page{Title: i18n.T(ctx, "support.objection.title"), Error: len(v.Faults) > 0, Body: objectionBody(v)}
	if p.Error {
		p.Status = http.StatusUnprocessableEntity
	}
	if req.PathValue("token") == "" {
		p.Section, p.Back = "security", "/cabinet/security"
	}
	return web.Render(w, req, p)
}

func (r *Room) postObjection(w http.ResponseWriter, req *http.Request) error {
	f, err := web.Form(w, req)
	if err != nil {
		return err
	}
	ctx := req.Context()
	m := Message{ID: f.Get("id"), Text: f.Get("text"), IP: web.ClientIP(ctx).String()}
	t, err := r.Object(ctx, req.PathValue("token"), m)
	if faults, ok := fields(ctx, err); ok {
		return r.renderObjection(w, req, objectionView{ID: m.ID, Text: m.Text, Faults: faults})
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, req, "/feedback/"+t.ID)
}
