package i18n

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// message is a text cut at its placeholders once, when it is loaded: pages are
// full of texts, and parsing them at each use cost a third of a page.
type message struct {
	// forms by CLDR plural category; a text without plurals has only Other.
	forms map[plural.Form][]piece
}

// piece is words, or the name of a placeholder.
type piece struct {
	words, name string
}

var formNames = map[string]plural.Form{"one": plural.One, "few": plural.Few, "many": plural.Many, "other": plural.Other}

// compile takes a text, or a map of plural forms to texts.
func compile(v any) (message, error) {
	switch v := v.(type) {
	case string:
		p, err := cut(v)
		return message{map[plural.Form][]piece{plural.Other: p}}, err
	case map[string]any:
		m := message{map[plural.Form][]piece{}}
		for name, text := range v {
			form, known := formNames[name]
			s, ok := text.(string)
			if !known || !ok {
				return m, fmt.Errorf("%s is no plural form", name)
			}
			p, err := cut(s)
			if err != nil {
				return m, err
			}
			m.forms[form] = p
		}
		if m.forms[plural.Other] == nil {
			return m, fmt.Errorf("the form other is missing")
		}
		return m, nil
	}
	return message{}, fmt.Errorf("is neither a text nor plural forms")
}

// cut splits "Hello, {{.Name}}" into its pieces.
func cut(s string) ([]piece, error) {
	pieces := []piece{}
	for s != "" {
		words, rest, found := strings.Cut(s, "{{")
		if words != "" {
			pieces = append(pieces, piece{words: words})
		}
		if !found {
			break
		}
		name, after, closed := strings.Cut(rest, "}}")
		name, dot := strings.CutPrefix(strings.TrimSpace(name), ".")
		if !closed || !dot || name == "" {
			return nil, fmt.Errorf("a placeholder is written {{.Name}}")
		}
		pieces = append(pieces, piece{name: name})
		s = after
	}
	return pieces, nil
}

// fill writes the text with its placeholders; args are name, value pairs. A value
// that ends in a dot, as Russian dates do, ends the sentence by it.
func (m message) fill(lang string, args []any) string {
	pieces := m.forms[m.form(lang, args)]
	if len(pieces) == 1 && pieces[0].name == "" {
		return pieces[0].words
	}
	var b strings.Builder
	for _, p := range pieces {
		if p.name == "" {
			words := p.words
			if strings.HasPrefix(words, ".") && strings.HasSuffix(b.String(), ".") {
				words = words[1:]
			}
			b.WriteString(words)
			continue
		}
		write(&b, value(args, p.name))
	}
	return b.String()
}

func (m message) form(lang string, args []any) plural.Form {
	if len(m.forms) == 1 {
		return plural.Other
	}
	n, ok := integer(value(args, "Count"))
	if !ok {
		return plural.Other
	}
	form := plural.Cardinal.MatchPlural(language.Make(lang), n, 0, 0, 0, 0)
	if m.forms[form] == nil {
		return plural.Other
	}
	return form
}

// value finds an argument by its name; nil for none.
func value(args []any, name string) any {
	for i := 0; i+1 < len(args); i += 2 {
		if n, ok := args[i].(string); ok && n == name {
			return args[i+1]
		}
	}
	return nil
}

func write(b *strings.Builder, v any) {
	switch v := v.(type) {
	case nil:
	case string:
		b.WriteString(v)
	case int:
		b.WriteString(strconv.Itoa(v))
	default:
		fmt.Fprint(b, v)
	}
}

// integer is the whole number that chooses a plural form.
func integer(v any) (int, bool) {
	switch v := v.(type) {
	case int:
		return max(v, -v), true
	case int64:
		return int(max(v, -v)), true
	case int32:
		return int(max(v, -v)), true
	case uint32:
		return int(v), true
	}
	return 0, false
}
