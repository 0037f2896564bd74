package identity

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"

	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/kit/web"
)

type securityView struct {
	Sessions []Session
	Contacts contactsView
	Number   string
	Said     string
}

// device is what a session is called: its browser, or the program.
func (v securityView) device(ctx context.Context, s Session) string {
	name := s.Device
	if name == "" {
		name = i18n.T(ctx, "identity.security.unknown_device")
	}
	if s.Bearer {
		return i18n.T(ctx, "identity.security.program", "Name", name)
	}
	return name
}

type passwordView struct {
	Action   string
	Current  bool // the password of today is asked for, too
	Denied   bool // the owner has just said «It wasn't me»
	Policy   string
	Shortest int
	Faults   map[string]string
}

func (v passwordView) hint() string {
	if v.Policy == PolicyNIST {
		return "identity.password.hint_nist"
	}
	return "identity.password.hint_source"
}

// said are the messages that a redirect may ask for.
func said(key string) string {
	switch key {
	case "ended":
		return "identity.security.ended"
	case "others":
		return "identity.security.others_ended"
	case "denied":
		return "identity.not_me.new_password"
	case "contact":
		return "identity.security.contact"
	case "password":
		return "identity.security.password_changed"
	}
	return ""
}

func (i *Identity) showSecurity(w http.ResponseWriter, r *http.Request) error {
	all, err := i.list(r.Context())
	if err != nil {
		return err
	}
	contacts, err := i.contactsView(r)
	if err != nil {
		return err
	}
	number, err := i.store.read().NumberOf(r.Context(), ActorOf(r.Context()).ID)
	if err != nil {
		return db.Classify(err)
	}
	return web.Render(w, r, web.Page{
		Title: title(r.Context(), "identity.security.title"), Section: "security",
		Body: securityPage(securityView{Sessions: all, Contacts: contacts, Number: number, Said: said(web.Query(r, "said"))}),
	})
}

func (i *Identity) postEndSession(w http.ResponseWriter, r *http.Request) error {
	return i.ended(w, r, i.endSession(r.Context(), r.PathValue("id")), securityPath, "ended")
}

func (i *Identity) postEndOthers(w http.ResponseWriter, r *http.Request) error {
	return i.ended(w, r, i.endOthers(r.Context()), securityPath, "others")
}

// ended leads back to the page, by way of the factor if that is asked for first.
func (i *Identity) ended(w http.ResponseWriter, r *http.Request, err error, page, said string) error {
	switch {
	case errors.Is(err, ErrFresh):
		return web.Redirect(w, r, withTo("/reauth", page))
	case err != nil:
		return err
	}
	return web.Redirect(w, r, page+"?said="+said)
}

func (i *Identity) passwordView(r *http.Request, action string) passwordView {
	v := passwordView{Action: action, Current: action == securityPath+"/password", Policy: i.Config.Policy, Shortest: minPassword}
	if ActorOf(r.Context()).IsStaff() {
		v.Shortest = minStaffPassword
	}
	return v
}

func renderPassword(w http.ResponseWriter, r *http.Request, v passwordView, status int) error {
	p := web.Page{
		Title: title(r.Context(), "identity.password.title"), Status: status, Error: len(v.Faults) > 0, Body: passwordPage(v),
	}
	if v.Action == securityPath+"/password" {
		p.Back, p.Section = securityPath, "security"
	}
	return web.Render(w, r, p)
}

func (i *Identity) showPassword(w http.ResponseWriter, r *http.Request) error {
	v := i.passwordView(r, securityPath+"/password")
	v.Denied = web.Query(r, "denied") != ""
	return renderPassword(w, r, v, http.StatusOK)
}

func (i *Identity) postPassword(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(w, r)
	if err != nil {
		return err
	}
	err = i.changePassword(r.Context(), form.Get("current"), form.Get("password"))
	if errors.Is(err, ErrFresh) {
		return web.Redirect(w, r, withTo("/reauth", securityPath+"/password"))
	}
	if err == nil {
		return web.Redirect(w, r, securityPath+"?said=password")
	}
	return i.passwordFailed(w, r, i.passwordView(r, securityPath+"/password"), err)
}

func (i *Identity) passwordFailed(w http.ResponseWriter, r *http.Request, v passwordView, err error) error {
	faults, status, ok := faultsOf(r.Context(), err)
	if !ok {
		return err
	}
	v.Faults = faults
	return renderPassword(w, r, v, status)
}

// postStrength judges a password while it is typed. The other fields of its
// form are the person's own words. Nothing is kept.
func (i *Identity) postStrength(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(w, r)
	if err != nil {
		return err
	}
	field := form.Get("_field")
	if field == "" {
		field = "password"
	}
	score, key, args := i.strength(form.Get(field), ownFields(form, field))
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	return json.NewEncoder(w).Encode(Strength{Score: score, Text: i18n.T(r.Context(), key, args...)})
}

// ownFieldsMost bounds what is compared with.
const ownFieldsMost = 20

func ownFields(form url.Values, password string) []string {
	var own []string
	for name, values := range form {
		if name == password || name == "current" || name == "_field" || name == "to" || len(own) >= ownFieldsMost {
			continue
		}
		own = append(own, cutRunes(values[0], 100))
	}
	return own
}
