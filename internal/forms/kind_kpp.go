package forms

import "okno/internal/reference"

// kppKind is the code of an organisation's registration with a tax office.
func kppKind() Kind { return identifier{name: "kpp", width: 11, parse: reference.ParseKPP} }
