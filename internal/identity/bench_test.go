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

// BenchmarkJudge judges the password that costs most: every letter with every
// sign that may stand for it.
func BenchmarkJudge(b *testing.B) {
	i, err := identity.New(identity.Deps{Config: identity.Config{Policy: identity.PolicyNIST, Hash: identitytest.Hash()}})
	must(b, err)
	for b.Loop() {
		_ = i.Judge("aA4@bB8cC({[<eE3gG69iI1!|lL17sS$5tT+7xX%zZ2oO0Q", nil, 8)
	}
}
