package pdf

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// runes measures a text as so many characters.
func runes(s string) float64 { return float64(utf8.RuneCountInString(s)) }

func TestWrap(t *testing.T) {
	t.Parallel()
	cases := []struct {
		text  string
		width float64
		want  []string
	}{
		{"", 10, []string{""}},
		{"одна строка", 11, []string{"одна строка"}},
		{"одна строка", 10, []string{"одна", "строка"}},
		{"a  b\n\nc", 10, []string{"a b", "", "c"}},
		{"21\u00a0ноября 2026\u00a0г.", 12, []string{"21\u00a0ноября", "2026\u00a0г."}},
		{"абвгдежз", 3, []string{"абв", "где", "жз"}},
		{"см. https://okno.example/check/7Q2M", 21, []string{"см.", "https://okno.example/", "check/7Q2M"}},
		{"аб", 0.5, []string{"а", "б"}},
	}
	for _, c := range cases {
		if diff := cmp.Diff(c.want, wrap(c.text, c.width, runes)); diff != "" {
			t.Errorf("%q: %s", c.text, diff)
		}
	}
}

// FuzzWrap holds: no line is too wide, and nothing but spaces is lost.
func FuzzWrap(f *testing.F) {
	f.Add("Настоящая справка https://okno.example/check", uint8(7))
	f.Add("\n \n", uint8(0))
	f.Fuzz(func(t *testing.T, text string, width uint8) {
		if !utf8.ValidString(text) {
			return
		}
		lines := wrap(text, float64(width), runes)
		for _, line := range lines {
			if n := runes(line); n > float64(width) && n > 1 {
				t.Fatalf("%q is wider than %d", line, width)
			}
		}
		bare := strings.NewReplacer(" ", "", "\t", "", "\n", "").Replace
		if got := bare(strings.Join(lines, "")); got != bare(text) {
			t.Fatalf("%q became %q", text, got)
		}
	})
}

func TestCoverage(t *testing.T) {
	t.Parallel()
	for name, font := range map[string][]byte{"regular": regular, "bold": bold} {
		known, err := coverage(font)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range "АЯяёЁ«»—№₽áZ09◊" {
			if known[r] == 0 {
				t.Errorf("%s has no %q", name, r)
			}
		}
		if known['😀'] != 0 || known['م'] != 0 || known[missing] == 0 {
			t.Errorf("%s: signs that it does not have, or none for the missing", name)
		}
	}
}
