package forms

import "cel.dev/cel-go/cel"

// yesnoKind is a question with the answers yes and no, neither of them chosen.
type yesnoKind struct{ plain }

func (yesnoKind) Name() string { return "yesno" }

func (yesnoKind) celType(*provider, *Field) *cel.Type { return cel.BoolType }

func (yesnoKind) Inputs(*Field) []Input { return []Input{{Control: "radio"}} }

func (yesnoKind) read(_ *Field, in posted) any {
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

func (yesnoKind) accept(_ *Field, v any, _ bounds) (any, []flaw) {
	b, ok := v.(bool)
	if !ok {
		return nil, oneFlaw("forms.error.option")
	}
	return b, nil
}

func (yesnoKind) Print(_ *Field, v any, p Printer) string {
	if b, _ := v.(bool); b {
		return p.word("forms.word.yes")
	}
	return p.word("forms.word.no")
}

func (yesnoKind) boxes(_ *Field, v any) map[string][]string {
	b, ok := v.(bool)
	if !ok {
		return nil
	}
	return oneBox(map[bool]string{true: "yes", false: "no"}[b])
}
