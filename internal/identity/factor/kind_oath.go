package factor

import (
	"context"
	"encoding/json"
	"net/url"
	"time"

	"github.com/a-h/templ"

	"okno/internal/identity"
)

// The windows of a code token. A token that counts may have been pressed in
// vain lookAhead times; one with a clock may be tokenDrift steps away from where
// it was last seen. Two codes in a row bring back one that is further off
// (RFC 4226 §7.4, RFC 6238 §6).
const (
	lookAhead    = 10
	lookFar      = 200
	tokenDrift   = 2
	tokenFar     = 120 // an hour of half-minutes
	periodShort  = 30
	periodLong   = 60
	modeTime     = "totp"
	modeCount    = "hotp"
	firstCounter = 0
)

// device is what is kept of a code token.
type device struct {
	Secret string `json:"secret"` // base32
	Mode   string `json:"mode"`
	Digits int    `json:"digits"`
	// Period is in seconds, Drift in periods: how far its clock was off last.
	Period int   `json:"period,omitempty"`
	Drift  int64 `json:"drift,omitempty"`
}

// token is a hardware token that shows codes (OATH).
type token struct{ *Room }

// Name is the kind's.
func (*token) Name() string { return KindOATH }

// Held is true.
func (*token) Held() bool { return true }

// Ways are the tokens.
func (*token) Ways(_ context.Context, _ identity.Account, rows []Row) ([]identity.Way, error) {
	return waysOfRows(rows), nil
}

func (*token) unprompted() {}
func (*token) limited()    {}

// Begin needs nothing.
func (*token) Begin(context.Context, Proof) (identity.Asked, error) { return identity.Asked{}, nil }

// Wait is none.
func (*token) Wait(context.Context, Proof) (time.Duration, error) { return 0, nil }

// Check takes a code of any of the account's tokens, once, or two codes in a row
// of one that is far off.
func (k *token) Check(ctx context.Context, p Proof, answer identity.Answer) (string, identity.Step, error) {
	typed, ok := digitsOf(answer.Code, 16)
	if !ok {
		return "", nil, fault(ErrToken)
	}
	if err := k.allowed(ctx, p.Attempt); err != nil {
		return "", nil, err
	}
	for _, row := range p.All {
		var d device
		if err := json.Unmarshal(row.Secret, &d); err != nil {
			return "", nil, err
		}
		count, drift, ok := d.find(typed, row.Counter, k.Clock.Now())
		if !ok {
			continue
		}
		d.Drift = drift
		keep, err := json.Marshal(d) //nolint:gosec // it is sealed before it is kept
		if err != nil {
			return "", nil, err
		}
		take, err := k.useCounter(ctx, row, count, keep, ErrToken)
		return row.ID, take, err
	}
	return "", nil, k.wrong(ctx, p, ErrToken)
}

// find gives the counter to keep, which is above last, and the drift.
func (d device) find(typed string, last int64, now time.Time) (counter, drift int64, ok bool) {
	raw, two := fromBase32([]byte(d.Secret)), len(typed) == 2*d.Digits
	if !two && len(typed) != d.Digits {
		return 0, 0, false
	}
	if d.Mode == modeCount { // what is kept is the next count
		var n int64
		if two {
			n, ok = matchTwo(raw, typed[:d.Digits], typed[d.Digits:], last, last+lookFar)
		} else {
			n, ok = match(raw, typed, last, last+lookAhead)
		}
		return n + 1, 0, ok
	}
	at := now.Unix() / int64(d.Period)
	var n int64
	if two {
		n, ok = matchTwo(raw, typed[:d.Digits], typed[d.Digits:], max(at-tokenFar, last+1), at+tokenFar)
	} else {
		mid := at + d.Drift
		n, ok = match(raw, typed, max(mid-tokenDrift, last+1), mid+tokenDrift)
	}
	return n, n - at, ok
}

// Form asks for the code.
func (*token) Form(v identity.FormView) templ.Component { return typedForm(v) }

// Start needs nothing.
func (*token) Start(context.Context, identity.Account) ([]byte, error) { return []byte("{}"), nil }

// Finish reads the token's papers and wants one code, or two in a row of a token
// that has been used before.
func (k *token) Finish(_ context.Context, _ Enrolment, form url.Values) (Row, error) {
	d, err := parseDevice(form)
	if err != nil {
		return Row{}, err
	}
	typed, ok := digitsOf(form.Get("code"), 2*d.Digits)
	if !ok {
		return Row{}, fault(ErrToken)
	}
	counter, drift, ok := d.find(typed, firstCounter, k.Clock.Now())
	if !ok {
		return Row{}, fault(ErrToken)
	}
	d.Drift = drift
	raw, err := json.Marshal(d) //nolint:gosec // it is sealed before it is kept
	return Row{Secret: raw, Counter: counter}, err
}

func parseDevice(form url.Values) (device, error) {
	e := ErrFields
	secret, ok := parseSecret(form.Get("secret"))
	if !ok {
		e = e.WithField("secret", "identity.factor.error_secret")
	}
	d := device{Secret: base32Of(secret), Mode: form.Get("mode"), Digits: 6, Period: periodShort}
	if form.Get("digits") == "8" {
		d.Digits = 8
	}
	switch d.Mode {
	case modeCount:
		d.Period = 0
	case modeTime:
		if form.Get("period") == "60" {
			d.Period = periodLong
		}
	default:
		e = e.WithField("mode", "identity.factor.error_mode")
	}
	if len(e.Fields) > 0 {
		return d, e
	}
	return d, nil
}

// AddForm asks for what the token's papers say.
func (*token) AddForm(v AddView) templ.Component { return tokenForm(v) }
