package secret_test

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/secret"
	"okno/internal/kit/testkit"
)

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
