package forms

import "okno/internal/reference"

// birthCertificate is the series and number of a Russian birth certificate.
func birthCertificate() Kind {
	return identifier{name: "birth_certificate", width: 20, parse: reference.ParseBirthCertificate}
}
