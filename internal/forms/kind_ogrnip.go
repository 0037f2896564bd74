package forms

import "okno/internal/reference"

// ogrnipKind is the registration number of a sole trader, with its check digit.
func ogrnipKind() Kind {
	return identifier{name: "ogrnip", mode: "numeric", width: 17, parse: reference.ParseOGRNIP}
}
