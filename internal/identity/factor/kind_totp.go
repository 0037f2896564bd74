package factor

import (
	"context"
	"crypto/rand"
	"net/url"
	"time"

	"github.com/a-h/templ"

	"okno/internal/identity"
	"okno/internal/identity/factor/factordb"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
)

// totpStep is the length of a step of an authenticator app (RFC 6238 §4.1),
// totpDrift how many steps its clock may be off, appDigits the length of a code.
const (
	totpStep  = 30 * time.Second
	totpDrift = 1
	appDigits = 6
)

// typedTries limits guesses of typed codes in typedPer: with three codes good at
// a time, a guesser needs years.
const (
	limitTyped = "factor.typed"
	typedTries = 10
	typedPer   = 15 * time.Minute
)

// app is an authenticator app. Its secret is kept in base32.
type app struct{ *Room }

// Name is the kind's.
func (*app) Name() string { return KindTOTP }

// Held is true: the secret is in the phone.
func (*app) Held() bool { return true }

// Ways is one for all apps of the account: any of their codes will do.
func (*app) Ways(_ context.Context, _ identity.Account, rows []Row) ([]identity.Way, error) {
	return waysOfRows(rows), nil
}

func waysOfRows(rows []Row) []identity.Way {
	var all []identity.Way
	for _, row := range rows {
		all = append(all, identity.Way{Ref: row.ID, Kind: row.Kind, Name: row.Name, Held: true, UsedAt: row.UsedAt, Stored: &row})
	}
	return all
}

func (*app) unprompted() {}
func (*app) limited()    {}

// Begin needs nothing.
func (*app) Begin(context.Context, Proof) (identity.Asked, error) { return identity.Asked{}, nil }

// Wait is none.
func (*app) Wait(context.Context, Proof) (time.Duration, error) { return 0, nil }

// Check takes a code of any of the account's apps, once. Errors, with the field
// "code": ErrCodeFormat, ErrTOTPWrong (also for one used before); ErrLimit.
func (k *app) Check(ctx context.Context, p Proof, answer identity.Answer) (string, identity.Step, error) {
	typed, ok := digitsOf(answer.Code, appDigits)
	if !ok || len(typed) != appDigits {
		return "", nil, fault(identity.ErrCodeFormat)
	}
	if err := k.allowed(ctx, p.Attempt); err != nil {
		return "", nil, err
	}
	now := k.Clock.Now().Unix() / int64(totpStep.Seconds())
	for _, row := range p.All {
		if step, ok := match(fromBase32(row.Secret), typed, max(now-totpDrift, row.Counter+1), now+totpDrift); ok {
			take, err := k.useCounter(ctx, row, step, row.Secret, identity.ErrTOTPWrong)
			return row.ID, take, err
		}
	}
	return "", nil, k.wrong(ctx, p, identity.ErrTOTPWrong)
}

// allowed is ErrLimit while no code is looked at. To look first would tell by its
// time whether a code is right that can't be taken.
func (r *Room) allowed(ctx context.Context, at identity.Attempt) error {
	if at.Allowed != nil {
		return at.Allowed()
	}
	return r.NeedLimit(ctx, limitTyped, at.Account.ID, typedTries, typedPer)
}

// wrong counts a wrong code that was typed: ErrLimit, or what is wrong.
func (r *Room) wrong(ctx context.Context, p Proof, wrong *errs.Error) error {
	if err := r.Limit(ctx, limitTyped, p.Account.ID, typedTries, typedPer); err != nil {
		return err
	}
	return fault(wrong)
}

// useCounter notes the count: neither it nor an earlier one is taken again. Of
// many that come at once no more are taken than may be typed.
func (r *Room) useCounter(ctx context.Context, row Row, count int64, keep []byte, wrong *errs.Error) (identity.Step, error) {
	key, err := r.Sealer.Key(ctx, row.Owner, secret.Person)
	if err != nil {
		return nil, err
	}
	sealed := key.Seal(secretPlace(row.ID), keep)
	return func(ctx context.Context, tx *db.Tx) error {
		if err := r.PassLimit(ctx, tx, limitTyped, row.Owner, typedTries, typedPer); err != nil {
			return err
		}
		return factordb.New(tx.Must(fault(wrong))).UseCounter(ctx, factordb.UseCounterParams{
			OwnerID: row.Owner, ID: row.ID, Counter: count, UsedAt: tx.Now(), SecretSealed: sealed,
		})
	}, nil
}

// Form asks for the code.
func (*app) Form(v identity.FormView) templ.Component { return typedForm(v) }

// Start makes a secret of 160 bits (RFC 4226 §4).
func (*app) Start(context.Context, identity.Account) ([]byte, error) {
	raw := make([]byte, 20)
	_, _ = rand.Read(raw)
	return []byte(base32Of(raw)), nil
}

// Finish wants one code back. It is used up by that.
func (k *app) Finish(_ context.Context, e Enrolment, form url.Values) (Row, error) {
	raw := fromBase32(e.State)
	typed, ok := digitsOf(form.Get("code"), appDigits)
	now := k.Clock.Now().Unix() / int64(totpStep.Seconds())
	step, found := match(raw, typed, now-totpDrift, now+totpDrift)
	switch {
	case !ok || len(typed) != appDigits:
		return Row{}, fault(identity.ErrCodeFormat)
	case !found:
		return Row{}, fault(identity.ErrTOTPWrong)
	}
	return Row{Secret: e.State, Counter: step}, nil
}

// AddForm shows the secret as a QR and in letters.
func (k *app) AddForm(v AddView) templ.Component {
	return appForm(v, k.issuer(), appAddress(v, k.issuer()))
}

// appAddress is what the QR says (the format of Google Authenticator, which all
// apps read).
func appAddress(v AddView, issuer string) string {
	label := url.PathEscape(issuer + ":" + accountName(v.Account))
	return "otpauth://totp/" + label + "?" + url.Values{"secret": {string(v.State)}, "issuer": {issuer}}.Encode()
}

// accountName is what authenticators show beside the portal's name.
func accountName(a identity.Account) string {
	for _, s := range []string{a.Login, a.Email, a.Phone} {
		if s != "" {
			return s
		}
	}
	return a.ID
}

func (r *Room) issuer() string { return r.name }

// SetTOTP gives the account an app with a known secret in base32, in place of
// those it had: for staff.
func (r *Room) SetTOTP(ctx context.Context, accountID, base string) error {
	raw, ok := parseSecret(base)
	if !ok {
		return ErrFields.WithField("secret", "identity.error.totp_secret")
	}
	row := Row{Owner: accountID, ID: id.New(), Kind: KindTOTP, Secret: []byte(base32Of(raw))}
	insert, err := r.sealed(ctx, row)
	if err != nil {
		return err
	}
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		insert.CreatedAt = tx.Now()
		if err := in(tx).DeleteFactorsOfKind(ctx, factordb.DeleteFactorsOfKindParams{OwnerID: accountID, Kind: KindTOTP}); err != nil {
			return err
		}
		if err := in(tx).InsertFactor(ctx, insert); err != nil {
			return err
		}
		return r.Audit.Write(ctx, tx, identity.ActorOf(ctx).Entry("identity.factor_set", accountID, "factor:"+row.ID))
	})
}
