package forms

import "okno/internal/reference"

// phone is a telephone number, kept in E.164 (+79131234567).
func phone() Kind {
	return identifier{
		name: "phone", mode: "tel", complete: "tel", width: 18,
		parse: reference.ParsePhone, format: reference.FormatPhone,
	}
}
