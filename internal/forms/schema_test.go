package forms

import (
	"os"
	"testing"
)

// TestSchemaIsPublished compares the schema in docs with the types; with
// OKNO_UPDATE=1 it writes it anew.
func TestSchemaIsPublished(t *testing.T) {
	t.Parallel()
	const file = "../../docs/services/service.schema.json"
	want, err := Schema()
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
