package forms

import "okno/internal/reference"

// omsKind is the number of a policy of compulsory medical insurance, 16 digits.
func omsKind() Kind {
	return identifier{name: "oms", mode: "numeric", width: 20, parse: reference.ParseOMS}
}
