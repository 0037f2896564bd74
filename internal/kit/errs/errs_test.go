package errs

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

func TestKindSurvivesWrapping(t *testing.T) {
	t.Parallel()
	base := NewNotFound("room.error.gone")
	err := fmt.Errorf("load: %w", base.Wrap(errors.New("no rows")).WithField("a", "k").After(time.Minute))
	if KindOf(err) != NotFound || !IsKind(err, NotFound) {
		t.Fatalf("kind = %v", KindOf(err))
	}
	if !errors.Is(err, base) {
		t.Fatal("a wrapped copy is not recognised")
	}
	if errors.Is(err, NewNotFound("room.error.other")) {
		t.Fatal("another key is recognised")
	}
	e, _ := As(err)
	if len(e.Fields) != 1 || e.RetryAfter != time.Minute || len(base.Fields) != 0 {
		t.Fatalf("copy broken: %+v, base %+v", e, base)
	}
}

func TestTextHidesArguments(t *testing.T) {
	t.Parallel()
	err := NewInvalid("room.error.name", "Name", "Иванов")
	if got := err.Error(); got != "invalid: room.error.name" {
		t.Fatalf("text = %q", got)
	}
}

func TestUnknownIsInternal(t *testing.T) {
	t.Parallel()
	if KindOf(errors.New("x")) != Internal || KindOf(nil) != Internal || IsKind(nil, Internal) {
		t.Fatal("unknown errors must be internal, nil none")
	}
	if Kind(99).String() != "internal" {
		t.Fatal("a kind out of range has no name")
	}
}
