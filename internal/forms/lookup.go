package forms

// organisations is the registry which knows organisations by ИНН.
const organisations = "organisation"

// lookup is the question to a registry that an answer raises, nil for none.
func (f *Field) lookup(name string, v any) *Lookup {
	if v == nil {
		return nil
	}
	if f.Kind == organisations {
		m, _ := v.(map[string]any)
		inn, _ := m["inn"].(string)
		registry := f.Registry
		if registry == "" {
			registry = organisations
		}
		return &Lookup{Registry: registry, About: inn, Field: name}
	}
	if s, ok := v.(string); ok && f.Registry != "" {
		return &Lookup{Registry: f.Registry, About: s, Field: name}
	}
	return nil
}

// found puts what a registry has said about the answer into the state and the
// facts of expressions.
func (p *pass) found(state *FieldState) {
	f := state.Field
	state.Lookup = f.lookup(state.Name, state.Value)
	if state.Lookup == nil || len(state.Wrong) > 0 {
		return
	}
	got, answered := p.facts.Found[state.Lookup.Key()]
	switch {
	case !answered:
		p.result.Lookups = append(p.result.Lookups, *state.Lookup)
	case got.None && !got.Silent:
		p.wrong(state, flaw{key: "forms.error.not_found", text: f.NotFound, part: innPart(f)})
	case got.Value != nil:
		if f.group == nil {
			p.scope.facts["found"].(map[string]any)[f.ID] = got.Value
		}
		p.fromRegistry(state, got)
	}
}

func innPart(f *Field) string {
	if f.Kind == organisations {
		return "inn"
	}
	return ""
}

// fromRegistry fills the name and numbers of an organisation.
func (p *pass) fromRegistry(state *FieldState, got Found) {
	known, ok := got.Value.(map[string]any)
	typed, isMap := state.Value.(map[string]any)
	if state.Field.Kind != organisations || !ok || !isMap {
		return
	}
	merged := map[string]any{}
	for _, part := range partsOf(state.Field.kind) {
		if v := known[part.id]; v != nil {
			merged[part.id] = v
		}
		if v := typed[part.id]; v != nil {
			merged[part.id] = v
		}
	}
	v, flaws := state.Field.kind.accept(state.Field, merged, bounds{today: p.facts.Today})
	if flaws != nil {
		return
	}
	source := got.source("registry." + state.Lookup.Registry)
	state.Changed = !same(v, adaptedTo(v, known))
	if state.Provided = adaptedTo(v, known); !state.Changed {
		state.Source = source
	}
	state.Value = v
}

// adaptedTo is a value with the parts that the registry knows as it knows them.
func adaptedTo(v any, known map[string]any) any {
	out := map[string]any{}
	for part, x := range v.(map[string]any) {
		out[part] = x
		if k := known[part]; k != nil {
			out[part] = k
		}
	}
	return out
}
