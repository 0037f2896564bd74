package forms

import (
	"slices"

	"okno/internal/reference"
)

// identityDocumentKind is a document of identity of any sort; number and series
// are checked by the rule of the sort.
func identityDocumentKind() Kind {
	return composite{
		name: "identity_document",
		parts: []piece{
			{id: "type", kind: variant{name: "identity_document.type", values: identityDocuments()}},
			{id: "series", kind: textKind(), field: Field{MaxLength: 20}, width: 10, optional: true},
			{id: "number", kind: textKind(), field: Field{MaxLength: 30}, width: 14},
			{id: "issued_on", kind: dateKind{}},
			{id: "valid_until", kind: dateKind{}, anyDay: true, optional: true},
			{id: "issued_by", kind: textKind(), optional: true},
		},
		joint: identityDocument,
		show: func(m map[string]any) string {
			m["both"] = words(m, " ", "series", "number")
			return words(m, ", ", "type", "both", "issued_on", "valid_until", "issued_by")
		},
	}
}

// identityDocuments are the sorts, in the order in which they are offered.
func identityDocuments() []string {
	return []string{
		"passport_rf", "foreign_passport", "birth_certificate", "temporary_id", "military_id",
		"residence_permit", "refugee_certificate", "passport_of_foreigner", "other",
	}
}

func identityDocument(m map[string]any) []flaw {
	series, _ := m["series"].(string)
	number, _ := m["number"].(string)
	switch m["type"] {
	case "passport_rf":
		m["series"] = series
		return passportNumber(m)
	case "foreign_passport":
		return wholeNumber(m, series+number, reference.ParseForeignPassport)
	case "birth_certificate":
		return wholeNumber(m, series+" "+number, reference.ParseBirthCertificate)
	}
	return issuedBefore(m)
}

// wholeNumber keeps a number whose series is a part of it.
func wholeNumber(m map[string]any, s string, parse func(string) (string, error)) []flaw {
	number, err := parse(s)
	if err != nil {
		flaws := flawsOf(err)
		flaws[0].part = "number"
		return flaws
	}
	m["number"] = number
	delete(m, "series")
	return issuedBefore(m)
}

// variant is a part which is one of a few fixed words; their labels are texts of
// the locale files: forms.word.<name>.<value>.
type variant struct {
	plain
	name   string
	values []string
}

func (k variant) Name() string { return k.name }

func (k variant) Inputs(*Field) []Input {
	in := Input{Control: "select"}
	for _, v := range k.values {
		in.Options = append(in.Options, InputOption{Value: v, Label: k.word(v)})
	}
	return []Input{in}
}

func (k variant) word(value string) string { return "forms.word." + k.name + "." + value }

func (k variant) accept(_ *Field, v any, _ bounds) (any, []flaw) {
	s, ok := v.(string)
	if !ok || !slices.Contains(k.values, s) {
		return nil, oneFlaw("forms.error.option")
	}
	return s, nil
}

func (k variant) Print(_ *Field, v any, p Printer) string {
	s, _ := v.(string)
	return p.word(k.word(s))
}
