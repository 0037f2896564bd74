// Package errs gives every error of the portal a kind and a text that can be
// shown. A room makes its errors from these constructors; the web edge turns a
// kind into a status and the key into words, in one place. It is not for
// wrapping causes on the way up: use fmt.Errorf with %w for that.
package errs

import (
	"errors"
	"fmt"
	"time"
)

// Kind says what an error means to the one who asked.
type Kind int

// The kinds, in the order of the design. Internal is what everything unknown is.
const (
	Internal Kind = iota
	Invalid
	Unauthenticated
	Forbidden
	NotFound
	Conflict
	TooMany
	Unavailable
)

var kindNames = [...]string{
	"internal", "invalid", "unauthenticated", "forbidden", "not_found", "conflict", "too_many", "unavailable",
}

// String is the name used in logs and in the JSON API.
func (k Kind) String() string {
	if k < 0 || int(k) >= len(kindNames) {
		return kindNames[Internal]
	}
	return kindNames[k]
}

// Field is a fault of one form field. Name is the field's HTML name, Key the
// message's key in the locale files, Args its placeholders as key, value pairs.
type Field struct {
	Name string
	Key  string
	Args []any
}

// Error is an error with a kind and with the key of the message for people.
// The cause is for the log only and never shown.
type Error struct {
	Kind       Kind
	Key        string
	Args       []any
	Fields     []Field
	RetryAfter time.Duration
	cause      error
}

// New makes an error of the kind; key names the message, args are its
// placeholders as key, value pairs.
func New(kind Kind, key string, args ...any) *Error {
	return &Error{Kind: kind, Key: key, Args: args}
}

// NewInvalid says that what was sent is wrong and can be mended by the sender.
func NewInvalid(key string, args ...any) *Error { return New(Invalid, key, args...) }

// NewUnauthenticated says that a sign-in (or a fresh factor) is needed first.
func NewUnauthenticated(key string, args ...any) *Error { return New(Unauthenticated, key, args...) }

// NewForbidden says that the right is missing.
func NewForbidden(key string, args ...any) *Error { return New(Forbidden, key, args...) }

// NewNotFound says that there is no such thing for this person: also the
// answer for things of other people.
func NewNotFound(key string, args ...any) *Error { return New(NotFound, key, args...) }

// NewConflict says that the thing has moved on since it was read.
func NewConflict(key string, args ...any) *Error { return New(Conflict, key, args...) }

// NewTooMany says that a limit is reached; set After to say for how long.
func NewTooMany(key string, args ...any) *Error { return New(TooMany, key, args...) }

// NewUnavailable says that something that we depend on is down.
func NewUnavailable(key string, args ...any) *Error { return New(Unavailable, key, args...) }

// Error is the text for the log: kind, key and cause, without arguments, which
// may be personal.
func (e *Error) Error() string {
	if e.cause != nil {
		return fmt.Sprintf("%s: %s: %v", e.Kind, e.Key, e.cause)
	}
	return fmt.Sprintf("%s: %s", e.Kind, e.Key)
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.cause }

// Wrap returns a copy with the cause, for the log.
func (e *Error) Wrap(cause error) *Error {
	c := *e
	c.cause = cause
	return &c
}

// After returns a copy that tells when to try again.
func (e *Error) After(d time.Duration) *Error {
	c := *e
	c.RetryAfter = d
	return &c
}

// WithField returns a copy with one more field fault.
func (e *Error) WithField(name, key string, args ...any) *Error {
	c := *e
	c.Fields = append(append([]Field(nil), e.Fields...), Field{Name: name, Key: key, Args: args})
	return &c
}

// Is makes errors.Is compare by kind and key, so that a room's error values
// can be tested for after Wrap and WithField.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Kind == e.Kind && t.Key == e.Key
}

// KindOf is the kind of the first *Error in the chain, Internal without one.
func KindOf(err error) Kind {
	if e, ok := As(err); ok {
		return e.Kind
	}
	return Internal
}

// As finds the first *Error in the chain.
func As(err error) (*Error, bool) {
	var e *Error
	ok := errors.As(err, &e)
	return e, ok
}

// IsKind reports whether err is of the kind.
func IsKind(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }
