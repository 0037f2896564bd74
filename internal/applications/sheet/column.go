package sheet

import (
	"strings"

	"okno/internal/forms"
)

// Column is one column of a table: a box of a field, or the three of a date.
type Column struct {
	Field *forms.Field
	Name  string // below the step or item: person.birth_date
	Label string // key of the part's label, "" for a field of one box
}

// Columns are the boxes of fields in their order; files have none.
func Columns(fields []forms.Field) []Column {
	var out []Column
	for i := range fields {
		f := &fields[i]
		for _, in := range f.Inputs() {
			if in.Control == "file" {
				continue
			}
			part, label := in.Part, in.Label
			if word, isDate := strings.CutSuffix(part, "day"); isDate && (word == "" || strings.HasSuffix(word, ".")) {
				part, label = strings.TrimSuffix(word, "."), ""
				if part != "" {
					label = "forms.part." + f.Kind + "." + part
				}
			} else if strings.HasSuffix("."+part, ".month") || strings.HasSuffix("."+part, ".year") {
				continue // the day has stood for them
			}
			out = append(out, Column{f, joined(f.ID, part), label})
		}
	}
	return out
}

func joined(name, part string) string {
	if part == "" {
		return name
	}
	return name + "." + part
}

// Title is the column's name: «ФИО: Фамилия». // data: an example
func (c Column) Title(lang forms.Lang, words forms.Words) string {
	text := c.Field.Label.In(lang)
	if c.Label != "" {
		text += ": " + words(c.Label)
	}
	return text
}

// Values are what a cell sends for its box: the words of a choice are as good
// as its value.
func (c Column) Values(cell string) []string {
	cell = strings.TrimSpace(cell)
	switch {
	case cell == "":
		return nil
	case c.Field.Kind == "choices":
		var out []string
		for _, word := range strings.FieldsFunc(cell, func(r rune) bool { return r == ',' || r == ';' }) {
			out = append(out, c.option(strings.TrimSpace(word)))
		}
		return out
	case c.Field.Kind == "choice":
		return []string{c.option(cell)}
	case c.Field.Kind == "yesno", c.Field.Kind == "consent":
		return []string{yesOrNo(cell)}
	}
	return []string{cell}
}

func (c Column) option(word string) string {
	for _, o := range c.Field.Options {
		if strings.EqualFold(word, o.Label.RU) || strings.EqualFold(word, o.Label.EN) {
			return o.Value
		}
	}
	return word
}

func yesOrNo(cell string) string {
	switch strings.ToLower(cell) {
	case "да", "yes", "true", "1", "+", "истина": // data: what spreadsheets hold
		return "yes"
	case "нет", "no", "false", "0", "-", "–", "ложь": // data: what spreadsheets hold
		return "no"
	}
	return cell
}
