package forms

import "cel.dev/cel-go/cel"

// consent is a text with a box to tick. A required one must be ticked.
type consent struct{ plain }

func (consent) Name() string { return "consent" }

func (consent) keys() []string { return []string{"!text", "document"} }

func (consent) celType(*provider, *Field) *cel.Type { return cel.BoolType }

func (consent) Inputs(*Field) []Input { return []Input{{Control: "checkbox"}} }

func (consent) read(_ *Field, in posted) any {
	switch s := in.line(""); s {
	case "":
		return nil
	case "yes", "true", "on":
		return true
	default:
		return s
	}
}

func (consent) accept(f *Field, v any, _ bounds) (any, []flaw) {
	b, ok := v.(bool)
	if !ok {
		return nil, oneFlaw("forms.error.shape")
	}
	if !b && f.IsRequired() {
		return nil, oneFlaw("forms.error.consent")
	}
	return b, nil
}

func (consent) Print(f *Field, v any, p Printer) string { return yesno{}.Print(f, v, p) }
