package forms

import "cel.dev/cel-go/cel"

// note is a text to read; it takes no answer.
type note struct{ plain }

func (note) Name() string { return "note" }

func (note) keys() []string { return []string{"!text"} }

func (note) celType(*provider, *Field) *cel.Type { return nil }

func (note) Inputs(*Field) []Input { return nil }

func (note) read(*Field, posted) any { return nil }

func (note) accept(*Field, any, bounds) (any, []flaw) { return nil, oneFlaw("forms.error.not_asked") }
