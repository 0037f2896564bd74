package forms

import "okno/internal/reference"

// organisationKind is an organisation or a sole trader by ИНН. Its name and
// numbers come from the registry (see Lookup); a person may write the name where
// the registry has not answered.
func organisationKind() Kind {
	return composite{
		name: "organisation",
		parts: []piece{
			{id: "inn", kind: identifier{name: "inn", mode: "numeric", parse: parseAnyINN}, width: 14},
			{id: "name", kind: textKind(), field: Field{MaxLength: 500}, complete: "organization", optional: true},
			{id: "kpp", kind: kppKind(), width: 11, optional: true},
			{id: "ogrn", kind: identifier{name: "ogrn", mode: "numeric", parse: parseAnyOGRN}, width: 17, optional: true},
			{id: "address", kind: textKind(), field: Field{MaxLength: 500}, optional: true},
		},
		show: func(m map[string]any) string { return words(m, ", ", "name", "inn", "kpp", "ogrn", "address") },
	}
}

func parseAnyINN(s string) (string, error) {
	if inn, err := reference.ParseINNPerson(s); err == nil {
		return inn, nil
	}
	return reference.ParseINNOrg(s)
}

func parseAnyOGRN(s string) (string, error) {
	if n, err := reference.ParseOGRNIP(s); err == nil {
		return n, nil
	}
	return reference.ParseOGRN(s)
}
