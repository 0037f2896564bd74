package catalog

import (
	"io/fs"

	"github.com/goccy/go-yaml"

	"okno/internal/forms"
)

// Mode says how strict the lint is.
type Mode string

// Demo takes facts that nobody has checked and shows them as samples;
// Production refuses them.
const (
	Demo       Mode = "demo"
	Production Mode = "production"
)

// agenciesFile holds the agencies; room agency reads all of it.
const agenciesFile = "agencies.yaml"

// Lint checks a folder of services with its catalogue.yaml and agencies.yaml
// and lists all faults, each with file, line and what is wrong. Without an
// agencies.yaml any agency is taken.
func Lint(fsys fs.FS, mode Mode) []forms.Fault {
	guide, faults := readGuide(fsys)
	if guide == nil {
		guide = &Guide{}
	}
	agencies, more := readAgencies(fsys)
	faults = append(faults, more...)
	return append(faults, forms.Lint(fsys, options(guide, agencies, mode))...)
}

func options(g *Guide, agencies []Agency, mode Mode) forms.Options {
	o := forms.Options{Categories: codesOf(g.Categories), LifeEvents: codesOf(g.LifeEvents), Production: mode == Production}
	if len(agencies) > 0 {
		o.Agencies = map[string]bool{}
		for _, a := range agencies {
			o.Agencies[a.Code] = true
		}
	}
	return o
}

// readAgencies reads codes and titles only; the rest is for room agency.
func readAgencies(fsys fs.FS) ([]Agency, []forms.Fault) {
	raw, err := fs.ReadFile(fsys, agenciesFile)
	if err != nil {
		return nil, nil
	}
	var list []Agency
	if err := yaml.Unmarshal(raw, &list); err != nil {
		return nil, []forms.Fault{yamlFault(agenciesFile, err)}
	}
	return list, nil
}
