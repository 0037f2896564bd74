package forms

import "okno/internal/reference"

// vin is a vehicle identification number, 17 characters.
func vin() Kind {
	return identifier{name: "vin", width: 20, parse: reference.ParseVIN}
}
