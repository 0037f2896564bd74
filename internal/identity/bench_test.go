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

// BenchmarkSession is what each request pays for its session on a node in step.
func BenchmarkSession(b *testing.B) {
	clk := clock.System()
	i := identitytest.New(b, testkit.Open(b, db.SQLite, schema, clk), clk)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	token := begin(ctx, b, i)
	i.Start(ctx)
	testkit.Eventually(b, "in step", func() bool { return i.Revalidate(ctx) == nil })
	for b.Loop() {
		if who, err := i.Who(ctx, token); err != nil || !who.SignedIn() {
			b.Fatal(err)
		}
	}
}

// BenchmarkSessionUncached is the same with a read for each request.
func BenchmarkSessionUncached(b *testing.B) {
	clk := clock.System()
	i := identitytest.New(b, testkit.Open(b, db.SQLite, schema, clk), clk)
	ctx := context.Background()
	token := begin(ctx, b, i)
	for b.Loop() {
		if who, err := i.Who(ctx, token); err != nil || !who.SignedIn() {
			b.Fatal(err)
		}
	}
}

func begin(ctx context.Context, b *testing.B, i *identity.Identity) string {
	b.Helper()
	token, err := i.Begin(ctx, identitytest.Account(b, i, phone), "registration")
	must(b, err)
	return token
}
