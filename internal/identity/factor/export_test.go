package factor

import (
	"context"
	"net/url"
	"time"
)

// What tests of the package from outside may reach.
var (
	HOTP          = hotp
	ParseSecret   = parseSecret
	ParseRecovery = parseRecovery
	DigitsOf      = digitsOf
	Base32        = base32Of
	ParseName     = parseName
)

// Device is a code token.
type Device = device

// Find gives the counter to keep and the drift.
func (d device) Find(typed string, last int64, now time.Time) (counter, drift int64, ok bool) {
	return d.find(typed, last, now)
}

// Enrol adds a factor of the kind by the form that finish makes of its state.
func (r *Room) Enrol(ctx context.Context, kind string, finish func(id string, e Enrolment) url.Values) error {
	enrolment, err := r.startAdd(ctx, kind)
	if err != nil || enrolment == "" {
		return err
	}
	_, _, e, err := r.enrolment(ctx, enrolment)
	if err != nil {
		return err
	}
	return r.finishAdd(ctx, enrolment, finish(enrolment, e))
}

// Remove takes a factor away.
func (r *Room) Remove(ctx context.Context, ref string) error { return r.remove(ctx, ref) }

// Rename renames one.
func (r *Room) Rename(ctx context.Context, ref, name string) error { return r.rename(ctx, ref, name) }

// Recovery makes the codes.
func (r *Room) Recovery(ctx context.Context) ([]string, error) { return r.makeRecovery(ctx) }

// ParseAssertion parses what a browser sent.
func ParseAssertion(s string) error { _, err := parseAssertion(s); return err }

// ParseAttestation parses what a browser sent of a new credential.
func ParseAttestation(s string) error { _, err := parseAttestation(s); return err }

// EnrolKey adds a credential which create makes of the options.
func (r *Room) EnrolKey(ctx context.Context, kind string, create func(options string) string) error {
	enrolment, err := r.startAdd(ctx, kind)
	if err != nil {
		return err
	}
	options, err := r.optionsOf(ctx, enrolment)
	if err != nil {
		return err
	}
	return r.finishAdd(ctx, enrolment, url.Values{"credential": {create(string(options))}})
}
