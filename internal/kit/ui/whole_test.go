package ui

import "testing"

func TestWholeDoesNotBreak(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"+7 913 123-45-67":   "+7\u00a0913\u00a0123-\u206045-\u206067",
		"a…@okno.example":    "a…\u2060@okno.example",
		"per-son@example.ru": "per-son@example.ru",
		"1234-5678-9012":     "1234-\u20605678-\u20609012",
	} {
		if got := Whole(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}
