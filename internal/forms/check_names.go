package forms

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Renumber closes the gaps which removed items leave in the names of a group:
// children.0, children.2 become children.0, children.1. Check does it by
// itself; a page does it to show again what was sent.
func Renumber(s *Service, raw map[string][]string) map[string][]string {
	seen := map[string]map[int]bool{}
	for name := range raw {
		if g, n, _, ok := itemName(s, name); ok {
			if seen[g] == nil {
				seen[g] = map[int]bool{}
			}
			seen[g][n] = true
		}
	}
	ranks := map[string]map[int]int{}
	for g, numbers := range seen {
		ranks[g] = map[int]int{}
		for rank, n := range slices.Sorted(maps.Keys(numbers)) {
			ranks[g][n] = rank
		}
	}
	out := make(map[string][]string, len(raw))
	for name, values := range raw {
		if g, n, rest, ok := itemName(s, name); ok {
			name = g + "." + strconv.Itoa(ranks[g][n]) + "." + rest
		}
		out[name] = values
	}
	return out
}

// itemName cuts children.2.snils, if there is such a group.
func itemName(s *Service, name string) (group string, n int, rest string, ok bool) {
	group, tail := cutPath(name)
	index, rest := cutPath(tail)
	if s.groups[group] == nil || rest == "" || len(index) > 6 {
		return "", 0, "", false
	}
	n, err := strconv.Atoi(index)
	return group, n, rest, err == nil && n >= 0 && strconv.Itoa(n) == index
}

// strangers are sent names that nobody asked for.
func (x *posting) strangers(p *pass, state *StepState) []Wrong {
	if x.json != nil {
		return x.strangersJSON(p.s, state)
	}
	asked := x.askedNames(state)
	var out []Wrong
	for _, name := range slices.Sorted(maps.Keys(x.raw)) {
		if asked[name] || strings.HasPrefix(name, "_") || blank(x.raw[name]) {
			continue
		}
		f := x.owner(p.s, name)
		if f != nil && f.step == x.step && hiddenHere(p.s, f) {
			continue
		}
		w := Wrong{Name: name, Field: name, Step: state.Step.ID, Key: "forms.error.not_asked"}
		if f != nil {
			w.Label = f.Label
		}
		out = append(out, w)
	}
	return out
}

func blank(values []string) bool {
	return !slices.ContainsFunc(values, func(v string) bool { return strings.TrimSpace(v) != "" })
}

func (x *posting) askedNames(state *StepState) map[string]bool {
	asked := map[string]bool{}
	add := func(fields []FieldState) {
		for i := range fields {
			if f := fields[i].Field; f.group != nil || x.opens(f.ID) {
				addNames(asked, &fields[i])
			}
		}
	}
	add(state.Fields)
	for i := range state.Groups {
		g := &state.Groups[i]
		if !x.opens(g.Group.ID) {
			continue
		}
		asked[g.Group.ID+".count"] = true
		for j := range g.Items {
			add(g.Items[j].Fields)
		}
	}
	return asked
}

// addNames adds the names of a field's boxes; a date of three boxes may be
// sent as one value too.
func addNames(asked map[string]bool, f *FieldState) {
	for _, in := range f.Field.kind.Inputs(f.Field) {
		asked[joinPart(f.Name, in.Part)] = true
		for _, part := range partsOf(f.Field.kind) {
			if part.unseen {
				asked[joinPart(f.Name, part.id)] = true
			}
		}
		if f.Field.Picks() {
			asked[f.Name+".pick"] = true
		}
		if strings.HasSuffix(in.Part, "day") {
			whole := strings.TrimSuffix(strings.TrimSuffix(in.Part, "day"), ".")
			asked[joinPart(f.Name, whole)] = true
		}
	}
}

// owner is the field to which a sent name belongs, nil for none.
func (x *posting) owner(s *Service, name string) *Field {
	if g, _, rest, ok := itemName(s, name); ok {
		id, _ := cutPath(rest)
		return s.groups[g].field(id)
	}
	id, _ := cutPath(name)
	return s.fields[id]
}

func (g *Group) field(id string) *Field {
	for i := range g.Fields {
		if g.Fields[i].ID == id {
			return &g.Fields[i]
		}
	}
	return nil
}

// hiddenHere reports whether the field may come and go within its page: its
// condition, or its group's, looks at answers of the same step.
func hiddenHere(s *Service, f *Field) bool {
	refs, inner := slices.Clone(f.When.refs), f.When.items
	if f.group != nil {
		refs = append(refs, f.group.When.refs...)
	}
	if len(inner) > 0 {
		return true
	}
	return slices.ContainsFunc(refs, func(id string) bool {
		other := s.fields[id]
		return other != nil && other.step == f.step
	})
}

// AddItem gives the answers with one more, empty item in a group, unless it is
// full.
func AddItem(s *Service, answers Answers, group string) Answers {
	g := s.groups[group]
	if g == nil {
		return answers
	}
	list := slices.Clone(items(answers[group]))
	for len(list) < g.Repeat.Min {
		list = append(list, map[string]any{})
	}
	if len(list) >= g.Repeat.Max {
		return answers
	}
	next := maps.Clone(answers)
	if next == nil {
		next = Answers{}
	}
	next[group] = append(list, map[string]any{})
	return next
}

// RemoveItem gives the answers without the item (from 0) of a group.
func RemoveItem(s *Service, answers Answers, group string, item int) Answers {
	list := items(answers[group])
	if s.groups[group] == nil || item < 0 || item >= len(list) {
		return answers
	}
	next := maps.Clone(answers)
	next[group] = slices.Delete(slices.Clone(list), item, item+1)
	return next
}
