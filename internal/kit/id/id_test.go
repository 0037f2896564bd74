package id

import (
	"encoding/base64"
	"strings"
	"testing"
)

func TestNumberFindsTypingErrors(t *testing.T) {
	t.Parallel()
	for range 50 {
		n := Number()
		digits := strings.ReplaceAll(n, "-", "")
		if got, ok := ParseNumber(" " + digits + " "); !ok || got != n {
			t.Fatalf("%s is not read back: %q", n, got)
		}
		for i := range digits {
			for d := byte('0'); d <= '9'; d++ {
				wrong := digits[:i] + string(d) + digits[i+1:]
				if _, ok := ParseNumber(wrong); ok && wrong != digits {
					t.Fatalf("wrong digit %s passes for %s", wrong, digits)
				}
			}
			if i > 0 && digits[i] != digits[i-1] {
				swapped := digits[:i-1] + string(digits[i]) + string(digits[i-1]) + digits[i+1:]
				if _, ok := ParseNumber(swapped); ok {
					t.Fatalf("swap %s passes for %s", swapped, digits)
				}
			}
		}
	}
}

func TestOpenIsReadBackAsPeopleTypeIt(t *testing.T) {
	t.Parallel()
	for range 50 {
		n := Open()
		typed := strings.NewReplacer("A", "а", "0", "о", "1", "l", "-", " ").Replace(n)
		if got, ok := ParseOpen(typed); !ok || got != n {
			t.Fatalf("%q read as %q, want %q", typed, got, n)
		}
	}
	for _, bad := range []string{"", "ABC", "UUUUU-UUUUU-UUUUU-UUUUU", strings.Repeat("A", 21)} {
		if _, ok := ParseOpen(bad); ok {
			t.Fatalf("%q passes", bad)
		}
	}
}

func TestSecretsDiffer(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 1000 {
		for _, s := range []string{New(), Token(), Open()} {
			if seen[s] {
				t.Fatalf("%s came twice", s)
			}
			seen[s] = true
		}
		if c := Code(6); len(c) != 6 || strings.Trim(c, "0123456789") != "" {
			t.Fatalf("code %q", c)
		}
	}
	if raw, err := base64.RawURLEncoding.DecodeString(Token()); err != nil || len(raw) != 32 {
		t.Errorf("a token has %d bytes: %v", len(raw), err)
	}
	if !Valid(New()) || Valid("x") || Valid(strings.ToUpper(New())) {
		t.Fatal("Valid is wrong")
	}
}

func FuzzParse(f *testing.F) {
	f.Add("1234-5678-9014")
	f.Add("АВЕКМ-00000-00000-OOOOO")
	f.Fuzz(func(t *testing.T, s string) {
		if n, ok := ParseNumber(s); ok {
			if again, ok := ParseNumber(n); !ok || again != n {
				t.Fatalf("%q not stable", n)
			}
		}
		if n, ok := ParseOpen(s); ok {
			if again, ok := ParseOpen(n); !ok || again != n {
				t.Fatalf("%q not stable", n)
			}
		}
	})
}
