package forms

import "okno/internal/reference"

// name is one part of a person's name, as in the document.
func name() Kind {
	return identifier{name: "name", width: 30, parse: reference.ParseName}
}
