package formula_test

import (
	"strings"
	"testing"

	"okno/internal/kit/formula"
)

func TestGuard(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "", "Анна": "Анна", "2026-11-29": "2026-11-29", "a=b": "a=b", "'a": "'a",
		"=1+1": "'=1+1", "+79131234567": "'+79131234567", "-5": "'-5", "@SUM(A1)": "'@SUM(A1)",
		"\t=1": "'\t=1", " =1": "' =1", "＝1": "'＝1", "\ufeff=1": "'\ufeff=1",
	} {
		if got := formula.Guard(text); got != want {
			t.Errorf("%q became %q, not %q", text, got, want)
		}
	}
}

// FuzzGuard: no foreign text in an exported file begins as a formula does, and
// what was guarded comes back.
func FuzzGuard(f *testing.F) {
	for _, s := range []string{"", "=1+1", "+7", "-1", "@SUM(A1)", "\t=1", "\r\n=1", " =1", "\u00a0=1", "\ufeff=cmd|' /C calc'!A0", "＝1", "Firefox, Windows", "\x00=1", "'=1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := formula.Guard(s)
		if strings.TrimPrefix(got, "'") != s && got != s {
			t.Fatalf("%q became %q", s, got)
		}
		head := strings.TrimLeft(got, " \t\r\n\v\f\u00a0\ufeff\u200b\x00")
		if head != "" && strings.ContainsAny(head[:1], "=+-@") || strings.HasPrefix(head, "＝") {
			t.Fatalf("%q is shown as %q", s, got)
		}
		if !strings.HasPrefix(s, "'") && formula.Plain(got) != s {
			t.Fatalf("%q comes back as %q", s, formula.Plain(got))
		}
	})
}
