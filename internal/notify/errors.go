package notify

import "errors"

// refusal marks a delivery that will never succeed.
type refusal struct{ cause error }

func (r refusal) Error() string { return "refused: " + r.cause.Error() }
func (r refusal) Unwrap() error { return r.cause }

// Refused is what a gateway returns for a letter that it will never take, such
// as one to an address that does not exist; it is not tried again.
func Refused(cause error) error { return refusal{cause} }

func isRefused(err error) bool {
	var r refusal
	return errors.As(err, &r)
}
