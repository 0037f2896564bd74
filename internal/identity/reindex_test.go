package identity_test

import (
	"context"
	"testing"

	"okno/internal/identity"
	"okno/internal/identity/identitytest"
	"okno/internal/kit/testkit"
)

func TestReindex(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, i *identity.Identity, _ ticking) {
		ctx := context.Background()
		anna := identitytest.Account(t, i, phone, func(n *identity.NewAccount) { n.Email = "anna@example.ru" })
		keys := i.Sealer.Keyset()
		must(t, keys.RotateIndex(ctx, testkit.Start))
		found := func() {
			t.Helper()
			if got, err := i.FindByPhone(ctx, phone); err != nil || got != anna {
				t.Fatalf("found %q, %v", got, err)
			}
			must(t, try(i, "anna@example.ru", identitytest.Password))
		}
		found() // while both versions live
		for _, want := range []int{1, 1, 1, 0} {
			if n, err := i.Reindex(ctx, 1); err != nil || n != want {
				t.Fatalf("%d, %v, want %d", n, err, want)
			}
		}
		must(t, keys.DropIndex(ctx, 1))
		found()
	})
}
