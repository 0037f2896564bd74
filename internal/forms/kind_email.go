package forms

import "okno/internal/reference"

// email is an address of electronic mail.
func email() Kind {
	return identifier{
		name: "email", mode: "email", complete: "email", width: 30,
		parse: reference.ParseEmail, format: reference.FormatEmail,
	}
}
