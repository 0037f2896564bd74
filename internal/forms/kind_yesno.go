package forms

import "cel.dev/cel-go/cel"

// yesno is a question with the answers yes and no, neither of them chosen.
type yesno struct{ plain }

func (yesno) Name() string { return "yesno" }

func (yesno) celType(*provider, *Field) *cel.Type { return cel.BoolType }

func (yesno) Inputs(*Field) []Input { return []Input{{Control: "radio"}} }

func (yesno) read(_ *Field, in posted) any {
	switch s := in.line(""); s {
	case "":
		return nil
	case "yes", "true":
		return true
	case "no", "false":
		return false
	default:
		return s
	}
}

func (yesno) accept(_ *Field, v any, _ bounds) (any, []flaw) {
	b, ok := v.(bool)
	if !ok {
		return nil, oneFlaw("forms.error.option")
	}
	return b, nil
}

func (yesno) Print(_ *Field, v any, p Printer) string {
	if b, _ := v.(bool); b {
		return p.word("forms.word.yes")
	}
	return p.word("forms.word.no")
}
