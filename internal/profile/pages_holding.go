package profile

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"okno/internal/identity"
	"okno/internal/kit/i18n"
	"okno/internal/kit/ui"
	"okno/internal/kit/web"
)

func (p *Profile) mountHoldings(rt *web.Router) {
	for _, r := range HoldingRegistries() {
		at := "/cabinet/profile/" + string(r)
		rt.Handle("GET "+at, identity.Citizen(), p.pageHoldings(r))
		rt.Handle("GET "+at+"/status", identity.Citizen(), p.fragmentHoldings(r))
		rt.Handle("POST "+at+"/find", identity.Citizen(), p.postFind(r))
	}
	rt.Handle("GET /cabinet/profile/add/{kind}", identity.Citizen(), p.pageAdd)
	rt.Handle("POST /cabinet/profile/add/{kind}", identity.Citizen(), p.postAdd)
	rt.Handle("POST /cabinet/profile/add/{kind}/check", identity.Citizen(), p.checkAdd)
	rt.Handle("GET /cabinet/profile/holdings/{id}", identity.Fresh(identity.Citizen()), p.pageHolding)
	rt.Handle("POST /cabinet/profile/holdings/{id}", identity.Citizen(), p.postHolding)
	rt.Handle("POST /cabinet/profile/holdings/{id}/check", identity.Citizen(), p.checkHolding)
	rt.Handle("GET /cabinet/profile/holdings/{id}/remove", identity.Fresh(identity.Citizen()), p.pageRemove)
	rt.Handle("POST /cabinet/profile/holdings/{id}/remove", identity.Fresh(identity.Citizen()), p.postRemove)
}

// questions are the fields of a kind as its page asks them.
func (k HoldingKind) questions() []field {
	name := func(n string, optional bool) field { return field{Name: n, Optional: optional} }
	snils := field{Name: "snils", Inputmode: "numeric", Width: ui.Width20, Hint: true, Optional: true}
	switch k {
	case HoldingSpouse:
		return []field{name("last_name", false), name("first_name", false), name("middle_name", true), {Name: "birth_date", Kind: "date"}, snils}
	case HoldingChild:
		return []field{
			name("last_name", false), name("first_name", false), name("middle_name", true),
			{Name: "birth_date", Kind: "date"},
			{Name: "sex", Kind: "sex"},
			snils,
			{Name: "certificate", Width: ui.Width20, Hint: true, Optional: true},
		}
	case HoldingVehicle:
		return []field{
			{Name: "make", Hint: true, Optional: true},
			{Name: "plate", Width: ui.Width10, Hint: true, Optional: true},
			{Name: "vin", Width: ui.Width20, Hint: true},
			{Name: "document", Width: ui.Width20, Hint: true, Optional: true},
		}
	case HoldingProperty:
		return []field{{Name: "cadastral", Width: ui.Width20, Hint: true}, {Name: "address", Hint: true, Optional: true}}
	}
	return nil
}

func (p *Profile) pageHoldings(r Registry) web.Handler {
	return func(w http.ResponseWriter, req *http.Request) error {
		return p.showHoldings(w, req, r, "", http.StatusOK)
	}
}

func (p *Profile) showHoldings(w http.ResponseWriter, req *http.Request, r Registry, lost string, status int) error {
	ctx := req.Context()
	all, err := p.Holdings(ctx, me(ctx))
	if err != nil {
		return err
	}
	return web.Render(w, req, web.Page{
		Title: i18n.T(ctx, "profile.holdings."+string(r)), Section: "profile", Back: "/cabinet/profile", Status: status,
		Body: holdingsPage(all, r, web.Query(req, "saved") != "", lost),
	})
}

// fragmentHoldings is the part of the page that changes by itself.
func (p *Profile) fragmentHoldings(r Registry) web.Handler {
	return func(w http.ResponseWriter, req *http.Request) error {
		all, err := p.Holdings(req.Context(), me(req.Context()))
		if err != nil {
			return err
		}
		if req.Header.Get("X-Fragment") == "" {
			return web.Redirect(w, req, "/cabinet/profile/"+string(r))
		}
		return web.Fragment(w, req, holdingsData(all, r))
	}
}

func (p *Profile) postFind(r Registry) web.Handler {
	return func(w http.ResponseWriter, req *http.Request) error {
		err := p.FindHoldings(req.Context(), me(req.Context()), r)
		if faults, ok := faultsOf(req.Context(), err); ok {
			return p.showHoldings(w, req, r, faults[""], http.StatusUnprocessableEntity)
		}
		if err != nil {
			return err
		}
		return web.Redirect(w, req, "/cabinet/profile/"+string(r))
	}
}

// editor is the page on which a holding is put down or corrected.
type editor struct {
	kind    HoldingKind
	holding Holding // of a new one only the kind
	action  string
	form    form
}

func (p *Profile) showEditor(w http.ResponseWriter, r *http.Request, e editor, status int) error {
	key := "profile.holding_add."
	if e.holding.ID != "" {
		key = "profile.holding_edit."
	}
	return web.Render(w, r, web.Page{
		Title: i18n.T(r.Context(), key+string(e.kind)), Section: "profile", Status: status,
		Error: len(e.form.Faults) > 0, Back: "/cabinet/profile/" + string(e.kind.Registry()), Body: holdingPage(e),
	})
}

func adder(r *http.Request) (editor, error) {
	k := HoldingKind(r.PathValue("kind"))
	if !k.Known() {
		return editor{}, web.ErrNoPage
	}
	return editor{kind: k, holding: Holding{Kind: k}, action: "/cabinet/profile/add/" + string(k)}, nil
}

func (p *Profile) pageAdd(w http.ResponseWriter, r *http.Request) error {
	e, err := adder(r)
	if err != nil {
		return err
	}
	all, err := p.Holdings(r.Context(), me(r.Context()))
	if err == nil && !all.Consented {
		err = ErrNoConsent
	}
	if err != nil {
		return err
	}
	return p.showEditor(w, r, e, http.StatusOK)
}

func (p *Profile) postAdd(w http.ResponseWriter, r *http.Request) error {
	e, err := adder(r)
	if err != nil {
		return err
	}
	in, err := web.Form(w, r)
	if err != nil {
		return err
	}
	e.form.Values = read(in, e.kind.questions())
	if _, err = p.AddHolding(r.Context(), me(r.Context()), e.kind, e.form.Values); err != nil {
		return p.editorFailed(w, r, e, err)
	}
	return web.Redirect(w, r, "/cabinet/profile/"+string(e.kind.Registry())+"?saved=1")
}

func (p *Profile) checkAdd(w http.ResponseWriter, r *http.Request) error {
	e, err := adder(r)
	if err != nil {
		return err
	}
	return p.checkFields(w, r, e.kind)
}

func (p *Profile) checkFields(w http.ResponseWriter, r *http.Request, k HoldingKind) error {
	in, err := web.Form(w, r)
	if err != nil {
		return err
	}
	_, err = k.read(read(in, k.questions()), p.today())
	return answerCheck(w, r, checkedField(in), err)
}

func (p *Profile) editorOf(r *http.Request) (editor, error) {
	h, err := p.Holding(r.Context(), me(r.Context()), r.PathValue("id"))
	return editor{kind: h.Kind, holding: h, action: "/cabinet/profile/holdings/" + h.ID}, err
}

func (p *Profile) pageHolding(w http.ResponseWriter, r *http.Request) error {
	e, err := p.editorOf(r)
	if err != nil {
		return err
	}
	e.form = form{Values: e.holding.typed(), Faults: e.holding.refusals(r.Context())}
	return p.showEditor(w, r, e, http.StatusOK)
}

// typed are the values as people write them.
func (h Holding) typed() Values {
	out := Values{}
	for _, f := range h.Kind.questions() {
		out[f.Name] = written(f.Name, h.Values[f.Name])
	}
	return out
}

// refusals are what the registry says of the fields.
func (h Holding) refusals(ctx context.Context) map[string]string {
	c := Check{Registry: h.Kind.Registry(), State: h.State, Differs: h.Differs}
	out := map[string]string{}
	for _, name := range h.Differs {
		out[name] = c.says(ctx, name)
	}
	return out
}

func (p *Profile) postHolding(w http.ResponseWriter, r *http.Request) error {
	e, err := p.editorOf(r)
	if err != nil {
		return err
	}
	in, err := web.Form(w, r)
	if err != nil {
		return err
	}
	version, _ := strconv.ParseInt(in.Get("version"), 10, 64)
	e.form.Values = read(in, e.kind.questions())
	if err = p.ChangeHolding(r.Context(), me(r.Context()), e.holding.ID, version, e.form.Values); err != nil {
		return p.editorFailed(w, r, e, err)
	}
	return web.Redirect(w, r, "/cabinet/profile/"+string(e.kind.Registry())+"?saved=1")
}

func (p *Profile) checkHolding(w http.ResponseWriter, r *http.Request) error {
	e, err := p.editorOf(r)
	if err != nil {
		return err
	}
	return p.checkFields(w, r, e.kind)
}

// editorFailed shows the page again with everything that was typed.
func (p *Profile) editorFailed(w http.ResponseWriter, r *http.Request, e editor, err error) error {
	ctx := r.Context()
	switch {
	case errors.Is(err, ErrConflict):
		e.form.Lost = i18n.T(ctx, "profile.error.conflict")
		return p.showEditor(w, r, e, http.StatusConflict)
	case errors.Is(err, identity.ErrFresh):
		e.form.Lost = i18n.T(ctx, "profile.error.fresh")
		return p.showEditor(w, r, e, http.StatusUnauthorized)
	}
	faults, ok := faultsOf(ctx, err)
	if !ok {
		return err
	}
	// What concerns no field is said at the first.
	if text, is := faults[""]; is {
		faults = map[string]string{e.kind.fields()[0]: text}
	}
	e.form.Faults = faults
	return p.showEditor(w, r, e, http.StatusUnprocessableEntity)
}

func (p *Profile) pageRemove(w http.ResponseWriter, r *http.Request) error {
	e, err := p.editorOf(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, web.Page{
		Title: i18n.T(r.Context(), "profile.holding_remove."+string(e.kind)), Section: "profile",
		Back: "/cabinet/profile/" + string(e.kind.Registry()), Body: removePage(e.holding),
	})
}

func (p *Profile) postRemove(w http.ResponseWriter, r *http.Request) error {
	e, err := p.editorOf(r)
	if err != nil {
		return err
	}
	if err := p.RemoveHolding(r.Context(), me(r.Context()), e.holding.ID); err != nil {
		return err
	}
	return web.Redirect(w, r, "/cabinet/profile/"+string(e.kind.Registry())+"?saved=1")
}
