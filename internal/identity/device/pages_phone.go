package device

import (
	"encoding/json"
	"errors"
	"net/http"

	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/kit/web"
)

func (r *Room) now() db.Time { return db.At(r.Clock.Now()) }

// showCode takes a code that the device has read, and leads to its question.
func (r *Room) showCode(w http.ResponseWriter, req *http.Request) error {
	a, err := r.Scan(req.Context(), req.PathValue("code"))
	if err != nil {
		return r.sayFault(w, req, err)
	}
	return web.Redirect(w, req, approvePath(a.ID))
}

func approvePath(ask string) string { return "/app/approve/" + ask }

// sayFault shows in place of the question why there is none.
func (r *Room) sayFault(w http.ResponseWriter, req *http.Request, err error) error {
	faults, status, ok := identity.Faults(req.Context(), err)
	if !ok && !errors.Is(err, ErrNoAsk) {
		return err
	}
	text := faults[""]
	if errors.Is(err, ErrNoAsk) {
		status, text = http.StatusNotFound, title(req.Context(), ErrNoAsk.Key)
	}
	return web.Render(w, req, web.Page{
		Title: title(req.Context(), "identity.device.cannot"), Status: status, Body: cannotPage(text),
	})
}

// showScan is the camera. Only this page may use it.
func (r *Room) showScan(w http.ResponseWriter, req *http.Request) error {
	return r.renderScan(w, req, nil, http.StatusOK)
}

func (r *Room) renderScan(w http.ResponseWriter, req *http.Request, faults map[string]string, status int) error {
	w.Header().Set("Permissions-Policy", "geolocation=(), microphone=(), camera=(self), payment=()")
	return web.Render(w, req, web.Page{
		Title: title(req.Context(), "identity.device.scan.title"), Status: status, Error: len(faults) > 0,
		Back: devicesPath, Body: scanPage(scanView{Faults: faults, Script: r.asset("scan.js"), Reader: r.asset("reader.js")}),
	})
}

// postScan takes what the camera has read, or what was typed.
func (r *Room) postScan(w http.ResponseWriter, req *http.Request) error {
	form, err := web.Form(w, req)
	if err != nil {
		return err
	}
	path, ok := pathRead(form.Get("text"), r.BaseURL)
	if !ok {
		return r.renderScan(w, req, map[string]string{"text": title(req.Context(), ErrNotCode.Key)}, http.StatusUnprocessableEntity)
	}
	return web.Redirect(w, req, path)
}

// showApprove asks the person.
func (r *Room) showApprove(w http.ResponseWriter, req *http.Request) error {
	return r.renderApprove(w, req, nil, http.StatusOK)
}

func (r *Room) renderApprove(w http.ResponseWriter, req *http.Request, faults map[string]string, status int) error {
	ctx := req.Context()
	a, err := r.Mine(ctx, req.PathValue("id"))
	if err != nil {
		return r.sayFault(w, req, err)
	}
	v := approveView{Ask: a, Faults: faults, Over: !a.open(r.now())}
	if v.On = true; a.Kind == SignIn {
		if v.On, err = r.QROn(ctx, a.Owner); err != nil {
			return err
		}
	}
	if v.Passkey, err = r.Unlocks(ctx); err != nil {
		return err
	}
	if r.Place != nil {
		v.Place = r.Place(i18n.Lang(ctx), a.From.IP)
	}
	return web.Render(w, req, web.Page{
		Title: v.title(ctx), Status: status, Error: len(faults) > 0, Body: approvePage(v),
	})
}

// unlockCookie is the token of a passkey's challenge.
const unlockCookie = "okno_unlock"

// postOptions gives a script the passkey's options.
func (r *Room) postOptions(w http.ResponseWriter, req *http.Request) error {
	if _, err := r.Mine(req.Context(), req.PathValue("id")); err != nil {
		return err
	}
	if r.Unlock == nil {
		return ErrNoAsk
	}
	token, options, err := r.Unlock.BeginPasskey(req.Context())
	if err != nil {
		return err
	}
	web.SetCookie(w, req, unlockCookie, token, qrLife)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	return json.NewEncoder(w).Encode(json.RawMessage(options))
}

func (r *Room) postConfirm(w http.ResponseWriter, req *http.Request) error {
	form, err := web.Form(w, req)
	if err != nil {
		return err
	}
	ask := req.PathValue("id")
	err = r.Confirm(req.Context(), ask, Answer{Choice: form.Get("choice"), Credential: form.Get("credential"), Challenge: web.Cookie(req, unlockCookie), Device: web.Cookie(req, pushCookie)})
	switch {
	case errors.Is(err, identity.ErrFresh):
		return web.Redirect(w, req, withTo("/reauth", approvePath(ask)))
	case errors.Is(err, ErrOver), errors.Is(err, ErrOff), err == nil:
		return web.Redirect(w, req, approvePath(ask)) // which says how it stands
	}
	return r.approveFailed(w, req, err)
}

func (r *Room) approveFailed(w http.ResponseWriter, req *http.Request, err error) error {
	faults, status, ok := identity.Faults(req.Context(), err)
	if !ok {
		return err
	}
	identity.RetryAfter(w, err)
	return r.renderApprove(w, req, faults, status)
}

func (r *Room) postRefuse(w http.ResponseWriter, req *http.Request) error {
	ask := req.PathValue("id")
	err := r.Refuse(req.Context(), ask)
	if err == nil || errors.Is(err, ErrOver) {
		return web.Redirect(w, req, approvePath(ask))
	}
	return err
}

func (r *Room) asset(name string) string {
	if r.Asset == nil {
		return ""
	}
	return r.Asset(name)
}
