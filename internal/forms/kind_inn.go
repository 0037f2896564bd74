package forms

import "okno/internal/reference"

// innNumber is a taxpayer's number: 12 digits of a person, 10 of an organisation.
type innNumber struct{ identifier }

func innKind() Kind {
	return innNumber{identifier{name: "inn", mode: "numeric", width: 12}}
}

func (k innNumber) keys() []string { return []string{"of"} }

func (k innNumber) accept(f *Field, v any, _ bounds) (any, []flaw) {
	s, ok := v.(string)
	if !ok {
		return nil, oneFlaw("forms.error.shape")
	}
	if f.Of == "organisation" {
		return parsed(reference.ParseINNOrg(s))
	}
	if f.Of == "any" {
		if n, err := reference.ParseINNOrg(s); err == nil {
			return n, nil
		}
	}
	return parsed(reference.ParseINNPerson(s))
}
