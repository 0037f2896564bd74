package identity_test

import (
	"bytes"
	"crypto/sha1"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"okno/internal/identity"
)

// leaked writes a list of those passwords.
func leaked(t testing.TB, line string, passwords ...string) string {
	t.Helper()
	var all []string
	for n, p := range passwords {
		all = append(all, fmt.Sprintf("%X:%d", sha1.Sum([]byte(p)), n+1))
	}
	slices.Sort(all)
	path := filepath.Join(t.TempDir(), "leaked.txt")
	if err := os.WriteFile(path, []byte(strings.Join(all, line)+line), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLeakedPasswords(t *testing.T) {
	t.Parallel()
	var many []string
	for n := range 1000 {
		many = append(many, fmt.Sprintf("Колодец-%d-Вода", n))
	}
	for _, line := range []string{"\n", "\r\n"} {
		i, err := identity.New(identity.Deps{Config: identity.Config{Policy: identity.PolicyNIST, Hash: identity.HashCost{Memory: 64}, Breached: leaked(t, line, many...)}})
		must(t, err)
		for n, p := range many {
			if n%41 != 0 && n != len(many)-1 { // each takes milliseconds: some of all parts of the list
				continue
			}
			if key := i.Judge(p, nil, 8); key != "identity.error.password_leaked" {
				t.Fatalf("%d: %q", n, key)
			}
		}
		for n := range 20 {
			if key := i.Judge(fmt.Sprintf("Рыжий-%d-Трамвай", n), nil, 8); key != "" {
				t.Fatalf("%d: %q", n, key)
			}
		}
	}
	for _, path := range []string{"no such file", filepath.Join("data", "words.txt")} {
		if _, err := identity.New(identity.Deps{Config: identity.Config{Hash: identity.HashCost{Memory: 64}, Breached: path}}); err == nil {
			t.Errorf("%s is taken for a list", path)
		}
	}
}

// FuzzLeaked: whatever the file holds, a search ends.
func FuzzLeaked(f *testing.F) {
	f.Add([]byte("7C4A8D09CA3762AF61E59520943DC26494F8941B:24\n"), "123456")
	f.Add([]byte(""), "")
	f.Add([]byte(strings.Repeat("\n", 300)), "x")
	f.Fuzz(func(t *testing.T, raw []byte, password string) {
		has, err := identity.Leaked(bytes.NewReader(raw), int64(len(raw)), password)
		if err != nil || has && !bytes.Contains(bytes.ToUpper(raw), fmt.Appendf(nil, "%X", sha1.Sum([]byte(password)))) {
			t.Fatalf("%v, %v", has, err)
		}
	})
}
