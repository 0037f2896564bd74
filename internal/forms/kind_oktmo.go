package forms

import "okno/internal/reference"

// oktmoKind is the code of a municipality or a settlement.
func oktmoKind() Kind {
	return identifier{name: "oktmo", mode: "numeric", width: 13, parse: reference.ParseOKTMO}
}
