package forms

import "strconv"

// Fill goes through the form once, in its order, with what was answered and
// what is known. The same arguments give the same result; it always ends.
func Fill(s *Service, answers Answers, facts Facts) *Result {
	p := newPass(s, answers, facts)
	p.run()
	return p.result
}

// pass is one way through the form.
type pass struct {
	s      *Service
	facts  Facts
	typed  map[string]any
	scope  *scope
	result *Result
	step   *StepState

	// posting is set by Check for the step whose raw form is read.
	posting *posting
}

func newPass(s *Service, answers Answers, facts Facts) *pass {
	sc := &scope{a: map[string]any{}, facts: facts.tree()}
	return &pass{s: s, facts: facts, typed: answers, scope: sc, result: &Result{Service: s, scope: sc}}
}

func (p *pass) run() {
	for i := 0; i < len(p.s.Form.Steps); {
		step := &p.s.Form.Steps[i]
		i++
		if !step.When.holds(p.scope) {
			continue
		}
		p.walk(step)
		if p.stopped(step.ID, step.Stop) {
			break
		}
		i = max(i, p.jumps(step))
	}
	if p.result.Stopped == nil {
		p.stopped("", p.s.Form.Stop)
	}
	complete := len(p.result.Missing) == 0 && len(p.result.Wrong) == 0
	p.result.Decided = decide(p.s, p.scope, complete)
}

// jumps is the place of the step with which to go on, 0 for the next one. It is
// never an earlier one, so the form ends.
func (p *pass) jumps(step *Step) int {
	for i := range step.Jump {
		if j := &step.Jump[i]; j.When.holds(p.scope) {
			if j.To == jumpEnd {
				return len(p.s.Form.Steps)
			}
			return p.s.steps[j.To]
		}
	}
	return 0
}

func (p *pass) walk(step *Step) {
	p.result.Steps = append(p.result.Steps, StepState{Step: step})
	p.step = &p.result.Steps[len(p.result.Steps)-1]
	p.fields(step)
	for i := range step.Groups {
		if g := &step.Groups[i]; g.When.holds(p.scope) {
			p.step.Groups = append(p.step.Groups, p.group(g))
		}
	}
	p.check()
}

func (p *pass) fields(step *Step) {
	p.step.Fields = make([]FieldState, 0, len(step.Fields))
	for i := range step.Fields {
		f := &step.Fields[i]
		if !f.When.holds(p.scope) {
			continue
		}
		state := p.field(f, f.ID, p.given(f), Source{}, nil)
		p.step.Fields = append(p.step.Fields, state)
		if state.Value != nil {
			p.scope.a[f.ID] = state.Value
		}
	}
}

// given is what the person answered, and whether they answered at all.
type given struct {
	value any
	any   bool
	flaws []flaw
}

// given reads a field's answer: from the posted form in the step that is
// posted, from the stored answers elsewhere.
func (p *pass) given(f *Field) given {
	v, ok := p.typed[f.ID]
	old := given{value: v, any: ok}
	if p.posts(f.step) && p.posting.opens(f.ID) {
		return p.posting.read(f, f.ID, old)
	}
	return old
}

// field fills one field. filled is where its group comes from, with the value.
func (p *pass) field(f *Field, name string, g given, filled Source, fill any) FieldState {
	state := FieldState{Field: f, Name: name, given: g.any}
	if f.Kind == "note" {
		return state
	}
	if f.Kind == "calculated" {
		return p.calculate(state)
	}
	b := p.bounds(f, &state)
	g = p.pick(&state, g, b)
	if g.any && g.value != nil {
		p.accept(&state, g, b)
	}
	if c, ok := taken(state.Candidates, state.Picked); ok && state.Value != nil {
		state.Source = c.Source
	}
	p.fromKnown(&state, g, b, filled, fill)
	p.found(&state)
	p.require(&state)
	return state
}

// pick takes the candidate that was posted in place of boxes.
func (p *pass) pick(state *FieldState, g given, b bounds) given {
	f := state.Field
	if !f.Picks() {
		return g
	}
	state.Candidates = p.candidates(f, b)
	if p.posts(f.step) && p.posting.opens(openID(f)) {
		key := posted{raw: p.posting.raw, name: state.Name}.line("pick")
		c, ok := taken(state.Candidates, key)
		switch {
		case ok:
			g = given{value: c.Value, any: true}
		case key != "" && key != pickNew:
			g = given{value: key, any: true, flaws: oneFlaw("forms.error.option")}
		}
	}
	if g.value != nil && len(state.Candidates) > 0 {
		if v, flaws := f.kind.accept(f, g.value, b); flaws == nil {
			if _, known := taken(state.Candidates, keyOf(v)); known {
				state.Picked = keyOf(v)
			}
		}
	}
	return g
}

// openID is the id by which a field is opened for correction.
func openID(f *Field) string {
	if f.group != nil {
		return f.group.ID
	}
	return f.ID
}

func (p *pass) calculate(state FieldState) FieldState {
	f := state.Field
	v := f.Value.value(p.scope)
	if n, ok := v.(int64); ok && f.As == "number" && f.Decimals > 0 {
		v = float64(n)
	}
	if state.Value = v; v != nil {
		state.Source = Source{From: FromCalculated}
	}
	return state
}

func (p *pass) bounds(f *Field, state *FieldState) bounds {
	b := bounds{today: p.facts.Today, files: p.facts.Files, dictionaries: p.facts.Dictionaries}
	if !f.Min.IsZero() {
		b.min = f.Min.value(p.scope)
	}
	if !f.Max.IsZero() {
		b.max = f.Max.value(p.scope)
	}
	for i := range f.Options {
		if f.Options[i].When.holds(p.scope) {
			b.offered = append(b.offered, &f.Options[i])
		}
	}
	state.Offered = b.offered
	return b
}

func (p *pass) accept(state *FieldState, g given, b bounds) {
	flaws := g.flaws
	if len(flaws) == 0 {
		state.Value, flaws = state.Field.kind.accept(state.Field, g.value, b)
	}
	p.step.Touched = true
	state.Source = Source{From: FromTyped}
	for _, x := range flaws {
		state.Value = nil
		p.wrong(state, x)
	}
}

// fromKnown fills an unanswered field from the facts, and says so too where
// the answer is the same as what is known.
func (p *pass) fromKnown(state *FieldState, g given, b bounds, filled Source, fill any) {
	value, source := p.known(state.Field, b)
	if value == nil && fill != nil {
		if v, flaws := state.Field.kind.accept(state.Field, adapted(state.Field.kind, fill), b); flaws == nil {
			value, source = v, filled
		}
	}
	switch {
	case value == nil || len(state.Wrong) > 0:
	case g.any && g.value == nil, state.Value != nil && !same(state.Value, value):
		state.Changed, state.Provided, state.ProvidedBy = true, value, source
	default:
		state.Value, state.Source = value, source
	}
}

func (p *pass) known(f *Field, b bounds) (any, Source) {
	for _, path := range p.facts.elses(f.Fill) {
		if v, source := p.knownAt(f, path, b); v != nil {
			return v, source
		}
	}
	for _, kind := range f.FromVault {
		if v, source := p.knownAt(f, "document."+kind, b); v != nil {
			return v, source
		}
	}
	return nil, Source{}
}

func (p *pass) knownAt(f *Field, path string, b bounds) (any, Source) {
	k, ok := p.facts.Known[path]
	if !ok || k.Value == nil {
		return nil, Source{}
	}
	v := k.Value
	if len(f.FromVault) > 0 && items(v) == nil {
		v = []any{v} // one document
	}
	v, flaws := f.kind.accept(f, adapted(f.kind, v), b)
	if flaws != nil || v == nil {
		return nil, Source{}
	}
	return v, k.source(path)
}

func (p *pass) require(state *FieldState) {
	if state.Value != nil || len(state.Wrong) > 0 || !state.Field.IsRequired() {
		return
	}
	state.Missing = true
	key := missingKey(state.Field.Kind)
	if p.posts(state.Field.step) && p.posting.only == nil && p.posting.revealed(p.s, state) {
		key = "forms.error.revealed"
	}
	p.step.Missing++
	p.result.Missing = append(p.result.Missing, p.wrongOf(state, flaw{key: key}))
}

func missingKey(kind string) string {
	switch kind {
	case "choice", "choices", "yesno":
		return "forms.error.choose"
	case "consent":
		return "forms.error.consent"
	case "file", "photo":
		return "forms.error.file_missing"
	}
	return "forms.error.required"
}

func (p *pass) wrong(state *FieldState, x flaw) {
	w := p.wrongOf(state, x)
	state.Wrong = append(state.Wrong, w)
	p.step.Wrong++
	p.result.Wrong = append(p.result.Wrong, w)
}

func (p *pass) wrongOf(state *FieldState, x flaw) Wrong {
	f := state.Field
	w := Wrong{
		Name: joinPart(state.Name, x.part), Field: state.Name, Step: p.step.Step.ID, Label: f.Label,
		Key: x.key, Args: x.args, Text: x.text,
	}
	if x.part != "" {
		w.Part = partLabel(f, x.part)
	}
	if f.group != nil {
		w.Item, w.Number = f.group.Repeat.Item, itemNumber(state.Name)
	}
	return w
}

// partLabel finds the label of a box; a part which is itself of several boxes
// (a date) has the label of the whole part.
func partLabel(f *Field, part string) string {
	if f.Kind == "date" {
		return ""
	}
	for _, in := range f.kind.Inputs(f) {
		if in.Part == part {
			return in.Label
		}
	}
	return "forms.part." + f.Kind + "." + part
}

func itemNumber(name string) int {
	_, rest := cutPath(name)
	index, _ := cutPath(rest)
	n, _ := strconv.Atoi(index)
	return n + 1
}

func (p *pass) stopped(step string, stops []Stop) bool {
	for i := range stops {
		if stops[i].When.met(p.scope) {
			p.result.Stopped = &Stopped{Step: step, Stop: &stops[i]}
			return true
		}
	}
	return false
}

// same compares two canonical values.
func same(x, y any) bool {
	switch x := x.(type) {
	case map[string]any:
		other, ok := y.(map[string]any)
		if !ok || len(x) != len(other) {
			return false
		}
		for k := range x {
			if !same(x[k], other[k]) {
				return false
			}
		}
		return true
	case []any:
		other, ok := y.([]any)
		if !ok || len(x) != len(other) {
			return false
		}
		for i := range x {
			if !same(x[i], other[i]) {
				return false
			}
		}
		return true
	}
	if m, ok := float(x); ok {
		n, ok := float(y)
		return ok && m == n
	}
	switch y.(type) {
	case map[string]any, []any:
		return false
	}
	return x == y
}
