package ui

import (
	"context"
	"strings"
	"testing"
)

func TestNumbersDoNotBreak(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                   "",
		"без номера 12-34":                   "без номера 12-34",
		"1234-5678-9014":                     `<span class="okno-nowrap">1234-5678-9014</span>`,
		"№ 1234-5678-9014, <1111-2222-3333>": `№ <span class="okno-nowrap">1234-5678-9014</span>, &lt;<span class="okno-nowrap">1111-2222-3333</span>&gt;`,
		"Например, +7 913 123-45-67 или 123-456-789 64": `Например, <span class="okno-nowrap">+7 913 123-45-67</span> или <span class="okno-nowrap">123-456-789 64</span>`,
		"8 800 000-00-00":              `<span class="okno-nowrap">8 800 000-00-00</span>`,
		"18 800 000-00-00, 2026-11-30": "18 800 000-00-00, 2026-11-30",
		"11234-5678-9014":              "11234-5678-9014",
	} {
		var b strings.Builder
		if err := Numbers(text).Render(context.Background(), &b); err != nil {
			t.Fatal(err)
		}
		if got := b.String(); got != want {
			t.Errorf("%q: %s", text, got)
		}
	}
}

// TestTextsOfFieldsKeepNumbersWhole: hints, labels and faults are texts of parts.
func TestTextsOfFieldsKeepNumbersWhole(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	p := InputParams{Name: "phone", Label: Text("Телефон"), Hint: Text("Например, +7 913 123-45-67"), ErrorMessage: Text("Введите номер, например +7 913 123-45-67.")}
	if err := Input(p).Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), `<span class="okno-nowrap">+7 913 123-45-67</span>`); n != 2 {
		t.Errorf("%d numbers are whole: %s", n, b.String())
	}
}
