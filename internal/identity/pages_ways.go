package identity

import (
	"context"
	"net/http"
	"slices"

	"okno/internal/kit/web"
)

// showWays lists the ways in which the sign-in can be finished.
func (i *Identity) showWays(w http.ResponseWriter, r *http.Request) error {
	to := target(web.Query(r, "to"))
	return i.renderWays(w, r, ChoiceView{To: to}, http.StatusOK)
}

func (i *Identity) renderWays(w http.ResponseWriter, r *http.Request, v ChoiceView, status int) error {
	_, wait, err := i.chosenOf(r.Context(), web.Cookie(r, signInCookie))
	if err != nil {
		return i.again(w, r, v.To, err)
	}
	v.Action, v.Ways, v.Chosen = "/login/ways", wait.ways, or(v.Chosen, wait.way.Ref)
	return renderChoice(w, r, i.factors, v, withTo(codePath(wait.way), v.To), status)
}

func renderChoice(w http.ResponseWriter, r *http.Request, f SecondFactors, v ChoiceView, back string, status int) error {
	return web.Render(w, r, web.Page{
		Title: title(r.Context(), "identity.ways.title"), Status: status, Error: len(v.Faults) > 0, Back: back, Body: f.Choice(v),
	})
}

func (i *Identity) postWays(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(w, r)
	if err != nil {
		return err
	}
	to := target(form.Get("to"))
	wait, err := i.chooseWay(r.Context(), web.Cookie(r, signInCookie), form.Get("way"))
	if err == nil {
		return web.Redirect(w, r, withTo(codePath(wait.way), to))
	}
	faults, status, ok := faultsOf(r.Context(), err)
	if !ok {
		return i.again(w, r, to, err)
	}
	retryAfter(w, err)
	return i.renderWays(w, r, ChoiceView{To: to, Faults: faults}, status)
}

// postOptions gives a script what it asks an authenticator with.
func (i *Identity) postOptions(w http.ResponseWriter, r *http.Request) error {
	_, wait, err := i.chosenOf(r.Context(), web.Cookie(r, signInCookie))
	if err == nil && !wait.way.Script {
		err = ErrNotFound
	}
	if err != nil {
		return err
	}
	asked, err := i.begin(r.Context(), wait.token)
	if err != nil {
		return err
	}
	return sendJSON(w, asked.Options)
}

func sendJSON(w http.ResponseWriter, raw []byte) error {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, err := w.Write(raw)
	return err
}

// passkeyCookie carries the challenge of a passkey of nobody known.
const passkeyCookie = "okno_passkey"

// postPasskeyOptions begins a sign-in by a passkey alone.
func (i *Identity) postPasskeyOptions(w http.ResponseWriter, r *http.Request) error {
	token, options, err := i.factors.BeginPasskey(r.Context())
	if err != nil {
		return err
	}
	web.SetCookie(w, r, passkeyCookie, token, signInLife)
	return sendJSON(w, options)
}

func (i *Identity) postPasskey(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(w, r)
	if err != nil {
		return err
	}
	to := target(form.Get("to"))
	o, err := i.passkey(r.Context(), web.Cookie(r, passkeyCookie), form.Get("credential"), false)
	web.SetCookie(w, r, passkeyCookie, "", -1)
	if err == nil {
		return i.enterBy(w, r, o, to)
	}
	faults, status, ok := faultsOf(r.Context(), err)
	if !ok {
		return err
	}
	retryAfter(w, err)
	return i.renderLogin(w, r, loginView{To: to, Faults: underName(faults), Refused: err}, status)
}

// underName shows at the first field what belongs to no field of the page.
func underName(faults map[string]string) map[string]string {
	out := map[string]string{}
	for _, text := range faults {
		out[""] = text
	}
	return out
}

// reauthView is the form that asks the actor for a factor again.
func (i *Identity) reauthView(r *http.Request, v ChoiceView) (FormView, error) {
	_, wait, err := i.reauthOf(r.Context(), v.Chosen, v.For != "")
	if err != nil {
		return FormView{}, err
	}
	f := FormView{
		Way: wait.way, Attempt: wait.id, To: v.To, Action: reauthPath("/reauth", v, wait.way.Ref), Resend: reauthPath("/reauth/send", v, wait.way.Ref),
		Options: reauthPath("/reauth/options", v, wait.way.Ref), Wait: ceilSeconds(wait.resend),
	}
	if len(wait.ways) > 1 {
		f.Others = reauthPath("/reauth/ways", v, wait.way.Ref)
	}
	return f, nil
}

// reauthPath carries what the page is for and the way that was chosen.
func reauthPath(path string, v ChoiceView, way string, more ...string) string {
	pairs := append(slices.Clone(more), "way", way)
	if v.For != "" {
		pairs = append(pairs, "for", v.For)
	}
	return withTo(path, v.To, pairs...)
}

// reauthAsked reads it back.
func reauthAsked(r *http.Request) ChoiceView {
	v := ChoiceView{To: target(web.Query(r, "to")), Chosen: web.Query(r, "way")}
	if web.Query(r, "for") == forFactors {
		v.For = forFactors
	}
	return v
}

// forFactors is a proof for a change of the factors: by what is held.
const forFactors = "factors"

// ReauthFor is where a change of the factors sends for a proof of its own; to is
// the page to come back to.
func ReauthFor(to string) string { return withTo("/reauth", to, "for", forFactors) }

func (i *Identity) showReauthWays(w http.ResponseWriter, r *http.Request) error {
	v := reauthAsked(r)
	_, ways, err := i.reauthWays(r.Context(), v.For != "")
	if err != nil {
		return err
	}
	v.Ways, v.Action = ways, withTo("/reauth", v.To)
	return renderChoice(w, r, i.factors, v, reauthPath("/reauth", v, v.Chosen), http.StatusOK)
}

// homeOf is where the session of the opening begins: staff who lack a key or its
// proof add it first, where the settings want it.
func (i *Identity) homeOf(ctx context.Context, o *opening) string {
	a := Actor{ID: o.row.OwnerID, Roles: o.roles}
	if lacks, _ := i.Lacks(ctx, a); lacks != "" { // unknown: the page of ways tells
		return WaysPath
	}
	return home(a)
}
