package forms

import "okno/internal/reference"

// snilsKind is an insurance number, kept as 11 digits.
func snilsKind() Kind {
	return identifier{name: "snils", mode: "numeric", width: 14, parse: reference.ParseSNILS, format: reference.FormatSNILS}
}
