package forms

import (
	"os"
	"testing"
)

// TestSchemaIsPublished compares the schemas in docs with the types; with
// OKNO_UPDATE=1 it writes them anew.
func TestSchemaIsPublished(t *testing.T) {
	t.Parallel()
	for name, made := range map[string]func() ([]byte, error){"service": Schema, "cases": CasesSchema, "dictionary": DictionarySchema} {
		file := "../../docs/services/" + name + ".schema.json"
		want, err := made()
		if err != nil {
			t.Fatal(err)
		}
		if os.Getenv("OKNO_UPDATE") == "1" {
			if err := os.WriteFile(file, want, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != string(want) {
			t.Errorf("%s is old: run OKNO_UPDATE=1 go test ./internal/forms -run Schema", file)
		}
	}
}
