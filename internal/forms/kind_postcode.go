package forms

import "okno/internal/reference"

// postcode is a Russian postal index, 6 digits.
func postcode() Kind {
	return identifier{name: "postcode", mode: "numeric", complete: "postal-code", width: 6, parse: reference.ParsePostcode}
}
