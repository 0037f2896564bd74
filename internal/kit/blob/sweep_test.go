package blob_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"okno/internal/kit/blob"
	"okno/internal/kit/clock"
)

func TestSweepDeletesWhatNoRowNames(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s blob.Store) {
		ctx := context.Background()
		named := map[string]bool{}
		for i := range 230 { // more than a batch
			key := fmt.Sprintf("vault/%03d", i)
			put(t, s, key, []byte("x"))
			named[key] = i%10 != 0
		}
		put(t, s, "cases/1", []byte("x"))
		asked := func(context.Context, []string) (map[string]bool, error) { return named, nil }
		if n, err := blob.Sweep(ctx, s, "vault/", clock.System().Now().Add(-time.Hour), asked); n != 0 || err != nil {
			t.Fatalf("young files: %d, %v", n, err)
		}
		if n, err := blob.Sweep(ctx, s, "vault/", clock.System().Now().Add(time.Hour), asked); n != 23 || err != nil {
			t.Fatalf("deleted %d, %v", n, err)
		}
		for key, want := range map[string]bool{"vault/000": false, "vault/001": true, "vault/229": true, "cases/1": true} {
			if _, err := s.Stat(ctx, key); errors.Is(err, blob.ErrNone) == want {
				t.Errorf("%s: %v", key, err)
			}
		}
		down := errors.New("down")
		_, err := blob.Sweep(ctx, s, "vault/", clock.System().Now().Add(time.Hour), func(context.Context, []string) (map[string]bool, error) { return nil, down })
		if _, serr := s.Stat(ctx, "vault/001"); !errors.Is(err, down) || serr != nil {
			t.Errorf("with the database down: %v, %v", err, serr)
		}
	})
}
