package device

import (
	"errors"
	"net/http"

	"okno/internal/identity"
	"okno/internal/kit/web"
)

// devicesPath is the page of phones and codes in «Security».
const devicesPath = "/cabinet/security/devices"

// deviceCookie tells that a browser is a device that takes push messages.
const deviceCookie = "okno_device"

func (r *Room) showDevices(w http.ResponseWriter, req *http.Request) error {
	ctx := req.Context()
	on, err := r.QROn(ctx, identity.ActorOf(ctx).ID)
	if err != nil {
		return err
	}
	v := devicesView{QR: on, Said: said(web.Query(req, "said"))}
	return web.Render(w, req, web.Page{
		Title: title(ctx, "identity.device.title"), Section: "security", Back: "/cabinet/security", Body: devicesPage(v),
	})
}

// said are the messages that a redirect may ask for.
func said(key string) string {
	switch key {
	case "on":
		return "identity.device.said_on"
	case "off":
		return "identity.device.said_off"
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
