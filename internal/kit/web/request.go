package web

import (
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"okno/internal/kit/i18n"
)

// contentPolicy allows nothing but the portal's own files: no inline script or
// style, no frame around, no form to elsewhere.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
	"font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

func (e *Edge) securityHeaders(h http.Header) {
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "geolocation=(), microphone=(), camera=(), payment=()")
	h.Set("X-Frame-Options", "DENY")
	if e.Secure {
		h.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
	}
}

// clientIP believes X-Forwarded-For only as far as configured proxies wrote it:
// from the right, the first address that is no proxy of ours.
func (e *Edge) clientIP(r *http.Request) netip.Addr {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	ip := ap.Addr().Unmap()
	if !e.isProxy(ip) {
		return ip
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			return ip
		}
		ip = hop.Unmap()
		if !e.isProxy(ip) {
			return ip
		}
	}
	return ip
}

func (e *Edge) isProxy(ip netip.Addr) bool {
	for _, p := range e.Proxies {
		if p.Contains(ip) {
			return true
		}
	}
	return false
}

// LangCookie holds the chosen language.
const LangCookie = "okno_lang"

// Language is the language of a request: the cookie's, else the browser's
// first known one, else Russian.
func Language(r *http.Request) string {
	if c, err := r.Cookie(LangCookie); err == nil && i18n.Known(c.Value) {
		return c.Value
	}
	for part := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(part), ";")
		base, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if i18n.Known(base) {
			return base
		}
	}
	return i18n.RU
}

// SetCookie sets a cookie for the whole portal that scripts can't read. On
// https its name gets the __Host- prefix. A zero maxAge lasts for the browser's
// session, a negative one deletes.
func SetCookie(w http.ResponseWriter, r *http.Request, name, value string, maxAge time.Duration) {
	e := edgeFrom(r.Context())
	seconds := int(maxAge.Seconds())
	if maxAge < 0 {
		seconds = -1
	}
	http.SetCookie(w, &http.Cookie{
		Name: e.cookieName(name), Value: value, Path: "/", MaxAge: seconds,
		Secure: e.Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// Cookie is the value of a cookie set by SetCookie, "" for none.
func Cookie(r *http.Request, name string) string {
	c, err := r.Cookie(edgeFrom(r.Context()).cookieName(name))
	if err != nil {
		return ""
	}
	return c.Value
}

func (e *Edge) cookieName(name string) string {
	if e.Secure {
		return "__Host-" + name
	}
	return name
}

func queryEscape(s string) string { return url.QueryEscape(s) }

func cut(s string, n int) string {
	if len(s) > n {
		return strings.ToValidUTF8(s[:n], "")
	}
	return s
}

func retrySeconds(d time.Duration) string {
	return strconv.Itoa(int((d + time.Second - 1) / time.Second))
}
