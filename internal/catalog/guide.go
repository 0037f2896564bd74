package catalog

import (
	"errors"
	"io/fs"
	"slices"

	"github.com/goccy/go-yaml"

	"okno/internal/forms"
)

// guideFile holds the codes by which services are found.
const guideFile = "catalogue.yaml"

// Words are a text in both languages.
type Words struct {
	RU string `yaml:"ru"`
	EN string `yaml:"en"`
}

// In is the text in the language, Russian for an unknown one.
func (w Words) In(lang string) string {
	if lang == string(forms.EN) {
		return w.EN
	}
	return w.RU
}

// Entry is a category, a life event or an audience.
type Entry struct {
	Code  string `yaml:"code"`
	Icon  string `yaml:"icon"`
	Title Words  `yaml:"title"`
	Text  Words  `yaml:"text"`
}

// Guide is catalogue.yaml: the codes of the catalogue, in the order of pages.
type Guide struct {
	Categories []Entry  `yaml:"categories"`
	LifeEvents []Entry  `yaml:"life_events"`
	Audiences  []Entry  `yaml:"audiences"`
	Popular    []string `yaml:"popular"`
	// Withdrawn are services that are not offered any more: drafts of them say
	// so, what was sent goes on.
	Withdrawn []string `yaml:"withdrawn"`
}

// withdraws reports whether a service is not offered any more.
func (g *Guide) withdraws(id string) bool { return slices.Contains(g.Withdrawn, id) }

// Agency is what the catalogue shows of an agency.
type Agency struct {
	Code  string `yaml:"code"`
	Title Words  `yaml:"title"`
}

// readGuide reads and checks catalogue.yaml.
func readGuide(fsys fs.FS) (*Guide, []forms.Fault) {
	raw, err := fs.ReadFile(fsys, guideFile)
	if err != nil {
		return nil, []forms.Fault{{File: guideFile, Pos: forms.Pos{Line: 1, Col: 1}, Code: "missing", What: "the file can't be read", Hint: err.Error()}}
	}
	g := &Guide{}
	if err := yaml.UnmarshalWithOptions(raw, g, yaml.Strict()); err != nil {
		return nil, []forms.Fault{yamlFault(guideFile, err)}
	}
	faults := append(lintEntries("category", g.Categories), lintEntries("life event", g.LifeEvents)...)
	return g, append(faults, lintEntries("audience", g.Audiences)...)
}

func lintEntries(what string, entries []Entry) []forms.Fault {
	var out []forms.Fault
	seen := map[string]bool{}
	for _, e := range entries {
		switch {
		case e.Code == "" || e.Title.RU == "" || e.Title.EN == "":
			out = append(out, guideFault("missing", what+" "+e.Code+" needs code and title in both languages"))
		case seen[e.Code]:
			out = append(out, guideFault("id", what+" "+e.Code+" stands twice"))
		}
		seen[e.Code] = true
	}
	return out
}

func guideFault(code, what string) forms.Fault {
	return forms.Fault{File: guideFile, Pos: forms.Pos{Line: 1, Col: 1}, Code: code, What: what}
}

func yamlFault(file string, err error) forms.Fault {
	f := forms.Fault{File: file, Pos: forms.Pos{Line: 1, Col: 1}, Code: "yaml", What: err.Error()}
	var at yaml.Error
	if errors.As(err, &at) {
		f.What = at.GetMessage()
		if t := at.GetToken(); t != nil && t.Position != nil {
			f.Pos = forms.Pos{Line: t.Position.Line, Col: max(1, t.Position.Column)}
		}
	}
	return f
}

// find gives the entry of the code, nil for none.
func find(entries []Entry, code string) *Entry {
	for i := range entries {
		if entries[i].Code == code {
			return &entries[i]
		}
	}
	return nil
}

func codesOf(entries []Entry) map[string]bool {
	codes := map[string]bool{}
	for _, e := range entries {
		codes[e.Code] = true
	}
	return codes
}
