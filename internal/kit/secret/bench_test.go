package secret_test

import (
	"context"
	"fmt"
	"testing"

	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/secret"
	"okno/internal/kit/testkit"
)

func BenchmarkOpen(b *testing.B) {
	d := testkit.Open(b, db.SQLite, schema, clock.NewFake(testkit.Start))
	k := key(b, secret.NewSealer(openKeyset(b, createKeyset(b)), d), "0190a6e4-7d3a-7c1e-9f00-3b1c2d4e5f60", secret.Person)
	sealed := k.Seal(place, []byte("Константинопольская Анна-Мария"))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := k.Open(place, sealed); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSeal(b *testing.B) {
	d := testkit.Open(b, db.SQLite, schema, clock.NewFake(testkit.Start))
	k := key(b, secret.NewSealer(openKeyset(b, createKeyset(b)), d), "0190a6e4-7d3a-7c1e-9f00-3b1c2d4e5f60", secret.Person)
	b.ReportAllocs()
	for b.Loop() {
		k.Seal(place, []byte("Константинопольская Анна-Мария"))
	}
}

func BenchmarkIndex(b *testing.B) {
	keyset := openKeyset(b, createKeyset(b))
	for b.Loop() {
		keyset.Index("snils", "agency-1", "12345678964")
	}
}

func BenchmarkListOf50(b *testing.B) {
	d := testkit.Open(b, db.SQLite, schema, clock.NewFake(testkit.Start))
	s := secret.NewSealer(openKeyset(b, createKeyset(b)), d)
	owners := make([]string, 50)
	for i := range owners {
		owners[i] = fmt.Sprint("case-", i)
		key(b, s, owners[i], secret.Case)
	}
	for b.Loop() {
		if keys, err := s.Keys(context.Background(), secret.Case, owners...); err != nil || len(keys) != 50 {
			b.Fatal(err)
		}
	}
}
