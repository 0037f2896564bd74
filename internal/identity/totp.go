package identity

import (
	"context"
	"crypto/subtle"
	"encoding/base32"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"okno/internal/identity/identitydb"
	"okno/internal/kit/db"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
)

// kindTOTP is the kind of factor of an authenticator app (RFC 6238).
const kindTOTP = "totp"

// totpStep is the length of a step, totpDrift how many steps a clock may be off.
const (
	totpStep  = 30 * time.Second
	totpDrift = 1
)

// totpTries limits guesses of an authenticator's code in totpPer: with three
// codes good at a time, a guesser needs years.
const (
	limitTOTP = "totp"
	totpTries = 10
	totpPer   = 15 * time.Minute
)

// SetTOTP gives the account an authenticator with a known secret in base32, in
// place of the one it had: for staff.
func (i *Identity) SetTOTP(ctx context.Context, accountID, base string) error {
	base = strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "=", "").Replace(base))
	if raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(base); err != nil || len(raw) < 10 {
		return ErrFields.WithField("secret", "identity.error.totp_secret")
	}
	key, err := i.Sealer.Key(ctx, accountID, secret.Person)
	if err != nil {
		return err
	}
	factor := id.New()
	row := identitydb.InsertFactorParams{
		OwnerID: accountID, ID: factor, Kind: kindTOTP, NameSealed: []byte{},
		SecretSealed: key.SealString(factorPlace(factor), base),
	}
	return i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		row.CreatedAt = tx.Now()
		if err := in(tx).DeleteFactorsOfKind(ctx, identitydb.DeleteFactorsOfKindParams{OwnerID: accountID, Kind: kindTOTP}); err != nil {
			return err
		}
		if err := in(tx).InsertFactor(ctx, row); err != nil {
			return err
		}
		return i.Audit.Write(ctx, tx, ActorOf(ctx).Entry("identity.factor_set", accountID, "factor:"+factor))
	})
}

func factorPlace(factor string) secret.Place {
	return secret.At("identity_factors", "secret_sealed", factor)
}

// CheckTOTP takes a code of the account's authenticator, once. Errors, with the
// field "code": ErrCodeFormat, ErrCodeWrong (also for one used before); ErrLimit.
func (i *Identity) CheckTOTP(ctx context.Context, accountID, typed string) error {
	code, ok := normalCode(typed)
	if !ok {
		return codeFault(ErrCodeFormat)
	}
	if err := i.Limit(ctx, limitTOTP, accountID, totpTries, totpPer); err != nil {
		return err
	}
	factors, err := i.store.read().FactorsOf(ctx, identitydb.FactorsOfParams{OwnerID: accountID, Kind: kindTOTP})
	if err != nil {
		return db.Classify(err)
	}
	key, err := i.Sealer.Key(ctx, accountID, secret.Person)
	if err != nil {
		return err
	}
	for _, f := range factors {
		base, err := key.OpenString(factorPlace(f.ID), f.SecretSealed)
		if err != nil {
			return err
		}
		step, ok := matchTOTP(base, code, i.Clock.Now())
		if ok {
			return i.useTOTP(ctx, f, step)
		}
	}
	return codeFault(ErrTOTPWrong)
}

// useTOTP notes the step: neither it nor an earlier one is taken again.
func (i *Identity) useTOTP(ctx context.Context, f identitydb.IdentityFactor, step int64) error {
	var n int64
	err := i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		n, err = in(tx).UseFactor(ctx, identitydb.UseFactorParams{OwnerID: f.OwnerID, ID: f.ID, Counter: step, UsedAt: tx.Now()})
		if err != nil || n == 0 {
			return err
		}
		return i.clear(ctx, tx, limitTOTP, f.OwnerID)
	})
	if err == nil && n == 0 {
		return codeFault(ErrTOTPWrong)
	}
	return err
}

// matchTOTP finds the step near now whose code it is.
func matchTOTP(base, code string, now time.Time) (step int64, ok bool) {
	opts := totp.ValidateOpts{Period: uint(totpStep.Seconds()), Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}
	for d := -totpDrift; d <= totpDrift; d++ {
		at := now.Add(time.Duration(d) * totpStep)
		want, err := totp.GenerateCodeCustom(base, at, opts)
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			step, ok = at.Unix()/int64(totpStep.Seconds()), true
		}
	}
	return step, ok
}
