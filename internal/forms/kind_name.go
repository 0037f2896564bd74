package forms

import "okno/internal/reference"

// nameKind is one part of a person's name, as in the document.
func nameKind() Kind {
	return identifier{name: "name", width: 30, parse: reference.ParseName}
}
