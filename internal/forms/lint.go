package forms

import (
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"
)

// lint finds what the types alone can't: keys that belong together, codes that
// are not known, texts that a service with a form needs.
func lint(s *Service, o Options, fs *faults) {
	l := &linter{faults: fs, s: s, o: o, members: membersOf(reflect.TypeFor[Field]())}
	l.identity()
	l.page()
	l.form()
	l.rules()
	l.parts()
	l.forWhom()
	l.recommend()
	if o.Production {
		for _, at := range s.Unverified {
			l.add(at, "unverified", "check it against the law and take the mark away", "this fact is not verified")
		}
	}
}

type linter struct {
	*faults
	s *Service
	o Options
	// members are the keys of a field.
	members []member
}

var top = Pos{1, 1}

func (l *linter) identity() {
	if dir := path.Base(path.Dir(l.s.Path)); dir != "." && l.s.ID != "" && l.s.ID != dir {
		l.add(top, "id", "they must be the same", "id is %q but the folder is %q", l.s.ID, dir)
	}
	if l.s.Security == "high" && l.s.Level != "confirmed" {
		l.add(top, "value", "write level: confirmed", "a service of high security is for confirmed accounts only, not %q", l.s.Level)
	}
	if l.s.Opens != "" && (l.s.Security == "high" || l.s.Confirm == "device") {
		l.add(top, "value", "leave it out", "security and confirm are of a form; the page %s has rules of its own", l.s.Opens)
	}
	l.codes("agency", []string{l.s.Agency}, l.o.Agencies)
	l.codes("category", l.s.Categories, l.o.Categories)
	l.codes("life event", l.s.LifeEvents, l.o.LifeEvents)
}

func (l *linter) codesAt(at Pos, what, code string, known map[string]bool) {
	if known != nil && code != "" && !known[code] {
		l.add(at, "value", nearest(code, slices.Sorted(maps.Keys(known))), "%s %q is not known", what, code)
	}
}

func (l *linter) codes(what string, codes []string, known map[string]bool) {
	for _, code := range codes {
		l.codesAt(top, what, code, known)
	}
}

func (l *linter) page() {
	d := l.s.Page.Duration
	if n := count(d.WorkingDays > 0, d.CalendarDays > 0, d.Minutes > 0); n != 1 && d.At.Line > 0 {
		l.add(d.At, "value", "give exactly one", "duration needs working_days, calendar_days or minutes")
	}
	seen := map[string]bool{}
	for _, g := range l.s.Page.Refusal {
		l.unique(seen, "ground", g.Code, g.At)
	}
	seen = map[string]bool{}
	for _, way := range l.s.Delivery.Ways {
		l.unique(seen, "way of delivery", way, l.s.Delivery.At)
	}
	if l.s.Delivery.KeepDays > 0 && !slices.Contains(l.s.Delivery.Ways, "office") {
		l.add(l.s.Delivery.At, "value", "add office to ways, or leave keep_days out", "nothing waits at an office, so keep_days says nothing")
	}
	seen = map[string]bool{}
	for _, a := range l.s.Ask {
		l.unique(seen, "ask", a.ID, a.At)
		l.known(a.Fields, a.At)
	}
}

func (l *linter) unique(seen map[string]bool, what, id string, at Pos) {
	if seen[id] {
		l.add(at, "id", "give one of them another code", "%s %q stands twice", what, id)
	}
	seen[id] = true
}

func (l *linter) known(ids []string, at Pos) {
	for _, id := range ids {
		if l.s.fields[id] == nil && l.s.groups[id] == nil {
			l.add(at, "value", nearest(id, l.names()), "there is no field %q", id)
		}
	}
}

func (l *linter) names() []string {
	var out []string
	for id := range l.s.fields {
		out = append(out, id)
	}
	for id := range l.s.groups {
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}

func count(conditions ...bool) int {
	n := 0
	for _, c := range conditions {
		if c {
			n++
		}
	}
	return n
}

// form checks the steps, and that a service has a form or opens a page.
func (l *linter) form() {
	s := l.s
	if s.Opens != "" {
		if len(s.Form.Steps) > 0 || !s.Result.Title.IsZero() || !s.Notices.Accepted.IsZero() || len(s.Delivery.Ways) > 0 {
			l.add(top, "key", "leave out opens, or form, result, delivery and notices", "a service that opens a page has no form of its own")
		}
		if s.Tacit {
			l.add(top, "key", "leave out tacit_approval", "a service that opens a page issues nothing by itself")
		}
		return
	}
	if s.Form.At.Line == 0 {
		l.add(top, "missing", "describe the steps, or name the page with opens", "service: \"form\" is missing")
	}
	if s.Result.At.Line == 0 {
		l.add(top, "missing", "title and paragraphs of the document", "service: \"result\" is missing")
	}
	l.notices()
	for _, stop := range s.stops() {
		if len(stop.Instead) == 0 {
			l.add(stop.At, "deadend", "say in instead what the person can do", "an early end needs instead")
		}
	}
	l.bulk()
	for i := range s.Form.Steps {
		l.step(&s.Form.Steps[i])
		l.jumps(i)
	}
}

// bulk refuses what a row of a table can't hold: a file that everybody needs, a
// list of two items at least.
func (l *linter) bulk() {
	if !l.s.Bulk {
		return
	}
	always := func(f *Field) bool {
		return (f.Kind == "file" || f.Kind == "photo") && f.IsRequired() && f.When.IsZero()
	}
	for i := range l.s.Form.Steps {
		step := &l.s.Form.Steps[i]
		for j := range step.Fields {
			if f := &step.Fields[j]; always(f) && step.When.IsZero() {
				l.add(f.At, "bulk", "make the file optional, ask it under a condition, or leave out bulk", "field %q: a table has no place for a file that everybody needs", f.ID)
			}
		}
		for j := range step.Groups {
			if g := &step.Groups[j]; g.Repeat.Min > 1 {
				l.add(g.At, "bulk", "let one item be enough, or leave out bulk", "group %q: a row of a table holds one item", g.ID)
			}
		}
	}
}

func (l *linter) notices() {
	n := l.s.Notices
	for _, x := range []struct {
		key  string
		text Template
	}{{"accepted", n.Accepted}, {"approved", n.Approved}, {"refused", n.Refused}} {
		if x.text.IsZero() {
			l.add(top, "missing", "people read it at that turn", "notices: %q is missing", x.key)
		}
	}
}

// jumps lead to later steps that exist.
func (l *linter) jumps(i int) {
	step := &l.s.Form.Steps[i]
	for _, j := range step.Jump {
		target, ok := l.s.steps[j.To]
		switch {
		case j.To == jumpEnd || j.To == "":
		case !ok:
			l.add(j.At, "value", nearest(j.To, l.stepIDs()), "jump: there is no step %q", j.To)
		case target <= i:
			l.add(j.At, "cycle", "jump to a later step: a form goes one way", "jump: step %q does not come later", j.To)
		case target == i+1 && j.When.IsZero():
			l.add(j.At, "value", "take the jump away", "jump: step %q is the next one anyway", j.To)
		}
	}
}

func (l *linter) stepIDs() []string {
	out := []string{jumpEnd}
	for i := range l.s.Form.Steps {
		out = append(out, l.s.Form.Steps[i].ID)
	}
	return out
}

func (l *linter) step(step *Step) {
	if len(step.Fields) == 0 && len(step.Groups) == 0 && step.ID != "" {
		l.add(step.At, "missing", "add fields or groups", "step %q asks nothing", step.ID)
	}
	for i := range step.Fields {
		l.field(&step.Fields[i])
	}
	for i := range step.Groups {
		l.group(&step.Groups[i])
	}
}

func (l *linter) group(g *Group) {
	if g.Repeat.Min > g.Repeat.Max && g.Repeat.Max > 0 {
		l.add(g.Repeat.At, "limit", "min must not exceed max", "group %q: min is %d, max is %d", g.ID, g.Repeat.Min, g.Repeat.Max)
	}
	l.fill(g.Fill, "", g.At)
	for i := range g.Fields {
		l.field(&g.Fields[i])
	}
}

func (l *linter) field(f *Field) {
	if f.kind == nil || f.Kind == "" {
		return
	}
	l.keys(f)
	l.options(f)
	l.special(f)
	l.fill(f.Fill, f.Kind, f.At)
	if f.MaxLength > 0 && f.MinLength > f.MaxLength {
		l.add(f.At, "limit", "min_length must not exceed max_length", "field %q: no answer can fit", f.ID)
	}
	if f.Pattern != "" && f.Hint.IsZero() {
		l.add(f.At, "missing", "people must know what is expected", "field %q: a pattern needs a hint", f.ID)
	}
	if f.Kind == "consent" && len(f.Fill) > 0 {
		l.add(f.At, "key", "a consent is given anew each time", "field %q: a consent can't be filled in", f.ID)
	}
	if silent := f.Kind == "note" || f.Kind == "calculated"; silent && (f.Required != nil || len(f.Fill) > 0) {
		l.add(f.At, "key", "take required and fill away", "field %q takes no answer", f.ID)
	}
}

// keys finds keys that the kind does not know, and those it can't do without.
func (l *linter) keys(f *Field) {
	v := reflect.ValueOf(f).Elem()
	for _, m := range l.members {
		own := slices.Contains(f.kind.keys(), m.key)
		must := slices.Contains(f.kind.keys(), "!"+m.key)
		set := written(v.Field(m.index))
		if set && !own && !must && !slices.Contains(commonKeys, m.key) {
			l.add(f.At, "key", "take it away or change the kind", "field %q: %q is not for kind %s", f.ID, m.key, f.Kind)
		}
		if must && !set {
			l.add(f.At, "missing", m.doc, "field %q: kind %s needs %q", f.ID, f.Kind, m.key)
		}
	}
}

// written reports whether the file says anything for a key.
func written(v reflect.Value) bool {
	if v.Kind() == reflect.Slice {
		return v.Len() > 0
	}
	return !v.IsZero()
}

// special are rules of one kind or key.
func (l *linter) special(f *Field) {
	seen := map[string]bool{}
	for _, p := range f.Places {
		l.unique(seen, "place", p.Value, p.At)
	}
	if f.Dictionary != "" && l.o.Dictionaries != nil && l.o.Dictionaries[f.Dictionary] == nil {
		l.add(f.At, "value", nearest(f.Dictionary, l.o.Dictionaries.names()), "there is no dictionary %q", f.Dictionary)
	}
	if !f.NotFound.IsZero() && !f.Asks() {
		l.add(f.At, "key", "name the registry", "field %q: not_found needs registry", f.ID)
	}
	if f.Choose != "" {
		fact, ok := factPath(f.Choose)
		if !ok {
			l.add(f.At, "value", nearest(f.Choose, factNames()), "choose: %q is not known", f.Choose)
		} else if fact.Kind != "" && !takes(f.Kind, fact.Kind) {
			l.add(f.At, "type", "change the kind or the place", "choose: %s is a %s, the field a %s", f.Choose, fact.Kind, f.Kind)
		}
	}
	if n := f.Norm; n != nil && (n.MaxWidth > 0 && n.MaxWidth < n.MinWidth || n.MaxHeight > 0 && n.MaxHeight < n.MinHeight) {
		l.add(n.At, "limit", "the largest must not be below the least", "norm: no picture can fit")
	}
}

func factNames() []string {
	var names []string
	for _, p := range FactPaths() {
		names = append(names, p.Path)
	}
	return names
}

var commonKeys = []string{
	"id", "kind", "label", "hint", "required", "when", "fill", "checks", "autocomplete", "width",
	"choose", "registry", "not_found", "was",
}

func (l *linter) options(f *Field) {
	seen := map[string]bool{}
	for _, o := range f.Options {
		l.unique(seen, "option", o.Value, o.At)
	}
	if len(f.Options) == 1 && f.Kind == "choice" {
		l.add(f.At, "limit", "add options, or use consent or note", "field %q: one option is no choice", f.ID)
	}
}

func (l *linter) fill(paths []string, kind string, at Pos) {
	l.ofChild(paths, at)
	names := factNames()
	for _, p := range paths {
		fact, ok := factPath(p)
		if !ok {
			l.add(at, "value", cmpHint(nearest(p, names), "known: "+strings.Join(names, ", ")), "fill: %q is not known", p)
		} else if kind != "" && fact.Kind != "" && (fact.List || !takes(kind, fact.Kind)) {
			l.add(at, "type", "change the kind or the place", "fill: %s is a %s, the field a %s", p, fact.Kind, kind)
		}
	}
}

// rules checks decide and result.
func (l *linter) rules() {
	for _, d := range l.s.Decide.Deadline {
		if count(!d.WorkingDays.IsZero(), !d.CalendarDays.IsZero()) != 1 {
			l.add(d.At, "value", "give exactly one", "deadline needs working_days or calendar_days")
		}
	}
	l.known(l.s.Result.Fields, l.s.Result.At)
	for _, p := range l.s.Result.Paragraphs {
		if p.Each != "" && l.s.groups[p.Each] == nil {
			l.add(p.At, "value", nearest(p.Each, l.names()), "each: there is no group %q", p.Each)
		}
	}
	var codes []string
	for _, g := range l.s.Page.Refusal {
		codes = append(codes, g.Code)
	}
	for _, r := range l.s.Decide.Eligibility {
		if r.Ground != "" && !slices.Contains(codes, r.Ground) {
			l.add(r.At, "value", nearest(r.Ground, codes), "ground: page.refusal has no %q", r.Ground)
		}
	}
}
