package forms

// Mark says where one answer of an application came from. It is stored with the
// application, so that the officer sees what was filled in and what was changed
// by hand.
type Mark struct {
	From    string `json:"from"` // FromTyped, FromKnown, FromCalculated
	Path    string `json:"path,omitempty"`
	Origin  *Text  `json:"origin,omitempty"`
	AsOf    string `json:"as_of,omitempty"`
	Changed bool   `json:"changed,omitempty"`
	// Provided is what was known, where the person has written something else.
	Provided any `json:"provided,omitempty"`
}

// Provenance are the marks of an application's answers, by the name of the field
// in the page: snils, children.0.person.
type Provenance map[string]Mark

// Provenance gathers the marks of the visible answers, JSON-ready.
func (r *Result) Provenance() Provenance {
	out := Provenance{}
	r.EachField(func(f *FieldState) {
		if f.Value == nil && !f.Changed {
			return
		}
		m := Mark{From: f.Source.From, Path: f.Source.Path, AsOf: f.Source.AsOf, Changed: f.Changed}
		if f.Source.From == FromKnown || f.Changed {
			from := f.Source
			if f.Changed {
				from, m.Provided = f.ProvidedBy, copied(f.Provided)
				m.Path, m.AsOf = from.Path, from.AsOf
			}
			m.Origin = &from.Origin
		}
		out[f.Name] = m
	})
	return out
}

// Marked puts stored marks onto a result that was filled without facts, for the
// officer's card. The result is changed.
func (r *Result) Marked(marks Provenance) *Result {
	r.EachField(func(f *FieldState) {
		m, ok := marks[f.Name]
		if !ok {
			return
		}
		source := Source{From: m.From, Path: m.Path, AsOf: m.AsOf}
		if m.Origin != nil {
			source.Origin = *m.Origin
		}
		if f.Changed = m.Changed; m.Changed {
			f.Provided, f.ProvidedBy = m.Provided, source
			source = Source{From: FromTyped}
		}
		f.Source = source
	})
	return r
}

// EachField calls do for every visible field, those of groups too, in the order
// of the form.
func (r *Result) EachField(do func(f *FieldState)) {
	for i := range r.Steps {
		step := &r.Steps[i]
		for j := range step.Fields {
			do(&step.Fields[j])
		}
		for j := range step.Groups {
			for k := range step.Groups[j].Items {
				fields := step.Groups[j].Items[k].Fields
				for n := range fields {
					do(&fields[n])
				}
			}
		}
	}
}
