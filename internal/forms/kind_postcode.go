package forms

import "okno/internal/reference"

// postcodeKind is a Russian postal index, 6 digits.
func postcodeKind() Kind {
	return identifier{name: "postcode", mode: "numeric", complete: "postal-code", width: 6, parse: reference.ParsePostcode}
}
