package identity

import (
	"errors"
	"net/http"

	"okno/internal/kit/db"
	"okno/internal/kit/web"
	"okno/internal/reference"
)

const contactsPath = securityPath + "/contacts"

// mountContact adds the pages of contacts, and the button behind the link that
// an old contact gets.
func (i *Identity) mountContact(rt *web.Router) {
	rt.Handle("GET /cabinet/security/contacts/{kind}", Fresh(SignedIn()), i.showContact)
	rt.Handle("POST /cabinet/security/contacts/{kind}", SignedIn(), i.postContact)
	rt.Handle("GET /cabinet/security/contacts/{kind}/{change}", SignedIn(), i.showContactCode)
	rt.Handle("POST /cabinet/security/contacts/{kind}/{change}", SignedIn(), i.postContactCode)
	rt.Handle("POST /cabinet/security/reserve/delete", SignedIn(), i.postDropReserve)
	rt.Handle("GET /cabinet/security/check", SignedIn(), i.showCheck)
	rt.Handle("GET /stop/{token}", web.Public, i.showStop)
	rt.Handle("POST /stop/{token}", web.Public, i.postStop)
}

// contactView is the page of a new contact, and of its code.
type contactView struct {
	Kind, Value, Action, To string
	Faults                  map[string]string
}

func contactKind(r *http.Request) (string, error) {
	if kind := oneOf(r.PathValue("kind"), byPhone, byEmail, byReserve); kind != "" {
		return kind, nil
	}
	return "", ErrNotFound
}

func (i *Identity) showContact(w http.ResponseWriter, r *http.Request) error {
	kind, err := contactKind(r)
	if err != nil {
		return err
	}
	return renderContact(w, r, contactView{Kind: kind}, http.StatusOK)
}

func renderContact(w http.ResponseWriter, r *http.Request, v contactView, status int) error {
	v.Action = contactsPath + "/" + v.Kind
	return web.Render(w, r, web.Page{
		Title: title(r.Context(), "identity.contact.title_"+v.Kind), Section: "security", Back: securityPath, Status: status, Error: len(v.Faults) > 0, Body: contactBody(v),
	})
}

// fresher leads to the factor that a sensitive act asks for, and back.
func fresher(w http.ResponseWriter, r *http.Request, to string, err error) error {
	if errors.Is(err, ErrFresh) {
		return web.Redirect(w, r, withTo("/reauth", to))
	}
	return err
}

func (i *Identity) postContact(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(w, r)
	if err != nil {
		return err
	}
	kind, err := contactKind(r)
	if err != nil {
		return err
	}
	v := contactView{Kind: kind, Value: form.Get("value")}
	change, err := i.startChange(r.Context(), kind, v.Value)
	if errors.Is(err, ErrFresh) || errors.Is(err, ErrFrozen) || errors.Is(err, ErrRestricted) {
		return err // the edge holds what was typed
	}
	if err != nil {
		faults, status, ok := faultsOf(r.Context(), err)
		if !ok {
			return err
		}
		retryAfter(w, err)
		v.Faults = faults
		return renderContact(w, r, v, status)
	}
	return web.Redirect(w, r, contactsPath+"/"+kind+"/"+change)
}

func (i *Identity) showContactCode(w http.ResponseWriter, r *http.Request) error {
	return i.renderContactCode(w, r, nil, http.StatusOK)
}

func (i *Identity) renderContactCode(w http.ResponseWriter, r *http.Request, faults map[string]string, status int) error {
	kind, err := contactKind(r)
	if err != nil {
		return err
	}
	c, err := i.changeOf(r.Context(), ActorOf(r.Context()).ID, r.PathValue("change"), changeWaits)
	if err != nil {
		return err
	}
	v := contactView{Kind: kind, Action: contactsPath + "/" + kind + "/" + c.id, To: c.New, Faults: faults}
	if kind != byEmail {
		v.To = reference.FormatPhone(c.New)
	}
	return web.Render(w, r, web.Page{
		Title: title(r.Context(), "identity.code.title"), Section: "security", Back: contactsPath + "/" + kind, Status: status,
		Error: len(faults) > 0, Body: contactCodeBody(v),
	})
}

func (i *Identity) postContactCode(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(w, r)
	if err != nil {
		return err
	}
	err = i.finishChange(r.Context(), r.PathValue("change"), form.Get("code"))
	switch {
	case err == nil:
		return web.Redirect(w, r, securityPath+"?said=contact")
	case errors.Is(err, ErrFresh), errors.Is(err, ErrFrozen), errors.Is(err, ErrRestricted):
		return fresher(w, r, r.URL.Path, err)
	}
	faults, status, ok := faultsOf(r.Context(), err)
	if !ok {
		return err
	}
	return i.renderContactCode(w, r, faults, status)
}

func (i *Identity) postDropReserve(w http.ResponseWriter, r *http.Request) error {
	if err := i.dropReserve(r.Context()); err != nil {
		return fresher(w, r, securityPath, err)
	}
	return web.Redirect(w, r, securityPath+"?said=contact")
}

// contactsView are the contacts as the owner sees them.
type contactsView struct {
	Phone, Email, Reserve string
	Restriction           Restriction // what staff have put on the account
	Frozen                db.Time     // until when sensitive acts are closed, zero when they are open
}

func (i *Identity) contactsView(r *http.Request) (v contactsView, err error) {
	ctx := r.Context()
	a, err := i.Account(ctx, ActorOf(ctx).ID)
	if err != nil {
		return v, err
	}
	v.Phone, v.Email, v.Frozen = a.Phone, a.Email, ActorOf(ctx).Frozen
	if v.Reserve, err = i.reserveOf(ctx, a.ID); err != nil {
		return v, err
	}
	v.Restriction, err = i.restrictionOf(ctx, a.ID)
	return v, err
}

// showCheck goes over the contacts after a recovery.
func (i *Identity) showCheck(w http.ResponseWriter, r *http.Request) error {
	v, err := i.contactsView(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, web.Page{Title: title(r.Context(), "identity.check.title"), Section: "security", Body: checkBody(v)})
}

func (i *Identity) showStop(w http.ResponseWriter, r *http.Request) error {
	_, c, err := i.stoppable(r.Context(), r.PathValue("token"))
	if err != nil {
		return i.linkFailed(w, r, err)
	}
	return web.Render(w, r, web.Page{Title: title(r.Context(), "identity.stop.title"), Body: stopBody("/stop/"+r.PathValue("token"), c.kind)})
}

func (i *Identity) postStop(w http.ResponseWriter, r *http.Request) error {
	if err := i.stopChange(r.Context(), r.PathValue("token")); err != nil {
		return i.linkFailed(w, r, err)
	}
	return web.Render(w, r, web.Page{Title: title(r.Context(), "identity.stop.done"), Body: stopDone()})
}
