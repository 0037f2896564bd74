package secret_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"okno/internal/kit/secret"
	"okno/internal/kit/testkit"
)

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
