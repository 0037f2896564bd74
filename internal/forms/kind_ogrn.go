package forms

import "okno/internal/reference"

// ogrnKind is the registration number of an organisation, with its check digit.
func ogrnKind() Kind {
	return identifier{name: "ogrn", mode: "numeric", width: 15, parse: reference.ParseOGRN}
}
