package identity

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"okno/internal/kit/web"
)

type loginView struct {
	Name, To, Said string
	Again, Passkey bool
	Faults         map[string]string
	// Refused is why nobody is let in, for the way on that the page shows.
	Refused error
	// Object is where the owner of a blocked account objects.
	Object string
}

// wayOn is where a refusal leads on, with the key of its words; "" for one that
// is mended on the page itself.
func (v loginView) wayOn() (href, key string) {
	switch {
	case errors.Is(v.Refused, ErrLocked):
		return unlockPath, "identity.login.unlock_now"
	case errors.Is(v.Refused, ErrPasswordDue), errors.Is(v.Refused, ErrPasswordOld):
		return recoverPath, "identity.not_me.recover"
	case errors.Is(v.Refused, ErrBlocked) && v.Object != "":
		return v.Object, "identity.accounts.object"
	case errors.Is(v.Refused, ErrBlocked), errors.Is(v.Refused, ErrRisk):
		return "/feedback", "identity.link.support"
	}
	return "", ""
}

func number(n int) string { return strconv.Itoa(n) }

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
	v.Passkey = i.factors.Passkeys()
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
		v.Faults, v.Refused = faults, err
		if errors.Is(err, ErrBlocked) {
			if v.Object, err = i.objectPath(r.Context(), v.Name); err != nil {
				return err
			}
		}
		return i.renderLogin(w, r, v, status)
	}
	web.SetCookie(w, r, signInCookie, wait.token, signInLife)
	return web.Redirect(w, r, withTo(codePath(wait.way), v.To))
}

func codePath(w Way) string {
	if w.Kind == factorTOTP {
		return "/login/totp"
	}
	return "/login/code"
}

// formView is the form of the second factor that the browser waits for.
func (i *Identity) formView(r *http.Request, to string) (FormView, error) {
	wait, err := i.waitingOf(r.Context(), web.Cookie(r, signInCookie))
	if err != nil {
		return FormView{}, err
	}
	v := FormView{
		Way: wait.way, Attempt: wait.id, To: to, Action: codePath(wait.way), Resend: "/login/code/resend", Options: "/login/code/options",
		Wait: ceilSeconds(wait.resend), Further: wait.further,
	}
	if len(wait.ways) > 1 {
		v.Others = withTo("/login/ways", to)
	}
	return v, nil
}

func (i *Identity) renderForm(w http.ResponseWriter, r *http.Request, v FormView, back string, status int) error {
	return web.Render(w, r, web.Page{
		Title: i.factors.Title(r.Context(), v.Way), Status: status, Error: len(v.Faults) > 0, Back: back, Body: factorBody(v, i.factors.Form(v)),
	})
}

func (i *Identity) showCode(w http.ResponseWriter, r *http.Request) error {
	to := target(web.Query(r, "to"))
	v, err := i.formView(r, to)
	if err != nil {
		return i.again(w, r, to, err)
	}
	if r.URL.Path != v.Action {
		return web.Redirect(w, r, withTo(v.Action, to))
	}
	v.Sent = web.Query(r, "sent") != ""
	return i.renderForm(w, r, v, withTo("/login", to), http.StatusOK)
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
	o, err := i.finish(r.Context(), web.Cookie(r, signInCookie), answerOf(form), false)
	if errors.Is(err, ErrFurther) {
		return web.Redirect(w, r, withTo("/login/code", to)) // which leads on to the page of the proof
	}
	if err != nil {
		return i.codeFailed(w, r, to, err)
	}
	return i.enterBy(w, r, o, to)
}

// answerOf is the answer to a factor's form.
func answerOf(form url.Values) Answer {
	return Answer{Code: form.Get("code"), Credential: form.Get("credential")}
}

// enterBy gives the browser its session and leads it on.
func (i *Identity) enterBy(w http.ResponseWriter, r *http.Request, o *opening, to string) error {
	web.SetCookie(w, r, signInCookie, "", -1)
	o.keep(w, r)
	if to == "" {
		to = i.homeOf(r.Context(), o)
	}
	return web.Redirect(w, r, to)
}

func (i *Identity) codeFailed(w http.ResponseWriter, r *http.Request, to string, err error) error {
	faults, status, ok := faultsOf(r.Context(), err)
	if !ok || errors.Is(err, ErrSignInStale) {
		return i.again(w, r, to, err)
	}
	v, verr := i.formView(r, to)
	if verr != nil {
		return i.again(w, r, to, verr)
	}
	retryAfter(w, err)
	v.Faults = faults
	return i.renderForm(w, r, v, withTo("/login", to), status)
}

func (i *Identity) postResend(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(w, r)
	if err != nil {
		return err
	}
	to := target(form.Get("to"))
	if _, err := i.begin(r.Context(), web.Cookie(r, signInCookie)); err != nil {
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
