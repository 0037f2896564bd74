package forms

import "okno/internal/reference"

// emailKind is an address of electronic mail.
func emailKind() Kind {
	return identifier{
		name: "email", mode: "email", complete: "email", width: 30,
		parse: reference.ParseEmail, format: reference.FormatEmail,
	}
}
