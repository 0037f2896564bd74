package identity

import (
	"errors"
	"net/http"

	"okno/internal/kit/web"
)

func (i *Identity) reauthView(r *http.Request, to string) (codeView, error) {
	_, wait, err := i.reauthFactor(r.Context())
	if err != nil {
		return codeView{}, err
	}
	v := codeView{To: to, Action: "/reauth", factor: wait.factor, shown: wait.hint, Wait: ceilSeconds(wait.resend)}
	if wait.factor != factorTOTP {
		v.Resend = "/reauth/send"
	}
	return v, nil
}

// showReauth asks for the code, or first whether to send one: a GET sends none.
func (i *Identity) showReauth(w http.ResponseWriter, r *http.Request) error {
	to := target(web.Query(r, "to"))
	v, err := i.reauthView(r, to)
	if err != nil {
		return err
	}
	if v.factor == factorTOTP || v.Wait > 0 || web.Query(r, "sent") != "" {
		return web.Render(w, r, v.page(r.Context(), "", http.StatusOK))
	}
	return i.renderReauthStart(w, r, v, http.StatusOK)
}

func (i *Identity) renderReauthStart(w http.ResponseWriter, r *http.Request, v codeView, status int) error {
	return web.Render(w, r, web.Page{
		Title: title(r.Context(), "identity.reauth.title"), Status: status, Error: len(v.Faults) > 0, Body: reauthStart(v),
	})
}

func (i *Identity) postReauthSend(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(w, r)
	if err != nil {
		return err
	}
	to := target(form.Get("to"))
	err = i.sendReauth(r.Context())
	if err == nil || errors.Is(err, ErrCodePause) {
		return web.Redirect(w, r, withTo("/reauth", to, "sent", "1"))
	}
	faults, status, ok := faultsOf(r.Context(), err)
	if !ok {
		return err
	}
	retryAfter(w, err)
	return i.renderReauthStart(w, r, codeView{To: to, Faults: faults}, status)
}

func (i *Identity) postReauth(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(w, r)
	if err != nil {
		return err
	}
	to := target(form.Get("to"))
	o, err := i.reauth(r.Context(), web.Cookie(r, SessionCookie), form.Get("code"))
	if err != nil {
		return i.reauthFailed(w, r, to, err)
	}
	o.keep(w, r)
	if to == "" {
		to = home(ActorOf(r.Context()))
	}
	return web.Redirect(w, r, to)
}

func (i *Identity) reauthFailed(w http.ResponseWriter, r *http.Request, to string, err error) error {
	faults, status, ok := faultsOf(r.Context(), err)
	if !ok {
		return err
	}
	v, verr := i.reauthView(r, to)
	if verr != nil {
		return verr
	}
	retryAfter(w, err)
	v.Faults = faults
	return web.Render(w, r, v.page(r.Context(), "", status))
}
