package reference

import (
	"os"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"okno/internal/kit/i18n"
)

// TestEveryFaultHasText holds the keys in the code against both locale files.
func TestEveryFaultHasText(t *testing.T) {
	t.Parallel()
	texts, err := i18n.New(Locale())
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, file := range []string{"person.go", "organisation.go", "bank.go", "vehicle.go", "contact.go", "property.go"} {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`NewInvalid\("([^"]+)"`).FindAllSubmatch(source, -1) {
			used[string(m[1])] = true
		}
	}
	for _, lang := range i18n.Langs() {
		known := map[string]bool{}
		for _, key := range texts.Keys(lang) {
			known[key] = true
		}
		if diff := cmp.Diff(used, known); diff != "" {
			t.Errorf("%s: %s", lang, diff)
		}
	}
	if got := texts.T(i18n.EN, "reference.error.name_long", "Limit", 100); got[:22] != "Use at most 100 charac" {
		t.Error(got)
	}
}
