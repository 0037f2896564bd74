package forms

import "okno/internal/reference"

// vinKind is a vehicle identification number, 17 characters.
func vinKind() Kind {
	return identifier{name: "vin", width: 20, parse: reference.ParseVIN}
}
