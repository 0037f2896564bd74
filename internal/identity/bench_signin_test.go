package identity_test

import (
	"context"
	"testing"

	"okno/internal/identity"
	"okno/internal/identity/identitytest"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/testkit"
)

// costly is an identity whose hashes cost what they do in production.
func costly(b *testing.B) *identity.Identity {
	b.Helper()
	clk := clock.System()
	deps := identitytest.Deps(b, testkit.Open(b, db.SQLite, schema, clk), identitytest.Sealer(b, clk), clk)
	deps.Config.Hash = identity.HashCost{}
	return identitytest.With(b, deps)
}

// BenchmarkArgon2id is the check of a password alone.
func BenchmarkArgon2id(b *testing.B) {
	i, ctx := costly(b), context.Background()
	hash, err := i.HashPassword(ctx, identitytest.Password)
	must(b, err)
	for b.Loop() {
		if ok, err := i.CheckHash(ctx, identitytest.Password, hash); err != nil || !ok {
			b.Fatal(ok, err)
		}
	}
}

// BenchmarkSignIn is a right password with all that the portal does around it,
// up to the page of the second factor.
func BenchmarkSignIn(b *testing.B) {
	i := costly(b)
	identitytest.StaffAccount(b, i, "anna")
	for b.Loop() {
		must(b, try(i, "anna", identitytest.Password))
	}
}
