package forms

import (
	"fmt"
	"strings"
)

// part is a piece of a template: a text, or an expression.
type part struct {
	text string
	expr Expr
	// field is set where the expression is no more than the name of a field.
	field *Field
}

// In fills the template for a result; an expression without a value leaves «—».
func (t Template) In(r *Result, p Printer) string { return t.fill(p, r.scope) }

// Fixed is the whole text of a template that names no value; ok is false where a
// result is needed.
func (t Template) Fixed(lang Lang) (text string, ok bool) {
	for _, part := range t.in(lang) {
		if !part.expr.IsZero() {
			return "", false
		}
		text += part.text
	}
	return text, true
}

func (t Template) in(lang Lang) []part {
	if parts, ok := t.parts[lang]; ok {
		return parts
	}
	return t.parts[RU]
}

func (t Template) fill(p Printer, s *scope) string {
	var b strings.Builder
	for _, part := range t.in(p.Lang) {
		b.WriteString(part.print(p, s))
	}
	return b.String()
}

func (x part) print(p Printer, s *scope) string {
	if x.expr.IsZero() {
		return x.text
	}
	if x.field != nil {
		from := s.a
		if x.field.group != nil {
			from = s.item
		}
		if v := from[x.field.ID]; v != nil {
			return x.field.kind.Print(x.field, v, p)
		}
		return "—"
	}
	switch v := x.expr.value(s).(type) {
	case string:
		return v
	case int64:
		return fmt.Sprint(v)
	case float64:
		return printNumber(v, 2, p.Lang)
	case bool:
		return yesnoKind{}.Print(nil, v, p)
	}
	return "—"
}

// namedField is the field whose name is all of the expression, nil for none.
func (s *Service) namedField(source string, g *Group) *Field {
	root, id := cutPath(strings.TrimSpace(source))
	if root == "item" && g != nil {
		return g.field(id)
	}
	if root != "a" {
		return nil
	}
	return s.fields[id]
}

// splitTemplate cuts a text at its ${…}; offsets are in characters. A missing
// brace is reported as ok == false.
func splitTemplate(s string) (parts []part, offsets []int, ok bool) {
	done := 0
	for {
		start := strings.Index(s, "${")
		if start < 0 {
			break
		}
		end := closing(s[start+2:])
		if end < 0 {
			return parts, offsets, false
		}
		parts = append(parts, part{text: s[:start]}, part{expr: Expr{Source: s[start+2 : start+2+end]}})
		offsets = append(offsets, 0, done+len([]rune(s[:start]))+2)
		done += len([]rune(s[:start+2+end+1]))
		s = s[start+2+end+1:]
	}
	return append(parts, part{text: s}), append(offsets, 0), true
}

// closing finds the brace that ends an expression, past braces and quotes inside.
func closing(s string) int {
	depth, quote := 0, byte(0)
	for i := range len(s) {
		switch c := s[i]; {
		case quote != 0:
			if c == quote && s[i-1] != '\\' {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '{':
			depth++
		case c == '}' && depth == 0:
			return i
		case c == '}':
			depth--
		}
	}
	return -1
}
