package forms

import (
	"slices"
	"strconv"
	"strings"
)

// Wrong is a mistake in an answer, or an answer that is missing.
type Wrong struct {
	// Name is the input's name in the page: passport.series, children.0.snils.
	Name string
	// Field is the name of the whole field: passport, children.0.snils.
	Field string
	// Step is the id of the step where it is mended.
	Step string
	// Label names the field, Part (a key of the locale files) its part.
	Label Text
	Part  string
	// Item and Number name the thing in a group: «Ребёнок» 2.
	Item   Text
	Number int
	// Key and Args are the message; Text is the message where the service has
	// one of its own.
	Key  string
	Args []any // placeholders as name, value pairs
	Text Text
}

// Named is the field as people know it: «Ребёнок 2: Паспорт: серия».
func (w Wrong) Named(lang Lang, words Words) string {
	named := w.Label.In(lang)
	if named == "" {
		named = w.Name
	}
	if w.Part != "" {
		named += ": " + words(w.Part)
	}
	if w.Number > 0 {
		named = w.Item.In(lang) + " " + strconv.Itoa(w.Number) + ": " + named
	}
	return named
}

// Message says what is wrong and how to mend it, and names the field.
func (w Wrong) Message(lang Lang, words Words) string {
	if !w.Text.IsZero() {
		return w.Text.In(lang)
	}
	args := slices.Clone(w.Args)
	for i, v := range args {
		if t, ok := v.(Text); ok {
			args[i] = t.In(lang)
		}
	}
	label := w.Named(lang, words)
	if strings.HasPrefix(w.Key, "forms.") {
		return words(w.Key, append(args, "Label", label)...)
	}
	return words("forms.error.named", "Label", label, "Text", words(w.Key, args...))
}
