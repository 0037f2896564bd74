package forms

import "okno/internal/reference"

// driverLicenceKind is the series and number of a driving licence.
func driverLicenceKind() Kind {
	return identifier{
		name: "driver_licence", width: 14,
		parse: reference.ParseDriverLicence, format: reference.FormatDriverLicence,
	}
}
