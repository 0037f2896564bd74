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
	for i := range p.s.Form.Steps {
		step := &p.s.Form.Steps[i]
		if !step.When.holds(p.scope) {
			continue
		}
		p.walk(step)
		if p.stopped(step.ID, step.Stop) {
			break
		}
	}
	if p.result.Stopped == nil {
		p.stopped("", p.s.Form.Stop)
	}
	complete := len(p.result.Missing) == 0 && len(p.result.Wrong) == 0
	p.result.Decided = decide(p.s, p.scope, complete)
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
	if g.any && g.value != nil {
		p.accept(&state, g, b)
	}
	p.fromKnown(&state, g, b, filled, fill)
	p.require(&state)
	return state
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
	b := bounds{today: p.facts.Today, files: p.facts.Files}
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
	if len(state.Wrong) > 0 || g.any && g.value == nil {
		return
	}
	value, source := p.known(state.Field, b)
	if value == nil && fill != nil {
		if v, flaws := state.Field.kind.accept(state.Field, fill, b); flaws == nil {
			value, source = v, filled
		}
	}
	if value != nil && (state.Value == nil || same(state.Value, value)) {
		state.Value, state.Source = value, source
	}
}

func (p *pass) known(f *Field, b bounds) (any, Source) {
	for _, path := range f.Fill {
		k, ok := p.facts.Known[path]
		if !ok || k.Value == nil {
			continue
		}
		if v, flaws := f.kind.accept(f, k.Value, b); flaws == nil && v != nil {
			return v, Source{From: FromKnown, Path: path, Origin: k.Origin, AsOf: k.AsOf}
		}
	}
	return nil, Source{}
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
	case "file":
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
