package certificate

import (
	"context"
	"crypto/x509"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"okno/internal/identity"
	"okno/internal/identity/factor"
	"okno/internal/kit/errs"
	"okno/internal/kit/i18n"
	"okno/internal/kit/web"
)

// Addresses. visitPath is at the address that asks for certificates.
const (
	visitPath  = "/certificate/"
	listPath   = "/cabinet/security/certificates"
	reauthPath = "/reauth/certificate"
	factorPath = "/login/certificate"
)

// Mount adds the pages. The address that asks for certificates is Handler's;
// behind a proxy that tells the certificate in a header it is the portal's own.
func (r *Room) Mount(rt *web.Router) {
	if !r.On() {
		return
	}
	rt.Handle("GET "+listPath, identity.SignedIn(), r.showList)
	rt.Handle("POST "+listPath+"/bind", identity.SignedIn(), r.postBind)
	rt.Handle("GET "+listPath+"/bound", identity.SignedIn(), r.bound)
	rt.Handle("POST "+listPath+"/{id}/remove", identity.SignedIn(), r.postRemove)
	rt.Handle("POST "+reauthPath, identity.SignedIn(), r.postReauth)
	rt.Handle("GET "+reauthPath, identity.SignedIn(), r.reauth)
	rt.Handle("GET "+factorPath, web.Public, r.showFactor)
	if r.Config.Header != "" {
		rt.Handle("GET "+visitPath+"{visit}", web.Public, func(w http.ResponseWriter, req *http.Request) error {
			return r.visit(w, req, req.PathValue("visit"), r.told(req))
		})
	}
}

// Handler answers at the address that asks for certificates, where there is
// nothing else.
func (r *Room) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Security-Policy", "default-src 'none'")
		h.Set("Referrer-Policy", "no-referrer")
		visit, ok := cutVisit(req.URL.Path)
		if !ok || req.Method != http.MethodGet || req.TLS == nil {
			http.NotFound(w, req)
			return
		}
		if err := r.visit(w, req, visit, req.TLS.PeerCertificates); err != nil {
			r.Log.ErrorContext(req.Context(), "a certificate could not be looked at", "err", err)
			http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
		}
	})
}

func cutVisit(path string) (string, bool) {
	if len(path) <= len(visitPath) || path[:len(visitPath)] != visitPath {
		return "", false
	}
	return path[len(visitPath):], true
}

// visit looks at what was shown and sends the browser back.
func (r *Room) visit(w http.ResponseWriter, req *http.Request, visit string, chain []*x509.Certificate) error {
	code, purpose, err := r.Show(req.Context(), visit, chain)
	q := url.Values{}
	if err == nil {
		q.Set("code", code)
	} else if name := faultName(err); name != "" {
		q.Set("fault", name)
	} else {
		return err
	}
	for _, name := range []string{"to", "action"} { // back to the page that has sent it
		if v := web.Query(req, name); v != "" {
			q.Set(name, v)
		}
	}
	http.Redirect(w, req, r.Config.BaseURL+backTo(purpose)+"?"+q.Encode(), http.StatusSeeOther)
	return nil
}

func backTo(purpose string) string {
	switch purpose {
	case Prove:
		return reauthPath
	case Factor:
		return factorPath
	}
	return listPath + "/bound"
}

// faults are what a browser may come back with.
func faults() map[string]*errs.Error {
	return map[string]*errs.Error{
		"none": ErrNone, "expired": ErrExpired, "issuer": ErrIssuer, "usage": ErrUsage, "revoked": ErrRevoked, "list": ErrListOld,
		"visit": ErrVisit, "foreign": ErrForeign, "bound": ErrBound, "last": factor.ErrLast,
	}
}

func faultName(err error) string {
	for name, known := range faults() {
		if errors.Is(err, known) {
			return name
		}
	}
	return ""
}

// told is the certificate that a proxy tells, and nothing from anybody else.
func (r *Room) told(req *http.Request) []*x509.Certificate {
	ap, err := netip.ParseAddrPort(req.RemoteAddr)
	if err != nil {
		return nil
	}
	for _, p := range r.Config.Proxies {
		if !p.Contains(ap.Addr().Unmap()) {
			continue
		}
		if c, err := ParseHeader(req.Header.Get(r.Config.Header)); err == nil {
			return []*x509.Certificate{c}
		}
	}
	return nil
}

func title(ctx context.Context, key string) string { return i18n.T(ctx, key) }

func (r *Room) showList(w http.ResponseWriter, req *http.Request) error {
	ctx := req.Context()
	all, err := r.Of(ctx, identity.ActorOf(ctx).ID)
	if err != nil {
		return err
	}
	v := listView{All: all}
	switch web.Query(req, "said") {
	case "bound":
		v.Said = "identity.certificate.said_bound"
	case "removed":
		v.Said = "identity.certificate.said_removed"
	}
	if e, ok := faults()[web.Query(req, "fault")]; ok {
		v.Faults = map[string]string{"": title(ctx, e.Key)}
	}
	return web.Render(w, req, web.Page{
		Title: title(ctx, "identity.certificate.title"), Section: "security", Back: "/cabinet/security", Error: len(v.Faults) > 0, Body: listPage(v),
	})
}

// toReauth leads through a fresh factor, and back.
func toReauth(w http.ResponseWriter, req *http.Request) error {
	return web.Redirect(w, req, "/reauth?"+url.Values{"to": {listPath}}.Encode())
}

func (r *Room) postBind(w http.ResponseWriter, req *http.Request) error {
	ctx := req.Context()
	switch err := r.Identity.NeedToAdd(ctx); {
	case errors.Is(err, identity.ErrFresh):
		return toReauth(w, req)
	case errors.Is(err, identity.ErrHeld):
		return web.Redirect(w, req, identity.ReauthFor(listPath))
	case err != nil:
		return err
	}
	actor := identity.ActorOf(ctx)
	address, err := r.Visit(ctx, actor.ID, Bind, actor.Session, "")
	if err != nil {
		return err
	}
	return web.Render(w, req, web.Page{Title: title(ctx, "identity.certificate.choose"), Back: listPath, Section: "security", Body: goPage(address)})
}

// bound is where a browser comes back to that has shown what is to be bound.
func (r *Room) bound(w http.ResponseWriter, req *http.Request) error {
	if fault := web.Query(req, "fault"); fault != "" {
		return web.Redirect(w, req, listPath+"?"+url.Values{"fault": {fault}}.Encode())
	}
	err := r.Bound(req.Context(), web.Query(req, "code"))
	switch name := faultName(err); {
	case err == nil:
		return web.Redirect(w, req, listPath+"?said=bound")
	case errors.Is(err, identity.ErrFresh):
		return toReauth(w, req)
	case errors.Is(err, identity.ErrHeld):
		return web.Redirect(w, req, identity.ReauthFor(listPath))
	case name != "":
		return web.Redirect(w, req, listPath+"?"+url.Values{"fault": {name}}.Encode())
	}
	return err
}

func (r *Room) postRemove(w http.ResponseWriter, req *http.Request) error {
	err := r.Unbind(req.Context(), req.PathValue("id"))
	if errors.Is(err, identity.ErrFresh) {
		return toReauth(w, req)
	}
	if errors.Is(err, factor.ErrLast) {
		return web.Redirect(w, req, listPath+"?fault=last")
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, req, listPath+"?said=removed")
}

// postReauth sends the browser to prove by a certificate that its person is there.
func (r *Room) postReauth(w http.ResponseWriter, req *http.Request) error {
	form, err := web.Form(w, req)
	if err != nil {
		return err
	}
	actor := identity.ActorOf(req.Context())
	address, err := r.Visit(req.Context(), actor.ID, Prove, actor.Session, identity.Target(form.Get("to")))
	if err != nil {
		return err
	}
	return web.Render(w, req, web.Page{Title: title(req.Context(), "identity.certificate.choose"), Body: goPage(address)})
}

// reauth is where it comes back to.
func (r *Room) reauth(w http.ResponseWriter, req *http.Request) error {
	ctx := req.Context()
	e := faults()[web.Query(req, "fault")]
	if e == nil {
		actor := identity.ActorOf(ctx)
		target, err := r.Proved(ctx, actor.ID, Prove, actor.Session, web.Query(req, "code"))
		if err == nil {
			if err := r.Identity.Renew(ctx, w, req); err != nil {
				return err
			}
			if target == "" {
				target = identity.Home(actor)
			}
			return web.Redirect(w, req, target)
		}
		if e = faults()[faultName(err)]; e == nil {
			return err
		}
	}
	return web.Render(w, req, web.Page{
		Title: title(ctx, "identity.certificate.failed"), Status: http.StatusUnprocessableEntity, Body: failedPage(title(ctx, e.Key)),
	})
}

type listView struct {
	All    []Certificate
	Said   string
	Faults map[string]string
}

func (v listView) ends(ctx context.Context, c Certificate) string {
	return i18n.Date(i18n.Lang(ctx), c.Ends)
}

// used is when it was last shown, or that it never was.
func (v listView) used(ctx context.Context, c Certificate) string {
	if c.Used.IsZero() {
		return i18n.T(ctx, "identity.certificate.never")
	}
	return identity.MoscowTime(ctx, c.Used)
}

// showFactor is where the browser comes back to: one press, and the page of the
// second factor takes the code.
func (r *Room) showFactor(w http.ResponseWriter, req *http.Request) error {
	ctx := req.Context()
	v := backView{Code: web.Query(req, "code"), To: identity.Target(web.Query(req, "to")), Action: web.LocalPath(web.Query(req, "action"), "")}
	if v.Action != "/login/code" && !strings.HasPrefix(v.Action, "/reauth?") {
		v.Action = "/login/code"
	}
	if e, ok := faults()[web.Query(req, "fault")]; ok {
		v.Fault = title(ctx, e.Key)
	} else if v.Code == "" {
		return errors.Join(ErrVisit)
	}
	status := http.StatusOK
	if v.Fault != "" {
		status = http.StatusUnprocessableEntity
	}
	return web.Render(w, req, web.Page{Title: title(ctx, "identity.factor.title_certificate"), Status: status, Body: backPage(v)})
}

type backView struct{ Code, To, Action, Fault string }
