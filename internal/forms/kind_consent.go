package forms

import "cel.dev/cel-go/cel"

// consentKind is a text with a box to tick. A required one must be ticked.
type consentKind struct{}

func (consentKind) Name() string { return "consent" }

func (consentKind) keys() []string { return []string{"!text", "document"} }

func (consentKind) celType(*provider, *Field) *cel.Type { return cel.BoolType }

func (consentKind) Inputs(*Field) []Input { return []Input{{Control: "checkbox"}} }

func (consentKind) read(_ *Field, in posted) any {
	switch s := in.line(""); s {
	case "":
		return nil
	case "yes", "true", "on":
		return true
	default:
		return s
	}
}

func (consentKind) accept(f *Field, v any, _ bounds) (any, []flaw) {
	b, ok := v.(bool)
	if !ok {
		return nil, oneFlaw("forms.error.shape")
	}
	if !b && f.IsRequired() {
		return nil, oneFlaw("forms.error.consent")
	}
	return b, nil
}

func (consentKind) Print(f *Field, v any, p Printer) string { return yesnoKind{}.Print(f, v, p) }

func (consentKind) boxes(_ *Field, v any) map[string][]string {
	if b, _ := v.(bool); b {
		return oneBox("yes")
	}
	return nil
}
