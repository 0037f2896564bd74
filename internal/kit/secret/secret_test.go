package secret_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
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

func TestCacheAsksStoreOnce(t *testing.T) {
	t.Parallel()
	d := testkit.Open(t, db.SQLite, schema, clock.NewFake(testkit.Start))
	s := secret.NewSealer(openKeyset(t, createKeyset(t)), d)
	ctx := secret.WithCache(context.Background())
	first, err := s.Key(ctx, "owner-1", secret.Person)
	must(t, err)
	must(t, d.Close())
	again, err := s.Key(ctx, "owner-1", secret.Person)
	if err != nil || again != first {
		t.Errorf("%v: the second look in a request asked the store", err)
	}
	if _, err := s.Key(context.Background(), "owner-1", secret.Person); err == nil {
		t.Error("the key outlived its request")
	}
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

func TestBlindIndex(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	keyset := openKeyset(t, createKeyset(t))
	base := keyset.Index("snils", "agency-1", "12345678964")
	if len(base) != secret.IndexSize || !bytes.Equal(base, keyset.Index("snils", "agency-1", "12345678964")) {
		t.Fatal("equal values must have equal indexes")
	}
	for _, other := range [][3]string{
		{"snils", "agency-2", "12345678964"},
		{"phone", "agency-1", "12345678964"},
		{"snils", "agency-1", "12345678965"},
		{"snilsa", "gency-1", "12345678964"},
	} {
		if bytes.Equal(base, keyset.Index(other[0], other[1], other[2])) {
			t.Errorf("%v has the same index", other)
		}
	}
	must(t, keyset.RotateIndex(ctx, testkit.Start))
	living := keyset.Indexes("snils", "agency-1", "12345678964")
	want := [][]byte{keyset.Index("snils", "agency-1", "12345678964"), base}
	if diff := cmp.Diff(want, living); diff != "" || bytes.Compare(want[0], base) <= 0 {
		t.Errorf("living indexes, or their order: %s", diff)
	}
	must(t, keyset.DropIndex(ctx, 1))
	if n := len(keyset.Indexes("snils", "", "x")); n != 1 {
		t.Errorf("%d versions after the drop", n)
	}
	if keyset.DropIndex(ctx, 2) == nil {
		t.Error("the index key in use can be dropped")
	}
}

func TestKeysetFile(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	file := createKeyset(t)
	info, err := os.Stat(string(file))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, %v", info.Mode(), err)
	}
	if err := secret.CreateKeyset(string(file), testkit.Start); !errors.Is(err, os.ErrExist) {
		t.Errorf("created over an existing keyset: %v", err)
	}
	keyset := openKeyset(t, file)
	must(t, os.WriteFile(string(file)+".new", nil, 0o600))
	if err := keyset.Rotate(ctx, testkit.Start); err == nil || !strings.Contains(err.Error(), ".new") {
		t.Errorf("two changes at once: %v", err)
	}
	must(t, os.Remove(string(file)+".new"))
	must(t, keyset.Rotate(ctx, testkit.Start))
	must(t, os.Chmod(string(file), 0o640))
	if _, err := secret.OpenKeyset(ctx, file); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a keyset that others read: %v", err)
	}
	if err := keyset.Reload(ctx); err == nil {
		t.Error("reload of a refused file")
	}
	if epoch, _ := keyset.Epoch(); epoch != 2 {
		t.Error("after a failed reload the node goes on with its keys")
	}
	if _, err := secret.OpenKeyset(ctx, secret.File(filepath.Join(t.TempDir(), "none"))); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

func TestParseMaterialRefuses(t *testing.T) {
	t.Parallel()
	good, err := json.Marshal(secret.NewMaterial(testkit.Start))
	must(t, err)
	if _, err := secret.ParseMaterial(good); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*secret.Material){
		"no wrap":   func(m *secret.Material) { m.Wrap = nil },
		"no index":  func(m *secret.Material) { m.Indexes = nil },
		"short key": func(m *secret.Material) { m.Wrap[0].Key = m.Wrap[0].Key[:16] },
		"order":     func(m *secret.Material) { m.Wrap = append(m.Wrap, m.Wrap[0]) },
		"zero":      func(m *secret.Material) { m.Wrap[0].Number = 0 },
		"format":    func(m *secret.Material) { m.Format = 2 },
	} {
		m := secret.NewMaterial(testkit.Start)
		change(m)
		raw, err := json.Marshal(m)
		must(t, err)
		if _, err := secret.ParseMaterial(raw); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func TestFile(t *testing.T) {
	t.Parallel()
	d := testkit.Open(t, db.SQLite, schema, clock.NewFake(testkit.Start))
	s := secret.NewSealer(openKeyset(t, createKeyset(t)), d)
	k := key(t, s, "owner-1", secret.Person)
	for _, size := range []int{0, 1, 64<<10 - 61, 64 << 10, 300_000} {
		plain := bytes.Repeat([]byte("0123456789abcdef"), size/16+1)[:size]
		sealed := sealFile(t, k, plain)
		if got, err := openFile(k, place, bytes.NewReader(sealed)); err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("%d bytes: %v", size, err)
		}
		if _, err := openFile(k, secret.At("other", "surname", "row-1"), bytes.NewReader(sealed)); !errors.Is(err, secret.ErrDamaged) {
			t.Errorf("%d bytes moved: %v", size, err)
		}
		if _, err := openFile(key(t, s, "owner-2", secret.Person), place, bytes.NewReader(sealed)); !errors.Is(err, secret.ErrDamaged) {
			t.Errorf("%d bytes with another's key: %v", size, err)
		}
		for _, cut := range []int{0, 4, 5, 40, len(sealed) - 1} {
			if _, err := openFile(k, place, bytes.NewReader(sealed[:cut])); !errors.Is(err, secret.ErrDamaged) {
				t.Errorf("%d bytes cut at %d: %v", size, cut, err)
			}
		}
	}
}

func TestFileErrors(t *testing.T) {
	t.Parallel()
	d := testkit.Open(t, db.SQLite, schema, clock.NewFake(testkit.Start))
	s := secret.NewSealer(openKeyset(t, createKeyset(t)), d)
	k := key(t, s, "owner-1", secret.Person)
	sealed := sealFile(t, k, make([]byte, 200_000))
	lost := errors.New("connection lost")
	for _, at := range []int{0, 3, 30, 100_000} {
		r := io.MultiReader(bytes.NewReader(sealed[:at]), iotest.ErrReader(lost))
		if _, err := openFile(k, place, r); !errors.Is(err, lost) {
			t.Errorf("lost at %d: %v; want the reader's own error", at, err)
		}
	}
	var none *secret.DataKey
	if _, err := none.OpenReader(place, bytes.NewReader(sealed)); !errors.Is(err, secret.ErrErased) {
		t.Errorf("erased owner: %v", err)
	}
	if _, err := none.SealWriter(place, io.Discard); !errors.Is(err, secret.ErrErased) {
		t.Errorf("erased owner: %v", err)
	}
}

func sealFile(t testing.TB, k *secret.DataKey, plain []byte) []byte {
	t.Helper()
	var sealed bytes.Buffer
	w, err := k.SealWriter(place, &sealed)
	must(t, err)
	_, err = w.Write(plain)
	must(t, err)
	must(t, w.Close())
	return sealed.Bytes()
}

func openFile(k *secret.DataKey, at secret.Place, r io.Reader) ([]byte, error) {
	plain, err := k.OpenReader(at, r)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(plain)
}

func TestStringHides(t *testing.T) {
	t.Parallel()
	const password = "hunter2"
	s := secret.NewString(password)
	config := struct {
		Password secret.String
		hidden   secret.String
	}{s, s}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("start", "password", s, "config", config)
	slog.New(slog.NewTextHandler(&log, nil)).Info("start", "password", s, "config", config)
	text, err := json.Marshal(config)
	must(t, err)
	printed := fmt.Sprintf("%v %+v %#v %s %q %x %d %v %+v %#v", s, s, s, s, s, s, s, config, config, &config)
	for _, out := range []string{log.String(), string(text), printed} {
		if strings.Contains(out, password) || strings.Contains(out, "68756e74657232") || !strings.Contains(out, "[hidden]") {
			t.Errorf("not hidden: %s", out)
		}
	}
	var read secret.String
	must(t, json.Unmarshal([]byte(`"hunter2"`), &read))
	if read.Reveal() != password || !read.Equal(s) || read.IsZero() || !(secret.String{}).IsZero() {
		t.Error("what was read is not what was written")
	}
}

func TestDataKeyHides(t *testing.T) {
	t.Parallel()
	d := testkit.Open(t, db.SQLite, schema, clock.NewFake(testkit.Start))
	k := key(t, secret.NewSealer(openKeyset(t, createKeyset(t)), d), "owner-1", secret.Person)
	if got := fmt.Sprintf("%v %+v %#v %x", k, k, k, k); got != strings.Repeat("[hidden] ", 3)+"[hidden]" {
		t.Error(got)
	}
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

func FuzzParseMaterial(f *testing.F) {
	good, err := json.Marshal(secret.NewMaterial(testkit.Start))
	must(f, err)
	f.Add(good)
	f.Add([]byte(`{"format":1,"wrap":[{}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if m, err := secret.ParseMaterial(raw); err == nil && (len(m.Wrap) == 0 || len(m.Indexes) == 0) {
			t.Fatalf("took a keyset without keys: %s", raw)
		}
	})
}

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
