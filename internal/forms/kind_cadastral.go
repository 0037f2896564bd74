package forms

import "okno/internal/reference"

// cadastralKind is the cadastral number of a building, a flat or a plot.
func cadastralKind() Kind {
	return identifier{name: "cadastral", width: 24, parse: reference.ParseCadastral}
}
