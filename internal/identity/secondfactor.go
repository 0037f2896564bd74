package identity

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"okno/internal/identity/identitydb"
	"okno/internal/kit/db"
	"okno/internal/notify"
)

// What a proof is given for. A proof for one is of no use for another.
const (
	ForSignIn = forSignIn
	ForReauth = forReauth
)

// What codes are for that a person tells somebody who helps: to send an
// application for them, to help them at a service centre.
const (
	ForHelper = "helper_send"
	ForVisit  = "mfc_visit"
)

// Way is one way in which an account proves that it is its owner: a stored
// factor, or a contact that a code is sent to.
type Way struct {
	// Ref names the way among those of the account: a factor's id, or its kind
	// where there is one of it, such as "sms".
	Ref string
	// Kind is "sms", "email", "totp", …
	Kind string
	// Name is what the owner calls it, "" for none; Hint shows where a code goes:
	// the last two digits of a phone, a masked address, how many codes are left.
	Name, Hint string
	// Held: the person holds a thing, and is not sent something. Only such ways
	// give a session the roles of staff.
	Held bool
	// Spare is a way for the day when the others are lost: it does not count as
	// the last one.
	Spare bool
	// Script: the answer comes from a script that is given options.
	Script bool
	// Synced: its key may be copied to other devices, as a passkey is that an account
	// of its maker keeps (backup-eligible, WebAuthn Level 3 §6.1.3).
	Synced bool
	UsedAt db.Time
	// Stored is what the way's own room has read of it, for its Check; nil for none.
	Stored any
}

// Attempt is a proof that is being given.
type Attempt struct {
	// ID is of the sign-in or of the session which asks; Purpose says for what.
	ID, Purpose string
	Account     Account
	Way         Way
	// Among are the ways that may answer in the place of Way; nil for any of its kind.
	Among []Way
	// Allowed gives the answer of SecondFactors.Allowed, where it was asked ahead; nil
	// otherwise.
	Allowed func() error
}

// Answer is what came back: a code as it was typed, or what a script got from an
// authenticator, as JSON.
type Answer struct {
	Code, Credential string
}

// Step is a part of a change, done in its transaction; nil is nothing to do.
type Step func(context.Context, *db.Tx) error

// steps are done one after the other.
func steps(all ...Step) Step {
	return func(ctx context.Context, tx *db.Tx) error {
		for _, s := range all {
			if s == nil {
				continue
			}
			if err := s(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	}
}

// Asked is how a proof stands after it was begun.
type Asked struct {
	// Resend is how long to wait before it can be sent again.
	Resend time.Duration
	// Options are JSON for the script that asks an authenticator; nil for none.
	Options []byte
}

// FormView is what the form of a way is shown with.
type FormView struct {
	Way Way
	// Attempt is the id of the attempt that the form is of.
	Attempt string
	// To is the local path to go to afterwards. Action takes the answer, Resend
	// sends again, Options gives a script its options, Others lists other ways:
	// each a path, "" for none.
	To, Action, Resend, Options, Others string
	// Wait is in seconds, before it can be sent again.
	Wait int
	Sent bool
	// Further: one proof was taken, and this one is asked for as well.
	Further bool
	Faults  map[string]string
}

// ChoiceView is the list of ways.
type ChoiceView struct {
	To, For, Action string
	Ways            []Way
	Chosen          string
	Faults          map[string]string
}

// SecondFactors is what identity asks of the factors of accounts; package factor
// is one. They are handed over by SetFactors.
type SecondFactors interface {
	// Ways are those of the account, the one to be asked for first at the front.
	Ways(ctx context.Context, a Account) ([]Way, error)
	// Begin begins a proof: sends a code, makes a challenge. Again, it sends again.
	// Errors: ErrCodePause, ErrLimit.
	Begin(ctx context.Context, at Attempt) (Asked, error)
	// Wait is how long to wait before Begin can be called again.
	Wait(ctx context.Context, at Attempt) (time.Duration, error)
	// Allowed is ErrLimit while no answer of the kind is looked at, as too many were
	// wrong. Check asks it, too.
	Allowed(ctx context.Context, accountID, kind string) error
	// Check looks at an answer, once, and gives the ref of the way that it was by,
	// such as another one of several keys. take, if there is one, uses a right answer
	// up, in the transaction of what it opens; its errors are those of Check. A wrong
	// answer is counted by Check itself. Errors that the person can mend name the
	// field "code".
	Check(ctx context.Context, at Attempt, answer Answer) (ref string, take Step, err error)
	// Used notes in the transaction that opens the session that the way has proved
	// itself, and for which session.
	Used(ctx context.Context, tx *db.Tx, at Attempt, session string) error
	// Title, Form and Choice are of the pages.
	Title(ctx context.Context, w Way) string
	Form(v FormView) templ.Component
	Choice(v ChoiceView) templ.Component
	// Passkeys reports whether the portal can ask for them. BeginPasskey makes a challenge for a passkey of nobody known, under a token
	// that the browser keeps; CheckPasskey tells whose it was.
	Passkeys() bool
	BeginPasskey(ctx context.Context) (token string, options []byte, err error)
	CheckPasskey(ctx context.Context, token, credential string) (Attempt, error)
	// SetTOTP gives an account an authenticator with a known secret in base32.
	SetTOTP(ctx context.Context, accountID, base string) error
	// Withdraw takes away in the transaction what the account has added since the
	// instant and holds: keys, apps, codes on paper, devices, certificates.
	Withdraw(ctx context.Context, tx *db.Tx, owner string, since db.Time) error
	// Export and Erase are of the owner's factors.
	Export(ctx context.Context, owner string) ([]map[string]any, error)
	Erase(ctx context.Context, tx *db.Tx, owner string) error
}

// SetFactors gives the second factors. Call it before requests come.
func (i *Identity) SetFactors(f SecondFactors) { i.factors = f }

// SetTOTP gives the account an authenticator with a known secret in base32, in
// place of the one it had: for staff.
func (i *Identity) SetTOTP(ctx context.Context, accountID, base string) error {
	return i.factors.SetTOTP(ctx, accountID, base)
}

// factorTOTP is the kind of an authenticator app.
const factorTOTP = "totp"

// Holds reports whether the account has a factor that is held, and not sent.
func (i *Identity) Holds(ctx context.Context, accountID string) (bool, error) {
	a, err := i.Account(ctx, accountID)
	if err != nil {
		return false, err
	}
	ways, err := i.factors.Ways(ctx, a)
	return len(heldOf(ways)) > 0, err
}

// heldKinds are the kinds of second factor that a person holds; a session that
// began with one may carry staff's roles.
func heldKinds() []string {
	return []string{factorTOTP, "oath", "webauthn", "recovery", "push", "certificate"}
}

const (
	// methodPasskey is a sign-in by a passkey alone: it is held, and its device has
	// verified the person.
	methodPasskey = "passkey"
	// methodSynced stands behind the method of a key that may be copied.
	methodSynced = "synced"
)

// methodOf is the method of a session that began with a password and the way.
func methodOf(w Way) string { return methodBy("password+"+w.Kind, w) }

func methodBy(method string, w Way) string {
	if w.Synced {
		return method + "+" + methodSynced
	}
	return method
}

// strong reports whether a session of the method may carry staff's roles: its
// second factor is held, not sent.
func strong(method string) bool {
	parts := strings.Split(method, "+")
	return parts[0] == methodPasskey || method == MethodQRStrong || len(parts) > 1 && slices.Contains(heldKinds(), parts[1])
}

// hardKinds are those that a device holds and that answer to this portal alone.
func hardKinds() []string { return []string{"webauthn", "certificate"} }

// hard reports whether the way is of those and, as far as one can tell, its key
// can't leave its device (SP 800-63B-4 §2.3 wants that at its third level).
func (w Way) hard() bool { return slices.Contains(hardKinds(), w.Kind) && !w.Synced }

// carries reports whether a session of the method carries staff's roles by the
// settings.
func (i *Identity) carries(method string) bool {
	if i.Config.Factors != FactorsHigh {
		return strong(method)
	}
	parts := strings.Split(method, "+")
	hard := parts[0] == methodPasskey || len(parts) > 1 && slices.Contains(hardKinds(), parts[1])
	return hard && parts[len(parts)-1] != methodSynced
}

// waysOf are the ways in which an account may sign in: of staff only what they
// hold. ErrNoFactor when there is none.
func (i *Identity) waysOf(ctx context.Context, a Account) ([]Way, error) {
	if i.factors == nil {
		return nil, ErrNoFactor
	}
	var ways []Way
	var roles []Role
	err := beside(
		func() (err error) { roles, err = i.rolesOf(ctx, a.ID); return err },
		func() (err error) { ways, err = i.factors.Ways(ctx, a); return err },
	)
	if err != nil {
		return nil, err
	}
	if ways = i.Admitted(ways, len(roles) > 0); len(ways) == 0 {
		return nil, ErrNoFactor
	}
	return ways, nil
}

// Admitted are those of an account's ways that count by the settings. A member of
// staff who has no key yet comes in by another thing that is held, without roles,
// to add one.
func (i *Identity) Admitted(ways []Way, staff bool) []Way {
	if staff {
		ways = heldOf(ways)
	}
	if i.Config.Factors != FactorsHigh {
		return ways
	}
	held := slices.ContainsFunc(ways, func(w Way) bool { return w.Held && !w.Spare })
	ways = slices.DeleteFunc(slices.Clone(ways), func(w Way) bool { return w.Kind == factorEmail || w.Kind == factorSMS && held })
	hard := slices.DeleteFunc(slices.Clone(ways), func(w Way) bool { return !w.hard() })
	if staff && len(hard) > 0 {
		return hard
	}
	return ways
}

// What a member of staff lacks to come to the desk.
const (
	// LacksKey: the account has no key that stays on its device.
	LacksKey = "key"
	// LacksProof: the account has one, and the session began by something else.
	LacksProof = "proof"
)

// Lacks says what the actor, who works here, needs for the roles: LacksKey,
// LacksProof, or "" for nothing. Only the settings of high security ask for it.
func (i *Identity) Lacks(ctx context.Context, actor Actor) (string, error) {
	if i.Config.Factors != FactorsHigh || len(actor.Roles) > 0 {
		return "", nil
	}
	roles, err := i.rolesOf(ctx, actor.ID)
	if err != nil || len(roles) == 0 {
		return "", err
	}
	a, err := i.Account(ctx, actor.ID)
	if err != nil {
		return "", err
	}
	ways, err := i.factors.Ways(ctx, a)
	if err != nil {
		return "", err
	}
	if slices.ContainsFunc(ways, Way.hard) {
		return LacksProof, nil
	}
	return LacksKey, nil
}

// needs is Lacks as the error that the desk refuses with; nil for nothing.
func (i *Identity) needs(ctx context.Context, actor Actor) error {
	lacks, err := i.Lacks(ctx, actor)
	switch {
	case err != nil:
		return err
	case lacks == LacksKey:
		return ErrNeedsKey
	case lacks == LacksProof:
		return ErrNeedsProof
	}
	return nil
}

func heldOf(ways []Way) []Way {
	return slices.DeleteFunc(slices.Clone(ways), func(w Way) bool { return !w.Held })
}

// wayOf finds a way by its ref.
func wayOf(ways []Way, ref string) (Way, bool) {
	n := slices.IndexFunc(ways, func(w Way) bool { return w.Ref == ref })
	if n < 0 {
		return Way{}, false
	}
	return ways[n], true
}

// prove checks the answer and names the way that it was by; take uses it up.
func (i *Identity) prove(ctx context.Context, at Attempt, ways []Way, answer Answer) (by Attempt, take Step, err error) {
	ref, take, err := i.factors.Check(ctx, at, answer)
	if way, ok := wayOf(ways, ref); ok {
		at.Way = way
	}
	return at, take, err
}

// RolesOf are the account's roles of staff, whatever its sessions are.
func (i *Identity) RolesOf(ctx context.Context, accountID string) ([]Role, error) {
	return i.rolesOf(ctx, accountID)
}

// CodePause is how long to wait before SendCode sends another one.
func (i *Identity) CodePause(ctx context.Context, purpose, subject, channel string) (time.Duration, error) {
	return i.codePause(ctx, purpose, subject, channel)
}

// CodeTo is the request for a code to the account's phone or address.
func CodeTo(a Account, channel, purpose string) CodeRequest {
	r := CodeRequest{Purpose: purpose, Subject: a.ID, Channel: channel, To: a.Phone, Owner: a.ID, Lang: a.Lang}
	if channel == notify.Email {
		r.To = a.Email
	}
	return r
}

// CheckHash compares a secret with what HashPassword gave; "" never agrees, after
// the same work.
func (i *Identity) CheckHash(ctx context.Context, typed, hash string) (bool, error) {
	ok, _, err := i.hashes.check(ctx, typed, hash)
	return ok, err
}

// ClearLimit forgets in the transaction what Limit has counted.
func (i *Identity) ClearLimit(ctx context.Context, tx *db.Tx, scope, key string) error {
	return i.clear(ctx, tx, scope, key)
}

// NeedLimit is ErrLimit while Limit would refuse; it counts nothing.
func (i *Identity) NeedLimit(ctx context.Context, scope, key string, n int, per time.Duration) error {
	full, _, err := one(i.store.read().LimitOf(ctx, i.limitIndex(scope, key)))
	if err != nil {
		return err
	}
	if wait := tooSoon(full, db.At(i.Clock.Now()), n, per); wait > 0 {
		return limited(wait)
	}
	return nil
}

// PassLimit is NeedLimit in the transaction of what came to be right, and forgets
// what was counted.
func (i *Identity) PassLimit(ctx context.Context, tx *db.Tx, scope, key string, n int, per time.Duration) error {
	return identitydb.New(tx.Must(limited(stepOf(n, per)))).EmptyLimit(ctx, identitydb.EmptyLimitParams{
		LimitIndex: i.limitIndex(scope, key), FullAt: tx.Now(), FullAt_2: tx.Now().Add(per - stepOf(n, per)),
	})
}

// FactorNotice seals the notice of a change of factors, to every contact. args
// are placeholders of the text beside those of every notice.
func (i *Identity) FactorNotice(ctx context.Context, a Account, subject, key string, args ...any) (*notify.Batch, error) {
	return i.notice(ctx, a, true, subject, key, args...)
}

// MaskPhone gives the last two digits: what may be shown before the owner is
// known for sure.
func MaskPhone(phone string) string { return lastTwo(phone) }

// MaskEmail shows the first letter and the domain.
func MaskEmail(email string) string { return maskEmail(email) }
