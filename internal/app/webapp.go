package app

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"net/http"

	"github.com/a-h/templ"

	"okno/internal/kit/i18n"
	"okno/internal/kit/web"
	"okno/internal/notify/webpush"
	webassets "okno/web"
)

// The addresses of the installed web app.
const (
	manifestPath = "/manifest.webmanifest"
	workerPath   = "/sw.js"
	offlinePath  = "/offline"
)

// webapp is what makes of the portal an app that can be installed.
type webapp struct{ assets *webassets.Assets }

func (a webapp) mount(rt *web.Router) {
	rt.Handle("GET "+manifestPath, web.Public, a.manifest)
	rt.Handle("GET "+workerPath, web.Public, a.worker)
	rt.Handle("GET "+offlinePath, web.Public, showOffline)
}

// manifest says how the app is called and looks (W3C Web Application Manifest).
func (a webapp) manifest(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	icon := func(name, size, purpose string) map[string]string {
		return map[string]string{"src": a.assets.Path(name), "sizes": size, "type": "image/png", "purpose": purpose}
	}
	w.Header().Set("Content-Type", "application/manifest+json")
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("Vary", "Cookie, Accept-Language")
	return json.NewEncoder(w).Encode(map[string]any{
		"id": "/app", "start_url": "/app", "scope": "/", "display": "standalone", "lang": i18n.Lang(ctx),
		"name": i18n.T(ctx, "app.webapp_name"), "short_name": i18n.T(ctx, "app.name"), "description": i18n.T(ctx, "app.webapp_text"),
		"theme_color": "#ffffff", "background_color": "#ffffff",
		"icons": []map[string]string{
			icon("icon-192.png", "192x192", "any"), icon("icon-512.png", "512x512", "any"), icon("icon-mask-512.png", "512x512", "maskable"),
		},
		"shortcuts": []map[string]string{{"name": i18n.T(ctx, "app.webapp_scan"), "url": "/app/scan"}},
	})
}

// worker is the service worker; it serves the whole portal, so it lies at its root.
func (a webapp) worker(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	_, err := bytes.NewReader(a.assets.Bytes("sw.js")).WriteTo(w)
	return err
}

// showOffline is the one page that an installed app keeps: it is about nobody.
func showOffline(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, web.Page{Title: i18n.T(r.Context(), "app.offline"), Body: offlinePage()})
}

// head adds to every page's head what makes the portal an app, and what the page
// itself wants there.
func (a webapp) head(p web.Page) templ.Component {
	return headLinks(a.assets.Path("icon-192.png"), p.Head)
}

// pushGateway speaks to the push services of browsers. Its keys are the devices',
// who stand above it.
func (h *House) pushGateway() *webpush.Gateway {
	c := h.Config
	return webpush.New(webpush.Config{
		Hosts: c.Push.Hosts, Insecure: c.Push.insecure, Subscriber: cmp.Or(c.Operator.Email, c.SMTP.From),
		Keys: func(ctx context.Context) (string, string, error) { return h.device.VAPID(ctx) },
		Gone: func(ctx context.Context, owner, endpoint string) { h.device.Gone(ctx, owner, endpoint) },
		Icon: func() string { return h.device.Asset("icon-192.png") },
	})
}
