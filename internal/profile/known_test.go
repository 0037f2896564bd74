package profile_test

import (
	"context"
	"fmt"
	"testing"

	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/profile"
	"okno/internal/profile/profiletest"
)

// TestEveryChangeOfFactsMovesTheMark changes rows of each table that facts come
// from, as any release or an operator would, and looks at the mark.
func TestEveryChangeOfFactsMovesTheMark(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *profiletest.World) {
		owner := w.Citizen(t, 1, profile.Standard)
		_, err := w.Profile.AddHolding(w.As(t, owner), owner, profile.HoldingChild, childValues())
		must(t, err)
		w.Drain(t)
		last, err := w.Profile.Mark(context.Background(), owner)
		must(t, err)
		for _, table := range []string{"profile_states", "profile_persons", "profile_checks", "profile_holdings", "identity_accounts"} {
			for _, text := range []string{"UPDATE %s SET owner_id = owner_id WHERE owner_id = $1", "DELETE FROM %s WHERE owner_id = $1"} {
				must(t, w.DB.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
					done, err := tx.ExecContext(ctx, fmt.Sprintf(text, table), owner)
					if err != nil {
						return err
					}
					if n, err := done.RowsAffected(); err != nil || n == 0 {
						t.Errorf("%s has no row of the owner, %v", table, err)
					}
					return nil
				}))
				now, err := w.Profile.Mark(context.Background(), owner)
				must(t, err)
				if now == last || now == 0 {
					t.Errorf("%s of %s leaves the mark at %d", text, table, now)
				}
				last = now
			}
		}
	})
}

// TestFactsAreNeverOld asks before and after changes: what is kept must go with
// its mark, and without a mark nothing is kept.
func TestFactsAreNeverOld(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *profiletest.World) {
		owner := w.Citizen(t, 1, profile.Standard)
		ctx := w.As(t, owner)
		look := func() (string, int, string) {
			t.Helper()
			f, err := w.Profile.Facts(ctx, owner)
			must(t, err)
			name, err := w.Profile.Name(ctx, owner)
			must(t, err)
			children, _ := f.Known["profile.children"].Value.([]any)
			return f.Level, len(children), name
		}
		_, before, name := look()
		look()
		_, err := w.Profile.AddHolding(ctx, owner, profile.HoldingChild, childValues())
		must(t, err)
		if _, now, _ := look(); before != 0 || now != 1 {
			t.Errorf("%d children, then %d", before, now)
		}
		must(t, w.DB.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.ExecContext(ctx, "UPDATE profile_states SET level = 'simplified' WHERE owner_id = $1", owner); err != nil {
				return err
			}
			_, err := tx.ExecContext(ctx, "DELETE FROM profile_marks WHERE owner_id = $1", owner)
			return err
		}))
		if level, _, again := look(); level != string(profile.Simplified) || again != name {
			t.Errorf("without a mark: %s, %q instead of %q", level, again, name)
		}
		stranger := w.As(t, w.Citizen(t, 2, profile.Standard))
		for who, ctx := range map[string]context.Context{"a stranger": stranger, "nobody": w.Nobody()} {
			if _, err := w.Profile.Facts(ctx, owner); err == nil {
				t.Errorf("%s reads the facts that are kept", who)
			}
			if _, err := w.Profile.Name(ctx, owner); err == nil {
				t.Errorf("%s reads the name that is kept", who)
			}
		}
		if _, err := w.Profile.Facts(w.As(t, w.Citizen(t, 3, profile.Standard), identity.Role{Name: identity.Administrator}), owner); err == nil {
			t.Error("an administrator reads the facts that are kept")
		}
	})
}
