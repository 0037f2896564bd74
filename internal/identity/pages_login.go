package identity

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"okno/internal/kit/i18n"
	"okno/internal/kit/web"
)

type loginView struct {
	Name, To, Said string
	Again          bool
	Faults         map[string]string
}

// codeView is the page of a code: of a sign-in, a re-authentication, a recovery.
type codeView struct {
	To, Action, Resend string
	factor, shown      string
	recover            bool
	Wait               int
	Sent               bool
	Faults             map[string]string
}

func number(n int) string { return strconv.Itoa(n) }

func (v codeView) title(ctx context.Context) string {
	if v.factor == factorTOTP {
		return i18n.T(ctx, "identity.totp.title")
	}
	return i18n.T(ctx, "identity.code.title")
}

func (v codeView) hint(ctx context.Context) string {
	switch {
	case v.recover && v.factor == factorEmail:
		return i18n.T(ctx, "identity.recover.hint_email")
	case v.recover:
		return i18n.T(ctx, "identity.recover.hint_sms")
	case v.factor == factorTOTP:
		return i18n.T(ctx, "identity.totp.hint")
	case v.factor == factorEmail:
		return i18n.T(ctx, "identity.code.hint_email", "Email", v.shown)
	}
	return i18n.T(ctx, "identity.code.hint_sms", "Digits", v.shown)
}

func (v codeView) page(ctx context.Context, back string, status int) web.Page {
	return web.Page{
		Title: v.title(ctx), Status: status, Error: len(v.Faults) > 0, Back: back, Body: codePage(v),
	}
}

// showLogin leads on who is signed in already: to where a guard wanted a fresh
// factor, or home.
func (i *Identity) showLogin(w http.ResponseWriter, r *http.Request) error {
	to := target(web.Query(r, "to"))
	a, err := signedIn(r.Context())
	if errors.Is(err, ErrMoved) {
		return web.Redirect(w, r, withTo("/reauth", to))
	}
	if err == nil {
		switch {
		case to == "":
			return web.Redirect(w, r, home(a))
		case !a.Fresh:
			return web.Redirect(w, r, withTo("/reauth", to))
		}
		return web.Redirect(w, r, to)
	}
	v := loginView{To: to, Again: web.Query(r, "again") != ""}
	switch {
	case web.Query(r, "recovered") != "":
		v.Said = "identity.recover.done"
	case web.Query(r, "unlocked") != "":
		v.Said = "identity.unlock.done"
	}
	return i.renderLogin(w, r, v, http.StatusOK)
}

func (i *Identity) renderLogin(w http.ResponseWriter, r *http.Request, v loginView, status int) error {
	return web.Render(w, r, web.Page{
		Title: title(r.Context(), "identity.login.title"), Status: status, Error: len(v.Faults) > 0, Body: loginPage(v),
	})
}

func (i *Identity) postLogin(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(w, r)
	if err != nil {
		return err
	}
	v := loginView{Name: form.Get("name"), To: target(form.Get("to"))}
	wait, err := i.signIn(r.Context(), v.Name, form.Get("password"))
	if err != nil {
		faults, status, ok := faultsOf(r.Context(), err)
		if !ok {
			return err
		}
		retryAfter(w, err)
		v.Faults = faults
		return i.renderLogin(w, r, v, status)
	}
	web.SetCookie(w, r, signInCookie, wait.token, signInLife)
	return web.Redirect(w, r, withTo(codePath(wait.factor), v.To))
}

func codePath(factor string) string {
	if factor == factorTOTP {
		return "/login/totp"
	}
	return "/login/code"
}

// codeViewOf is the page of the second factor that the browser waits for.
func (i *Identity) codeViewOf(r *http.Request, to string) (codeView, error) {
	wait, err := i.waitingOf(r.Context(), web.Cookie(r, signInCookie))
	if err != nil {
		return codeView{}, err
	}
	v := codeView{To: to, Action: codePath(wait.factor), factor: wait.factor, shown: wait.hint, Wait: ceilSeconds(wait.resend)}
	if wait.factor != factorTOTP {
		v.Resend = "/login/code/resend"
	}
	return v, nil
}

func (i *Identity) showCode(w http.ResponseWriter, r *http.Request) error {
	to := target(web.Query(r, "to"))
	v, err := i.codeViewOf(r, to)
	if err != nil {
		return i.again(w, r, to, err)
	}
	if r.URL.Path != v.Action {
		return web.Redirect(w, r, withTo(v.Action, to))
	}
	v.Sent = web.Query(r, "sent") != ""
	return web.Render(w, r, v.page(r.Context(), withTo("/login", to), http.StatusOK))
}

// again sends to the beginning whose sign-in has run out.
func (i *Identity) again(w http.ResponseWriter, r *http.Request, to string, err error) error {
	if errors.Is(err, ErrSignInStale) {
		return web.Redirect(w, r, withTo("/login", to, "again", "1"))
	}
	return err
}

func (i *Identity) postCode(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(w, r)
	if err != nil {
		return err
	}
	to := target(form.Get("to"))
	o, err := i.finish(r.Context(), web.Cookie(r, signInCookie), form.Get("code"), false)
	if err != nil {
		return i.codeFailed(w, r, to, err)
	}
	web.SetCookie(w, r, signInCookie, "", -1)
	o.keep(w, r)
	if to == "" {
		to = home(i.actorOf(r.Context(), o))
	}
	return web.Redirect(w, r, to)
}

// actorOf is who the opening makes of the browser, as far as home asks.
func (i *Identity) actorOf(ctx context.Context, o *opening) Actor {
	a := Actor{ID: o.row.OwnerID}
	if strong(o.row.Method) {
		a.Roles, _ = i.rolesOf(ctx, a.ID) // unknown: the cabinet will tell
	}
	return a
}

func (i *Identity) codeFailed(w http.ResponseWriter, r *http.Request, to string, err error) error {
	faults, status, ok := faultsOf(r.Context(), err)
	if !ok || errors.Is(err, ErrSignInStale) {
		return i.again(w, r, to, err)
	}
	v, verr := i.codeViewOf(r, to)
	if verr != nil {
		return i.again(w, r, to, verr)
	}
	retryAfter(w, err)
	v.Faults = faults
	return web.Render(w, r, v.page(r.Context(), withTo("/login", to), status))
}

func (i *Identity) postResend(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(w, r)
	if err != nil {
		return err
	}
	to := target(form.Get("to"))
	if err := i.resend(r.Context(), web.Cookie(r, signInCookie)); err != nil {
		return i.codeFailed(w, r, to, err)
	}
	return web.Redirect(w, r, withTo("/login/code", to, "sent", "1"))
}

func (i *Identity) postLogout(w http.ResponseWriter, r *http.Request) error {
	if err := i.signOut(r.Context()); err != nil {
		return err
	}
	web.SetCookie(w, r, SessionCookie, "", -1)
	return web.Redirect(w, r, "/")
}
