package cases

import (
	"testing"

	"okno/internal/kit/db"
	"okno/internal/kit/secret"
	"okno/internal/kit/testkit"
)

// The parts of a lifecycle, so that it is seen which one has grown.
func BenchmarkLifecycle(b *testing.B) {
	x := setup(b, testkit.Open(b, db.SQLite, schema(), nil))
	b.Run("submit", func(b *testing.B) {
		for b.Loop() {
			x.send(b, submission())
		}
	})
	b.Run("take", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			number := x.submit(b)
			b.StartTimer()
			must(b, x.Take(x.officer(), deal(number)))
		}
	})
	b.Run("approve", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			number := x.submit(b)
			must(b, x.Take(x.officer(), deal(number)))
			b.StartTimer()
			must(b, x.Approve(secret.WithCache(x.officer()), deal(number), ""))
		}
	})
	number := x.submit(b)
	b.Run("card", func(b *testing.B) {
		for b.Loop() {
			_, err := x.Mine(secret.WithCache(x.citizen()), number)
			must(b, err)
		}
	})
	b.Run("queue", func(b *testing.B) {
		for b.Loop() {
			_, err := x.Cases.Queue(secret.WithCache(x.officer()), QueueFilter{})
			must(b, err)
		}
	})
}
