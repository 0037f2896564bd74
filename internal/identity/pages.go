package identity

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"okno/internal/kit/errs"
	"okno/internal/kit/i18n"
	"okno/internal/kit/web"
)

// StayPath is asked, by POST, when a person wants to stay signed in.
const StayPath = "/session/stay"

// Mount adds the pages and the operations of the API.
func (i *Identity) Mount(rt *web.Router) {
	rt.Handle("GET /login", web.Public, web.Plain(web.Stored(i.showLogin), i.showLogin))
	rt.Handle("POST /login", web.Public, i.postLogin)
	rt.Handle("GET /login/code", web.Public, i.showCode)
	rt.Handle("POST /login/code", web.Public, i.postCode)
	rt.Handle("POST /login/code/resend", web.Public, i.postResend)
	rt.Handle("GET /login/totp", web.Public, i.showCode)
	rt.Handle("POST /login/totp", web.Public, i.postCode)
	rt.Handle("POST /login/code/options", web.Public, i.postOptions)
	rt.Handle("GET /login/ways", web.Public, i.showWays)
	rt.Handle("POST /login/ways", web.Public, i.postWays)
	rt.Handle("POST /login/passkey/options", web.Public, i.postPasskeyOptions)
	rt.Handle("POST /login/passkey", web.Public, i.postPasskey)
	rt.Handle("POST /logout", web.Public, back(i.postLogout))
	rt.Handle("POST "+StayPath, SignedIn(), stay)
	rt.Handle("GET "+formsPath+"/{id}", SignedIn(), i.showForm)

	rt.Handle("GET /reauth", Returning(), back(i.showReauth))
	rt.Handle("POST /reauth", Returning(), back(i.postReauth))
	rt.Handle("POST /reauth/send", Returning(), back(i.postReauthSend))
	rt.Handle("POST /reauth/options", Returning(), back(i.postReauthOptions))
	rt.Handle("GET /reauth/ways", Returning(), back(i.showReauthWays))

	rt.Handle("GET /cabinet/security", SignedIn(), i.showSecurity)
	rt.Handle("POST /cabinet/security/sessions/{id}/end", SignedIn(), i.postEndSession)
	rt.Handle("POST /cabinet/security/sessions/end-others", SignedIn(), i.postEndOthers)
	rt.Handle("GET /cabinet/security/password", Fresh(SignedIn()), i.showPassword)
	rt.Handle("POST /cabinet/security/password", SignedIn(), i.postPassword)
	rt.Handle("POST /password/strength", web.Public, i.postStrength)

	i.mountRecover(rt)
	i.mountHistory(rt)
	i.mountContact(rt)
	i.mountAccess(rt)
	i.mountAccounts(rt)
	i.mountAPI(rt.API)
}

// faultsOf makes of an error that the person can mend the messages by field
// ("" for the whole form) and the status of the page that shows them. ok is
// false for all others.
func faultsOf(ctx context.Context, err error) (faults map[string]string, status int, ok bool) {
	e, known := errs.As(err)
	if !known || e.Is(ErrRisk) { // nothing to mend on the form: the page of the fault leads to support
		return nil, 0, false
	}
	switch e.Kind {
	case errs.Invalid:
		status = http.StatusUnprocessableEntity
	case errs.TooMany:
		status = http.StatusTooManyRequests
	case errs.Conflict:
		status = http.StatusConflict
	case errs.Forbidden:
		status = http.StatusForbidden
	default:
		return nil, 0, false
	}
	faults = map[string]string{}
	for _, f := range e.Fields {
		faults[f.Name] = i18n.T(ctx, f.Key, f.Args...)
	}
	if len(faults) == 0 {
		faults[""] = i18n.T(ctx, e.Key, e.Args...)
	}
	return faults, status, true
}

// retryAfter tells browsers and programs what the page tells people.
func retryAfter(w http.ResponseWriter, err error) {
	if e, ok := errs.As(err); ok && e.RetryAfter > 0 {
		w.Header().Set("Retry-After", number(seconds(e.RetryAfter)))
	}
}

// target is where to go after the sign-in: a local path, never back into it.
func target(s string) string {
	to := web.LocalPath(s, "")
	for _, own := range []string{"/login", "/logout", "/reauth", "/recover", "/unlock", StayPath} {
		if u, err := url.Parse(to); err != nil || u.Path == own || len(u.Path) > len(own) && u.Path[:len(own)+1] == own+"/" {
			return ""
		}
	}
	return to
}

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

// home is where a person's own pages begin.
func home(a Actor) string {
	if a.IsStaff() {
		return "/desk"
	}
	return "/cabinet"
}

func title(ctx context.Context, key string) string { return i18n.T(ctx, key) }

// stay answers nothing: the request itself has lengthened the session.
func stay(w http.ResponseWriter, _ *http.Request) error {
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// ceilSeconds is a wait as pages tell it.
func ceilSeconds(d time.Duration) int { return seconds(max(0, d)) }
