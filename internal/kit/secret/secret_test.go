package secret_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/secret"
	"okno/internal/kit/testkit"
)

var schema = testkit.Of(secret.Migrations())

// each runs f on a sealer over a fresh key store of each engine.
func each(t *testing.T, f func(t *testing.T, s *secret.Sealer, d *db.DB)) {
	t.Helper()
	// The real clock: a transaction that must be tried again waits for it to move.
	testkit.Each(t, schema, clock.System(), func(t *testing.T, d *db.DB) {
		f(t, secret.NewSealer(openKeyset(t, createKeyset(t)), d), d)
	})
}

func createKeyset(t testing.TB) secret.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keyset.json")
	if err := secret.CreateKeyset(path, testkit.Start); err != nil {
		t.Fatal(err)
	}
	return secret.File(path)
}

func openKeyset(t testing.TB, source secret.Source) *secret.Keyset {
	t.Helper()
	k, err := secret.OpenKeyset(context.Background(), source)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func key(t testing.TB, s *secret.Sealer, owner string, kind secret.Kind) *secret.DataKey {
	t.Helper()
	k, err := s.Key(context.Background(), owner, kind)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var place = secret.At("profile_people", "surname", "row-1")

func TestSealedOpensOnlyWhereItBelongs(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *secret.Sealer, _ *db.DB) {
		mine := key(t, s, "owner-1", secret.Person)
		sealed := mine.Seal(place, []byte("Иванова"))
		if len(sealed) != len("Иванова")+secret.Overhead || bytes.Contains(sealed, []byte("Иванова")) {
			t.Fatalf("sealed to %d bytes", len(sealed))
		}
		got, err := key(t, s, "owner-1", secret.Person).Open(place, sealed)
		if err != nil || string(got) != "Иванова" {
			t.Fatalf("opened %q, %v", got, err)
		}
		places := map[string]secret.Place{
			"table":    secret.At("vault_documents", "surname", "row-1"),
			"column":   secret.At("profile_people", "name", "row-1"),
			"row":      secret.At("profile_people", "surname", "row-2"),
			"boundary": secret.At("profile_peoples", "urname", "row-1"),
		}
		for name, other := range places {
			if _, err := mine.Open(other, sealed); !errors.Is(err, secret.ErrDamaged) {
				t.Errorf("moved to another %s: %v", name, err)
			}
		}
		for _, other := range []*secret.DataKey{key(t, s, "owner-2", secret.Person), key(t, s, "owner-1", secret.Case)} {
			if _, err := other.Open(place, sealed); !errors.Is(err, secret.ErrDamaged) {
				t.Errorf("moved to %s: %v", other.Owner(), err)
			}
		}
		for i := range sealed {
			changed := bytes.Clone(sealed)
			changed[i] ^= 1
			if _, err := mine.Open(place, changed); !errors.Is(err, secret.ErrDamaged) {
				t.Errorf("byte %d changed: %v", i, err)
			}
		}
	})
}

func TestWrappedKeyDoesNotMoveToAnotherOwner(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *secret.Sealer, d *db.DB) {
		ctx := context.Background()
		key(t, s, "owner-1", secret.Person)
		must(t, d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.ExecContext(ctx, `UPDATE secret_keys SET owner_id = 'owner-2'`)
			return err
		}))
		if _, err := s.Key(ctx, "owner-2", secret.Person); !errors.Is(err, secret.ErrDamaged) {
			t.Errorf("a stolen key: %v", err)
		}
	})
}

func TestEmptyTextStaysEmpty(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *secret.Sealer, _ *db.DB) {
		k := key(t, s, "owner-1", secret.Person)
		for _, text := range []string{"", "Ёлкина"} {
			got, err := k.OpenString(place, k.SealString(place, text))
			if err != nil || got != text {
				t.Errorf("%q came back as %q, %v", text, got, err)
			}
		}
	})
}

func TestErasedOwner(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *secret.Sealer, _ *db.DB) {
		ctx := secret.WithCache(context.Background())
		k, err := s.Key(ctx, "owner-1", secret.Person)
		must(t, err)
		sealed := k.Seal(place, []byte("x"))
		key(t, s, "owner-2", secret.Person)
		for range 2 { // a job may be run again
			must(t, s.Erase(ctx, "owner-1"))
		}
		for name, ctx := range map[string]context.Context{"same request": ctx, "next": context.Background()} {
			if _, err := s.Key(ctx, "owner-1", secret.Person); !errors.Is(err, secret.ErrErased) {
				t.Errorf("%s: %v, want erased", name, err)
			}
			keys, err := s.Keys(ctx, secret.Person, "owner-1", "owner-2")
			must(t, err)
			if _, err := keys["owner-1"].Open(place, sealed); !errors.Is(err, secret.ErrErased) || len(keys) != 1 {
				t.Errorf("%s: in a list %v, %d keys", name, err, len(keys))
			}
		}
		if _, err := s.Key(ctx, "owner-1", secret.Case); !errors.Is(err, secret.ErrErased) {
			t.Errorf("another kind of key: %v, want erased", err)
		}
	})
}

func TestRestoreReplaysErasures(t *testing.T) {
	t.Parallel()
	keyset := openKeyset(t, createKeyset(t))
	testkit.Each(t, schema, clock.NewFake(testkit.Start), func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		restored := secret.NewSealer(keyset, testkit.Open(t, d.Engine(), schema, d.Clock()))
		s := secret.NewSealer(keyset, d)
		for i := range 5 {
			must(t, s.Erase(ctx, fmt.Sprint("owner-", i)))
			key(t, restored, fmt.Sprint("owner-", i), secret.Person)
		}
		var page []secret.Erasure
		var last secret.Erasure
		for n := 0; ; n++ {
			var err error
			page, err = s.Erasures(ctx, last, 2)
			must(t, err)
			if len(page) == 0 {
				if n != 3 {
					t.Errorf("%d pages, want 3", n)
				}
				break
			}
			must(t, restored.Replay(ctx, page))
			last = page[len(page)-1]
		}
		for i := range 5 {
			if _, err := restored.Key(ctx, fmt.Sprint("owner-", i), secret.Person); !errors.Is(err, secret.ErrErased) {
				t.Errorf("owner-%d after replay: %v", i, err)
			}
		}
		all, err := restored.Erasures(ctx, secret.Erasure{}, 10)
		want, _ := s.Erasures(ctx, secret.Erasure{}, 10)
		if diff := cmp.Diff(want, all); diff != "" || err != nil {
			t.Errorf("%v %s", err, diff)
		}
	})
}

func TestRotation(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *secret.Sealer, d *db.DB) {
		ctx := context.Background()
		const owners = 7
		sealed := map[string][]byte{}
		for i := range owners {
			owner := fmt.Sprint("owner-", i)
			sealed[owner] = key(t, s, owner, secret.Person).Seal(place, []byte(owner))
		}
		day := testkit.Start.Add(24 * time.Hour)
		must(t, s.Keyset().Rotate(ctx, day))
		fresh := key(t, s, "owner-new", secret.Person).Seal(place, []byte("owner-new"))

		if gone, err := s.DropUnused(ctx, day.Add(time.Hour)); err != nil || len(gone) != 0 {
			t.Fatalf("dropped %v in use, %v", gone, err)
		}
		moved := 0
		for {
			n, err := s.Rewrap(ctx, 3)
			must(t, err)
			if moved += n; n == 0 {
				break
			}
		}
		if moved != owners {
			t.Errorf("re-wrapped %d keys, want %d", moved, owners)
		}
		if gone, err := s.DropUnused(ctx, day); err != nil || len(gone) != 0 {
			t.Fatalf("dropped %v too early, %v", gone, err)
		}
		gone, err := s.DropUnused(ctx, day.Add(time.Hour))
		if diff := cmp.Diff([]uint32{1}, gone); diff != "" || err != nil {
			t.Fatalf("%v %s", err, diff)
		}
		sealed["owner-new"] = fresh
		for owner, bytes := range sealed {
			if got, err := key(t, s, owner, secret.Person).Open(place, bytes); err != nil || string(got) != owner {
				t.Errorf("%s: %q, %v", owner, got, err)
			}
		}
		if err := s.Keyset().Drop(ctx, 2); err == nil {
			t.Error("the current epoch can be dropped")
		}
	})
}

func TestBackupOfDestroyedEpochIsErased(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *secret.Sealer, _ *db.DB) {
		ctx := context.Background()
		key(t, s, "owner-1", secret.Person)
		must(t, s.Keyset().Rotate(ctx, testkit.Start))
		must(t, s.Keyset().Drop(ctx, 1))
		if _, err := s.Key(ctx, "owner-1", secret.Person); !errors.Is(err, secret.ErrErased) {
			t.Errorf("%v, want erased", err)
		}
		if n, err := s.Rewrap(ctx, 10); n != 0 || err != nil {
			t.Errorf("re-wrapped %d, %v", n, err)
		}
	})
}

func TestNodeLearnsOfNewerEpoch(t *testing.T) {
	t.Parallel()
	file := createKeyset(t)
	d := testkit.Open(t, db.SQLite, schema, clock.NewFake(testkit.Start))
	ahead, behind := secret.NewSealer(openKeyset(t, file), d), secret.NewSealer(openKeyset(t, file), d)
	must(t, ahead.Keyset().Rotate(context.Background(), testkit.Start))
	key(t, ahead, "owner-1", secret.Person)
	key(t, behind, "owner-1", secret.Person)
	if epoch, since := behind.Keyset().Epoch(); epoch != 2 || !since.Equal(testkit.Start) {
		t.Errorf("epoch %d since %v", epoch, since)
	}
	// Without the source the node says "not now", and not "damaged" or "erased".
	must(t, ahead.Keyset().Rotate(context.Background(), testkit.Start))
	key(t, ahead, "owner-2", secret.Person)
	must(t, os.Remove(string(file)))
	if _, err := behind.Key(context.Background(), "owner-2", secret.Person); !errs.IsKind(err, errs.Unavailable) {
		t.Errorf("%v, want unavailable", err)
	}
	key(t, behind, "owner-1", secret.Person)
}

func TestOneKeyForMany(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *secret.Sealer, _ *db.DB) {
		sealed := make([][]byte, 16)
		var all sync.WaitGroup
		for i := range sealed {
			all.Go(func() {
				k, err := s.Key(context.Background(), "owner-1", secret.Person)
				if err != nil {
					t.Error(err)
					return
				}
				sealed[i] = k.Seal(place, []byte("x"))
			})
		}
		all.Wait()
		for _, b := range sealed {
			if _, err := key(t, s, "owner-1", secret.Person).Open(place, b); err != nil {
				t.Error(err)
			}
		}
	})
}

// TestCacheAsksStoreOnce: a request unwraps a key once; the next one unwraps its
// own, without asking the store for at most a minute.
func TestCacheAsksStoreOnce(t *testing.T) {
	t.Parallel()
	now := clock.NewFake(testkit.Start)
	d := testkit.Open(t, db.SQLite, schema, now)
	s := secret.NewSealer(openKeyset(t, createKeyset(t)), d)
	ctx := secret.WithCache(context.Background())
	first, err := s.Key(ctx, "owner-1", secret.Person)
	must(t, err)
	must(t, d.Close())
	again, err := s.Key(ctx, "owner-1", secret.Person)
	if err != nil || again != first {
		t.Errorf("%v: the second look in a request asked the store", err)
	}
	other, err := s.Key(secret.WithCache(context.Background()), "owner-1", secret.Person)
	if err != nil || other == first {
		t.Errorf("%v: another request asked the store, or the key outlived its request", err)
	}
	for range 12 { // in steady use
		now.Advance(5 * time.Second)
		_, err = s.Key(context.Background(), "owner-1", secret.Person)
	}
	if err == nil {
		t.Error("after a minute the store is not asked")
	}
}

// TestErasedOnAnotherNode: this node learns of it, and meanwhile makes no new key.
func TestErasedOnAnotherNode(t *testing.T) {
	t.Parallel()
	keyset, now := openKeyset(t, createKeyset(t)), clock.NewFake(testkit.Start)
	testkit.Each(t, schema, now, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		here, there := secret.NewSealer(keyset, d), secret.NewSealer(keyset, d)
		key(t, here, "owner-1", secret.Person)
		must(t, there.Erase(ctx, "owner-1"))
		if _, err := there.Key(ctx, "owner-1", secret.Person); !errors.Is(err, secret.ErrErased) {
			t.Errorf("where it was erased: %v", err)
		}
		now.Advance(time.Minute)
		if _, err := here.Key(ctx, "owner-1", secret.Person); !errors.Is(err, secret.ErrErased) {
			t.Errorf("a minute later elsewhere: %v", err)
		}
	})
}

func TestLongList(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *secret.Sealer, _ *db.DB) {
		owners := make([]string, 1100)
		for i := range owners {
			owners[i] = fmt.Sprint("case-", i)
		}
		for _, i := range []int{0, 511, 512, 1099} {
			key(t, s, owners[i], secret.Case)
		}
		keys, err := s.Keys(context.Background(), secret.Case, owners...)
		if err != nil || len(keys) != 4 {
			t.Errorf("%d keys, %v; want 4", len(keys), err)
		}
		if keys, err := s.Keys(context.Background(), secret.Case); err != nil || len(keys) != 0 {
			t.Errorf("for nobody: %d keys, %v", len(keys), err)
		}
	})
}

func FuzzOpen(f *testing.F) {
	d := testkit.Open(f, db.SQLite, schema, clock.NewFake(testkit.Start))
	k := key(f, secret.NewSealer(openKeyset(f, createKeyset(f)), d), "owner-1", secret.Person)
	f.Add([]byte{})
	f.Add(k.Seal(place, []byte("x")))
	f.Add(sealFile(f, k, []byte("x")))
	other := secret.At("other", "place", "1")
	f.Fuzz(func(t *testing.T, sealed []byte) {
		if _, err := k.Open(other, sealed); !errors.Is(err, secret.ErrDamaged) {
			t.Fatalf("%x: %v", sealed, err)
		}
		if _, err := openFile(k, other, bytes.NewReader(sealed)); !errors.Is(err, secret.ErrDamaged) {
			t.Fatalf("%x: %v", sealed, err)
		}
	})
}
