package blob_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"okno/internal/kit/blob"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/secret"
	"okno/internal/kit/testkit"
)

// stores are the two stores, each fresh.
func stores(t *testing.T) map[string]blob.Store {
	t.Helper()
	folder, err := blob.OpenFolder(filepath.Join(t.TempDir(), "files [1]"))
	if err != nil {
		t.Fatal(err)
	}
	return map[string]blob.Store{"folder": folder, "s3": openS3(t, "files")}
}

func openS3(t *testing.T, bucket string) blob.Store {
	t.Helper()
	backend := s3mem.New()
	if err := backend.CreateBucket("files"); err != nil {
		t.Fatal(err)
	}
	// Over TLS a body is sent as it is; the fake server does not read signed chunks.
	server := httptest.NewTLSServer(gofakes3.New(backend).Server())
	t.Cleanup(server.Close)
	store, err := blob.OpenS3(blob.S3Config{
		Endpoint: server.Listener.Addr().String(), Bucket: bucket, Prefix: "okno/", Region: "us-east-1",
		AccessKey: "access", SecretKey: secret.NewString("secret"), Transport: server.Client().Transport,
	})
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// each runs f on both stores.
func each(t *testing.T, f func(t *testing.T, s blob.Store)) {
	t.Helper()
	for name, store := range stores(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f(t, store)
		})
	}
}

func put(t *testing.T, s blob.Store, key string, content []byte) {
	t.Helper()
	if n, err := s.Put(context.Background(), key, bytes.NewReader(content)); err != nil || n != int64(len(content)) {
		t.Fatalf("put %s: %d, %v", key, n, err)
	}
}

func get(s blob.Store, key string) (string, error) {
	r, err := s.Get(context.Background(), key)
	if err != nil {
		return "", err
	}
	defer func() { _ = r.Close() }()
	content, err := io.ReadAll(r)
	return string(content), err
}

func TestPutGetStatDelete(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s blob.Store) {
		ctx := context.Background()
		for _, size := range []int{0, 1, 100_000, 6 << 20} {
			key := fmt.Sprintf("vault/0190a6e4-7d3a/%d.bin", size)
			content := bytes.Repeat([]byte("x"), size)
			put(t, s, key, content)
			if got, err := get(s, key); err != nil || got != string(content) {
				t.Errorf("%d bytes: %d came back, %v", size, len(got), err)
			}
			if info, err := s.Stat(ctx, key); err != nil || info.Key != key || info.Size != int64(size) || info.Modified.IsZero() {
				t.Errorf("stat %+v, %v", info, err)
			}
		}
		put(t, s, "vault/a", []byte("old"))
		put(t, s, "vault/a", []byte("new"))
		if got, _ := get(s, "vault/a"); got != "new" {
			t.Errorf("after a second put: %q", got)
		}
		for range 2 {
			if err := s.Delete(ctx, "vault/a"); err != nil {
				t.Errorf("delete: %v", err)
			}
		}
		if _, err := s.Get(ctx, "vault/a"); !errors.Is(err, blob.ErrNone) {
			t.Errorf("get of a deleted file: %v", err)
		}
		if _, err := s.Stat(ctx, "vault/a"); !errors.Is(err, blob.ErrNone) {
			t.Errorf("stat of a deleted file: %v", err)
		}
	})
}

func TestListInOrder(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s blob.Store) {
		for _, key := range []string{"vault/b/2", "vault/a/1", "vault/b/10", "vaulted/x", "cases/1"} {
			put(t, s, key, []byte(key))
		}
		for prefix, want := range map[string][]string{
			"":         {"cases/1", "vault/a/1", "vault/b/10", "vault/b/2", "vaulted/x"},
			"vault/":   {"vault/a/1", "vault/b/10", "vault/b/2"},
			"vault/b/": {"vault/b/10", "vault/b/2"},
			"none/":    nil,
		} {
			var got []string
			err := s.List(context.Background(), prefix, func(i blob.Info) error {
				if i.Size != int64(len(i.Key)) {
					t.Errorf("%s: %d bytes", i.Key, i.Size)
				}
				got = append(got, i.Key)
				return nil
			})
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("%q: %v %s", prefix, err, diff)
			}
		}
		stop := errors.New("stop")
		n := 0
		err := s.List(context.Background(), "", func(blob.Info) error { n++; return stop })
		if !errors.Is(err, stop) || n != 1 {
			t.Errorf("stopped after %d: %v", n, err)
		}
	})
}

func TestCutPutKeepsOldFile(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s blob.Store) {
		ctx := context.Background()
		put(t, s, "vault/a", []byte("old"))
		lost := errors.New("connection lost")
		for _, size := range []int{10, 6 << 20} {
			r := io.MultiReader(bytes.NewReader(make([]byte, size)), iotest.ErrReader(lost))
			if _, err := s.Put(ctx, "vault/a", r); !errors.Is(err, lost) {
				t.Errorf("%d bytes: %v, want the reader's own error", size, err)
			}
		}
		cancelled, cancel := context.WithCancel(ctx)
		cancel()
		if _, err := s.Put(cancelled, "vault/a", strings.NewReader("new")); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
		if got, err := get(s, "vault/a"); got != "old" || err != nil {
			t.Errorf("the old file is now %q, %v", got, err)
		}
	})
}

func TestWrongKeys(t *testing.T) {
	t.Parallel()
	keys := []string{
		"", "/", "/a", "a/", "a//b", "../a", "a/../b", "a/.b", ".", "A", "a b", "a~b", "a\\b", "а", "a\x00", "a\n",
		strings.Repeat("a", 201), strings.Repeat("aaaaaaaaaa/", 60) + "a",
	}
	each(t, func(t *testing.T, s blob.Store) {
		ctx := context.Background()
		for _, key := range keys {
			_, putting := s.Put(ctx, key, strings.NewReader("x"))
			_, getting := s.Get(ctx, key)
			_, stating := s.Stat(ctx, key)
			for name, err := range map[string]error{"put": putting, "get": getting, "stat": stating, "delete": s.Delete(ctx, key)} {
				if !errors.Is(err, blob.ErrKey) {
					t.Errorf("%s %q: %v", name, key, err)
				}
			}
		}
		if err := s.List(ctx, "../", func(blob.Info) error { return nil }); !errors.Is(err, blob.ErrKey) {
			t.Errorf("list: %v", err)
		}
	})
}

func TestManyWriteAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s blob.Store) {
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				content := strings.Repeat(fmt.Sprint(i), 50_000)
				if _, err := s.Put(context.Background(), "vault/a", strings.NewReader(content)); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		got, err := get(s, "vault/a")
		if err != nil || got != strings.Repeat(got[:1], 50_000) {
			t.Errorf("writers were mixed, %v", err)
		}
	})
}

func TestPing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s blob.Store) {
		if err := s.Ping(context.Background()); err != nil {
			t.Error(err)
		}
	})
	if err := openS3(t, "nobody").Ping(context.Background()); !errs.IsKind(err, errs.Unavailable) {
		t.Errorf("no bucket: %v", err)
	}
	gone := filepath.Join(t.TempDir(), "gone")
	folder, err := blob.OpenFolder(gone)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(gone); err != nil {
		t.Fatal(err)
	}
	if err := folder.Ping(context.Background()); err == nil {
		t.Error("the folder is gone and Ping says nothing")
	}
}

// sealer gives data keys of a person and of another.
func sealer(t *testing.T) (mine, others *secret.DataKey) {
	t.Helper()
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "keyset.json")
	if err := secret.CreateKeyset(path, testkit.Start); err != nil {
		t.Fatal(err)
	}
	keyset, err := secret.OpenKeyset(ctx, secret.File(path))
	if err != nil {
		t.Fatal(err)
	}
	d := testkit.Open(t, db.SQLite, testkit.Of(secret.Migrations()), clock.System())
	s := secret.NewSealer(keyset, d)
	if mine, err = s.Key(ctx, "owner-1", secret.Person); err != nil {
		t.Fatal(err)
	}
	if others, err = s.Key(ctx, "owner-2", secret.Person); err != nil {
		t.Fatal(err)
	}
	return mine, others
}

var place = secret.At("vault_files", "content", "file-1")

func load(s *blob.Sealed, ref blob.Ref, key *secret.DataKey, place secret.Place) ([]byte, error) {
	r, err := s.Load(context.Background(), ref, key, place)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	return io.ReadAll(r)
}

func TestSealed(t *testing.T) {
	t.Parallel()
	mine, others := sealer(t)
	each(t, func(t *testing.T, store blob.Store) {
		ctx := context.Background()
		s := blob.NewSealed(store)
		plain := bytes.Repeat([]byte("паспорт "), 20_000)
		ref, err := s.Save(ctx, "vault/1", mine, place, bytes.NewReader(plain), int64(len(plain)))
		if err != nil || ref.Size != int64(len(plain)) {
			t.Fatalf("%+v, %v", ref, err)
		}
		if got, err := load(s, ref, mine, place); err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("%d bytes, %v", len(got), err)
		}
		raw, err := get(store, "vault/1")
		if err != nil || strings.Contains(raw, "паспорт") {
			t.Errorf("the store can be read, %v", err)
		}
		if _, err := load(s, ref, others, place); !errors.Is(err, secret.ErrDamaged) {
			t.Errorf("another's key: %v", err)
		}
		if _, err := load(s, ref, nil, place); !errors.Is(err, secret.ErrErased) {
			t.Errorf("an erased owner: %v", err)
		}
		if _, err := load(s, ref, mine, secret.At("vault_files", "content", "file-2")); !errors.Is(err, secret.ErrDamaged) {
			t.Errorf("another row: %v", err)
		}
		put(t, store, "vault/1", []byte(raw[:len(raw)-100]))
		if _, err := load(s, ref, mine, place); !errors.Is(err, secret.ErrDamaged) {
			t.Errorf("cut: %v", err)
		}
	})
}

func TestSealedHoldsFileAgainstRef(t *testing.T) {
	t.Parallel()
	mine, _ := sealer(t)
	s := blob.NewSealed(stores(t)["folder"])
	ctx := context.Background()
	old, err := s.Save(ctx, "vault/1", mine, place, strings.NewReader("version 1"), 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, other := range []string{"version 2", "longer version", "v"} {
		if _, err := s.Save(ctx, "vault/1", mine, place, strings.NewReader(other), 100); err != nil {
			t.Fatal(err)
		}
		if _, err := load(s, old, mine, place); !errors.Is(err, secret.ErrDamaged) {
			t.Errorf("%q in place of the old one: %v", other, err)
		}
	}
}

func TestSealedLimit(t *testing.T) {
	t.Parallel()
	mine, _ := sealer(t)
	each(t, func(t *testing.T, store blob.Store) {
		s := blob.NewSealed(store)
		_, err := s.Save(context.Background(), "vault/1", mine, place, strings.NewReader(strings.Repeat("x", 101)), 100)
		if !errs.IsKind(err, errs.Invalid) || !errors.Is(err, blob.ErrTooLarge) {
			t.Errorf("%v, want too large", err)
		}
		if _, err := store.Stat(context.Background(), "vault/1"); !errors.Is(err, blob.ErrNone) {
			t.Errorf("something was kept: %v", err)
		}
		if _, err := s.Save(context.Background(), "../1", mine, place, strings.NewReader("x"), 100); !errors.Is(err, blob.ErrKey) {
			t.Errorf("wrong key: %v", err)
		}
		if _, err := s.Save(context.Background(), "vault/1", nil, place, strings.NewReader("x"), 100); !errors.Is(err, secret.ErrErased) {
			t.Errorf("erased owner: %v", err)
		}
	})
}

func FuzzKey(f *testing.F) {
	for _, key := range []string{"vault/1", "../a", "a/../../b", "a~b"} {
		f.Add(key)
	}
	root := f.TempDir()
	store, err := blob.OpenFolder(filepath.Join(root, "in"))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, key string) {
		ctx := context.Background()
		if _, err := store.Put(ctx, key, strings.NewReader(key)); err != nil {
			return
		}
		if got, err := get(store, key); err != nil || got != key {
			t.Fatalf("%q holds %q, %v", key, got, err)
		}
		if err := store.Delete(ctx, key); err != nil {
			t.Fatal(err)
		}
		if entries, _ := os.ReadDir(root); len(entries) != 1 {
			t.Fatalf("%q left the folder", key)
		}
	})
}

func BenchmarkSealedSave1MB(b *testing.B) {
	// The bare limit beside it is BenchmarkFolderPut1MB.
	benchmarkPut(b, func(s blob.Store, key *secret.DataKey, content []byte) error {
		_, err := blob.NewSealed(s).Save(context.Background(), "vault/1", key, place, bytes.NewReader(content), 1<<20)
		return err
	})
}

func BenchmarkFolderPut1MB(b *testing.B) {
	benchmarkPut(b, func(s blob.Store, _ *secret.DataKey, content []byte) error {
		_, err := s.Put(context.Background(), "vault/1", bytes.NewReader(content))
		return err
	})
}

func benchmarkPut(b *testing.B, save func(blob.Store, *secret.DataKey, []byte) error) {
	b.Helper()
	folder, err := blob.OpenFolder(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	path := filepath.Join(b.TempDir(), "keyset.json")
	if err := secret.CreateKeyset(path, testkit.Start); err != nil {
		b.Fatal(err)
	}
	keyset, err := secret.OpenKeyset(context.Background(), secret.File(path))
	if err != nil {
		b.Fatal(err)
	}
	d := testkit.Open(b, db.SQLite, testkit.Of(secret.Migrations()), clock.System())
	key, err := secret.NewSealer(keyset, d).Key(context.Background(), "owner-1", secret.Person)
	if err != nil {
		b.Fatal(err)
	}
	content := make([]byte, 1<<20)
	b.SetBytes(1 << 20)
	for b.Loop() {
		if err := save(folder, key, content); err != nil {
			b.Fatal(err)
		}
	}
}
