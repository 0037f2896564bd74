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
		"11234-5678-9014":                    "11234-5678-9014",
	} {
		var b strings.Builder
		if err := Numbers(text).Render(context.Background(), &b); err != nil {
			t.Fatal(err)
		}
		if got := strings.TrimSpace(b.String()); got != want {
			t.Errorf("%q: %s", text, got)
		}
	}
}
