package identity

import (
	"context"
	"errors"
	"net/http"

	"github.com/a-h/templ"

	"okno/internal/kit/i18n"
	"okno/internal/kit/web"
)

// The paths of a recovery, and of opening a lock: the same way up to its end.
const (
	recoverPath = "/recover"
	unlockPath  = "/unlock"
)

func (i *Identity) mountRecover(rt *web.Router) {
	for path, purpose := range map[string]string{recoverPath: forRecover, unlockPath: forUnlock} {
		w := way{i, path, purpose}
		rt.Handle("GET "+path, web.Public, w.show)
		rt.Handle("POST "+path, web.Public, w.post)
		rt.Handle("GET "+path+"/code", web.Public, w.showCode)
		rt.Handle("POST "+path+"/code", web.Public, w.postCode)
		rt.Handle("POST "+path+"/code/resend", web.Public, w.postResend)
	}
	rt.Handle("POST /recover/code/other", web.Public, i.postRecoverOther)
	rt.Handle("POST /recover/code/options", web.Public, i.postRecoverOptions)
	rt.Handle("POST /recover/passkey", web.Public, i.postRecoverPasskey)
	rt.Handle("GET /recover/password", web.Public, i.showRecoverPassword)
	rt.Handle("POST /recover/password", web.Public, i.postRecoverPassword)
}

// way is a recovery's pages or an unlocking's.
type way struct {
	*Identity
	path, purpose string
}

type recoverView struct {
	Path, Name, Channel string
	// Passkey: the browser may offer one, which proves all at once.
	Passkey bool
	Faults  map[string]string
}

// key is a text of the page.
func (v recoverView) key(name string) string {
	if v.Path == unlockPath {
		return "identity.unlock." + name
	}
	return "identity.recover." + name
}

// recoverCodeView is the page of a recovery's code.
type recoverCodeView struct {
	Path, factor string
	Wait         int
	Sent, Second bool
	// Held is the form of a step that is proved by what is held.
	Held   templ.Component
	Faults map[string]string
}

// hint tells nothing of the account in the first step: nobody has proved to be
// its owner yet.
func (v recoverCodeView) hint(ctx context.Context) string {
	switch v.factor {
	case factorEmail:
		return i18n.T(ctx, "identity.recover.hint_email")
	case factorReserve:
		return i18n.T(ctx, "identity.recover.hint_reserve")
	}
	return i18n.T(ctx, "identity.recover.hint_sms")
}

func (s way) cookie(r *http.Request) string { return web.Cookie(r, recoverCookie) }

func (s way) show(w http.ResponseWriter, r *http.Request) error {
	return s.render(w, r, recoverView{}, http.StatusOK)
}

func (s way) render(w http.ResponseWriter, r *http.Request, v recoverView, status int) error {
	v.Path, v.Passkey = s.path, s.purpose == forRecover && s.factors.Passkeys()
	return web.Render(w, r, web.Page{
		Title: title(r.Context(), v.key("title")), Status: status, Error: len(v.Faults) > 0, Back: "/login", Body: recoverBody(v),
	})
}

func (s way) post(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(w, r)
	if err != nil {
		return err
	}
	v := recoverView{Name: form.Get("name"), Channel: form.Get("channel")}
	token, err := s.startRecover(r.Context(), s.purpose, v.Name, v.Channel)
	if err != nil {
		faults, status, ok := faultsOf(r.Context(), err)
		if !ok {
			return err
		}
		retryAfter(w, err)
		v.Faults = faults
		return s.render(w, r, v, status)
	}
	web.SetCookie(w, r, recoverCookie, token, signInLife)
	return web.Redirect(w, r, s.path+"/code")
}

// heldForm is the form of a step by what is held, nil for a code that was sent.
func (s way) heldForm(r *http.Request, v recoverCodeView) (templ.Component, error) {
	wait, err := s.recoverOf(r.Context(), s.purpose, s.cookie(r))
	if err != nil || wait.sent() {
		return nil, err
	}
	at, err := s.heldStep(r.Context(), wait)
	if err != nil {
		return nil, err
	}
	return s.factors.Form(FormView{Way: at.Way, Attempt: at.ID, Action: s.path + "/code", Options: s.path + "/code/options", Faults: v.Faults}), nil
}

// again sends to the beginning whose recovery has run out.
func (s way) again(w http.ResponseWriter, r *http.Request, err error) error {
	if errors.Is(err, ErrSignInStale) {
		return web.Redirect(w, r, s.path)
	}
	return err
}

func (s way) codeView(r *http.Request) (recoverCodeView, error) {
	wait, err := s.recoverOf(r.Context(), s.purpose, s.cookie(r))
	return recoverCodeView{
		Path: s.path, factor: wait.factor, Wait: ceilSeconds(wait.resend), Sent: web.Query(r, "sent") != "", Second: len(wait.passed) > 0,
	}, err
}

func (s way) renderCode(w http.ResponseWriter, r *http.Request, v recoverCodeView, status int) error {
	if v.factor == factorNothing {
		return web.Render(w, r, web.Page{Title: title(r.Context(), "identity.recover.alone_title"), Back: s.path, Body: recoverAlone()})
	}
	if v.Second {
		var err error
		if v.Held, err = s.heldForm(r, v); err != nil {
			return s.again(w, r, err)
		}
	}
	return web.Render(w, r, web.Page{
		Title: title(r.Context(), "identity.code.title"), Status: status, Error: len(v.Faults) > 0, Back: s.path, Body: recoverCodeBody(v),
	})
}

func (s way) showCode(w http.ResponseWriter, r *http.Request) error {
	v, err := s.codeView(r)
	if err != nil {
		return s.again(w, r, err)
	}
	return s.renderCode(w, r, v, http.StatusOK)
}

func (s way) failed(w http.ResponseWriter, r *http.Request, err error) error {
	faults, status, ok := faultsOf(r.Context(), err)
	if !ok || errors.Is(err, ErrSignInStale) {
		return s.again(w, r, err)
	}
	v, verr := s.codeView(r)
	if verr != nil {
		return s.again(w, r, verr)
	}
	retryAfter(w, err)
	v.Faults = faults
	return s.renderCode(w, r, v, status)
}

func (s way) postCode(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(w, r)
	if err != nil {
		return err
	}
	more, err := s.proveRecover(r.Context(), s.purpose, s.cookie(r), answerOf(form))
	switch {
	case err != nil:
		return s.failed(w, r, err)
	case more:
		return web.Redirect(w, r, s.path+"/code")
	case s.purpose == forUnlock:
		return s.unlocked(w, r)
	}
	return web.Redirect(w, r, "/recover/password")
}

func (s way) unlocked(w http.ResponseWriter, r *http.Request) error {
	device, err := s.finishUnlock(r.Context(), s.cookie(r))
	if err != nil {
		return s.again(w, r, err)
	}
	web.SetCookie(w, r, recoverCookie, "", -1)
	web.SetCookie(w, r, deviceCookie, device, deviceLife)
	return web.Redirect(w, r, "/login?unlocked=1")
}

func (s way) postResend(w http.ResponseWriter, r *http.Request) error {
	if err := s.resendRecover(r.Context(), s.purpose, s.cookie(r)); err != nil {
		return s.failed(w, r, err)
	}
	return web.Redirect(w, r, s.path+"/code?sent=1")
}

func (i *Identity) recovering() way { return way{i, recoverPath, forRecover} }

func (i *Identity) postRecoverOther(w http.ResponseWriter, r *http.Request) error {
	if err := i.otherRecover(r.Context(), web.Cookie(r, recoverCookie)); err != nil {
		return i.recovering().failed(w, r, err)
	}
	return web.Redirect(w, r, "/recover/code")
}

// postRecoverOptions gives a script what it asks a key with.
func (i *Identity) postRecoverOptions(w http.ResponseWriter, r *http.Request) error {
	options, err := i.recoverOptions(r.Context(), web.Cookie(r, recoverCookie))
	if err != nil {
		return err
	}
	return sendJSON(w, options)
}

// postRecoverPasskey takes a passkey in place of all other proofs.
func (i *Identity) postRecoverPasskey(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(w, r)
	if err != nil {
		return err
	}
	token, err := i.recoverByPasskey(r.Context(), web.Cookie(r, passkeyCookie), form.Get("credential"))
	web.SetCookie(w, r, passkeyCookie, "", -1)
	if err == nil {
		web.SetCookie(w, r, recoverCookie, token, signInLife)
		return web.Redirect(w, r, "/recover/password")
	}
	faults, status, ok := faultsOf(r.Context(), err)
	if !ok {
		return err
	}
	retryAfter(w, err)
	return i.recovering().render(w, r, recoverView{Faults: underName(faults)}, status)
}

func (i *Identity) showRecoverPassword(w http.ResponseWriter, r *http.Request) error {
	wait, err := i.recoverOf(r.Context(), forRecover, web.Cookie(r, recoverCookie))
	if err == nil && !wait.proved {
		err = ErrSignInStale
	}
	if err != nil {
		return i.recovering().again(w, r, err)
	}
	return renderPassword(w, r, i.passwordView(r, "/recover/password"), http.StatusOK)
}

// checkPath is where a recovered account goes over its contacts.
const checkPath = securityPath + "/check"

func (i *Identity) postRecoverPassword(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(w, r)
	if err != nil {
		return err
	}
	err = i.finishRecover(r.Context(), web.Cookie(r, recoverCookie), form.Get("password"))
	if errors.Is(err, ErrSignInStale) {
		return i.recovering().again(w, r, err)
	}
	if err != nil {
		return i.passwordFailed(w, r, i.passwordView(r, "/recover/password"), err)
	}
	web.SetCookie(w, r, recoverCookie, "", -1)
	return web.Redirect(w, r, withTo("/login", checkPath, "recovered", "1"))
}
