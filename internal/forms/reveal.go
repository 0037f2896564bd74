package forms

// Reveals reports for each field of the step, as id or group.id, whether what is
// asked on the same page depends on its answer: a field, a group, an option or a
// calculated value. A page with a script shows these at once.
func (s *Step) Reveals() map[string]bool {
	needs := map[string][]string{} // from a calculated field to what it counts with
	var all []string
	add := func(e *Expr, group *Group) { all = append(all, e.names(group)...) }
	s.eachField(func(f *Field, group *Group) {
		add(&f.When, group)
		for i := range f.Options {
			add(&f.Options[i].When, group)
		}
		if !f.Value.IsZero() {
			add(&f.Value, group)
			needs[fieldKey(f, group)] = f.Value.names(group)
		}
	})
	for i := range s.Groups {
		add(&s.Groups[i].When, nil)
	}
	mine := map[string]bool{}
	s.eachField(func(f *Field, group *Group) { mine[fieldKey(f, group)] = true })
	found := map[string]bool{}
	for len(all) > 0 {
		name := all[0]
		all = all[1:]
		if mine[name] && !found[name] {
			found[name] = true
			all = append(all, needs[name]...)
		}
	}
	return found
}

// names are the fields that an expression mentions, as Reveals names them.
func (e *Expr) names(group *Group) []string {
	out := append([]string(nil), e.refs...)
	if group != nil {
		for _, item := range e.items {
			out = append(out, group.ID+"."+item)
		}
	}
	return out
}

func fieldKey(f *Field, group *Group) string {
	if group == nil {
		return f.ID
	}
	return group.ID + "." + f.ID
}

func (s *Step) eachField(do func(f *Field, group *Group)) {
	for i := range s.Fields {
		do(&s.Fields[i], nil)
	}
	for i := range s.Groups {
		g := &s.Groups[i]
		for j := range g.Fields {
			do(&g.Fields[j], g)
		}
	}
}
