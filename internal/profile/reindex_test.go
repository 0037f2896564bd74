package profile_test

import (
	"testing"

	"okno/internal/kit/testkit"
	"okno/internal/profile"
	"okno/internal/profile/profiletest"
)

func TestReindex(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *profiletest.World) {
		owner := w.Citizen(t, 1, profile.Standard)
		w.Citizen(t, 2, profile.Simplified)
		keys, system := w.Sealer.Keyset(), w.System()
		must(t, keys.RotateIndex(system, testkit.Start))
		for _, want := range []int{1, 1, 0} {
			if n, err := w.Profile.Reindex(system, 1); err != nil || n != want {
				t.Fatalf("%d, %v; want %d", n, err, want)
			}
		}
		must(t, keys.DropIndex(system, 1))
		ctx, _ := operator(t, w)
		if found, err := w.Profile.Find(ctx, profiletest.SNILS(1)); err != nil || len(found) != 1 || found[0] != owner {
			t.Errorf("%v, %v", found, err)
		}
	})
}
