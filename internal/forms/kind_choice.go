package forms

// choiceKind is one of several options.
type choiceKind struct{ plain }

func (choiceKind) Name() string { return "choice" }

func (choiceKind) keys() []string { return []string{"!options"} }

func (choiceKind) Inputs(*Field) []Input { return []Input{{Control: "radio"}} }

func (choiceKind) accept(_ *Field, v any, b bounds) (any, []flaw) {
	s, ok := v.(string)
	if !ok || !isOffered(b.offered, s) {
		return nil, oneFlaw("forms.error.option")
	}
	return s, nil
}

func isOffered(options []*Option, value string) bool {
	for _, o := range options {
		if o.Value == value {
			return true
		}
	}
	return false
}

func (choiceKind) Print(f *Field, v any, p Printer) string {
	s, _ := v.(string)
	return optionLabel(f, s, p.Lang)
}

// optionLabel is what people see of a stored value; a value from elsewhere
// (the sex from the profile, say) is shown as it is.
func optionLabel(f *Field, value string, lang Lang) string {
	for i := range f.Options {
		if f.Options[i].Value == value {
			return f.Options[i].Label.In(lang)
		}
	}
	return value
}
