package forms

import (
	"strings"
	"time"
)

// dateKind is a day of the calendar without a zone, kept as YYYY-MM-DD. The page
// asks for day, month and year in three boxes; a single value is taken too.
type dateKind struct{ plain }

func (dateKind) Name() string { return "date" }

func (dateKind) keys() []string { return []string{"min", "max"} }

func (dateKind) Inputs(f *Field) []Input {
	birth := f.Autocomplete == "bday"
	boxes := []Input{
		{Part: "day", Label: "forms.part.date.day", Width: 2},
		{Part: "month", Label: "forms.part.date.month", Width: 2},
		{Part: "year", Label: "forms.part.date.year", Width: 4},
	}
	for i := range boxes {
		boxes[i].Control, boxes[i].Mode = "text", "numeric"
		if birth {
			boxes[i].Autocomplete = "bday-" + boxes[i].Part
		}
	}
	return boxes
}

func (dateKind) read(_ *Field, in posted) any {
	day, month, year := in.line("day"), in.line("month"), in.line("year")
	if day == "" && month == "" && year == "" {
		return in.value("")
	}
	return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2)
}

func padded(s string, n int) string {
	if s == "" {
		return "?"
	}
	return strings.Repeat("0", max(0, n-len(s))) + s
}

func (dateKind) accept(_ *Field, v any, b bounds) (any, []flaw) {
	s, ok := v.(string)
	if !ok {
		return nil, oneFlaw("forms.error.shape")
	}
	d, flaws := readDate(strings.TrimSpace(s))
	if flaws != nil {
		return nil, flaws
	}
	if least, ok := b.min.(string); ok && d < least {
		return nil, oneFlaw("forms.error.date_early", "Min", printDate(least))
	}
	if most, ok := b.max.(string); ok && d > most {
		return nil, oneFlaw("forms.error.date_late", "Max", printDate(most))
	}
	return d, nil
}

// readDate takes YYYY-MM-DD and ДД.ММ.ГГГГ, also with / and spaces.
func readDate(s string) (string, []flaw) {
	parts := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("-./ ", r) })
	if len(parts) != 3 {
		return "", oneFlaw("forms.error.date_format")
	}
	if len(parts[0]) < 3 && parts[0] != "?" {
		parts[0], parts[2] = parts[2], parts[0]
	}
	for i, name := range []string{"year", "month", "day"} {
		if parts[i] == "?" {
			return "", []flaw{{part: name, key: "forms.error.date_" + name}}
		}
	}
	if strings.Trim(strings.Join(parts, ""), "0123456789") != "" {
		return "", oneFlaw("forms.error.date_format")
	}
	if len(parts[0]) != 4 || parts[0] < "1800" || parts[0] > "2200" {
		return "", []flaw{{part: "year", key: "forms.error.date_year"}}
	}
	iso := parts[0] + "-" + padded(parts[1], 2) + "-" + padded(parts[2], 2)
	if _, err := time.Parse(time.DateOnly, iso); err != nil {
		return "", []flaw{{part: "day", key: "forms.error.date_none"}}
	}
	return iso, nil
}

func (dateKind) Print(_ *Field, v any, _ Printer) string {
	s, _ := v.(string)
	return printDate(s)
}

func (dateKind) boxes(_ *Field, v any) map[string][]string {
	s, _ := v.(string)
	if len(s) != 10 {
		return nil
	}
	return map[string][]string{"day": {s[8:]}, "month": {s[5:7]}, "year": {s[:4]}}
}
