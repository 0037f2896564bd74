package device

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"

	"okno/internal/identity"
	"okno/internal/kit/i18n"
	"okno/internal/kit/id"
	"okno/internal/kit/web"
)

// askCookie is the browser's secret of its ask.
const askCookie = "okno_ask"

// LivePath is the stream of the browser that asks.
const LivePath = "/ask/live"

// Mount adds the pages.
func (r *Room) Mount(rt *web.Router) {
	rt.Handle("POST /login/qr", web.Public, r.postBegin(SignIn, false))
	rt.Handle("GET /login/qr", web.Public, r.showAsk(SignIn))
	rt.Handle("GET /login/qr/part", web.Public, r.part(SignIn))
	rt.Handle("POST /reauth/qr", identity.SignedIn(), r.postBegin(Fresh, false))
	rt.Handle("POST /reauth/push", identity.SignedIn(), r.postBegin(Fresh, true))
	rt.Handle("GET /reauth/qr", identity.SignedIn(), r.showAsk(Fresh))
	rt.Handle("GET /reauth/qr/part", identity.SignedIn(), r.part(Fresh))
	rt.Handle("GET "+confirmPath, identity.SignedIn(), r.showAsk(Act))
	rt.Handle("GET "+confirmPath+"/part", identity.SignedIn(), r.part(Act))
	rt.Handle("GET /ask/state", web.Public, r.state)
	rt.Handle("GET "+LivePath, web.Public, r.live)

	rt.Handle("GET /q/{code}", identity.SignedIn(), r.showCode)
	rt.Handle("GET /app", identity.SignedIn(), r.showApp)
	rt.Handle("GET /app/asks", identity.SignedIn(), r.asksPart)
	rt.Handle("GET /app/scan", identity.SignedIn(), r.showScan)
	rt.Handle("POST /app/scan", identity.SignedIn(), r.postScan)
	rt.Handle("GET /app/approve/{id}", identity.SignedIn(), r.showApprove)
	rt.Handle("POST /app/approve/{id}/options", identity.SignedIn(), r.postOptions)
	rt.Handle("POST /app/approve/{id}/confirm", identity.SignedIn(), r.postConfirm)
	rt.Handle("POST /app/approve/{id}/refuse", identity.SignedIn(), r.postRefuse)

	rt.Handle("GET /cabinet/security/phone", identity.SignedIn(), r.showDevices)
	rt.Handle("POST /cabinet/security/phone/qr", identity.SignedIn(), r.postQR)
	rt.Handle("POST /cabinet/security/phone/acts", identity.SignedIn(), r.postActs)
	rt.Handle("POST /cabinet/security/phone/push", identity.SignedIn(), r.postSubscribe)
	rt.Handle("POST /cabinet/security/phone/{id}/remove", identity.SignedIn(), r.postRemove)
}

func title(ctx context.Context, key string, args ...any) string { return i18n.T(ctx, key, args...) }

// withTo adds the target and other parameters to a path.
func withTo(path, to string, more ...string) string {
	v := url.Values{}
	if to != "" {
		v.Set("to", to)
	}
	for n := 0; n+1 < len(more); n += 2 {
		v.Set(more[n], more[n+1])
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

// pathOf is where the browser waits for the answer to its ask.
func pathOf(k Kind) string {
	switch k {
	case Fresh:
		return "/reauth/qr"
	case Act:
		return confirmPath
	case Factor, SignIn:
	}
	return "/login/qr"
}

// confirmPath is where a browser waits for an act to be confirmed.
const confirmPath = "/confirm"

// postBegin makes an ask of this browser and shows it.
func (r *Room) postBegin(kind Kind, push bool) web.Handler {
	return func(w http.ResponseWriter, req *http.Request) error {
		form, err := web.Form(w, req)
		if err != nil {
			return err
		}
		to := identity.Target(form.Get("to"))
		f := AskFor{Kind: kind, Push: push}
		if kind == Fresh {
			f.Owner = identity.ActorOf(req.Context()).ID
		}
		_, browser, err := r.Begin(req.Context(), f)
		if err != nil {
			return err
		}
		web.SetCookie(w, req, askCookie, browser, qrLife)
		return web.Redirect(w, req, withTo(pathOf(kind), to))
	}
}

// mine is the ask of the request's browser, of the kind; over is true where
// there is none that can still be answered or used.
func (r *Room) mine(req *http.Request, kind Kind) (a Ask, over bool, err error) {
	a, err = r.Look(req.Context(), web.Cookie(req, askCookie))
	if errors.Is(err, ErrNoAsk) {
		return a, true, nil
	}
	if err != nil {
		return a, true, err
	}
	stranger := kind != SignIn && a.Owner != identity.ActorOf(req.Context()).ID
	return a, a.Kind != kind || stranger || a.Over(r.now()) || a.State == Used, nil
}

// showAsk shows the code, and what became of it. When a device has confirmed,
// the browser is let on: the secret that it holds is used up.
func (r *Room) showAsk(kind Kind) web.Handler {
	return func(w http.ResponseWriter, req *http.Request) error {
		to := identity.Target(web.Query(req, "to"))
		a, over, err := r.mine(req, kind)
		if err != nil {
			return err
		}
		if !over && a.State == Confirmed {
			return r.enter(w, req, kind, to)
		}
		v, err := r.askView(req.Context(), a, kind, over, to)
		if err != nil {
			return err
		}
		p := web.Page{Title: v.title(req.Context()), Back: v.back(), Body: askPage(v)}
		if v.Waits {
			p.Head = refresh()
		}
		return web.Render(w, req, p)
	}
}

// part is what changes of the page, for its script. 205 tells the script to load
// the page anew: there is an answer.
func (r *Room) part(kind Kind) web.Handler {
	return func(w http.ResponseWriter, req *http.Request) error {
		a, over, err := r.mine(req, kind)
		if err != nil {
			return err
		}
		if over || a.State == Confirmed || a.State == Refused {
			w.WriteHeader(http.StatusResetContent)
			return nil
		}
		v, err := r.askView(req.Context(), a, kind, over, "")
		if err != nil {
			return err
		}
		return web.Fragment(w, req, askPart(v))
	}
}

// enter uses the answer.
func (r *Room) enter(w http.ResponseWriter, req *http.Request, kind Kind, to string) error {
	ctx := req.Context()
	if kind == Act { // used by the use case itself, in its transaction
		return web.Redirect(w, req, cmp.Or(to, "/login"))
	}
	a, err := r.Use(ctx, web.Cookie(req, askCookie), kind)
	if errors.Is(err, ErrOver) || errors.Is(err, ErrNoAsk) {
		return web.Redirect(w, req, withTo(pathOf(kind), to))
	}
	if err != nil {
		return err
	}
	web.SetCookie(w, req, askCookie, "", -1)
	if kind == Fresh {
		err = r.Identity.Renew(ctx, w, req)
	} else {
		err = r.Identity.StartSession(ctx, w, req, a.Owner, a.method)
	}
	if err != nil {
		return err
	}
	if to == "" {
		to = "/login" // which leads everybody home
	}
	return web.Redirect(w, req, to)
}

// live is the stream of the browser that asks; it ends with the ask.
func (r *Room) live(w http.ResponseWriter, req *http.Request) error {
	a, err := r.followed(req)
	if errors.Is(err, ErrNoAsk) || err == nil && a.Over(r.now()) || r.Live == nil {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	if err != nil {
		return err
	}
	alive := func() bool { return !a.Over(r.now()) }
	return r.Live.Serve(w, req, alive, liveTopic(a.ID))
}

// followed is the ask that the address names, or that of the browser. Whoever
// knows an ask's id is told that it changed, and nothing of it.
func (r *Room) followed(req *http.Request) (Ask, error) {
	if ask := web.Query(req, "id"); id.Valid(ask) {
		return r.ask(req.Context(), ask)
	}
	return r.Look(req.Context(), web.Cookie(req, askCookie))
}

// state answers 205 when an ask has been answered or is over.
func (r *Room) state(w http.ResponseWriter, req *http.Request) error {
	a, err := r.followed(req)
	if err != nil && !errors.Is(err, ErrNoAsk) {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	if err != nil || !a.open(r.now()) {
		w.WriteHeader(http.StatusResetContent)
		return nil
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// Deed is something that a person wants to do and a device of theirs confirms,
// such as a submission or a payment.
type Deed struct {
	// Ref names it with all that matters: "payment:…:150000". What was confirmed
	// under another ref is of no use.
	Ref string
	// Text says it to the person, in their language.
	Text string
	// Back is the local path to go on at when it is confirmed.
	Back string
	// Push asks the person's devices; without it a QR code is shown.
	Push bool
}

// ConfirmBy sends the browser to wait until a device of the actor has confirmed
// the deed. The use case then takes the confirmation by Confirmed, in its own
// transaction.
func (r *Room) ConfirmBy(w http.ResponseWriter, req *http.Request, d Deed) error {
	if err := identity.NeedSignedIn(req.Context()); err != nil {
		return err
	}
	_, browser, err := r.Begin(req.Context(), AskFor{Kind: Act, Owner: identity.ActorOf(req.Context()).ID, Push: d.Push, Ref: d.Ref, Text: d.Text})
	if err != nil {
		return err
	}
	web.SetCookie(w, req, askCookie, browser, qrLife)
	return web.Redirect(w, req, withTo(confirmPath, d.Back))
}
