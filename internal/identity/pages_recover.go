package identity

import (
	"errors"
	"net/http"

	"okno/internal/kit/web"
)

type recoverView struct {
	Name, Channel string
	Faults        map[string]string
}

func (i *Identity) showRecover(w http.ResponseWriter, r *http.Request) error {
	return renderRecover(w, r, recoverView{}, http.StatusOK)
}

func renderRecover(w http.ResponseWriter, r *http.Request, v recoverView, status int) error {
	return web.Render(w, r, web.Page{
		Title: title(r.Context(), "identity.recover.title"), Status: status, Error: len(v.Faults) > 0,
		Back: "/login", Body: recoverPage(v),
	})
}

func (i *Identity) postRecover(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(w, r)
	if err != nil {
		return err
	}
	v := recoverView{Name: form.Get("name"), Channel: form.Get("channel")}
	token, err := i.startRecover(r.Context(), v.Name, v.Channel)
	if err != nil {
		faults, status, ok := faultsOf(r.Context(), err)
		if !ok {
			return err
		}
		retryAfter(w, err)
		v.Faults = faults
		return renderRecover(w, r, v, status)
	}
	web.SetCookie(w, r, recoverCookie, token, signInLife)
	return web.Redirect(w, r, "/recover/code")
}

// recoverAgain sends to the beginning whose recovery has run out.
func recoverAgain(w http.ResponseWriter, r *http.Request, err error) error {
	if errors.Is(err, ErrSignInStale) {
		return web.Redirect(w, r, "/recover")
	}
	return err
}

func (i *Identity) recoverView(r *http.Request) (codeView, error) {
	wait, _, err := i.recoverOf(r.Context(), web.Cookie(r, recoverCookie))
	return codeView{
		Action: "/recover/code", Resend: "/recover/code/resend", factor: wait.factor, recover: true,
		Wait: ceilSeconds(wait.resend), Sent: web.Query(r, "sent") != "",
	}, err
}

func (i *Identity) showRecoverCode(w http.ResponseWriter, r *http.Request) error {
	v, err := i.recoverView(r)
	if err != nil {
		return recoverAgain(w, r, err)
	}
	return web.Render(w, r, v.page(r.Context(), "/recover", http.StatusOK))
}

func (i *Identity) recoverFailed(w http.ResponseWriter, r *http.Request, err error) error {
	faults, status, ok := faultsOf(r.Context(), err)
	if !ok || errors.Is(err, ErrSignInStale) {
		return recoverAgain(w, r, err)
	}
	v, verr := i.recoverView(r)
	if verr != nil {
		return recoverAgain(w, r, verr)
	}
	retryAfter(w, err)
	v.Faults = faults
	return web.Render(w, r, v.page(r.Context(), "/recover", status))
}

func (i *Identity) postRecoverCode(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(w, r)
	if err != nil {
		return err
	}
	if err := i.proveRecover(r.Context(), web.Cookie(r, recoverCookie), form.Get("code")); err != nil {
		return i.recoverFailed(w, r, err)
	}
	return web.Redirect(w, r, "/recover/password")
}

func (i *Identity) postRecoverResend(w http.ResponseWriter, r *http.Request) error {
	if err := i.resendRecover(r.Context(), web.Cookie(r, recoverCookie)); err != nil {
		return i.recoverFailed(w, r, err)
	}
	return web.Redirect(w, r, "/recover/code?sent=1")
}

func (i *Identity) showRecoverPassword(w http.ResponseWriter, r *http.Request) error {
	_, proved, err := i.recoverOf(r.Context(), web.Cookie(r, recoverCookie))
	if err == nil && !proved {
		err = ErrSignInStale
	}
	if err != nil {
		return recoverAgain(w, r, err)
	}
	return renderPassword(w, r, i.passwordView(r, "/recover/password"), http.StatusOK)
}

func (i *Identity) postRecoverPassword(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(w, r)
	if err != nil {
		return err
	}
	err = i.finishRecover(r.Context(), web.Cookie(r, recoverCookie), form.Get("password"))
	if errors.Is(err, ErrSignInStale) {
		return recoverAgain(w, r, err)
	}
	if err != nil {
		return i.passwordFailed(w, r, i.passwordView(r, "/recover/password"), err)
	}
	web.SetCookie(w, r, recoverCookie, "", -1)
	return web.Redirect(w, r, "/login?recovered=1")
}
