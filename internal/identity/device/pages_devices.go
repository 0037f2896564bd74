package device

import (
	"context"
	"errors"
	"net/http"
	"time"

	"okno/internal/identity"
	"okno/internal/identity/factor"
	"okno/internal/kit/web"
)

// devicesPath is the page of phones and codes in «Security».
const devicesPath = "/cabinet/security/phone"

// pushCookie tells that a browser is a device that takes push messages.
const pushCookie = "okno_push"

func (r *Room) showDevices(w http.ResponseWriter, req *http.Request) error {
	ctx := req.Context()
	on, err := r.QROn(ctx, identity.ActorOf(ctx).ID)
	if err != nil {
		return err
	}
	acts, err := r.ActsOn(ctx, identity.ActorOf(ctx).ID)
	if err != nil {
		return err
	}
	v := devicesView{QR: on, Acts: acts, Said: said(web.Query(req, "said")), Fresh: identity.ActorOf(ctx).Fresh, Certificates: r.Certificates}
	if v.Devices, err = r.Devices(ctx, web.Cookie(req, pushCookie)); err != nil {
		return err
	}
	if v.Key, err = r.publicKey(ctx); err != nil {
		return err
	}
	switch web.Query(req, "fault") {
	case "push":
		v.Faults = map[string]string{"": title(ctx, ErrSubscription.Key)}
	case "last":
		v.Faults = map[string]string{"": title(ctx, factor.ErrLast.Key)}
	}
	return web.Render(w, req, web.Page{
		Title: title(ctx, "identity.device.title"), Section: "security", Error: len(v.Faults) > 0, Back: "/cabinet/security", Body: devicesPage(v),
	})
}

// said are the messages that a redirect may ask for.
func said(key string) string {
	switch key {
	case "on":
		return "identity.device.said_on"
	case "off":
		return "identity.device.said_off"
	case "acts-on":
		return "identity.device.said_acts_on"
	case "acts-off":
		return "identity.device.said_acts_off"
	case "added":
		return "identity.device.said_added"
	case "removed":
		return "identity.device.said_removed"
	}
	return ""
}

func (r *Room) postQR(w http.ResponseWriter, req *http.Request) error {
	form, err := web.Form(w, req)
	if err != nil {
		return err
	}
	on := form.Get("on") == "yes"
	err = r.SwitchQR(req.Context(), on)
	if errors.Is(err, identity.ErrFresh) {
		return web.Redirect(w, req, withTo("/reauth", devicesPath))
	}
	if err != nil {
		return err
	}
	if on {
		return web.Redirect(w, req, devicesPath+"?said=on")
	}
	return web.Redirect(w, req, devicesPath+"?said=off")
}

func (r *Room) postActs(w http.ResponseWriter, req *http.Request) error {
	form, err := web.Form(w, req)
	if err != nil {
		return err
	}
	on := form.Get("on") == "yes"
	if err := r.SwitchActs(req.Context(), on); err != nil {
		return err
	}
	if on {
		return web.Redirect(w, req, devicesPath+"?said=acts-on")
	}
	return web.Redirect(w, req, devicesPath+"?said=acts-off")
}

// publicKey is the portal's key as a browser wants it, "" where no push messages
// are sent.
func (r *Room) publicKey(ctx context.Context) (string, error) {
	if r.Push == nil {
		return "", nil
	}
	_, public, err := r.VAPID(ctx)
	return public, err
}

// deviceLife is for how long a browser is known to be a device.
const deviceLife = 365 * 24 * time.Hour

// postSubscribe takes what the browser's PushManager gave.
func (r *Room) postSubscribe(w http.ResponseWriter, req *http.Request) error {
	form, err := web.Form(w, req)
	if err != nil {
		return err
	}
	secret, err := r.Subscribe(req.Context(), form.Get("subscription"))
	switch {
	case errors.Is(err, identity.ErrFresh):
		return web.Redirect(w, req, withTo("/reauth", devicesPath))
	case errors.Is(err, identity.ErrHeld):
		return web.Redirect(w, req, identity.ReauthFor(devicesPath))
	case errors.Is(err, ErrSubscription), errors.Is(err, ErrTooMany):
		return web.Redirect(w, req, devicesPath+"?fault=push")
	case err != nil:
		return err
	}
	web.SetCookie(w, req, pushCookie, secret, deviceLife)
	return web.Redirect(w, req, devicesPath+"?said=added")
}

func (r *Room) postRemove(w http.ResponseWriter, req *http.Request) error {
	err := r.Remove(req.Context(), req.PathValue("id"))
	if errors.Is(err, identity.ErrFresh) {
		return web.Redirect(w, req, withTo("/reauth", devicesPath))
	}
	if errors.Is(err, factor.ErrLast) {
		return web.Redirect(w, req, devicesPath+"?fault=last")
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, req, devicesPath+"?said=removed")
}

// showApp is where the installed web app begins.
func (r *Room) showApp(w http.ResponseWriter, req *http.Request) error {
	asks, err := r.Open(req.Context())
	if err != nil {
		return err
	}
	return web.Render(w, req, web.Page{Title: title(req.Context(), "identity.device.app.title"), Body: appPage(appView{Asks: asks, Staff: identity.ActorOf(req.Context()).IsStaff()})})
}

// asksPart is what waits for an answer, for the stream.
func (r *Room) asksPart(w http.ResponseWriter, req *http.Request) error {
	asks, err := r.Open(req.Context())
	if err != nil {
		return err
	}
	return web.Fragment(w, req, asksList(appView{Asks: asks}))
}
