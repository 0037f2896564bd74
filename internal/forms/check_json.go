package forms

import (
	"maps"
	"slices"
	"strconv"
)

// CheckJSON is Check for values that come as JSON (the API): by field id, in
// canonical or any shape which the field's kind takes; a group is a list of
// objects, a file a list of ids. Fields that are left out keep their answer,
// null empties one.
func CheckJSON(s *Service, step string, values map[string]any, answers Answers, facts Facts) (Answers, []Wrong) {
	i, ok := s.steps[step]
	if !ok {
		return answers, []Wrong{{Name: step, Key: "forms.error.step"}}
	}
	if wrong := saneJSON(step, values); wrong != nil {
		return answers, wrong
	}
	x := &posting{step: i, raw: map[string][]string{}, json: map[string]any{}, counts: map[string]int{}}
	maps.Copy(x.json, values)
	for name, v := range values {
		if s.groups[name] != nil {
			x.counts[name] = len(items(v))
		}
	}
	for id, g := range s.groups {
		if _, sent := values[id]; !sent && g.step == i {
			x.counts[id] = len(items(answers[id]))
			x.json[id] = answers[id]
		}
	}
	return checked(s, i, x, answers, facts)
}

func saneJSON(step string, values map[string]any) []Wrong {
	var out []Wrong
	for _, name := range slices.Sorted(maps.Keys(values)) {
		key := insane(name, nil)
		if key == "" && !plainJSON(values[name], 1) {
			key = "forms.error.characters"
		}
		if key == "" && !smallJSON(values[name]) {
			key = "forms.error.huge"
		}
		if key != "" {
			out = append(out, Wrong{Name: name, Step: step, Key: key})
		}
	}
	return out
}

func smallJSON(v any) bool {
	switch v := v.(type) {
	case string:
		return len(v) <= maxValue
	case []any:
		return len(v) <= maxValues && !slices.ContainsFunc(v, func(x any) bool { return !smallJSON(x) })
	case map[string]any:
		for _, x := range v {
			if len(v) > maxValues || !smallJSON(x) {
				return false
			}
		}
	}
	return true
}

func (x *posting) readJSON(f *Field, name string, old given) given {
	from := x.json
	if f.group != nil {
		group, rest := cutPath(name)
		index, _ := cutPath(rest)
		n, _ := strconv.Atoi(index)
		list := items(x.json[group])
		if n >= len(list) {
			return given{}
		}
		from, _ = list[n].(map[string]any)
	}
	v, ok := from[f.ID]
	if !ok {
		return old
	}
	if s, isText := v.(string); isText && s == "" {
		v = nil
	}
	if list, isList := v.([]any); isList && len(list) == 0 {
		v = nil
	}
	return given{value: v, any: true}
}

// strangersJSON are sent keys which are not asked.
func (x *posting) strangersJSON(s *Service, state *StepState) []Wrong {
	asked := map[string]bool{}
	for _, f := range state.Fields {
		asked[f.Field.ID] = f.Field.Kind != "note" && f.Field.Kind != "calculated"
	}
	var out []Wrong
	refuse := func(name string, f *Field) {
		if f != nil && f.step == x.step && hiddenHere(s, f) {
			return
		}
		w := Wrong{Name: name, Field: name, Step: state.Step.ID, Key: "forms.error.not_asked"}
		if f != nil {
			w.Label = f.Label
		}
		out = append(out, w)
	}
	for i := range state.Groups {
		g := &state.Groups[i]
		asked[g.Group.ID] = true
		x.strangeItems(g.Group, refuse)
	}
	for _, name := range slices.Sorted(maps.Keys(x.json)) {
		if !asked[name] && x.json[name] != nil {
			refuse(name, s.fields[name])
		}
	}
	return out
}

func (x *posting) strangeItems(g *Group, refuse func(string, *Field)) {
	for i, item := range items(x.json[g.ID]) {
		m, ok := item.(map[string]any)
		if !ok {
			refuse(g.ID+"."+strconv.Itoa(i), nil)
		}
		for _, key := range slices.Sorted(maps.Keys(m)) {
			if f := g.field(key); f == nil || f.Kind == "note" || f.Kind == "calculated" {
				refuse(g.ID+"."+strconv.Itoa(i)+"."+key, nil)
			}
		}
	}
}
