package identity_test

import (
	"testing"

	"okno/internal/identity"
)

func TestMaskedNames(t *testing.T) {
	t.Parallel()
	for want, a := range map[string]identity.Account{
		"a…a":           {Login: "anna", Phone: "+79131234567", Email: "anna@example.ru"},
		"+7 … 67":       {Phone: "+79131234567", Email: "anna@example.ru"},
		"a…@example.ru": {Email: "anna@example.ru"},
		"":              {},
	} {
		if got := a.Masked(); got != want {
			t.Errorf("%+v is %q, not %q", a, got, want)
		}
	}
}
