package forms

import (
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
)

// choicesKind is any number of several options, kept in the order of the options.
type choicesKind struct{}

func (choicesKind) Name() string { return "choices" }

func (choicesKind) keys() []string { return []string{"!options", "min", "max"} }

func (choicesKind) celType(*provider, *Field) *cel.Type { return cel.ListType(cel.StringType) }

func (choicesKind) Inputs(*Field) []Input { return []Input{{Control: "checkbox"}} }

func (choicesKind) read(_ *Field, in posted) any { return in.list("") }

func (choicesKind) accept(_ *Field, v any, b bounds) (any, []flaw) {
	chosen, ok := stringList(v)
	if !ok {
		return nil, oneFlaw("forms.error.shape")
	}
	for _, c := range chosen {
		if !isOffered(b.offered, c) {
			return nil, oneFlaw("forms.error.option")
		}
	}
	var out []any
	for _, o := range b.offered {
		if slices.Contains(chosen, o.Value) {
			out = append(out, o.Value)
		}
	}
	return counted(out, b)
}

func counted(list []any, b bounds) (any, []flaw) {
	if least, ok := whole(b.min); ok && int64(len(list)) < least {
		return nil, oneFlaw("forms.error.choices_few", "Count", least)
	}
	if most, ok := whole(b.max); ok && int64(len(list)) > most {
		return nil, oneFlaw("forms.error.choices_many", "Count", most)
	}
	return list, nil
}

func stringList(v any) ([]string, bool) {
	list, ok := v.([]any)
	if !ok || len(list) > 1000 {
		return nil, false
	}
	out := make([]string, len(list))
	for i, x := range list {
		if out[i], ok = x.(string); !ok {
			return nil, false
		}
	}
	return out, true
}

func (choicesKind) Print(f *Field, v any, p Printer) string {
	chosen, _ := stringList(v)
	for i, c := range chosen {
		chosen[i] = optionLabel(f, c, p.Lang)
	}
	return strings.Join(chosen, ", ")
}

func (choicesKind) boxes(_ *Field, v any) map[string][]string {
	chosen, _ := stringList(v)
	if len(chosen) == 0 {
		return nil
	}
	return map[string][]string{"": chosen}
}
