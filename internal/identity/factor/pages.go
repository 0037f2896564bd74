package factor

import (
	"errors"
	"net/http"
	"net/url"

	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/kit/ui"
	"okno/internal/kit/web"
)

// section marks the entry of the navigation.
const section = "security"

func (r *Room) showList(w http.ResponseWriter, req *http.Request) error {
	ctx := req.Context()
	ways, err := r.own(ctx)
	if err != nil {
		return err
	}
	lacks, err := r.Lacks(ctx, identity.ActorOf(ctx))
	if err != nil {
		return err
	}
	return web.Render(w, req, web.Page{
		Title: i18n.T(ctx, "identity.factor.list_title"), Section: section, Back: "/cabinet/security",
		Body: listPage(listView{Ways: ways, Lacks: lacks, Said: said(web.Query(req, "said"))}),
	})
}

// toProof leads to the proof that a change needs, and back; other errors stay.
func toProof(w http.ResponseWriter, req *http.Request, to string, err error) error {
	if errors.Is(err, ErrProof) {
		return web.Redirect(w, req, identity.ReauthFor(to))
	}
	return err
}

// addable are the kinds that the person may add now.
func (r *Room) addable(c *change) []string {
	var all []string
	for _, k := range r.kinds {
		rows := of(c.rows, k.Name(), true)
		switch _, adds := k.(Adder); {
		case k.Name() == KindWebAuthn:
			all = append(all, addPasskey, addKey)
		case adds, k.Name() == KindRecovery:
			all = append(all, k.Name())
		case len(rows) == 1 && rows[0].Disabled && len(r.Admitted([]identity.Way{{Kind: k.Name()}}, false)) > 0:
			all = append(all, k.Name())
		}
	}
	return all
}

func (r *Room) showAdd(w http.ResponseWriter, req *http.Request) error {
	return r.renderAdd(w, req, addView{}, http.StatusOK)
}

func (r *Room) renderAdd(w http.ResponseWriter, req *http.Request, v addView, status int) error {
	c, err := r.change(req.Context(), "")
	if err != nil {
		return toProof(w, req, listPath+"/add", err)
	}
	v.Kinds = r.addable(c)
	return web.Render(w, req, web.Page{
		Title: i18n.T(req.Context(), "identity.factor.add_title"), Status: status, Error: len(v.Faults) > 0, Section: section, Back: listPath, Body: addPage(v),
	})
}

func (r *Room) postAdd(w http.ResponseWriter, req *http.Request) error {
	form, err := web.Form(w, req)
	if err != nil {
		return err
	}
	kind := form.Get("kind")
	if kind == KindRecovery {
		return r.postCodes(w, req)
	}
	enrolment, err := r.startAdd(req.Context(), kind)
	switch {
	case err == nil && enrolment == "":
		return web.Redirect(w, req, listPath+"?said=added")
	case err == nil:
		return web.Redirect(w, req, newFactorPath+"/"+enrolment)
	case errors.Is(err, ErrProof):
		return toProof(w, req, listPath+"/add", err)
	}
	faults, status, ok := identity.Faults(req.Context(), err)
	if !ok {
		return err
	}
	return r.renderAdd(w, req, addView{Chosen: kind, Faults: faults}, status)
}

// postCodes makes recovery codes and shows them: this once.
func (r *Room) postCodes(w http.ResponseWriter, req *http.Request) error {
	codes, err := r.makeRecovery(req.Context())
	if err != nil {
		return toProof(w, req, listPath+"/add", err)
	}
	ctx := req.Context()
	a, err := r.Account(ctx, identity.ActorOf(ctx).ID)
	if err != nil {
		return err
	}
	t := func(key string) string { return i18n.T(ctx, key) }
	v := codesView{Codes: codes, Facts: ui.Pairs(
		t("identity.factor.codes_portal"), r.names[i18n.Lang(ctx)],
		t("identity.factor.codes_address"), r.address,
		t("identity.factor.codes_account"), a.Masked(),
		t("identity.factor.codes_made"), identity.MoscowTime(ctx, db.At(r.Clock.Now())),
	)}
	return web.Render(w, req, web.Page{Title: t("identity.factor.codes_title"), Section: section, Body: codesPage(v)})
}

// codesView are recovery codes with what their owner finds them by on paper.
type codesView struct {
	Codes []string
	Facts []ui.Pair
}

func (r *Room) showNew(w http.ResponseWriter, req *http.Request) error {
	return r.renderNew(w, req, url.Values{}, nil, http.StatusOK)
}

func (r *Room) renderNew(w http.ResponseWriter, req *http.Request, values url.Values, faults map[string]string, status int) error {
	adder, kind, e, err := r.enrolment(req.Context(), req.PathValue("id"))
	if err != nil {
		return err
	}
	_, script := adder.(Optioner)
	v := AddView{ID: e.ID, Kind: kind, State: e.State, Account: e.Account, Values: values, Faults: faults}
	return web.Render(w, req, web.Page{
		Title: i18n.T(req.Context(), "identity.factor.new_"+kind), Status: status, Error: len(faults) > 0, Section: section, Back: listPath,
		Body: newPage(v, adder.AddForm(v), script),
	})
}

func (r *Room) postNew(w http.ResponseWriter, req *http.Request) error {
	form, err := web.Form(w, req)
	if err != nil {
		return err
	}
	err = r.finishAdd(req.Context(), req.PathValue("id"), form)
	if err == nil {
		return web.Redirect(w, req, listPath+"?said=added")
	}
	faults, status, ok := identity.Faults(req.Context(), err)
	if !ok {
		return err
	}
	form.Del("secret")
	return r.renderNew(w, req, form, faults, status)
}

// postOptions gives a script what it makes a credential with.
func (r *Room) postOptions(w http.ResponseWriter, req *http.Request) error {
	options, err := r.optionsOf(req.Context(), req.PathValue("id"))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, err = w.Write(options)
	return err
}

func (r *Room) showRename(w http.ResponseWriter, req *http.Request) error {
	way, err := r.find(req.Context(), req.PathValue("id"))
	if err != nil {
		return err
	}
	return renderRename(w, req, changeView{Way: way, Name: way.Name}, http.StatusOK)
}

func renderRename(w http.ResponseWriter, req *http.Request, v changeView, status int) error {
	return web.Render(w, req, web.Page{
		Title: i18n.T(req.Context(), "identity.factor.rename_title"), Status: status, Error: len(v.Faults) > 0, Section: section, Back: listPath,
		Body: renamePage(v),
	})
}

func (r *Room) postRename(w http.ResponseWriter, req *http.Request) error {
	form, err := web.Form(w, req)
	if err != nil {
		return err
	}
	ref, name := req.PathValue("id"), form.Get("name")
	if err = r.rename(req.Context(), ref, name); err == nil {
		return web.Redirect(w, req, listPath+"?said=renamed")
	}
	faults, status, ok := identity.Faults(req.Context(), err)
	if !ok {
		return err
	}
	way, err := r.find(req.Context(), ref)
	if err != nil {
		return err
	}
	return renderRename(w, req, changeView{Way: way, Name: name, Faults: faults}, status)
}

func (r *Room) showRemove(w http.ResponseWriter, req *http.Request) error {
	ref := req.PathValue("id")
	way, err := r.find(req.Context(), ref)
	if err != nil {
		return err
	}
	if _, err := r.change(req.Context(), ref); err != nil {
		return toProof(w, req, listPath+"/"+way.Ref+"/remove", err)
	}
	return renderRemove(w, req, changeView{Way: way}, http.StatusOK)
}

func renderRemove(w http.ResponseWriter, req *http.Request, v changeView, status int) error {
	return web.Render(w, req, web.Page{
		Title: i18n.T(req.Context(), removeTitle(v.Way)), Status: status, Error: len(v.Faults) > 0, Section: section, Back: listPath, Body: removePage(v),
	})
}

func (r *Room) postRemove(w http.ResponseWriter, req *http.Request) error {
	ref := req.PathValue("id")
	err := r.remove(req.Context(), ref)
	if err == nil {
		return web.Redirect(w, req, listPath+"?said=removed")
	}
	if errors.Is(err, ErrProof) {
		return toProof(w, req, listPath+"/"+ref+"/remove", err)
	}
	faults, status, ok := identity.Faults(req.Context(), err)
	if !ok {
		return err
	}
	way, err := r.find(req.Context(), ref)
	if err != nil {
		return err
	}
	return renderRemove(w, req, changeView{Way: way, Faults: faults}, status)
}
