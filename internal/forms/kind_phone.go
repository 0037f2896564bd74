package forms

import "okno/internal/reference"

// phoneKind is a telephone number, kept in E.164 (+79131234567).
func phoneKind() Kind {
	return identifier{
		name: "phone", mode: "tel", complete: "tel", width: 18,
		parse: reference.ParsePhone, format: reference.FormatPhone,
	}
}
