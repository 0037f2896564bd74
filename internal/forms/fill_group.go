package forms

import "strconv"

// group fills the items of a group, each with item bound to what stands before.
func (p *pass) group(g *Group) GroupState {
	state := GroupState{Group: g}
	list, source, line := p.list(g)
	if len(list) > g.Repeat.Max {
		p.groupWrong(&state, "forms.error.group_many", "Count", g.Repeat.Max)
		list = list[:g.Repeat.Max]
	}
	state.Source = source
	values, missing := make([]any, 0, len(list)), p.step.Missing
	for i := range max(len(list), g.Repeat.Min) {
		var from any
		if i < len(list) {
			from = list[i]
		}
		item, value := p.item(g, i, from, line(i))
		state.Items = append(state.Items, item)
		values = append(values, value)
	}
	p.scope.item = nil
	p.scope.a[g.ID] = values
	if len(list) < g.Repeat.Min && p.step.Missing == missing {
		p.few(g)
	}
	return state
}

// few is said where the items that are lacking have no required field to say it.
func (p *pass) few(g *Group) {
	p.step.Missing++
	p.result.Missing = append(p.result.Missing, Wrong{
		Name: g.ID, Field: g.ID, Step: p.step.Step.ID, Label: g.Title,
		Key: "forms.error.group_few", Args: []any{"Count", g.Repeat.Min},
	})
}

// list is what the items are made of: posted, typed, or known. line is the
// source of one of them.
func (p *pass) list(g *Group) (list []any, source Source, line func(i int) Source) {
	typed := func(int) Source { return Source{From: FromTyped} }
	if p.posts(g.step) && p.posting.opens(g.ID) {
		return make([]any, p.posting.count(g)), typed(0), typed
	}
	if v, ok := p.typed[g.ID]; ok {
		return items(v), typed(0), typed
	}
	for _, path := range p.facts.elses(g.Fill) {
		k := p.facts.Known[path]
		if list := items(k.Value); len(list) > 0 {
			return g.itemsOf(path, list), k.source(path), func(i int) Source { return k.line(path, i) }
		}
	}
	return nil, Source{}, func(int) Source { return Source{} }
}

// itemsOf makes items of a known list: objects with the fields of the group, or
// whole values (the children of the profile) for its first field that takes them.
func (g *Group) itemsOf(path string, list []any) []any {
	fact, _ := factPath(path)
	if !fact.List {
		return list
	}
	var field *Field
	for i := range g.Fields {
		if f := &g.Fields[i]; field == nil && takes(f.Kind, fact.Kind) {
			field = f
		}
	}
	if field == nil {
		return list
	}
	out := make([]any, len(list))
	for i := range list {
		out[i] = map[string]any{field.ID: list[i]}
	}
	return out
}

// takes reports whether a field of the kind can be filled with a value of another:
// a child is a person too.
func takes(kind, from string) bool {
	people := map[string]int{"fio": 1, "person": 2, "spouse": 3, "child": 4}
	switch {
	case kind == from, kind == "longtext" && from == "text":
		return true
	case people[kind] > 0 && people[from] > 0:
		return people[kind] < 3 && people[from] >= people[kind]
	}
	return false
}

func (p *pass) item(g *Group, i int, from any, source Source) (ItemState, map[string]any) {
	typed, _ := from.(map[string]any)
	value := map[string]any{}
	p.scope.item = value
	state := ItemState{Fields: make([]FieldState, 0, len(g.Fields))}
	for j := range g.Fields {
		f := &g.Fields[j]
		if !f.When.holds(p.scope) {
			continue
		}
		name := g.ID + "." + strconv.Itoa(i) + "." + f.ID
		x := p.itemField(f, name, typed, source)
		state.Fields = append(state.Fields, x)
		if x.Value != nil {
			value[f.ID] = x.Value
		}
	}
	return state, value
}

func (p *pass) itemField(f *Field, name string, typed map[string]any, source Source) FieldState {
	if p.posts(f.step) && p.posting.opens(f.group.ID) {
		return p.field(f, name, p.posting.read(f, name, given{}), Source{}, nil)
	}
	if source.From == FromKnown {
		return p.field(f, name, given{}, source, typed[f.ID])
	}
	v, ok := typed[f.ID]
	return p.field(f, name, given{value: v, any: ok}, Source{}, nil)
}

func (p *pass) groupWrong(state *GroupState, key string, args ...any) {
	w := Wrong{
		Name: state.Group.ID, Field: state.Group.ID, Step: p.step.Step.ID, Label: state.Group.Title,
		Key: key, Args: args,
	}
	state.Wrong = append(state.Wrong, w)
	p.step.Wrong++
	p.result.Wrong = append(p.result.Wrong, w)
}

// check looks at the rules of a step once all its answers are there.
func (p *pass) check() {
	for i := range p.step.Fields {
		p.checkField(&p.step.Fields[i])
	}
	for i := range p.step.Groups {
		p.checkGroup(&p.step.Groups[i])
	}
	p.scope.item = nil
}

func (p *pass) checkGroup(g *GroupState) {
	values := items(p.scope.a[g.Group.ID])
	for j := range g.Items {
		p.scope.item, _ = values[j].(map[string]any)
		for k := range g.Items[j].Fields {
			p.checkField(&g.Items[j].Fields[k])
		}
	}
	p.scope.item = nil
	for _, rule := range g.Group.Checks {
		if rule.Rule.broken(p.scope) {
			p.groupWrong(g, "forms.error.rule")
			last := len(g.Wrong) - 1
			g.Wrong[last].Text = rule.Message
			p.result.Wrong[len(p.result.Wrong)-1].Text = rule.Message
		}
	}
}

func (p *pass) checkField(state *FieldState) {
	if state.Value == nil {
		return
	}
	for _, rule := range state.Field.Checks {
		if rule.Rule.broken(p.scope) {
			p.wrong(state, flaw{key: "forms.error.rule", text: rule.Message})
		}
	}
}
