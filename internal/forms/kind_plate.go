package forms

import "okno/internal/reference"

// plateKind is the registration plate of a car (ГОСТ Р 50577, type 1).
func plateKind() Kind {
	return identifier{name: "plate", width: 10, parse: reference.ParsePlate}
}
