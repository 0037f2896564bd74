package identity

import (
	"context"
	"net/http"
	"strings"

	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/i18n"
	"okno/internal/kit/web"
)

// SessionCookie is the plain name of the session's cookie; whoever sends it is
// not answered from the store of anonymous pages.
const SessionCookie = "okno_session"

// signInCookie carries what waits for a second factor, recoverCookie a recovery.
const (
	signInCookie  = "okno_signin"
	recoverCookie = "okno_recover"
)

// longestToken bounds what is taken for a token.
const longestToken = 100

// Authenticate is the step of web.Edge that puts the Actor into the context: by
// cookie for pages, by bearer token for /api/, never the other way round. When
// the session can't be checked, pages for everybody still open as for nobody,
// and every guard but web.Public refuses.
func (i *Identity) Authenticate(ctx context.Context, r *http.Request) (context.Context, error) {
	a := Actor{
		Agent: web.UserAgent(ctx), Request: web.RequestID(ctx), Lang: i18n.Lang(ctx),
	}
	if ip := web.ClientIP(ctx); ip.IsValid() {
		a.IP = ip.String()
	}
	c := credentialOf(r)
	a.Program, a.Device = c.bearer, deviceToken(r)
	if c.token == "" {
		return WithActor(ctx, a), nil
	}
	known, err := i.identify(ctx, a, c)
	if err != nil {
		return withFault(WithActor(ctx, a), unknowable(err)), nil
	}
	known.lacks = i.needs
	switch {
	case known.Moved != "":
		return withMoved(WithActor(ctx, a), known), nil
	case known.Restricted && changes(r):
		return withFault(WithActor(ctx, known), ErrRestricted), nil
	}
	return WithActor(ctx, known), nil
}

// changes reports whether the request wants to change what a restricted account
// may not: it may still look, leave, shut out others, and write to support.
func changes(r *http.Request) bool {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return false
	}
	for _, open := range []string{"/logout", "/session/", "/reauth", "/cabinet/security/sessions/", "/cabinet/security/history/", "/feedback", "/objection/", ObjectionPath, "/not-me/", "/stop/", "/api/v1/tickets", "/api/v1/sessions"} {
		if strings.HasPrefix(r.URL.Path, open) {
			return false
		}
	}
	return true
}

// unknowable is why a session can't be checked: whatever the cause, the node
// refuses for now.
func unknowable(err error) error {
	if err = db.Classify(err); errs.KindOf(err) == errs.Internal {
		return db.ErrUnavailable.Wrap(err)
	}
	return err
}

// credential is the token of a request, "" for none, and how it came. passive
// says that a script asked, of a page that lies open: a live stream or a part.
type credential struct {
	token           string
	bearer, passive bool
}

func credentialOf(r *http.Request) credential {
	c := credential{bearer: strings.HasPrefix(r.URL.Path, "/api/")}
	if c.bearer {
		c.token = bearerToken(r.Header.Get("Authorization"))
	} else {
		c.token = web.Cookie(r, SessionCookie)
		c.passive = r.Header.Get("X-Fragment") != "" || r.Header.Get("Accept") == "text/event-stream"
	}
	if len(c.token) > longestToken {
		c.token = ""
	}
	return c
}

// bearerToken takes "Bearer TOKEN" (RFC 6750 §2.1); the word in any case.
func bearerToken(header string) string {
	scheme, token, ok := strings.Cut(header, " ")
	if !ok || !strings.EqualFold(scheme, "bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// StartSession signs the browser in to the account: a new session, its cookie,
// and an end to the session that the browser had. method says how the person
// was recognised, such as "registration". A second factor must have been given.
// A browser that a phone has let in is weighed by the rules as any sign-in is: whoever
// confirms may have been shown a stranger's code. Errors: ErrRisk, ErrBlocked.
func (i *Identity) StartSession(ctx context.Context, w http.ResponseWriter, r *http.Request, accountID, method string) error {
	if err := i.barred(ctx, accountID); err != nil {
		return err
	}
	a, err := i.Account(ctx, accountID)
	if err != nil {
		return err
	}
	o, err := i.prepareSession(ctx, a, method, false)
	if err != nil {
		return err
	}
	var weighed Step
	if method == MethodQR || method == MethodQRStrong {
		if weighed, err = i.letIn(ctx, a); err != nil {
			return err
		}
	}
	err = i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := i.endCurrent(ctx, tx); err != nil {
			return err
		}
		if err := steps(weighed)(ctx, tx); err != nil {
			return err
		}
		return i.openSession(ctx, tx, o)
	})
	if err != nil {
		return err
	}
	o.keep(w, r)
	return nil
}

// letIn weighs a browser that a phone lets in; what it gives is done with the
// session. The phone's owner has unlocked it: no more proof is asked for.
func (i *Identity) letIn(ctx context.Context, a Account) (Step, error) {
	v, explain, err := i.judged(ctx, a, i.weigh(ctx, a.ID), nil)
	if err != nil {
		return nil, err
	}
	tell, err := i.tellPlace(ctx, a, v)
	return steps(explain, tell), err
}

// deviceToken is the browser's token of a request; "" for none or for what
// can't be one.
func deviceToken(r *http.Request) string {
	token := web.Cookie(r, deviceCookie)
	if len(token) < 20 || len(token) > longestToken {
		return ""
	}
	return token
}

// Keep gives the browser the cookies of the session that was opened.
func (o *opening) keep(w http.ResponseWriter, r *http.Request) {
	web.SetCookie(w, r, SessionCookie, o.token, 0)
	if o.device != "" {
		web.SetCookie(w, r, deviceCookie, o.device, deviceLife)
	}
}

// back lets a handler see the one who moved to another network or browser as
// the actor: on the way to the factor that is asked for, and out.
func back(h web.Handler) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error { return h(w, r.WithContext(returned(r.Context()))) }
}
