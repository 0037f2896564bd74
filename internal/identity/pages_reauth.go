package identity

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"okno/internal/kit/web"
)

// showReauth asks for the factor, or first whether to send a code: a GET sends
// none.
func (i *Identity) showReauth(w http.ResponseWriter, r *http.Request) error {
	asked := reauthAsked(r)
	v, err := i.reauthView(r, asked)
	if err != nil {
		return err
	}
	if v.Way.Held || v.Wait > 0 || web.Query(r, "sent") != "" {
		return i.renderReauth(w, r, asked, v, http.StatusOK)
	}
	return i.renderReauthStart(w, r, v, http.StatusOK)
}

// renderReauth asks for the factor. A phone that is signed in can give it, too,
// but not for a change of factors, which wants a proof of its own, and not to a
// session that has moved.
func (i *Identity) renderReauth(w http.ResponseWriter, r *http.Request, asked ChoiceView, v FormView, status int) error {
	body := i.factors.Form(v)
	if byPhoneToo(r, asked) {
		body = withQR(body, v.To)
	}
	return web.Render(w, r, web.Page{
		Title: i.factors.Title(r.Context(), v.Way), Status: status, Error: len(v.Faults) > 0, Back: reauthBack(r, v.To), Body: body,
	})
}

// reauthBack is where a citizen goes who will not prove anything now: a page that
// asks for no proof; "" for a session that has moved, as all of its pages do.
func reauthBack(r *http.Request, to string) string {
	a := ActorOf(r.Context())
	switch {
	case a.Moved != "" || a.IsStaff():
		return ""
	case strings.HasPrefix(to, securityPath):
		return securityPath
	}
	return home(a)
}

func byPhoneToo(r *http.Request, asked ChoiceView) bool {
	return asked.For == "" && ActorOf(r.Context()).Moved == ""
}

func (i *Identity) renderReauthStart(w http.ResponseWriter, r *http.Request, v FormView, status int) error {
	return web.Render(w, r, web.Page{
		Title: title(r.Context(), "identity.reauth.title"), Status: status, Error: len(v.Faults) > 0, Back: reauthBack(r, v.To),
		Body: reauthStart(v, byPhoneToo(r, reauthAsked(r))),
	})
}

func (i *Identity) postReauthSend(w http.ResponseWriter, r *http.Request) error {
	asked, _, err := reauthForm(w, r)
	if err != nil {
		return err
	}
	v, err := i.reauthView(r, asked)
	if err != nil {
		return err
	}
	_, err = i.beginReauth(r.Context(), asked.Chosen, asked.For != "")
	if err == nil || errors.Is(err, ErrCodePause) {
		return web.Redirect(w, r, reauthPath("/reauth", asked, v.Way.Ref, "sent", "1"))
	}
	faults, status, ok := faultsOf(r.Context(), err)
	if !ok {
		return err
	}
	retryAfter(w, err)
	v.Faults = faults
	return i.renderReauthStart(w, r, v, status)
}

// reauthForm reads what the page is for from its address or, the target, from
// its form.
func reauthForm(w http.ResponseWriter, r *http.Request) (ChoiceView, url.Values, error) {
	form, err := web.Form(w, r)
	asked := reauthAsked(r)
	asked.To = or(asked.To, target(form.Get("to")))
	return asked, form, err
}

// postReauthOptions gives a script what it asks an authenticator with.
func (i *Identity) postReauthOptions(w http.ResponseWriter, r *http.Request) error {
	asked := reauthAsked(r)
	v, err := i.reauthView(r, asked)
	if err == nil && !v.Way.Script {
		err = ErrNotFound
	}
	if err != nil {
		return err
	}
	begun, err := i.beginReauth(r.Context(), asked.Chosen, asked.For != "")
	if err != nil {
		return err
	}
	return sendJSON(w, begun.Options)
}

func (i *Identity) postReauth(w http.ResponseWriter, r *http.Request) error {
	asked, form, err := reauthForm(w, r)
	if err != nil {
		return err
	}
	o, err := i.reauth(r.Context(), asked.Chosen, asked.For != "", answerOf(form))
	if err != nil {
		return i.reauthFailed(w, r, asked, err)
	}
	o.keep(w, r)
	return web.Redirect(w, r, or(asked.To, home(ActorOf(r.Context()))))
}

func (i *Identity) reauthFailed(w http.ResponseWriter, r *http.Request, asked ChoiceView, err error) error {
	faults, status, ok := faultsOf(r.Context(), err)
	if !ok {
		return err
	}
	v, verr := i.reauthView(r, asked)
	if verr != nil {
		return verr
	}
	retryAfter(w, err)
	v.Faults = faults
	return i.renderReauth(w, r, asked, v, status)
}
