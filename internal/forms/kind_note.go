package forms

import "cel.dev/cel-go/cel"

// noteKind is a text to read; it takes no answer.
type noteKind struct{ plain }

func (noteKind) Name() string { return "note" }

func (noteKind) keys() []string { return []string{"!text"} }

func (noteKind) celType(*provider, *Field) *cel.Type { return nil }

func (noteKind) Inputs(*Field) []Input { return nil }

func (noteKind) read(*Field, posted) any { return nil }

func (noteKind) accept(*Field, any, bounds) (any, []flaw) {
	return nil, oneFlaw("forms.error.not_asked")
}
