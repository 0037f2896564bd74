package cases

import (
	"slices"
	"strconv"
	"strings"

	"okno/internal/forms"
)

// openable reports whether an answer can be opened for correction: that of a
// field, or a whole list.
func openable(s *forms.Service, id string) bool { return s.Group(id) != nil || askable(s, id) != nil }

// listBox cuts the name of a box in a list, objects.2.address.
func listBox(s *forms.Service, box string) (g *forms.Group, n int, field string, ok bool) {
	parts := strings.SplitN(box, ".", 3)
	if len(parts) < 3 || s.Group(parts[0]) == nil {
		return nil, 0, "", false
	}
	n, err := strconv.Atoi(parts[1])
	return s.Group(parts[0]), n, parts[2], err == nil && n >= 0 && strconv.Itoa(n) == parts[1]
}

// fieldAt is the field whose answer stands in a box, in a list or outside; nil for
// none.
func fieldAt(s *forms.Service, box string) *forms.Field {
	if f := askable(s, box); f != nil {
		return f
	}
	g, n, id, ok := listBox(s, box)
	if !ok || n >= g.Repeat.Max {
		return nil
	}
	for i := range g.Fields {
		if g.Fields[i].ID == id && asks(&g.Fields[i]) {
			return &g.Fields[i]
		}
	}
	return nil
}

// opening is what has to be open so that a box can be filled in.
func opening(s *forms.Service, box string) string {
	if g, _, _, ok := listBox(s, box); ok {
		return g.ID
	}
	return box
}

// itemName begins the names of the boxes of an item.
func itemName(group string, n int) string { return group + "." + strconv.Itoa(n) }

// takesFiles reports whether an open answer takes files.
func (p *reply) takesFiles(id string) bool {
	if g := p.card.Service.Group(id); g != nil {
		return slices.ContainsFunc(g.Fields, func(f forms.Field) bool { return takesFile(&f) })
	}
	return p.isFile(id)
}

// listed puts a list into order before it is checked: it is stored as it was
// sent, without items that were left blank at its end, and with the files that
// its items have. sent is false where nothing was said of it: then it stays.
func (p *reply) listed(g *forms.Group, values map[string][]string, taken map[string][]forms.File, old forms.Answers) (sent bool) {
	items, _ := old[g.ID].([]any)
	for _, n := range numbers(g, values, taken) {
		name := itemName(g.ID, n)
		if n >= len(items) && blankItem(name, values, taken) {
			for box := range values {
				if strings.HasPrefix(box, name+".") {
					delete(values, box)
				}
			}
			continue
		}
		sent = true
		var was map[string]any
		if n < len(items) {
			was, _ = items[n].(map[string]any)
		}
		for i := range g.Fields {
			if f := &g.Fields[i]; takesFile(f) {
				box := name + "." + f.ID
				values[box] = ids(taken[box], was[f.ID])
			}
		}
	}
	return sent
}

// numbers are those of the items of a list of which something was sent.
func numbers(g *forms.Group, values map[string][]string, taken map[string][]forms.File) []int {
	var out []int
	add := func(box string) {
		id, rest, _ := strings.Cut(box, ".")
		index, _, inner := strings.Cut(rest, ".")
		n, err := strconv.Atoi(index)
		if id == g.ID && inner && err == nil && n >= 0 && n <= g.Repeat.Max && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	for box := range values {
		add(box)
	}
	for box := range taken {
		add(box)
	}
	slices.Sort(out)
	return out
}

// blankItem reports whether nothing was put into the boxes of an item.
func blankItem(name string, values map[string][]string, taken map[string][]forms.File) bool {
	for box, all := range values {
		if strings.HasPrefix(box, name+".") && slices.ContainsFunc(all, func(v string) bool { return strings.TrimSpace(v) != "" }) {
			return false
		}
	}
	for box, files := range taken {
		if strings.HasPrefix(box, name+".") && len(files) > 0 {
			return false
		}
	}
	return true
}

// listText prints a list in one line.
func listText(l forms.List) string {
	var items []string
	for _, item := range l.Items {
		var values []string
		for _, row := range item.Rows {
			if !row.Empty {
				values = append(values, row.Value)
			}
		}
		items = append(items, item.Title+": "+strings.Join(values, ", "))
	}
	return strings.Join(items, "; ")
}
