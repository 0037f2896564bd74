package forms

import "slices"

// flow looks at what conditions mean together: steps that nobody reaches, early
// ends that everybody meets, variants that never come to their turn, answers that
// are asked for twice, places where a person can't go on.
func (c *compilation) flow() {
	f := &flow{compilation: c, r: &reader{s: c.s, terms: map[string]*term{}}, paths: map[int][]*logic{}, shown: map[*Field][]*logic{}}
	f.r.mayLack = func(x *Field) bool { return x.group != nil || c.maybeAbsent(x.ID, 0) }
	for i := range c.s.Form.Steps {
		f.step(i)
	}
	f.variants()
	f.rights()
	f.twice()
}

type flow struct {
	*compilation
	r     *reader
	paths map[int][]*logic
	shown map[*Field][]*logic
}

// path is what must hold so that the step is shown: its own condition, and that
// no end and no jump came before.
func (f *flow) path(i int) []*logic {
	if p, ok := f.paths[i]; ok {
		return p
	}
	step := &f.s.Form.Steps[i]
	var out []*logic
	for j := range i {
		before := &f.s.Form.Steps[j]
		for k := range before.Stop {
			out = append(out, f.unless(j, &before.Stop[k].When))
		}
		for k := range before.Jump {
			if to, ok := f.s.steps[before.Jump[k].To]; before.Jump[k].To == jumpEnd || ok && to > i {
				out = append(out, f.unless(j, &before.Jump[k].When))
			}
		}
	}
	if !step.When.IsZero() {
		out = append(out, f.r.of(&step.When, nil))
	}
	f.paths[i] = out
	return out
}

// unless is that a condition after a step is not met, if the step is reached.
func (f *flow) unless(step int, e *Expr) *logic {
	kids := []*logic{f.r.of(e, nil)}
	if when := &f.s.Form.Steps[step].When; !when.IsZero() {
		kids = append(kids, f.r.of(when, nil))
	}
	if f.skipped(step) {
		kids = append(kids, f.path(step)...)
	}
	return &logic{op: isUnmet, kids: []*logic{{op: isAnd, kids: kids}}}
}

// skipped reports whether a jump leads past the step.
func (f *flow) skipped(step int) bool { return f.s.jumpedOver(step) }

func (s *Service) jumpedOver(step int) bool {
	for i := range step {
		for _, j := range s.Form.Steps[i].Jump {
			if to, ok := s.steps[j.To]; j.To == jumpEnd || ok && to > step {
				return true
			}
		}
	}
	return false
}

// asked is what must hold so that the field is shown.
func (f *flow) asked(x *Field) []*logic {
	if p, ok := f.shown[x]; ok {
		return p
	}
	out := slices.Clone(f.path(x.step))
	if x.group != nil {
		out = append(out, f.r.of(&x.group.When, nil))
	}
	out = append(out, f.r.of(&x.When, x.group))
	f.shown[x] = out
	return out
}

// within adds what is known of the fields without which the conditions can't hold:
// those are shown.
func (f *flow) within(all []*logic) []*logic {
	out := slices.Clone(all)
	seen := map[*Field]bool{}
	for i := 0; i < len(out) && len(out) < 200; i++ {
		for _, t := range out[i].terms(nil) {
			if t.field == nil || seen[t.field] || !out[i].needs(t.field) {
				continue
			}
			seen[t.field] = true
			for _, more := range f.asked(t.field) {
				if !slices.Contains(out, more) {
					out = append(out, more)
				}
			}
		}
	}
	return out
}

// judge reports a condition that can't hold on the path that leads to it.
func (f *flow) judge(e *Expr, g *Group, path []*logic, what string) {
	if e.IsZero() || e.code == nil || f.constant(e) {
		return
	}
	own := f.r.of(e, g)
	if can, _ := canHold(own); !can {
		f.add(e.At, "contradiction", "its parts exclude each other; perhaps || for &&", "%s: the condition can never hold", what)
		return
	}
	if can, _ := canHold(f.within(append(slices.Clone(path), own))...); !can {
		f.add(e.At, "unreachable", "it contradicts what leads to it", "%s is never shown", what)
	}
}

func (f *flow) step(i int) {
	step := &f.s.Form.Steps[i]
	before := f.path(i)
	if !step.When.IsZero() {
		before = before[:len(before)-1]
	}
	f.judge(&step.When, nil, before, "step "+step.ID)
	if can, _ := canHold(f.within(before)...); !can && step.When.IsZero() {
		f.add(step.At, "unreachable", "mend the ends and jumps before it", "step %s is never shown", step.ID)
		return
	}
	for j := range step.Fields {
		f.field(&step.Fields[j])
	}
	for j := range step.Groups {
		g := &step.Groups[j]
		f.judge(&g.When, nil, f.path(i), "group "+g.ID)
		for k := range g.Fields {
			f.field(&g.Fields[k])
		}
	}
	f.ends(i)
}

func (f *flow) field(x *Field) {
	path := slices.Clone(f.path(x.step))
	if x.group != nil {
		path = append(path, f.r.of(&x.group.When, nil))
	}
	f.judge(&x.When, x.group, path, "field "+x.ID)
	f.options(x)
	if len(x.Checks) == 0 {
		return
	}
	rules := slices.Clone(f.asked(x))
	for i := range x.Checks {
		rules = append(rules, f.r.of(&x.Checks[i].Rule, x.group))
	}
	if can, _ := canHold(f.asked(x)...); !can {
		return // told already
	}
	if can, _ := canHold(f.within(rules)...); !can {
		f.add(x.At, "contradiction", "loosen one of the rules", "field %s: no answer keeps all its checks", x.ID)
	}
}

// options finds options that are never offered, and answers that leave none.
func (f *flow) options(x *Field) {
	var all []*logic
	for i := range x.Options {
		o := &x.Options[i]
		f.judge(&o.When, x.group, f.asked(x), "option "+o.Value+" of "+x.ID)
		if o.When.IsZero() {
			return
		}
		all = append(all, &logic{op: isUnmet, kids: []*logic{f.r.of(&o.When, x.group)}})
	}
	if len(all) == 0 || !x.IsRequired() {
		return
	}
	if can, sure := canHold(append(slices.Clone(f.asked(x)), all...)...); can && sure {
		f.add(x.At, "deadend", "add an option without a condition, or make the field optional", "field %s: some answers leave no option to choose", x.ID)
	}
}

// ends looks at the early ends and jumps after a step.
func (f *flow) ends(i int) {
	step := &f.s.Form.Steps[i]
	path := f.path(i)
	for j := range step.Stop {
		s := &step.Stop[j]
		f.judge(&s.When, nil, path, "this early end")
		path = append(slices.Clone(path), &logic{op: isUnmet, kids: []*logic{f.r.of(&s.When, nil)}})
	}
	if can, _ := canHold(f.within(path)...); !can && len(step.Stop) > 0 && !f.constant(&step.Stop[0].When) {
		f.add(step.Stop[0].At, "deadend", "leave a way on", "whatever people answer in step %s, they are stopped", step.ID)
	}
	for j := range step.Jump {
		x := &step.Jump[j]
		f.judge(&x.When, nil, path, "this jump")
		path = append(slices.Clone(path), &logic{op: isUnmet, kids: []*logic{f.r.of(&x.When, nil)}})
	}
}

// variants finds fees and deadlines that never come to their turn, and answers for
// which there is none.
func (f *flow) variants() {
	var fees, costs, deadlines []*Expr
	for i := range f.s.Page.Cost {
		costs = append(costs, &f.s.Page.Cost[i].When)
	}
	for i := range f.s.Decide.Fee {
		fees = append(fees, &f.s.Decide.Fee[i].When)
	}
	for i := range f.s.Decide.Deadline {
		deadlines = append(deadlines, &f.s.Decide.Deadline[i].When)
	}
	f.turns("cost", f.s.Page.Duration.At, costs)
	f.turns("fee", f.s.Page.Duration.At, fees)
	f.turns("deadline", f.s.Page.Duration.At, deadlines)
}

func (f *flow) turns(what string, at Pos, list []*Expr) {
	var before []*logic
	for i, e := range list {
		own := f.r.of(e, nil)
		if can, _ := canHold(append(slices.Clone(before), own)...); !can {
			f.add(cmpPos(e.At, at), "unreachable", "put it before the one that takes its place, or take it away", "%s: variant %d never counts", what, i+1)
			return
		}
		before = append(before, &logic{op: isUnmet, kids: []*logic{own}})
	}
	if len(before) == 0 {
		return
	}
	if can, sure := canHold(before...); can && sure {
		f.add(list[0].At, "deadend", "let the last variant have no condition", "%s: some answers fit no variant", what)
	}
}

func cmpPos(a, b Pos) Pos {
	if a.Line > 0 {
		return a
	}
	return b
}

// rights finds conditions of the right that exclude each other.
func (f *flow) rights() {
	var all []*logic
	for i := range f.s.Decide.Eligibility {
		rule := &f.s.Decide.Eligibility[i].Rule
		all = append(all, f.r.of(rule, nil))
		if can, _ := canHold(f.within(all)...); !can {
			f.add(rule.At, "contradiction", "loosen one of the conditions", "nobody can have the right to this service")
			return
		}
	}
}

// twice finds answers that are asked for a second time: filled from the same place,
// or with the same label and kind, where one person meets both.
func (f *flow) twice() {
	var fields []*Field
	for i := range f.s.Form.Steps {
		for j := range f.s.Form.Steps[i].Fields {
			fields = append(fields, &f.s.Form.Steps[i].Fields[j])
		}
	}
	for i, x := range fields {
		for _, before := range fields[:i] {
			if !sameQuestion(before, x) {
				continue
			}
			both := append(slices.Clone(f.asked(before)), f.asked(x)...)
			if can, _ := canHold(f.within(both)...); can {
				f.add(x.At, "twice", "use a."+before.ID+", or say in the label how the two differ", "field %s asks again what %s has asked", x.ID, before.ID)
			}
		}
	}
}

func sameQuestion(a, b *Field) bool {
	if a.Kind != b.Kind || a.Kind == "note" || a.Kind == "calculated" || a.Kind == "consent" {
		return false
	}
	if a.Label.RU == b.Label.RU {
		return true
	}
	return len(a.Fill) > 0 && len(b.Fill) > 0 && a.Fill[0] == b.Fill[0] && !isOpenFact(a.Fill[0])
}
