package forms

import (
	"maps"
	"slices"
)

// What may differ between two versions of a service, for a draft that is carried
// over from one to the other.
const (
	ChangeAdded    = "added"    // a question that is new
	ChangeRemoved  = "removed"  // a question that is gone, with its answer
	ChangeRenamed  = "renamed"  // the same question under another id (was) and label
	ChangeKind     = "kind"     // another sort of answer is wanted
	ChangeOptions  = "options"  // what was chosen can no longer be chosen
	ChangeLimits   = "limits"   // the answer no longer keeps to the limits
	ChangeRequired = "required" // what could be left empty is needed now
	ChangeFee      = "fee"      // the cost, or its rule
	ChangeDeadline = "deadline" // the time limit, or its rule
	ChangeRight    = "eligibility"
	ChangeLevel    = "level" // another level of account is needed
)

// Change is one thing that differs. Fields in groups are group.field.
type Change struct {
	What  string
	Field string // its id in the new version; for ChangeRemoved in the old one
	Step  string // where it is asked now, empty for what is gone
	Label Text   // in the new version; for ChangeRemoved in the old one
	Was   Text   // the former label, where it has changed
	// Again: the person has to answer, before the draft can be sent.
	Again bool
}

// Message tells a change to the holder of a draft.
func (c Change) Message(p Printer) string {
	return p.sentence("forms.change."+c.What, "Label", c.Label.In(p.Lang), "Was", c.Was.In(p.Lang))
}

// Carry moves answers from one version of a service to another: renamed fields
// and options (was) keep their answers, what still fits stays, what broke is asked
// again. Neither the answers given nor the services are changed. The changes come
// in the order of the new form; ready-made for the holder of the draft.
func Carry(old, fresh *Service, answers Answers) (Answers, []Change) {
	c := &carrier{old: old, fresh: fresh, from: answers, to: Answers{}, taken: map[string]bool{}}
	for i := range fresh.Form.Steps {
		step := &fresh.Form.Steps[i]
		for j := range step.Fields {
			c.field(&step.Fields[j])
		}
		for j := range step.Groups {
			c.group(&step.Groups[j])
		}
	}
	c.removed()
	return c.to, append(c.changes, rules(old, fresh)...)
}

type carrier struct {
	old, fresh *Service
	from, to   Answers
	// taken are the old ids whose answers have found a place.
	taken   map[string]bool
	changes []Change
}

func (c *carrier) add(what string, f *Field, was Text, again bool) {
	id := f.ID
	if f.group != nil {
		id = f.group.ID + "." + f.ID
	}
	c.changes = append(c.changes, Change{
		What: what, Field: id, Step: c.fresh.Form.Steps[f.step].ID, Label: f.Label, Was: was, Again: again,
	})
}

// former finds an old thing by its id or by one of its former ids.
func former[T any](id string, was []string, known func(id string) *T) *T {
	for _, name := range append([]string{id}, was...) {
		if x := known(name); x != nil {
			return x
		}
	}
	return nil
}

func (c *carrier) field(f *Field) {
	if f.silent() {
		return
	}
	before := former(f.ID, f.Was, c.old.Field)
	if before == nil || before.silent() {
		c.add(ChangeAdded, f, Text{}, f.IsRequired() && f.When.IsZero())
		return
	}
	c.taken[before.ID] = true
	v, answered := c.from[before.ID]
	if x, what := moved(before, f, v); what != "" {
		c.add(what, f, before.Label, true)
	} else if c.told(before, f, answered && v != nil); answered {
		c.to[f.ID] = x
	}
}

// told lists what has changed about a field whose answer stays.
func (c *carrier) told(before, f *Field, answered bool) {
	switch {
	case before.ID != f.ID:
		c.add(ChangeRenamed, f, before.Label, false)
	case f.IsRequired() && !before.IsRequired() && !answered:
		c.add(ChangeRequired, f, Text{}, true)
	case before.Kind != f.Kind:
		c.add(ChangeKind, f, Text{}, false)
	}
}

// silent fields take no answer.
func (f *Field) silent() bool { return f.Kind == "note" || f.Kind == "calculated" }

// moved gives an answer in the form of the new field; what says why it does not
// fit.
func moved(before, f *Field, v any) (out any, what string) {
	if v == nil {
		return nil, ""
	}
	x, ok := converted(before, f, v)
	if !ok {
		return nil, ChangeKind
	}
	b := bounds{}
	if f.Min.code != nil && len(f.Min.refs) == 0 {
		b.min = f.Min.value(&scope{})
	}
	if f.Max.code != nil && len(f.Max.refs) == 0 {
		b.max = f.Max.value(&scope{})
	}
	for i := range f.Options {
		b.offered = append(b.offered, &f.Options[i])
	}
	got, flaws := f.kind.accept(f, x, b)
	switch {
	case flaws == nil:
		return got, ""
	case len(f.Options) > 0:
		return nil, ChangeOptions
	}
	return nil, ChangeLimits
}

// converted is an answer of one kind in the shape of another; not ok where one
// can't stand for the other.
func converted(before, f *Field, v any) (any, bool) {
	switch {
	case before.Kind == f.Kind:
		return f.renamedOptions(v), true
	case before.Kind == "choice" && f.Kind == "choices":
		return f.renamedOptions([]any{v}), true
	case takes(f.Kind, before.Kind):
		return adapted(f.kind, v), true
	}
	_, isText := v.(string)
	lines := map[string]bool{"choice": true, "date": true}
	return v, isText && !lines[before.Kind] && !lines[f.Kind] && f.kind.celType(newProvider(nil), f).String() == "string"
}

// renamedOptions puts new values in place of those that they were.
func (f *Field) renamedOptions(v any) any {
	if list, ok := v.([]any); ok && len(f.Options) > 0 {
		out := make([]any, len(list))
		for i := range list {
			out[i] = f.renamedOptions(list[i])
		}
		return out
	}
	s, ok := v.(string)
	if !ok || hasOption(f, s) {
		return v
	}
	for i := range f.Options {
		if slices.Contains(f.Options[i].Was, s) {
			return f.Options[i].Value
		}
	}
	return v
}

func (c *carrier) group(g *Group) {
	before := former(g.ID, g.Was, c.old.Group)
	if before == nil {
		again := g.Repeat.Min > 0 && g.When.IsZero()
		c.changes = append(c.changes, Change{What: ChangeAdded, Field: g.ID, Step: c.fresh.Form.Steps[g.step].ID, Label: g.Title, Again: again})
		return
	}
	c.taken[before.ID] = true
	list, answered := c.from[before.ID]
	rows := items(list)
	out := make([]any, len(rows))
	for i := range rows {
		out[i] = map[string]any{}
	}
	for i := range g.Fields {
		c.column(before, &g.Fields[i], rows, out)
	}
	if answered {
		c.to[g.ID] = out
	}
	if len(rows) > g.Repeat.Max {
		c.changes = append(c.changes, Change{What: ChangeLimits, Field: g.ID, Step: c.fresh.Form.Steps[g.step].ID, Label: g.Title, Again: true})
	}
}

// column carries one field of all items and lists what has changed about it once.
func (c *carrier) column(old *Group, f *Field, rows, out []any) {
	if f.silent() {
		return
	}
	before := former(f.ID, f.Was, old.field)
	if before == nil || before.silent() {
		c.add(ChangeAdded, f, Text{}, f.IsRequired() && f.When.IsZero() && len(rows) > 0)
		return
	}
	broken, answered := "", true
	for i := range rows {
		row, _ := rows[i].(map[string]any)
		v, ok := row[before.ID]
		x, what := moved(before, f, v)
		if answered = answered && v != nil; what != "" {
			broken = what
		} else if ok {
			out[i].(map[string]any)[f.ID] = x
		}
	}
	if broken != "" {
		c.add(broken, f, before.Label, true)
		return
	}
	c.told(before, f, answered)
}

// removed lists the answers for which there is no question any more.
func (c *carrier) removed() {
	for _, id := range slices.Sorted(maps.Keys(c.from)) {
		if c.taken[id] || c.from[id] == nil {
			continue
		}
		if f := c.old.fields[id]; f != nil {
			c.changes = append(c.changes, Change{What: ChangeRemoved, Field: id, Label: f.Label})
		} else if g := c.old.groups[id]; g != nil {
			c.changes = append(c.changes, Change{What: ChangeRemoved, Field: id, Label: g.Title})
		}
	}
}

// rules lists which rules have moved.
func rules(old, fresh *Service) []Change {
	var out []Change
	for what, differs := range map[string]bool{
		ChangeFee:      !slices.Equal(old.feeRules(), fresh.feeRules()),
		ChangeDeadline: !slices.Equal(old.deadlineRules(), fresh.deadlineRules()),
		ChangeRight:    !slices.Equal(old.rightRules(), fresh.rightRules()),
		ChangeLevel:    old.Level != fresh.Level,
	} {
		if differs {
			out = append(out, Change{What: what, Again: false})
		}
	}
	slices.SortFunc(out, func(a, b Change) int { return compareTexts(a.What, b.What) })
	return out
}

func (s *Service) feeRules() []string {
	list := s.Decide.Fee
	if len(list) == 0 {
		list = s.Page.Cost
	}
	var out []string
	for i := range list {
		out = append(out, list[i].When.Source, list[i].Amount.Source)
	}
	return out
}

func (s *Service) deadlineRules() []string {
	var out []string
	for _, d := range s.Decide.Deadline {
		out = append(out, d.When.Source, d.WorkingDays.Source, d.CalendarDays.Source)
	}
	if d := s.Page.Duration; len(out) == 0 {
		out = append(out, printNumber(float64(d.WorkingDays), 0, RU), printNumber(float64(d.CalendarDays), 0, RU), printNumber(float64(d.Minutes), 0, RU))
	}
	return out
}

func (s *Service) rightRules() []string {
	var out []string
	for i := range s.Decide.Eligibility {
		out = append(out, s.Decide.Eligibility[i].Rule.Source)
	}
	return out
}
