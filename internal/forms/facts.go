package forms

import (
	"slices"
	"strings"
)

// Facts are what is known without asking. The caller gathers them; the engine
// only reads.
type Facts struct {
	// Today is the date at the agency's office, YYYY-MM-DD.
	Today string
	// Level is the account's level: simplified, standard, confirmed.
	Level string
	// Region is the two-digit code of the region chosen by the person.
	Region string
	// Audience is citizen or business: for whom the person acts.
	Audience string
	// Known holds values by path (see FactPaths); values are JSON-ready, in
	// the canonical form of the kind.
	Known map[string]Known
	// Files are the uploaded files which the person may attach, by id. With nil,
	// Fill takes the references in the answers as they are (to show what was
	// sent); Check then takes no file at all.
	Files map[string]File
}

// Known is a value with its origin.
type Known struct {
	Value any
	// Origin says who knows it, in both languages: «профиль», «реестр СФР».
	Origin Text
	// AsOf is when it was learnt, RFC 3339; empty when not known.
	AsOf string
}

// File is an uploaded file; answers hold it by value, without contents.
type File struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Size int64  `json:"size"` // bytes
	Type string `json:"type"` // pdf, jpg … as recognised from the contents
}

// FactPath is a place from which a field can be filled.
type FactPath struct {
	Path string
	// Kind of fields that it fits; "" fits all.
	Kind string
}

// FactPaths are the places known to the language. Beside them stand
// registry.<code>, document.<code> and earlier.<field>, whose names are open.
func FactPaths() []FactPath {
	return []FactPath{
		{"profile.last_name", "name"},
		{"profile.first_name", "name"},
		{"profile.middle_name", "name"},
		{"profile.birth_date", "date"},
		{"profile.birth_place", "text"},
		{"profile.sex", "choice"},
		{"profile.citizenship", "text"},
		{"profile.snils", "snils"},
		{"profile.inn", "inn"},
		{"profile.phone", "phone"},
		{"profile.email", "email"},
		{"profile.oms", "oms"},
		{"profile.driver_licence", "driver_licence"},
		{"profile.person", "person"},
		{"profile.passport", "passport_rf"},
		{"profile.address", "address"},
		{"profile.actual_address", "address"},
		{"profile.account", "account"},
		{"organisation.name", "text"},
		{"organisation.short_name", "text"},
		{"organisation.inn", "inn"},
		{"organisation.ogrn", "text"},
		{"organisation.kpp", "text"},
		{"organisation.address", "address"},
		{"organisation.phone", "phone"},
		{"organisation.email", "email"},
		{"organisation.head", "person"},
		{"organisation.account", "account"},
	}
}

// openFacts are the roots whose further names are not known to the language.
var openFacts = []string{"registry", "document", "earlier"}

func isOpenFact(path string) bool {
	root, rest, _ := strings.Cut(path, ".")
	return rest != "" && slices.Contains(openFacts, root)
}

func factPath(path string) (FactPath, bool) {
	for _, p := range FactPaths() {
		if p.Path == path {
			return p, true
		}
	}
	return FactPath{Path: path}, isOpenFact(path)
}

// tree is the facts as an object for expressions.
func (f Facts) tree() map[string]any {
	t := map[string]any{
		"profile": map[string]any{}, "organisation": map[string]any{},
		"registry": map[string]any{}, "document": map[string]any{}, "earlier": map[string]any{},
	}
	for name, v := range map[string]string{"today": f.Today, "level": f.Level, "region": f.Region, "audience": f.Audience} {
		if v != "" {
			t[name] = v
		}
	}
	for path, k := range f.Known {
		root, rest, _ := strings.Cut(path, ".")
		if m, ok := t[root].(map[string]any); ok && rest != "" && k.Value != nil {
			m[rest] = k.Value
		}
	}
	return t
}

func cutPath(path string) (root, rest string) {
	root, rest, _ = strings.Cut(path, ".")
	return root, rest
}
