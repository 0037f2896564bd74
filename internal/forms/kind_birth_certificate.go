package forms

import "okno/internal/reference"

// birthCertificateKind is the series and number of a Russian birth certificate.
func birthCertificateKind() Kind {
	return identifier{name: "birth_certificate", width: 20, parse: reference.ParseBirthCertificate}
}
