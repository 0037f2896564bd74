package profile_test

import (
	"fmt"
	"sync"
	"testing"

	"okno/internal/identity"
	"okno/internal/profile"
	"okno/internal/profile/profiletest"
)

// TestManyAtOnceAreAllServed: 64 people come at once to a young database, where
// PostgreSQL can't put most of them in order at the first try.
func TestManyAtOnceAreAllServed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *profiletest.World) {
		var all sync.WaitGroup
		for n := range 64 {
			all.Go(func() {
				_, err := w.Profile.Enter(w.System(), profile.NewPerson{
					Account: identity.NewAccount{Phone: fmt.Sprintf("+7911%07d", n), Email: fmt.Sprintf("many%d@example.ru", n), Lang: "ru"},
					Person:  profiletest.Person(n + 1),
				})
				if err != nil {
					t.Errorf("%d is turned away: %v", n, err)
				}
			})
		}
		all.Wait()
	})
}
