package forms

import (
	"sort"

	"cel.dev/cel-go/cel"
)

// Kind is a sort of answer. Each stands in a file of its own, kind_<name>.go,
// and in the list of Kinds. A new kind needs these eight methods, most of which
// it takes from plain, and a line in the list.
type Kind interface {
	// Name is the word in service files.
	Name() string
	// Inputs are the boxes of the page, in order.
	Inputs(f *Field) []Input
	// Print shows an accepted answer to people.
	Print(f *Field, v any, p Printer) string

	// keys are the keys of a field that the kind understands, beyond the
	// common ones; with "!" in front if it can't do without.
	keys() []string
	// celType is the type in expressions, nil for kinds without a value.
	celType(p *provider, f *Field) *cel.Type
	// boxes is an accepted answer as it is typed, by part: what read takes.
	boxes(f *Field, v any) map[string][]string
	// read makes a JSON value of what was posted; nil for nothing.
	read(f *Field, in posted) any
	// accept checks a JSON value and gives it in canonical form.
	accept(f *Field, v any, b bounds) (any, []flaw)
}

// Input is one box of a field on the page.
type Input struct {
	// Part is added to the field's name after a dot; empty for the field itself.
	Part string
	// Label is the key of the part's label in the locale files; empty where
	// the field's label says all.
	Label string
	// Control is text, textarea, radio, checkbox, select, file, hidden.
	Control string
	// Mode is the HTML inputmode; empty for the default.
	Mode string
	// Autocomplete is the HTML token; empty for none.
	Autocomplete string
	// Width is the expected number of characters; 0 for the full width.
	Width int
	// Optional is true for a part which may be left empty.
	Optional bool
	// Options are what a select offers.
	Options []InputOption
	// Search names the dictionary of which a text box takes an entry: a select
	// if the dictionary is small, words with suggestions if it is big. The code
	// is posted, or the words.
	Search string
}

// InputOption is one line of a select.
type InputOption struct {
	Value string
	Label string // key of the locale files; empty where Text says it
	Text  Text
}

// Printer is what printing needs: the language and the words of the locale.
type Printer struct {
	Lang  Lang
	Words Words
}

// Words gives the text of a key of the locale files in one language; args are
// placeholders as name, value pairs, as kit/i18n takes them.
type Words func(key string, args ...any) string

func (p Printer) word(key string) string {
	if p.Words == nil {
		return key
	}
	return p.Words(key)
}

// bounds is what an answer is checked against beyond its kind.
type bounds struct {
	today    string
	min, max any
	offered  []*Option
	files    map[string]File

	dictionaries Dictionaries
}

// flaw is what is wrong with an answer; part names the box. A flaw with a text
// carries a message of the service itself.
type flaw struct {
	part string
	key  string
	args []any
	text Text
}

func oneFlaw(key string, args ...any) []flaw { return []flaw{{key: key, args: args}} }

// Kinds are all kinds of the language, by name.
func Kinds() []Kind {
	list := []Kind{
		accountKind(), addressKind(), bicKind(), birthCertificateKind(), cadastralKind(), childKind(),
		calculatedKind{},
		choiceKind{},
		choicesKind{},
		consentKind{},
		dateKind{},
		dictionaryKind{},
		driverLicenceKind(), emailKind(),
		fileKind{},
		fioKind(), foreignPassportKind(), identityDocumentKind(),
		innKind(), kppKind(), longtextKind(),
		moneyKind{},
		nameKind(),
		noteKind{},
		numberKind{},
		ogrnKind(), ogrnipKind(), oktmoKind(), omsKind(), organisationKind(),
		passportRFKind(), newPeriodKind(), personKind(), phoneKind(),
		photoKind{},
		placeKind{},
		plateKind(), postcodeKind(), propertyKind(), snilsKind(), spouseKind(), textKind(), vehicleKind(),
		vehicleDocumentKind(), vinKind(),
		yesnoKind{},
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Name() < list[j].Name() })
	return list
}

func kinds() map[string]Kind {
	byName := map[string]Kind{}
	for _, k := range Kinds() {
		byName[k.Name()] = k
	}
	byName[""] = textKind()
	return byName
}

// plain is what most kinds have in common: one box, a string.
type plain struct{}

func (plain) keys() []string { return nil }

func (plain) celType(*provider, *Field) *cel.Type { return cel.StringType }

func (plain) Inputs(f *Field) []Input { return []Input{{Control: "text", Width: f.Width}} }

func (plain) read(_ *Field, in posted) any { return in.value("") }

func (plain) boxes(_ *Field, v any) map[string][]string {
	s, _ := v.(string)
	return oneBox(s)
}

func (plain) Print(_ *Field, v any, _ Printer) string {
	s, _ := v.(string)
	return s
}

// oneBox is the content of the only box, nothing for an empty one.
func oneBox(s string) map[string][]string {
	if s == "" {
		return nil
	}
	return map[string][]string{"": {s}}
}
