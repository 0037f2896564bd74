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
	// Dictionaries are the lists to choose from. With nil, Fill takes the
	// entries in the answers as they are, and Check takes none.
	Dictionaries Dictionaries
	// Found are answers of registries, by Lookup.Key. A lookup which is not
	// there has not been answered yet; Result.Lookups lists those needed.
	Found map[string]Found
}

// Lookup is a question to a registry which the form needs: about an
// organisation, about the answer of a field with the key registry. The engine
// names it, the caller asks and puts the answer into Facts.Found.
type Lookup struct {
	Registry string // code; "organisation" for the kind organisation
	About    string // the number or code, in canonical form
	Field    string // name of the field in the page
}

// Key is the lookup's key in Facts.Found.
func (l Lookup) Key() string { return l.Registry + ":" + l.About }

// Found is what a registry has answered.
type Found struct {
	Known
	// None: the registry does not know it. Silent: it did not answer in time;
	// the form goes on without, and the officer sees it.
	None, Silent bool
}

// Known is a value with its origin.
type Known struct {
	Value any
	// Origin says who knows it, in both languages: «профиль», «реестр СФР».
	Origin Text
	// AsOf is when it was learnt, RFC 3339; empty when not known.
	AsOf string
	// Correct names where a mistake is put right («это неверно»): an address of
	// the portal or a code that the caller knows. By default the first part of
	// the path: profile, organisation, registry, document, earlier.
	Correct string
	// Each holds the lines of a list that have sources of their own, in the
	// order of Value; nil where all have the source of the whole.
	Each []Known
}

// KnownList is a list of values, each with a source of its own.
func KnownList(each ...Known) Known {
	list := make([]any, len(each))
	for i := range each {
		list[i] = each[i].Value
	}
	k := Known{Value: list, Each: each}
	if len(each) > 0 {
		k.Origin, k.AsOf, k.Correct = each[0].Origin, each[0].AsOf, each[0].Correct
	}
	return k
}

// line is the source of one line of a list.
func (k Known) line(path string, i int) Source {
	if i < len(k.Each) {
		return k.Each[i].source(path)
	}
	return k.source(path)
}

func (k Known) source(path string) Source {
	root, _ := cutPath(path)
	return Source{From: FromKnown, Path: path, Origin: k.Origin, AsOf: k.AsOf, Correct: cmpHint(k.Correct, root)}
}

// File is an uploaded file; answers hold it by value, without contents.
type File struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Size int64  `json:"size"` // bytes
	Type string `json:"type"` // pdf, jpg … as recognised from the contents
	// Photo is what was measured on a picture, nil if it is none or can't be
	// decoded. A field of the kind photo needs it.
	Photo *Photo `json:"photo,omitempty"`
}

// FactPath is a place from which a field can be filled.
type FactPath struct {
	Path string
	// Kind of fields that it fits; "" fits all.
	Kind string
	// List: there may be several values, of that kind each. It fills a group,
	// or is offered by a field's choose.
	List bool
}

// FactPaths are the places known to the language. Beside them stand
// registry.<code>, document.<code> and earlier.<field>, whose names are open.
func FactPaths() []FactPath {
	return []FactPath{
		{Path: "profile.last_name", Kind: "name"},
		{Path: "profile.first_name", Kind: "name"},
		{Path: "profile.middle_name", Kind: "name"},
		{Path: "profile.birth_date", Kind: "date"},
		{Path: "profile.birth_place", Kind: "text"},
		{Path: "profile.sex", Kind: "choice"},
		{Path: "profile.citizenship", Kind: "text"},
		{Path: "profile.snils", Kind: "snils"},
		{Path: "profile.inn", Kind: "inn"},
		{Path: "profile.phone", Kind: "phone"},
		{Path: "profile.email", Kind: "email"},
		{Path: "profile.oms", Kind: "oms"},
		{Path: "profile.driver_licence", Kind: "driver_licence"},
		{Path: "profile.person", Kind: "person"},
		{Path: "profile.passport", Kind: "passport_rf"},
		{Path: "profile.address", Kind: "address"},
		{Path: "profile.actual_address", Kind: "address"},
		{Path: "profile.account", Kind: "account"},
		{Path: "profile.fio", Kind: "fio"},
		{Path: "profile.foreign_passport", Kind: "foreign_passport"},
		{Path: "profile.identity_document", Kind: "identity_document"},
		{Path: "profile.spouse", Kind: "spouse"},
		{Path: "profile.children", Kind: "child", List: true},
		{Path: "profile.vehicles", Kind: "vehicle", List: true},
		{Path: "profile.properties", Kind: "property", List: true},
		{Path: "child.person", Kind: "person"},
		{Path: "child.last_name", Kind: "name"},
		{Path: "child.first_name", Kind: "name"},
		{Path: "child.middle_name", Kind: "name"},
		{Path: "child.birth_date", Kind: "date"},
		{Path: "child.sex", Kind: "choice"},
		{Path: "child.snils", Kind: "snils"},
		{Path: "child.certificate", Kind: "birth_certificate"},
		{Path: "organisation.card", Kind: "organisation"},
		{Path: "organisation.ogrnip", Kind: "ogrnip"},
		{Path: "organisation.name", Kind: "text"},
		{Path: "organisation.short_name", Kind: "text"},
		{Path: "organisation.inn", Kind: "inn"},
		{Path: "organisation.ogrn", Kind: "ogrn"},
		{Path: "organisation.kpp", Kind: "kpp"},
		{Path: "organisation.address", Kind: "address"},
		{Path: "organisation.phone", Kind: "phone"},
		{Path: "organisation.email", Kind: "email"},
		{Path: "organisation.head", Kind: "person"},
		{Path: "organisation.account", Kind: "account"},
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
		"profile": map[string]any{}, "organisation": map[string]any{}, childRoot: map[string]any{},
		"registry": map[string]any{}, "document": map[string]any{}, "earlier": map[string]any{},
		"found": map[string]any{},
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
