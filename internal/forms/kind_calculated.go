package forms

import "cel.dev/cel-go/cel"

// calculated is a value made from other answers; people see it and can't
// change it.
type calculated struct{ plain }

func (calculated) Name() string { return "calculated" }

func (calculated) keys() []string { return []string{"!value", "!as", "decimals", "unit"} }

// shownAs is the kind whose printing and type the value borrows.
func (calculated) shownAs(f *Field) Kind {
	switch f.As {
	case "number":
		return number{}
	case "money":
		return money{}
	case "date":
		return date{}
	case "yesno":
		return yesno{}
	}
	return text()
}

func (k calculated) celType(p *provider, f *Field) *cel.Type { return k.shownAs(f).celType(p, f) }

func (calculated) Inputs(*Field) []Input { return nil }

func (calculated) read(*Field, posted) any { return nil }

func (calculated) accept(*Field, any, bounds) (any, []flaw) {
	return nil, oneFlaw("forms.error.not_asked")
}

func (k calculated) Print(f *Field, v any, p Printer) string { return k.shownAs(f).Print(f, v, p) }
