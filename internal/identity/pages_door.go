package identity

import (
	"context"
	"net/http"

	"okno/internal/identity/identitydb"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/kit/web"
	"okno/internal/notify"
)

// What packages of the room that hold a factor of their own need of it.

// Renew puts a new session with a fresh factor in the place of the one that the
// browser has, no longer than that one: another factor was just given. Errors:
// ErrSignIn.
func (i *Identity) Renew(ctx context.Context, w http.ResponseWriter, r *http.Request) error {
	actor, err := signedIn(ctx)
	if err != nil {
		return err
	}
	a, err := i.Account(ctx, actor.ID)
	if err != nil {
		return err
	}
	old, err := i.sessions.find(ctx, web.Cookie(r, SessionCookie), false)
	if err != nil {
		return err
	}
	if old == nil || old.owner != a.ID {
		return ErrSignIn
	}
	o, err := i.prepareSession(ctx, a, old.method, false)
	if err != nil {
		return err
	}
	o.row.ExpiresAt = old.expires
	err = i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := in(tx).EndSession(ctx, identitydb.EndSessionParams{SessionHash: []byte(old.hash), EndedAt: tx.Now()})
		if err == nil && n == 0 {
			return ErrSignIn
		}
		if err != nil {
			return err
		}
		i.touch(tx, a.ID)
		return i.openSession(ctx, tx, o)
	})
	if err == nil {
		web.SetCookie(w, r, SessionCookie, o.token, 0)
	}
	return err
}

// SecurityNotice seals a notice that can't be switched off, with the time, the
// device and the address of the request, and with args. urgent goes by SMS, too.
func (i *Identity) SecurityNotice(ctx context.Context, account string, urgent bool, subject, key string) (*notify.Batch, error) {
	a, err := i.Account(ctx, account)
	if err != nil {
		return nil, err
	}
	return i.notice(ctx, a, urgent, subject, key)
}

// NeedToAdd is the first line of adding a factor that is held: the errors of
// NeedFresh, and ErrHeld where the account holds one and the last proof was only
// sent. Who has taken a phone number over would prove everything by what they add.
func (i *Identity) NeedToAdd(ctx context.Context) error {
	if err := NeedFresh(ctx); err != nil {
		return err
	}
	a := ActorOf(ctx)
	if a.Held {
		return nil
	}
	holds, err := i.Holds(ctx, a.ID)
	if err == nil && holds {
		err = ErrHeld
	}
	return err
}

// DeviceName makes of a browser's long name for itself what a person knows it by.
func DeviceName(agent string) string { return deviceName(agent) }

// Target is where to go after a proof of who one is: a local path, never back
// into it; "" for any other.
func Target(s string) string { return target(s) }

// Home is where a person's own pages begin.
func Home(a Actor) string { return home(a) }

// MoscowTime is an instant as pages tell it.
func MoscowTime(ctx context.Context, t db.Time) string {
	return i18n.T(ctx, "identity.security.moscow", "When", i18n.DateTime(i18n.Lang(ctx), t.Time().In(moscow())))
}

// Faults makes of an error that the person can mend the messages by field and
// the status of the page that shows them; ok is false for all others.
func Faults(ctx context.Context, err error) (faults map[string]string, status int, ok bool) {
	return faultsOf(ctx, err)
}

// RetryAfter tells browsers and programs how long to wait.
func RetryAfter(w http.ResponseWriter, err error) { retryAfter(w, err) }

// Network is whose attempts are counted together: an IPv4 address, a /64 of IPv6.
func Network(ip string) string { return network(ip) }

// NeedSignedIn is the first line of a use case of anybody's own: ErrSignIn for
// nobody.
func NeedSignedIn(ctx context.Context) error {
	_, err := signedIn(ctx)
	return err
}

// Methods of sessions that another device of the owner has let in; the second
// where that device's session has roles of staff.
const (
	MethodQR       = "qr"
	MethodQRStrong = "qr+push"
)
