package device

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/a-h/templ"

	"okno/internal/identity"
	"okno/internal/identity/device/devicedb"
	"okno/internal/identity/factor"
	"okno/internal/kit/db"
)

// KindPush is the second factor of a device that takes push messages.
const KindPush = "push"

// Kind is that factor, for package factor.
func (r *Room) Kind() factor.Kind { return &pushKind{r} }

type pushKind struct{ room *Room }

// Name of the kind.
func (*pushKind) Name() string { return KindPush }

// Held: the device is, and its message can be read only there.
func (*pushKind) Held() bool { return true }

// Elsewhere: the devices have a table of their own.
func (*pushKind) Elsewhere() {}

// Ways is one for all devices of the account: each of them is asked.
func (k *pushKind) Ways(ctx context.Context, a identity.Account, _ []factor.Row) ([]identity.Way, error) {
	n, err := k.room.Pushes(ctx, a.ID)
	if err != nil || n == 0 {
		return nil, err
	}
	return []identity.Way{{Ref: KindPush, Kind: KindPush, Held: true}}, nil
}

// TakeSince takes away the devices that were added since.
func (*pushKind) TakeSince(ctx context.Context, tx *db.Tx, owner string, since db.Time) error {
	return in(tx).DeleteDevicesSince(ctx, devicedb.DeleteDevicesSinceParams{OwnerID: owner, CreatedAt: since})
}

// Begin asks the devices.
func (k *pushKind) Begin(ctx context.Context, p factor.Proof) (identity.Asked, error) {
	wait, err := k.Wait(ctx, p)
	if err != nil {
		return identity.Asked{}, err
	}
	if wait > 0 {
		e := *identity.ErrCodePause
		e.Args = []any{"Count", int((wait + time.Second - 1) / time.Second)}
		return identity.Asked{Resend: wait}, e.After(wait)
	}
	_, _, err = k.room.Begin(ctx, AskFor{Kind: Factor, Owner: p.Account.ID, Push: true, Ref: p.ID})
	return identity.Asked{Resend: pushPause}, err
}

// Wait is how long the devices are left in peace.
func (k *pushKind) Wait(ctx context.Context, p factor.Proof) (time.Duration, error) {
	return k.room.PushPause(ctx, p.Account.ID, Factor, p.ID)
}

// Check takes what a device has answered, or the code of its message.
func (k *pushKind) Check(ctx context.Context, p factor.Proof, answer identity.Answer) (string, identity.Step, error) {
	err := k.room.Proved(ctx, p.Account.ID, Factor, p.ID, onlyDigits(answer.Code))
	if errors.Is(err, ErrNoAsk) {
		err = codeFault(ErrOver)
	}
	return KindPush, nil, err
}

func onlyDigits(s string) string {
	var out []rune
	for _, c := range s {
		if c >= '0' && c <= '9' {
			out = append(out, c)
		}
	}
	return string(out)
}

// Form shows the number, and waits.
func (k *pushKind) Form(v identity.FormView) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		row, found, err := one(k.room.store.read().AskByRef(ctx, devicedb.AskByRefParams{Ref: v.Attempt, Kind: string(Factor)}))
		if err != nil {
			return err
		}
		f := pushForm{FormView: v}
		if found && (Ask{State: State(row.State), Expires: row.ExpiresAt}).open(k.room.now()) {
			f.Ask, f.Number = row.ID, number(int(row.Number))
		}
		return pushFormPage(f).Render(ctx, w)
	})
}

type pushForm struct {
	identity.FormView
	Ask, Number string
}
