package forms

import "slices"

// Registries that kinds ask by themselves.
const (
	organisations = "organisation"      // by ИНН
	banks         = "bank"              // by БИК
	vehicles      = "vehicle"           // by VIN
	properties    = "property"          // by cadastral number
	certificates  = "birth_certificate" // by its number; tells only that there is one
)

// What came of asking a registry about an answer (FieldState.Asked).
const (
	// AskedNothing: no registry was asked, or it was not told yet.
	AskedNothing = ""
	AskedFound   = "found"
	AskedNone    = "none"
	AskedSilent  = "silent"
)

// ownRegistry is the registry that a kind asks by itself, with the part of the
// answer that it is asked about. strict: what it does not know can't be.
func ownRegistry(kind string) (registry, part string, strict bool) {
	switch kind {
	case "organisation":
		return organisations, "inn", true
	case "account":
		return banks, "bic", true
	case "vehicle":
		return vehicles, "vin", false
	case "property":
		return properties, "cadastral", false
	case "child":
		return certificates, "certificate", false
	}
	return "", "", false
}

// Registries are the codes of the registries that kinds ask by themselves; a
// field may name others.
func Registries() []string { return []string{organisations, banks, vehicles, properties, certificates} }

// Asks reports whether the field raises questions to a registry.
func (f *Field) Asks() bool {
	registry, _, _ := ownRegistry(f.Kind)
	return registry != "" || f.Registry != ""
}

// AsksByButton reports whether a person may want to have the registry asked
// before they go on: it fills in the rest of the answer.
func (f *Field) AsksByButton() bool {
	return f.Registry != "" || slices.Contains([]string{"organisation", "vehicle", "property"}, f.Kind)
}

// lookup is the question to a registry that an answer raises, nil for none.
func (f *Field) lookup(name string, v any) *Lookup {
	registry, part, _ := ownRegistry(f.Kind)
	if f.Registry != "" {
		registry = f.Registry
	}
	about, _ := v.(string)
	if m, ok := v.(map[string]any); ok && part != "" {
		about, _ = m[part].(string)
	}
	if registry == "" || about == "" {
		return nil
	}
	return &Lookup{Registry: registry, About: about, Field: name}
}

// found puts what a registry has said about the answer into the state and the
// facts of expressions.
func (p *pass) found(state *FieldState) {
	f := state.Field
	if f.Registry == "" && state.Source.From == FromKnown {
		return // it was asked where it comes from
	}
	state.Lookup = f.lookup(state.Name, state.Value)
	if state.Lookup == nil || len(state.Wrong) > 0 {
		return
	}
	got, answered := p.facts.Found[state.Lookup.Key()]
	_, part, strict := ownRegistry(f.Kind)
	switch {
	case !answered, got.Silent:
		p.result.Lookups = append(p.result.Lookups, *state.Lookup)
		state.Asked = AskedSilent
	case got.None:
		state.Asked = AskedNone
		if strict || part == "" || !f.NotFound.IsZero() {
			p.wrong(state, flaw{key: "forms.error.not_found", text: f.NotFound, part: part})
		}
	case got.Value != nil:
		state.Asked = AskedFound
		if f.group == nil {
			p.scope.facts["found"].(map[string]any)[f.ID] = got.Value
		}
		p.fromRegistry(state, got)
	}
}

// fromRegistry fills the parts of an answer that the registry knows: the name
// and numbers of an organisation, the bank of an account, the make of a vehicle.
func (p *pass) fromRegistry(state *FieldState, got Found) {
	known, ok := got.Value.(map[string]any)
	typed, isMap := state.Value.(map[string]any)
	if !ok || !isMap {
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
