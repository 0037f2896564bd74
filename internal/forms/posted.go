package forms

import (
	"strings"
	"unicode"
)

// posted is what was sent for one field: the raw form and the field's name.
type posted struct {
	raw  map[string][]string
	name string
}

// sub is what was sent for a part of the field.
func (p posted) sub(part string) posted { return posted{raw: p.raw, name: joinPart(p.name, part)} }

// first is the first value sent for the part, untouched.
func (p posted) first(part string) string {
	if vs := p.raw[joinPart(p.name, part)]; len(vs) > 0 {
		return vs[0]
	}
	return ""
}

// line is the first value without invisible characters and outer spaces.
func (p posted) line(part string) string {
	return strings.TrimSpace(strings.Map(visible, p.first(part)))
}

func visible(r rune) rune {
	if unicode.Is(unicode.Cf, r) {
		return -1
	}
	return r
}

// value is the first value, nil if it is blank.
func (p posted) value(part string) any {
	s := p.first(part)
	if strings.TrimSpace(strings.Map(visible, s)) == "" {
		return nil
	}
	return s
}

// list is all values but the blank ones, nil if there is none.
func (p posted) list(part string) any {
	var out []any
	for _, s := range p.raw[joinPart(p.name, part)] {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	if out == nil {
		return nil
	}
	return out
}
