package forms

import (
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
)

// compile turns every expression of the service into a program, once, and
// checks names, types, order and cost.
func compile(base *cel.Env, s *Service, fs *faults) {
	env, err := newCompiler(base, s)
	if err != nil {
		fs.add(top, "internal", "", "%v", err)
		return
	}
	c := &compilation{faults: fs, s: s, env: env, needs: map[string][]string{}}
	for i := range s.Form.Steps {
		c.step(&s.Form.Steps[i])
	}
	c.stops(s.Form.Stop, reach{before: everywhere})
	c.whole()
	if c.finish(); len(c.list) == 0 {
		c.flow()
	}
}

// everywhere is past the last field.
const everywhere = 1 << 30

// reach is how far an expression may look, and who owns it.
type reach struct {
	before int    // fields of the form before this place
	group  *Group // whose item is known, or nil
	inner  int    // fields of the item before this place
	owner  string // field whose value or visibility depends on it; empty if none
}

type compilation struct {
	*faults
	s   *Service
	env *compiler
	// needs says which fields a field depends on; late holds the references
	// forward, judged when all are known.
	needs map[string][]string
	late  []late
}

type late struct {
	at   Pos
	from string
	to   string
}

func (c *compilation) step(step *Step) {
	c.condition(&step.When, reach{before: step.start})
	for i := range step.Fields {
		f := &step.Fields[i]
		c.field(f, reach{before: f.order, owner: f.ID}, step.end)
	}
	for i := range step.Groups {
		c.group(&step.Groups[i], step)
	}
	c.stops(step.Stop, reach{before: step.end})
	for i := range step.Jump {
		c.condition(&step.Jump[i].When, reach{before: step.end})
	}
	c.passable(step.Stop)
	c.reachable(&step.When, "step", step.ID)
}

func (c *compilation) group(g *Group, step *Step) {
	first := g.order - len(g.Fields)
	c.condition(&g.When, reach{before: first, owner: g.ID})
	for i := range g.Fields {
		f := &g.Fields[i]
		c.field(f, reach{before: first, group: g, inner: f.order, owner: g.ID + "." + f.ID}, step.end)
	}
	c.checks(g.Checks, reach{before: step.end})
	c.reachable(&g.When, "group", g.ID)
}

func (c *compilation) field(f *Field, r reach, end int) {
	c.condition(&f.When, r)
	c.reachable(&f.When, "field", f.ID)
	c.bound(f, &f.Min, r)
	c.bound(f, &f.Max, r)
	if !f.Value.IsZero() {
		c.expr(&f.Value, r, f.kind.celType(c.scratch(), f))
	}
	for i := range f.Options {
		c.condition(&f.Options[i].When, r)
	}
	wide := reach{before: end, group: r.group, inner: everywhere}
	c.checks(f.Checks, wide)
}

// scratch takes the definitions of types which are asked for a second time.
func (c *compilation) scratch() *provider { return newProvider(c.env.form.CELTypeProvider()) }

// bound compiles min and max, whose type depends on the kind. A date may be
// written plainly.
func (c *compilation) bound(f *Field, e *Expr, r reach) {
	if e.IsZero() {
		return
	}
	want := cel.IntType
	switch {
	case f.Kind == "date" || f.Kind == "period":
		want = cel.StringType
		if _, ok := parseDate(e.Source); ok {
			e.Source = fmt.Sprintf("%q", e.Source)
		}
	case f.Decimals > 0:
		want = cel.DynType
	}
	c.expr(e, r, want)
}

func (c *compilation) checks(rules []Rule, r reach) {
	for i := range rules {
		c.condition(&rules[i].Rule, r)
	}
}

func (c *compilation) stops(stops []Stop, r reach) {
	for i := range stops {
		c.condition(&stops[i].When, r)
		c.template(&stops[i].Text, r)
	}
}

func (c *compilation) condition(e *Expr, r reach) {
	if !e.IsZero() {
		c.expr(e, r, cel.BoolType)
	}
}

// whole compiles what looks at all answers: cost, decisions, result, notices.
func (c *compilation) whole() {
	all, s := reach{before: everywhere}, c.s
	c.fees(s.Page.Cost)
	c.fees(s.Decide.Fee)
	for i := range s.Decide.Deadline {
		d := &s.Decide.Deadline[i]
		c.condition(&d.When, all)
		c.number(&d.WorkingDays, all)
		c.number(&d.CalendarDays, all)
		c.template(&d.Why, all)
	}
	for i := range s.Decide.Eligibility {
		c.condition(&s.Decide.Eligibility[i].Rule, all)
		c.certain(&s.Decide.Eligibility[i].Rule)
		c.template(&s.Decide.Eligibility[i].Why, all)
	}
	for i := range s.Parts {
		c.condition(&s.Parts[i].When, all)
	}
	c.recommends()
	c.template(&s.Result.Title, all)
	for i := range s.Result.Paragraphs {
		p := &s.Result.Paragraphs[i]
		p.text.Text = Text{RU: p.RU, EN: p.EN}
		c.condition(&p.When, all)
		c.template(&p.text, reach{before: everywhere, group: s.groups[p.Each], inner: everywhere})
	}
	for _, t := range []*Template{&s.Notices.Accepted, &s.Notices.Approved, &s.Notices.Refused} {
		c.template(t, all)
	}
}

func (c *compilation) fees(fees []Fee) {
	for i := range fees {
		c.condition(&fees[i].When, reach{before: everywhere})
		c.number(&fees[i].Amount, reach{before: everywhere})
		c.template(&fees[i].Why, reach{before: everywhere})
	}
}

func (c *compilation) number(e *Expr, r reach) {
	if !e.IsZero() {
		c.expr(e, r, cel.IntType)
		c.certain(e)
	}
}

// certain finds decisions which stay open for ever, because they need an answer
// that may never be given.
func (c *compilation) certain(e *Expr) {
	if e.guarded {
		return
	}
	for _, id := range e.refs {
		if c.maybeAbsent(id, 0) {
			hint := fmt.Sprintf("say what counts without it: has(a.%s) ? … : …", id)
			c.add(e.At, "absent", hint, "%q may have no answer, and the decision would stay open", id)
		}
	}
}

// maybeAbsent reports whether a complete form can lack the field's value.
func (c *compilation) maybeAbsent(id string, depth int) bool {
	f := c.s.fields[id]
	if f == nil || depth > 20 {
		return false
	}
	if !f.When.IsZero() || !f.IsRequired() || !c.s.Form.Steps[f.step].When.IsZero() || c.s.jumpedOver(f.step) {
		return f.Kind != "choices" && f.Kind != "file"
	}
	return f.Kind == "calculated" && !f.Value.guarded &&
		slices.ContainsFunc(f.Value.refs, func(id string) bool { return c.maybeAbsent(id, depth+1) })
}

func (c *compilation) template(t *Template, r reach) {
	if t.IsZero() {
		return
	}
	t.parts = map[Lang][]part{}
	for _, lang := range []Lang{RU, EN} {
		source := t.Text.In(lang)
		parts, offsets, ok := splitTemplate(source)
		if !ok {
			c.add(t.where[lang].at(1, 0), "expr", "close it with }", "a ${ is not closed")
			continue
		}
		for i := range parts {
			c.part(&parts[i], t.where[lang].after(source, offsets[i]), r)
		}
		t.parts[lang] = parts
	}
}

func (c *compilation) part(p *part, where place, r reach) {
	if p.expr.IsZero() {
		return
	}
	p.expr.where, p.expr.At = where, where.at(1, 0)
	p.field = c.s.namedField(p.expr.Source, r.group)
	want := cel.DynType
	if p.field != nil {
		want = nil
	}
	c.expr(&p.expr, r, want)
}

// finish judges the references forward: a circle, or only too early.
func (c *compilation) finish() {
	for _, l := range c.late {
		if l.from == l.to {
			c.add(l.at, "cycle", "use other fields", "%q needs itself", l.from)
			continue
		}
		if c.leadsTo(l.to, l.from, map[string]bool{}) {
			c.add(l.at, "cycle", "one of the two must do without the other", "%q and %q need each other", l.from, l.to)
			continue
		}
		c.add(l.at, "order", "move it behind, or ask for the other first", "%q is asked later", l.to)
	}
}

func (c *compilation) leadsTo(from, to string, seen map[string]bool) bool {
	if from == to {
		return true
	}
	if seen[from] {
		return false
	}
	seen[from] = true
	for _, next := range c.needs[from] {
		if c.leadsTo(next, to, seen) {
			return true
		}
	}
	return false
}

// reachable finds conditions that can never hold.
func (c *compilation) reachable(e *Expr, what, id string) {
	if e.code != nil && c.constant(e) && !e.met(&scope{}) {
		c.add(e.At, "unreachable", "mend the condition or take it away", "%s %q is never shown", what, id)
	}
}

func (c *compilation) constant(e *Expr) bool {
	return len(e.refs) == 0 && len(e.items) == 0 && !strings.Contains(e.Source, "facts")
}

// passable finds early ends that nobody passes.
func (c *compilation) passable(stops []Stop) {
	for i := range stops {
		if e := &stops[i].When; e.code != nil && c.constant(e) && e.met(&scope{}) {
			c.add(e.At, "unreachable", "mend the condition", "everybody is stopped here: what follows is never shown")
		}
	}
}
