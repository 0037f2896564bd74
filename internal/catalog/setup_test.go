package catalog

import (
	"testing"

	"okno/internal/forms"
	"okno/services"
)

// shipped is the shelf of the embedded services, without a database.
func shipped(t testing.TB) *shelf {
	t.Helper()
	guide, faults := readGuide(services.FS)
	list, more := forms.LoadAll(services.FS, forms.Options{})
	for _, f := range append(faults, more...) {
		t.Error(f)
	}
	return newShelf(guide, list)
}
