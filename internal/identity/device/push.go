package device

import (
	"context"
	"crypto/subtle"
	"strconv"
	"time"

	"okno/internal/identity"
	"okno/internal/identity/device/devicedb"
	"okno/internal/kit/db"
	"okno/internal/kit/id"
	"okno/internal/notify"
)

// codeTries is how often the code of a push message may be typed wrongly.
const codeTries = 5

// Pushes reports whether the account has a device that takes push messages.
func (r *Room) Pushes(ctx context.Context, owner string) (int, error) {
	if r.Push == nil {
		return 0, nil
	}
	rows, err := r.store.read().DevicesOf(ctx, owner)
	return len(rows), db.Classify(err)
}

// letters are the push messages of an ask, one for each device, in the language
// of the account, with a code to type where the number can't be chosen.
func (r *Room) letters(ctx context.Context, a identity.Account, ask, code string) (*notify.Batch, error) {
	devices, err := r.devicesOf(ctx, a.ID, "")
	if err != nil {
		return nil, err
	}
	actor := identity.ActorOf(ctx)
	browser := identity.DeviceName(actor.Agent)
	if browser == "" {
		browser = r.Texts.T(a.Lang, "identity.security.unknown_device")
	}
	var all []notify.Letter
	for _, d := range devices {
		all = append(all, notify.Letter{
			Channel: notify.Push, To: d.subscription, Owner: a.ID, Kind: "code", Secret: true, Link: approvePath(ask),
			Subject: r.Texts.T(a.Lang, "identity.device.push.title"),
			Text:    r.Texts.T(a.Lang, "identity.device.push.text", "Device", browser, "IP", actor.IP, "Code", code),
			Expires: r.Clock.Now().Add(pushLife),
		})
	}
	return r.Notify.Seal(ctx, all...)
}

// codeHash is what is kept of the code of an ask.
func codeHash(ask, code string) []byte { return id.Hash(ask + " " + code) }

// Asked is the newest ask to the owner's devices for ref. Error: ErrNoAsk.
func (r *Room) Asked(ctx context.Context, owner string, kind Kind, ref string) (Ask, error) {
	row, found, err := one(r.store.read().RefAsk(ctx, devicedb.RefAskParams{OwnerID: owner, Ref: ref, Kind: string(kind)}))
	if err == nil && !found {
		err = ErrNoAsk
	}
	if err != nil {
		return Ask{}, err
	}
	return r.open(ctx, row)
}

// Proved takes the answer to the ask for ref: a device has confirmed, or code is
// the one of the message. Once. Errors with the field "code": ErrWaits, ErrRefused,
// ErrCode, ErrOver.
func (r *Room) Proved(ctx context.Context, owner string, kind Kind, ref, code string) error {
	a, err := r.Asked(ctx, owner, kind, ref)
	if err != nil {
		return err
	}
	switch {
	case a.Over(r.now()) || a.State == Used:
		return codeFault(ErrOver)
	case a.State == Refused:
		return codeFault(ErrRefused)
	case a.State == Confirmed:
		return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return r.use(ctx, tx, a) })
	case code == "":
		return codeFault(ErrWaits)
	}
	return r.byCode(ctx, a, code)
}

// byCode ends an ask by the code of its message.
func (r *Room) byCode(ctx context.Context, a Ask, code string) error {
	ok := false
	err := r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		ok = false // run again, it may find the code used by whoever was faster
		row, err := in(tx).AskOf(ctx, a.ID)
		if err != nil || row.Tries >= codeTries || row.State != string(a.State) {
			return err
		}
		if subtle.ConstantTimeCompare(row.CodeHash, codeHash(a.ID, code)) != 1 {
			return in(tx).TryAsk(ctx, a.ID)
		}
		n, err := in(tx).DecideAsk(ctx, devicedb.DecideAskParams{ID: a.ID, State: row.State, State_2: string(Used), Method: methodQR, DecidedAt: tx.Now()})
		ok = err == nil && n == 1
		return err
	})
	if err == nil && !ok {
		return codeFault(ErrCode)
	}
	return err
}

// PushPause is how long to wait before another push for ref may be sent.
func (r *Room) PushPause(ctx context.Context, owner string, kind Kind, ref string) (time.Duration, error) {
	row, found, err := one(r.store.read().RefAsk(ctx, devicedb.RefAskParams{OwnerID: owner, Ref: ref, Kind: string(kind)}))
	if err != nil || !found {
		return 0, err
	}
	return max(0, row.CreatedAt.Add(pushPause).Sub(r.now())), nil
}

// pushPause is how long a device is left in peace between two asks for one thing.
const pushPause = 30 * time.Second

// isDevice reports whether the secret is of one of the owner's devices.
func (r *Room) isDevice(ctx context.Context, owner, browser string) (bool, error) {
	if browser == "" {
		return false, nil
	}
	rows, err := r.store.read().DevicesOf(ctx, owner)
	if err != nil {
		return false, db.Classify(err)
	}
	hash, ok := id.Hash(browser), 0
	for _, row := range rows {
		ok |= subtle.ConstantTimeCompare(row.SecretHash, hash)
	}
	return ok == 1, nil
}

func number(n int) string { return strconv.Itoa(n) }
