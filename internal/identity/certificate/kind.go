package certificate

import (
	"context"
	"io"
	"net/url"
	"time"

	"github.com/a-h/templ"

	"okno/internal/identity"
	"okno/internal/identity/certificate/certificatedb"
	"okno/internal/identity/factor"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
)

// KindCertificate is the second factor of a certificate in the browser.
const KindCertificate = "certificate"

// Kind is that factor, for package factor.
func (r *Room) Kind() factor.Kind { return &kind{r} }

type kind struct{ room *Room }

// Name of the kind.
func (*kind) Name() string { return KindCertificate }

// Held: its key is in the browser or on a token.
func (*kind) Held() bool { return true }

// Elsewhere: the certificates have a table of their own.
func (*kind) Elsewhere() {}

// Ways is one for all certificates of the account: the browser asks which.
func (k *kind) Ways(ctx context.Context, a identity.Account, _ []factor.Row) ([]identity.Way, error) {
	if !k.room.On() {
		return nil, nil
	}
	all, err := k.room.Of(ctx, a.ID)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return []identity.Way{{Ref: KindCertificate, Kind: KindCertificate, Held: true, UsedAt: all[0].Used}}, nil
}

// TakeSince takes away the certificates that were bound since, and visits that are
// under way.
func (*kind) TakeSince(ctx context.Context, tx *db.Tx, owner string, since db.Time) error {
	if err := in(tx).DeleteVisitsOf(ctx, owner); err != nil {
		return err
	}
	return in(tx).DeleteCertificatesSince(ctx, certificatedb.DeleteCertificatesSinceParams{OwnerID: owner, CreatedAt: since})
}

// Begin begins a visit.
func (k *kind) Begin(ctx context.Context, p factor.Proof) (identity.Asked, error) {
	_, err := k.room.Visit(ctx, p.Account.ID, Factor, p.ID, "")
	return identity.Asked{}, err
}

// Wait is nothing.
func (*kind) Wait(context.Context, factor.Proof) (time.Duration, error) { return 0, nil }

// Check takes the code that the browser has come back with.
func (k *kind) Check(ctx context.Context, p factor.Proof, answer identity.Answer) (string, identity.Step, error) {
	_, err := k.room.Proved(ctx, p.Account.ID, Factor, p.ID, answer.Code)
	if e, ok := errs.As(err); ok && e.Kind == errs.Invalid {
		err = e.WithField("code", e.Key)
	}
	return KindCertificate, nil, err
}

// Form leads to the address that asks for certificates.
func (k *kind) Form(v identity.FormView) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		row, found, err := one(k.room.store.read().VisitByRef(ctx, certificatedb.VisitByRefParams{Ref: v.Attempt, Purpose: Factor}))
		if err != nil {
			return err
		}
		f := factorForm{FormView: v}
		if found {
			f.Address = k.room.Config.URL + visitPath + row.ID + "?" + url.Values{"to": {v.To}, "action": {v.Action}}.Encode()
		}
		return factorFormPage(f).Render(ctx, w)
	})
}

type factorForm struct {
	identity.FormView
	Address string
}
