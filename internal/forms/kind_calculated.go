package forms

import "cel.dev/cel-go/cel"

// calculatedKind is a value made from other answers; people see it and can't
// change it.
type calculatedKind struct{ plain }

func (calculatedKind) Name() string { return "calculated" }

func (calculatedKind) keys() []string { return []string{"!value", "!as", "decimals", "unit"} }

// shownAs is the kind whose printing and type the value borrows.
func (calculatedKind) shownAs(f *Field) Kind {
	switch f.As {
	case "number":
		return numberKind{}
	case "money":
		return moneyKind{}
	case "date":
		return dateKind{}
	case "yesno":
		return yesnoKind{}
	}
	return textKind()
}

func (k calculatedKind) celType(p *provider, f *Field) *cel.Type { return k.shownAs(f).celType(p, f) }

func (calculatedKind) Inputs(*Field) []Input { return nil }

func (calculatedKind) read(*Field, posted) any { return nil }

func (calculatedKind) accept(*Field, any, bounds) (any, []flaw) {
	return nil, oneFlaw("forms.error.not_asked")
}

func (k calculatedKind) Print(f *Field, v any, p Printer) string { return k.shownAs(f).Print(f, v, p) }
