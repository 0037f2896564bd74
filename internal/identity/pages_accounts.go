package identity

import (
	"context"
	"errors"
	"net/http"

	"okno/internal/kit/i18n"
	"okno/internal/kit/id"
	"okno/internal/kit/ui"
	"okno/internal/kit/web"
)

// mountAccounts adds the desk's page of restrictions.
func (i *Identity) mountAccounts(rt *web.Router) {
	g := Staff(SupportSpecialist, SupportChief)
	rt.Handle("GET /desk/accounts", g, i.showAccounts)
	rt.Handle("POST /desk/accounts", g, i.postAccounts)
	rt.Handle("GET /desk/accounts/{id}", g, i.showAccount)
	rt.Handle("POST /desk/accounts/{id}", g, i.postAccount)
	rt.Handle("POST /desk/accounts/{id}/unlock", g, i.postUnlockAccount)
}

type accountView struct {
	Held
	Name, Value, Said string
	Faults            map[string]string
}

// facts are what is known of the account without its contacts.
func (v accountView) facts(ctx context.Context) []ui.Pair {
	t := func(key string) string { return i18n.T(ctx, key) }
	facts := ui.Pairs(
		t("identity.security.number"), v.Number, t("identity.accounts.created"), MoscowTime(ctx, v.Created),
		t("identity.accounts.state"), t("identity.accounts.state_"+or(v.Restriction, "free")),
	)
	if v.Reason == "" {
		return facts
	}
	return append(facts, ui.Pairs(t("identity.accounts.since"), MoscowTime(ctx, v.Since), t("identity.accounts.reason"), v.Reason)...)
}

func (i *Identity) showAccounts(w http.ResponseWriter, r *http.Request) error {
	return renderAccounts(w, r, accountView{}, http.StatusOK)
}

func renderAccounts(w http.ResponseWriter, r *http.Request, v accountView, status int) error {
	return web.Render(w, r, web.Page{
		Title: title(r.Context(), "identity.accounts.title"), Section: "tickets", Back: "/desk/tickets", Status: status, Error: len(v.Faults) > 0, Body: accountsBody(v),
	})
}

// postAccounts searches; what was typed stays out of the address.
func (i *Identity) postAccounts(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(w, r)
	if err != nil {
		return err
	}
	h, err := i.FindHeld(r.Context(), form.Get("name"))
	if errors.Is(err, ErrNotFound) {
		v := accountView{Name: form.Get("name"), Faults: map[string]string{"name": i18n.T(r.Context(), "identity.accounts.nobody")}}
		return renderAccounts(w, r, v, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/desk/accounts/"+h.ID)
}

func (i *Identity) showAccount(w http.ResponseWriter, r *http.Request) error {
	v := accountView{}
	if web.Query(r, "said") != "" {
		v.Said = "identity.accounts.done"
	}
	return i.renderAccount(w, r, v, http.StatusOK)
}

func (i *Identity) renderAccount(w http.ResponseWriter, r *http.Request, v accountView, status int) (err error) {
	if !id.Valid(r.PathValue("id")) {
		return ErrNotFound
	}
	if v.Held, err = i.LookHeld(r.Context(), r.PathValue("id")); err != nil {
		return err
	}
	return web.Render(w, r, web.Page{
		Title: title(r.Context(), "identity.accounts.one"), Section: "tickets", Back: "/desk/accounts", Status: status, Error: len(v.Faults) > 0, Body: accountBody(v),
	})
}

func (i *Identity) postAccount(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(w, r)
	if err != nil {
		return err
	}
	if !id.Valid(r.PathValue("id")) {
		return ErrNotFound
	}
	err = i.Restrict(r.Context(), r.PathValue("id"), or(oneOf(form.Get("restriction"), RestrictedTo, BlockedFor), ""), form.Get("reason"))
	if errors.Is(err, ErrFields) {
		faults, status, _ := faultsOf(r.Context(), err)
		return i.renderAccount(w, r, accountView{Value: form.Get("reason"), Faults: faults}, status)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/desk/accounts/"+r.PathValue("id")+"?said=1")
}

func (i *Identity) postUnlockAccount(w http.ResponseWriter, r *http.Request) error {
	if !id.Valid(r.PathValue("id")) {
		return ErrNotFound
	}
	if _, err := keeper(r.Context()); err != nil {
		return err
	}
	if err := i.UnlockByStaff(r.Context(), r.PathValue("id")); err != nil {
		return err
	}
	return web.Redirect(w, r, "/desk/accounts/"+r.PathValue("id")+"?said=1")
}
