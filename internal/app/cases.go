package app

import (
	"fmt"
	"io/fs"
	"os"

	"okno/internal/forms"
	"okno/services"
)

// casesCommand runs the golden cases of services (okno services test).
type casesCommand struct {
	Dir string `arg:"" optional:"" help:"Folder with services; by default those that are built in." type:"existingdir"`
}

// Run runs them: each service with the number of its cases, then what came out
// otherwise.
func (c casesCommand) Run(w *world) error {
	fsys := fs.FS(services.FS)
	if c.Dir != "" {
		fsys = os.DirFS(c.Dir)
	}
	total := 0
	loaded, faults := forms.LoadAll(fsys, forms.Options{})
	for _, s := range loaded {
		cases, _ := forms.LoadCases(fsys, s) // its faults are among those of the service
		total += len(cases)
		if _, err := fmt.Fprintf(w.out, "%s: %d cases\n", s.ID, len(cases)); err != nil {
			return err
		}
	}
	for _, f := range faults {
		_, _ = fmt.Fprintln(w.out, f)
	}
	if len(faults) > 0 {
		return fmt.Errorf("%d faults", len(faults))
	}
	_, err := fmt.Fprintf(w.out, "%d cases hold\n", total)
	return err
}
