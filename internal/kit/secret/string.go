package secret

import (
	"crypto/subtle"
	"fmt"
	"io"
	"log/slog"
)

// hidden is printed in place of a secret.
const hidden = "[hidden]"

// String is a configured secret (password, token) that does not get into logs: fmt,
// slog, JSON and YAML see "[hidden]". Read it from text; take it out with Reveal.
type String struct {
	// A pointer: fmt prints an unexported field of another struct without asking the
	// methods below, and then shows an address.
	value *string
}

// NewString makes a String of s.
func NewString(s string) String { return String{value: &s} }

// Reveal gives the secret itself, "" when there is none.
func (s String) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// IsZero reports whether there is no secret.
func (s String) IsZero() bool { return s.Reveal() == "" }

// Equal compares in constant time.
func (s String) Equal(other String) bool {
	return subtle.ConstantTimeCompare([]byte(s.Reveal()), []byte(other.Reveal())) == 1
}

// String hides the secret.
func (s String) String() string { return hidden }

// Format hides the secret from every verb of fmt.
func (s String) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// LogValue hides the secret from slog.
func (s String) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText hides the secret from JSON, YAML and whatever else writes text.
func (s String) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// UnmarshalText takes the secret from configuration.
func (s *String) UnmarshalText(text []byte) error {
	*s = NewString(string(text))
	return nil
}
