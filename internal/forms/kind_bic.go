package forms

import "okno/internal/reference"

// bicKind is the БИК of a bank. The kind account asks for it with an account.
func bicKind() Kind {
	return identifier{name: "bic", mode: "numeric", width: 11, parse: reference.ParseBIC}
}
