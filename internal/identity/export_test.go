package identity

import (
	"context"
	"io"

	"okno/internal/kit/db"
)

// What tests of the package from outside may reach.

var (
	NormalCode  = normalCode
	BearerToken = bearerToken
	LastTwo     = lastTwo
	Walk        = walk
	OtherLayout = otherLayout
	ParseLogin  = parseLogin
	ParseEmail  = parseEmail
)

// ParseCursor reads a place in the history and gives it as it is written.
func ParseCursor(s string) (string, bool) {
	c, ok := parseCursor(s)
	return c.String(), ok
}

// EndSession ends one of the actor's sessions.
func (i *Identity) EndSession(ctx context.Context, session string) error {
	return i.endSession(ctx, session)
}

// NotMeOwner is whose a link of a notice is.
func (i *Identity) NotMeOwner(token string) (string, error) { return i.notMeOwner(token) }

// ParseIdentifier gives kind and value.
func ParseIdentifier(s string) (kind, value string) {
	c := parseIdentifier(s)
	return c.kind, c.value
}

// Leaked looks for a password in a list.
func Leaked(r io.ReaderAt, size int64, password string) (bool, error) {
	return (&breached{r, size}).has(password)
}

// SignIn gives the token and the factor.
func (i *Identity) SignIn(ctx context.Context, name, password string) (token, factor string, err error) {
	w, err := i.signIn(ctx, name, password)
	return w.token, w.way.Kind, err
}

// Finish gives the session's token.
func (i *Identity) Finish(ctx context.Context, token, code string) (string, error) {
	o, err := i.finish(ctx, token, Answer{Code: code}, false)
	if err != nil {
		return "", err
	}
	return o.token, nil
}

// ChooseWay takes another way for what waits under the token.
func (i *Identity) ChooseWay(ctx context.Context, token, ref string) error {
	_, err := i.chooseWay(ctx, token, ref)
	return err
}

// Shown shows what waits under the token.
func (i *Identity) Shown(ctx context.Context, token string) error {
	_, err := i.waitingOf(ctx, token)
	return err
}

// Begin begins a session of the method without a sign-in.
func (i *Identity) Begin(ctx context.Context, account, method string) (string, error) {
	a, err := i.Account(ctx, account)
	if err != nil {
		return "", err
	}
	o, err := i.prepareSession(ctx, a, method, false)
	if err != nil {
		return "", err
	}
	return o.token, i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return i.openSession(ctx, tx, o) })
}

// Who is the actor of a session's token.
func (i *Identity) Who(ctx context.Context, token string) (Actor, error) {
	return i.identify(ctx, Actor{}, credential{token: token})
}

// Hashes counts the hashes made.
func (i *Identity) Hashes() int64 { return i.hashes.made.Load() }

// Reads counts the sessions read one by one.
func (i *Identity) Reads() int64 { return i.sessions.reads.Load() }

// Judge gives the key of what is wrong with a password.
func (i *Identity) Judge(password string, own []string, shortest int) string {
	key, _ := i.judge(password, own, shortest)
	return key
}

// StoredHash is the password's hash in the database.
func (i *Identity) StoredHash(ctx context.Context, account string) (string, error) {
	return i.store.read().PasswordOf(ctx, account)
}

// StartRecover begins a recovery.
func (i *Identity) StartRecover(ctx context.Context, name, channel string) (string, error) {
	return i.startRecover(ctx, forRecover, name, channel)
}

// ProveRecover checks its code.
func (i *Identity) ProveRecover(ctx context.Context, token, code string) error {
	_, err := i.proveRecover(ctx, forRecover, token, Answer{Code: code})
	return err
}

// CheckTOTP takes a code of the account's authenticator, once.
func (i *Identity) CheckTOTP(ctx context.Context, accountID, typed string) error {
	a, err := i.Account(ctx, accountID)
	if err != nil {
		return err
	}
	at := Attempt{Purpose: forRecover, Account: a, Way: Way{Kind: factorTOTP, Held: true}}
	_, take, err := i.factors.Check(ctx, at, Answer{Code: typed})
	if err != nil {
		return err
	}
	return i.DB.Write(ctx, take)
}
