package app

import (
	"net/http"
	"time"

	"okno/internal/kit/i18n"
	"okno/internal/kit/web"
)

const (
	prefsPath = "/prefs"
	livePath  = "/cabinet/live"
	bellPath  = "/cabinet/bell"
)

// prefsAge is how long a browser keeps how its person wants to see the portal.
const prefsAge = 365 * 24 * time.Hour

// preferences sets language, contrast or type in a cookie and goes back to the
// same page. It changes only how this browser is shown pages, so a link may do it.
func (h *House) preferences(w http.ResponseWriter, r *http.Request) error {
	if lang := web.Query(r, "lang"); i18n.Known(lang) {
		h.viewCookie(w, web.LangCookie, lang)
	}
	for i, p := range []struct{ name, on string }{{"contrast", "high"}, {"type", "large"}} {
		switch web.Query(r, p.name) {
		case p.on:
			h.viewCookie(w, web.ViewCookies()[i], p.on)
		case "off":
			h.viewCookie(w, web.ViewCookies()[i], "")
		}
	}
	return web.Redirect(w, r, web.LocalPath(web.Query(r, "to"), "/"))
}

// viewCookie has no __Host- prefix: it opens nothing, and the page store reads
// it before anything else is known.
func (h *House) viewCookie(w http.ResponseWriter, name, value string) {
	age := int(prefsAge.Seconds())
	if value == "" {
		age = -1
	}
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: age,
		Secure: h.Config.Secure(), HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}
