package forms

import (
	"strings"

	"cel.dev/cel-go/cel"
)

// dictionaryKind is one entry of a dictionary, kept as its code with the words of
// that day: {code, ru, en}. It is posted by code, or by its words where a page
// without a script lets people type them.
type dictionaryKind struct{ plain }

func (dictionaryKind) Name() string { return "dictionary" }

func (dictionaryKind) keys() []string { return []string{"!dictionary"} }

func (dictionaryKind) celType(p *provider, _ *Field) *cel.Type {
	return p.define("dictionary", map[string]*cel.Type{"code": cel.StringType, "ru": cel.StringType, "en": cel.StringType})
}

func (dictionaryKind) Inputs(f *Field) []Input {
	return []Input{{Control: "text", Search: f.Dictionary, Width: f.Width, Autocomplete: f.Autocomplete}}
}

func (dictionaryKind) accept(f *Field, v any, b bounds) (any, []flaw) {
	m, stored := v.(map[string]any)
	code, ok := v.(string)
	if stored {
		code, ok = m["code"].(string)
	}
	if !ok || len(code) > 500 {
		return nil, oneFlaw("forms.error.shape")
	}
	if b.dictionaries == nil {
		return storedEntry(m)
	}
	e, found := b.dictionaries.Entry(f.Dictionary, strings.TrimSpace(code))
	if !found {
		return nil, oneFlaw("forms.error.dictionary")
	}
	return map[string]any{"code": e.Code, "ru": e.Text.RU, "en": e.Text.EN}, nil
}

// storedEntry takes an entry of a stored form that is read without its
// dictionaries at hand. Check never comes here.
func storedEntry(m map[string]any) (any, []flaw) {
	out := map[string]any{}
	for _, key := range []string{"code", "ru", "en"} {
		s, ok := m[key].(string)
		if !ok {
			return nil, oneFlaw("forms.error.dictionary")
		}
		out[key] = s
	}
	if len(m) != len(out) {
		return nil, oneFlaw("forms.error.shape")
	}
	return out, nil
}

func (dictionaryKind) Print(_ *Field, v any, p Printer) string {
	m, _ := v.(map[string]any)
	key := "ru"
	if p.Lang == EN {
		key = "en"
	}
	s, _ := m[key].(string)
	return s
}

func (dictionaryKind) boxes(_ *Field, v any) map[string][]string {
	m, _ := v.(map[string]any)
	s, _ := m["code"].(string)
	return oneBox(s)
}
