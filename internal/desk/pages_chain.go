package desk

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"okno/internal/exchange/webhook"
	"okno/internal/identity"
	"okno/internal/kit/i18n"
	"okno/internal/kit/web"
)

func (r *Room) chainPage(w http.ResponseWriter, req *http.Request) error {
	ctx := req.Context()
	v, err := r.chain(ctx)
	if err != nil {
		return err
	}
	if n, err := strconv.Atoi(web.Query(req, "sent")); err == nil && n >= 0 {
		v.Sent = n
	}
	v.Off = web.Query(req, "off") != ""
	return web.Render(w, req, web.Page{Title: i18n.T(ctx, "desk.chain.title"), Section: "chain", Wide: true, Body: chainBody(v)})
}

func (r *Room) postResend(w http.ResponseWriter, req *http.Request) error {
	f, err := web.Form(w, req)
	if err != nil {
		return err
	}
	n, err := r.Courier.Resend(req.Context(), f.Get("agency"))
	to := url.Values{"sent": {strconv.Itoa(n)}}
	switch {
	case errors.Is(err, webhook.ErrOff):
		to = url.Values{"off": {"1"}}
	case err != nil:
		return err
	}
	return web.Redirect(w, req, "/desk/chain?"+to.Encode())
}

func (r *Room) noticesPage(w http.ResponseWriter, req *http.Request) error {
	ctx := req.Context()
	all, err := r.Notices.Notices(ctx, identity.ActorOf(ctx).ID, noticesMost)
	if err != nil {
		return err
	}
	return web.Render(w, req, web.Page{Title: i18n.T(ctx, "desk.notices.title"), Section: "notices", Body: noticesBody(all, r.Zone)})
}

// postRead marks one's notices as read: those named, or all.
func (r *Room) postRead(w http.ResponseWriter, req *http.Request) error {
	f, err := web.Form(w, req)
	if err != nil {
		return err
	}
	ctx := req.Context()
	if err := r.Notices.MarkRead(ctx, identity.ActorOf(ctx).ID, slices.Clone(f["id"])...); err != nil {
		return err
	}
	return web.Redirect(w, req, "/desk/notices")
}
