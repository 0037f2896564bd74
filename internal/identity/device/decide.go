package device

import (
	"context"
	"crypto/rand"
	"errors"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"okno/internal/identity"
	"okno/internal/identity/device/devicedb"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/notify"
)

// Methods by which a session began that another device has let in. The second
// may carry roles of staff: the session of that device does.
const (
	methodQR       = identity.MethodQR
	methodQRStrong = identity.MethodQRStrong
)

// numbers makes the two-digit number that the asking browser shows, and the
// three that the device chooses from.
func numbers() (number int64, choices string) {
	all := make([]int, 0, 3)
	for len(all) < 3 {
		if n := 10 + random(90); !slices.Contains(all, n) {
			all = append(all, n)
		}
	}
	words := make([]string, len(all))
	for i, n := range all {
		words[i] = strconv.Itoa(n)
	}
	return int64(all[random(len(all))]), strings.Join(words, ",")
}

func random(n int) int {
	v, err := rand.Int(rand.Reader, big.NewInt(int64(n)))
	if err != nil {
		return 0 // crypto/rand does not fail since Go 1.24
	}
	return int(v.Int64())
}

// Answer is what a person says to an ask.
type Answer struct {
	// Choice is the number that was chosen (push).
	Choice string
	// Credential is the passkey's answer (JSON), "" for none.
	Credential string
	// Challenge is the token of what the passkey has answered.
	Challenge string
	// Device is the secret of a device that takes push messages, "" for none.
	Device string
}

// Confirm answers yes. The device must be unlocked: by a passkey if the account
// has one, else by a factor given just now. A wrong number refuses the ask at
// once. Errors: ErrOver, ErrOff, ErrUnlock, identity.ErrFresh, ErrNoAsk.
func (r *Room) Confirm(ctx context.Context, askID string, with Answer) error {
	a, err := r.Mine(ctx, askID)
	if err != nil {
		return err
	}
	if a.State != Read || a.Over(db.At(r.Clock.Now())) {
		return ErrOver
	}
	if a.Way == byPush && with.Choice == "" {
		return ErrChoice.WithField("choice", ErrChoice.Key)
	}
	if a.Way == byPush && with.Choice != number(a.Number) {
		return errors.Join(r.decide(ctx, a, doRefuse), ErrOver)
	}
	if err := r.allowed(ctx, a); err != nil {
		return err
	}
	if err := r.unlocked(ctx, a, with); err != nil {
		return err
	}
	return r.decide(ctx, a, doConfirm)
}

// allowed wants the owner's consent to sign in by QR code; for the owner's own
// session a code only confirms.
func (r *Room) allowed(ctx context.Context, a Ask) error {
	if a.Kind != SignIn {
		return nil
	}
	on, err := r.QROn(ctx, a.Owner)
	if err == nil && !on {
		err = ErrOff
	}
	return err
}

// Unlocks reports whether the actor's device is unlocked by a passkey.
func (r *Room) Unlocks(ctx context.Context) (bool, error) {
	if r.Unlock == nil {
		return false, nil
	}
	a, err := r.Identity.Account(ctx, identity.ActorOf(ctx).ID)
	if err != nil {
		return false, err
	}
	ways, err := r.Unlock.Ways(ctx, a)
	return slices.ContainsFunc(ways, func(w identity.Way) bool { return w.Kind == "webauthn" }), err
}

func (r *Room) unlocked(ctx context.Context, a Ask, with Answer) error {
	if a.Way == byPush {
		// Whoever holds a device that takes push messages has unlocked it to read one.
		if own, err := r.isDevice(ctx, a.Owner, with.Device); err != nil || own {
			return err
		}
	}
	credential := with.Credential
	passkey, err := r.Unlocks(ctx)
	if err != nil {
		return err
	}
	if !passkey || credential == "" {
		// A person whose passkey lives elsewhere gives another factor.
		return identity.NeedFresh(ctx)
	}
	if err := r.Identity.Limit(ctx, limitUnlock, a.Owner, unlockTries, unlockPer); err != nil {
		return err
	}
	at, err := r.Unlock.CheckPasskey(ctx, with.Challenge, credential)
	if err != nil && errs.KindOf(err) != errs.Internal || err == nil && at.Account.ID != a.Owner {
		return ErrUnlock.WithField("credential", ErrUnlock.Key)
	}
	return err
}

// Refuse answers no.
func (r *Room) Refuse(ctx context.Context, askID string) error {
	a, err := r.Mine(ctx, askID)
	if err != nil {
		return err
	}
	if a.State != Read || a.Over(db.At(r.Clock.Now())) {
		return ErrOver
	}
	return r.decide(ctx, a, doRefuse)
}

// decide writes the answer with its line in the journal; a refusal is told to
// the owner by all ways: somebody may know the password.
func (r *Room) decide(ctx context.Context, a Ask, d deed) error {
	to, ok := after(a.State, d)
	if !ok {
		return ErrOver
	}
	var batch *notify.Batch
	if to == Refused {
		var err error
		if batch, err = r.Identity.SecurityNotice(ctx, a.Owner, false, "identity.device.notice.refused_subject", "identity.device.notice.refused"); err != nil {
			return err
		}
	}
	actor := identity.ActorOf(ctx)
	method := methodQR
	if actor.IsStaff() {
		method = methodQRStrong
	}
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := in(tx).DecideAsk(ctx, devicedb.DecideAskParams{
			ID: a.ID, State: string(a.State), State_2: string(to), ReaderID: actor.Session, Method: method, DecidedAt: tx.Now(),
		})
		if err == nil && n == 0 {
			err = ErrOver
		}
		if err != nil {
			return err
		}
		r.touchAsk(tx, a.ID)
		r.touchOwner(tx, a.Owner)
		e := actor.Entry("identity.ask_"+string(to), a.Owner, "ask:"+a.ID)
		e.Details = map[string]string{"kind": string(a.Kind), "way": a.Way, "ip": a.From.IP}
		if err := r.Audit.Write(ctx, tx, e); err != nil || batch == nil {
			return err
		}
		return r.Notify.Send(ctx, tx, batch)
	})
}

// Use takes the answer of a browser's ask of that kind, once. Errors: ErrNoAsk,
// ErrOver for one that is not confirmed (any more).
func (r *Room) Use(ctx context.Context, browser string, kind Kind) (Ask, error) {
	a, err := r.Look(ctx, browser)
	if err != nil {
		return a, err
	}
	if a.Kind != kind {
		return a, ErrNoAsk
	}
	return a, r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return r.use(ctx, tx, a) })
}

func (r *Room) use(ctx context.Context, tx *db.Tx, a Ask) error {
	if _, ok := after(a.State, doUse); !ok {
		return ErrOver
	}
	n, err := in(tx).UseAsk(ctx, devicedb.UseAskParams{ID: a.ID, ExpiresAt: tx.Now()})
	if err == nil && n == 0 {
		err = ErrOver
	}
	return err
}

// Confirmed uses, in the caller's transaction, the confirmation of the act ref
// that a device of the actor has given to this session. Error: ErrNotConfirmed.
func (r *Room) Confirmed(ctx context.Context, tx *db.Tx, ref string) error {
	actor := identity.ActorOf(ctx)
	row, found, err := one(in(tx).ActAsk(ctx, devicedb.ActAskParams{OwnerID: actor.ID, ExpiresAt: tx.Now(), SessionID: actor.Session, Ref: ref}))
	if err == nil && !found {
		err = ErrNotConfirmed
	}
	if err != nil {
		return err
	}
	n, err := in(tx).UseAsk(ctx, devicedb.UseAskParams{ID: row.ID, ExpiresAt: tx.Now()})
	if err == nil && n == 0 {
		err = ErrNotConfirmed
	}
	return err
}
