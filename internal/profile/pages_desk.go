package profile

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"okno/internal/identity"
	"okno/internal/kit/i18n"
	"okno/internal/kit/id"
	"okno/internal/kit/web"
)

// mountDesk adds the page of МФЦ operators.
func (p *Profile) mountDesk(rt *web.Router) {
	operator := identity.Staff(identity.MFCOperator)
	rt.Handle("GET /desk/mfc", operator, p.pageDesk)
	rt.Handle("POST /desk/mfc", operator, p.postDesk)
	rt.Handle("GET /desk/mfc/people/{id}", operator, p.pageVisitor)
	rt.Handle("POST /desk/mfc/people/{id}", operator, p.postVisitor)
	rt.Handle("POST /desk/mfc/people/{id}/access", operator, p.postAccess)
	rt.Handle("POST /desk/mfc/people/{id}/unlock", operator, p.postUnlock)
}

func (p *Profile) pageDesk(w http.ResponseWriter, r *http.Request) error {
	return p.showDesk(w, r, form{}, nil)
}

func (p *Profile) showDesk(w http.ResponseWriter, r *http.Request, f form, found []candidate) error {
	return web.Render(w, r, web.Page{
		Title: i18n.T(r.Context(), "profile.desk.title"), Section: "mfc", Wide: true,
		Status: statusOf(f.Faults), Error: len(f.Faults) > 0, Body: deskPage(f, found),
	})
}

// candidate is one of several with the same number.
type candidate struct{ ID, Initials string }

// postDesk searches; the number stays out of the address.
func (p *Profile) postDesk(w http.ResponseWriter, r *http.Request) error {
	in, err := web.Form(w, r)
	if err != nil {
		return err
	}
	found, err := p.Find(r.Context(), in.Get("find"))
	f := form{Values: Values{"find": in.Get("find")}}
	if errors.Is(err, ErrNoProfile) || (err == nil && len(found) == 0) {
		f.Faults = map[string]string{"find": i18n.T(r.Context(), "profile.error.nobody")}
		return p.showDesk(w, r, f, nil)
	}
	if errors.Is(err, ErrSearch) {
		f.Faults = map[string]string{"find": i18n.T(r.Context(), "profile.error.search")}
		return p.showDesk(w, r, f, nil)
	}
	if err != nil {
		return err
	}
	if len(found) == 1 {
		return web.Redirect(w, r, "/desk/mfc/people/"+found[0])
	}
	several, err := p.candidates(r.Context(), found)
	if err != nil {
		return err
	}
	return p.showDesk(w, r, f, several)
}

func (p *Profile) candidates(ctx context.Context, owners []string) ([]candidate, error) {
	initials, err := p.Initials(ctx, owners...)
	if err != nil {
		return nil, err
	}
	out := make([]candidate, len(owners))
	for i, o := range owners {
		out[i] = candidate{ID: o, Initials: initials[o]}
	}
	return out, nil
}

func (p *Profile) pageVisitor(w http.ResponseWriter, r *http.Request) error {
	f := form{}
	switch web.Query(r, "said") {
	case "access":
		f.Values = Values{"said": "profile.desk.access_given"}
	case "unlock":
		f.Values = Values{"said": "profile.desk.unlocked"}
	}
	return p.showVisitor(w, r, f, http.StatusOK)
}

func (p *Profile) showVisitor(w http.ResponseWriter, r *http.Request, f form, status int) error {
	owner := r.PathValue("id")
	if !id.Valid(owner) {
		return ErrNoProfile
	}
	v, err := p.Look(r.Context(), owner)
	if err != nil {
		return err
	}
	return web.Render(w, r, web.Page{
		Title: i18n.T(r.Context(), "profile.desk.visitor"), Section: "mfc", Back: "/desk/mfc", Wide: true,
		Status: status, Error: len(f.Faults) > 0, Body: visitorPage(v, f),
	})
}

func (p *Profile) postVisitor(w http.ResponseWriter, r *http.Request) error {
	in, err := web.Form(w, r)
	if err != nil {
		return err
	}
	owner, ctx := r.PathValue("id"), r.Context()
	if !id.Valid(owner) {
		return ErrNoProfile
	}
	if in.Get("seen") != "yes" {
		f := form{Faults: map[string]string{"seen": i18n.T(ctx, "profile.error.empty.seen")}}
		return p.showVisitor(w, r, f, http.StatusUnprocessableEntity)
	}
	version, _ := strconv.ParseInt(in.Get("version"), 10, 64)
	err = p.ConfirmAtOffice(ctx, owner, version)
	if errors.Is(err, ErrConflict) || errors.Is(err, ErrNotChecked) {
		faults, _ := faultsOf(ctx, err)
		return p.showVisitor(w, r, form{Faults: faults}, http.StatusConflict)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/desk/mfc/people/"+owner)
}

// postAccess gives one-time access to the visitor.
func (p *Profile) postAccess(w http.ResponseWriter, r *http.Request) error {
	in, err := web.Form(w, r)
	if err != nil {
		return err
	}
	owner, ctx := r.PathValue("id"), r.Context()
	if !id.Valid(owner) {
		return ErrNoProfile
	}
	f := form{Values: Values{"phone": in.Get("phone")}}
	if in.Get("passport") != "yes" {
		f.Faults = map[string]string{"passport": i18n.T(ctx, "profile.error.empty.seen")}
		return p.showVisitor(w, r, f, http.StatusUnprocessableEntity)
	}
	err = p.OpenAtOffice(ctx, owner, in.Get("phone"), in.Get("keep_email") == "yes")
	if faults, ok := faultsOf(ctx, err); ok {
		f.Faults = faults
		return p.showVisitor(w, r, f, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/desk/mfc/people/"+owner+"?said=access")
}

func (p *Profile) postUnlock(w http.ResponseWriter, r *http.Request) error {
	owner := r.PathValue("id")
	if !id.Valid(owner) {
		return ErrNoProfile
	}
	if err := p.UnlockAtOffice(r.Context(), owner); err != nil {
		return err
	}
	return web.Redirect(w, r, "/desk/mfc/people/"+owner+"?said=unlock")
}
