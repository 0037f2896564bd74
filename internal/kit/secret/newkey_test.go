package secret_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"okno/internal/kit/db"
	"okno/internal/kit/secret"
)

// TestNewKeyIsOne: of many who make the key of one new owner all get the same.
func TestNewKeyIsOne(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *secret.Sealer, _ *db.DB) {
		var all sync.WaitGroup
		sealed := make([][]byte, 8)
		for i := range sealed {
			all.Go(func() {
				k, err := s.NewKey(context.Background(), "case-1", secret.Case)
				if err != nil {
					t.Error(err)
					return
				}
				sealed[i] = k.Seal(place, []byte("Иванова"))
			})
		}
		all.Wait()
		k := key(t, s, "case-1", secret.Case)
		for _, one := range sealed {
			if got, err := k.Open(place, one); err != nil || string(got) != "Иванова" {
				t.Errorf("%q, %v", got, err)
			}
		}
	})
}

// TestNewKeyDoesNotReplace: a key that stands stays.
func TestNewKeyDoesNotReplace(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *secret.Sealer, _ *db.DB) {
		ctx := context.Background()
		sealed := key(t, s, "case-1", secret.Case).Seal(place, []byte("Иванова"))
		k, err := s.NewKey(ctx, "case-1", secret.Case)
		must(t, err)
		if got, err := k.Open(place, sealed); err != nil || string(got) != "Иванова" {
			t.Errorf("%q, %v", got, err)
		}
	})
}

// TestWarmReadsBoth: after it the keys are there without the store.
func TestWarmReadsBoth(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *secret.Sealer, d *db.DB) {
		ctx := secret.WithCache(context.Background())
		key(t, s, "person-1", secret.Person)
		key(t, s, "case-1", secret.Case)
		must(t, s.Warm(ctx, "person-1", "case-1"))
		must(t, s.Warm(ctx, "person-1", "case-2")) // it is not there
		must(t, s.Warm(context.Background(), "person-1", "case-1"))
		_, err := d.SQL().ExecContext(ctx, "DELETE FROM secret_keys")
		must(t, err)
		for owner, kind := range map[string]secret.Kind{"person-1": secret.Person, "case-1": secret.Case} {
			if found, err := s.Keys(ctx, kind, owner); err != nil || found[owner] == nil {
				t.Errorf("%s: %v", owner, err)
			}
		}
		must(t, s.Erase(ctx, "person-1"))
		if _, err := s.Key(ctx, "person-1", secret.Person); !errors.Is(err, secret.ErrErased) {
			t.Errorf("an erased owner's key: %v", err)
		}
	})
}
