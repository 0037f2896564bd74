package ui

import "slices"

// Field is one field of a form in its order on the page: its name, and the id
// to which the error summary leads (the name when empty).
type Field struct {
	Name, ID string
}

// ErrorList makes the items of an error summary from faults by field name, in
// the order of fields; faults of names that aren't among the fields come first
// and lead nowhere (they concern the whole form).
func ErrorList(faults map[string]string, fields ...Field) []ErrorItem {
	var out []ErrorItem
	for _, name := range strangers(faults, fields) {
		out = append(out, ErrorItem{Text: faults[name]})
	}
	for _, f := range fields {
		if message := faults[f.Name]; message != "" {
			out = append(out, ErrorItem{Href: "#" + first(f.ID, f.Name), Text: message})
		}
	}
	return out
}

// Fields are fields whose ids are their names.
func Fields(names ...string) []Field {
	out := make([]Field, len(names))
	for i, name := range names {
		out[i] = Field{Name: name}
	}
	return out
}

func strangers(faults map[string]string, fields []Field) []string {
	var out []string
	for name, message := range faults {
		known := slices.ContainsFunc(fields, func(f Field) bool { return f.Name == name })
		if !known && message != "" {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}
