package forms

import (
	"strings"
	"unicode/utf8"
)

// freeText is free text: one line (text) or several (longtext).
type freeText struct {
	plain
	name    string
	control string
	most    int
}

func textKind() Kind { return freeText{name: "text", control: "text", most: 200} }

func longtextKind() Kind { return freeText{name: "longtext", control: "textarea", most: 4000} }

func (k freeText) Name() string { return k.name }

func (k freeText) keys() []string {
	if k.name == "text" {
		return []string{"min_length", "max_length", "pattern"}
	}
	return []string{"min_length", "max_length"}
}

func (k freeText) Inputs(f *Field) []Input {
	return []Input{{Control: k.control, Width: f.Width, Autocomplete: f.Autocomplete}}
}

func (k freeText) accept(f *Field, v any, _ bounds) (any, []flaw) {
	s, ok := v.(string)
	if !ok {
		return nil, oneFlaw("forms.error.shape")
	}
	s = k.tidy(s)
	if n := utf8.RuneCountInString(s); n > k.limit(f) {
		return nil, oneFlaw("forms.error.long", "Max", k.limit(f), "Over", n-k.limit(f))
	} else if n < f.MinLength {
		return nil, oneFlaw("forms.error.short", "Min", f.MinLength)
	}
	if f.pattern != nil && !f.pattern.MatchString(s) {
		return nil, oneFlaw("forms.error.pattern", "Hint", f.Hint)
	}
	return s, nil
}

func (k freeText) limit(f *Field) int {
	if f.MaxLength > 0 {
		return f.MaxLength
	}
	return k.most
}

// tidy trims the ends and, in one line, makes every run of white space a space.
func (k freeText) tidy(s string) string {
	if k.control == "textarea" {
		return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n"))
	}
	return strings.Join(strings.Fields(s), " ")
}
