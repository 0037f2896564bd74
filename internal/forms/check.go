package forms

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Check reads what was sent for one step, as url.Values are. It gives the
// answers with the accepted values of the step in place of the old ones, and
// what is wrong: refused values, missing ones, names that are not asked. The
// answers given are not changed. A refused value is not stored; the old one
// stays, and the page shows again what was sent.
//
// Fields hidden by other answers of the same step may be sent (without script
// a page can't take them away) and are passed over; everything else that is
// not asked is refused. Names that begin with "_" belong to the page.
//
// A group is stored as it was sent, item by item; group.count says how many
// when an item has nothing to send.
func Check(s *Service, step string, raw map[string][]string, answers Answers, facts Facts) (Answers, []Wrong) {
	i, ok := s.steps[step]
	if !ok {
		return answers, []Wrong{{Name: step, Key: "forms.error.step"}}
	}
	if wrong := sane(step, raw); wrong != nil {
		return answers, wrong
	}
	return checked(s, i, newPosting(i, Renumber(s, raw)), answers, facts)
}

func checked(s *Service, i int, x *posting, answers Answers, facts Facts) (Answers, []Wrong) {
	step := &s.Form.Steps[i]
	p := newPass(s, answers, facts)
	p.posting = x
	if p.facts.Files == nil {
		p.facts.Files = map[string]File{}
	}
	if p.facts.Dictionaries == nil {
		p.facts.Dictionaries = Shelf{}
	}
	p.run()
	state := p.result.Step(step.ID)
	if state == nil {
		return answers, []Wrong{{Name: step.ID, Step: step.ID, Label: step.Title, Key: "forms.error.step"}}
	}
	next := p.posting.store(state, answers)
	return next, p.posting.verdict(p, state)
}

// sane refuses what no answer can look like.
func sane(step string, raw map[string][]string) []Wrong {
	if len(raw) > maxNames {
		return []Wrong{{Name: step, Step: step, Key: "forms.error.huge"}}
	}
	var out []Wrong
	for _, name := range slices.Sorted(maps.Keys(raw)) {
		if key := insane(name, raw[name]); key != "" {
			out = append(out, Wrong{Name: strings.ToValidUTF8(name, "?"), Step: step, Key: key})
		}
	}
	return out
}

func insane(name string, values []string) string {
	if len(values) > maxValues || len(name) > 200 {
		return "forms.error.huge"
	}
	for _, v := range append(slices.Clone(values), name) {
		if len(v) > maxValue {
			return "forms.error.huge"
		}
		if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
			return "forms.error.characters"
		}
	}
	return ""
}

// posting is the raw form of one step.
type posting struct {
	step int
	raw  map[string][]string
	// json is set instead of raw when values are sent as JSON.
	json map[string]any
	// only are the fields and groups that may be changed; nil means all.
	only map[string]bool
	// counts is how many items of each group were sent.
	counts map[string]int
}

func newPosting(step int, raw map[string][]string) *posting {
	x := &posting{step: step, raw: raw, counts: map[string]int{}}
	for name := range raw {
		group, rest := cutPath(name)
		index, inner := cutPath(rest)
		n, err := strconv.Atoi(index)
		if err == nil && inner != "" && n >= 0 && n < maxNames {
			x.counts[group] = max(x.counts[group], n+1)
		}
		if rest == "count" {
			n, _ := strconv.Atoi(posted{raw: raw, name: name}.line(""))
			x.counts[group] = max(x.counts[group], min(n, maxNames))
		}
	}
	return x
}

func (p *pass) posts(step int) bool { return p.posting != nil && p.posting.step == step }

// opens reports whether the field or group may be changed.
func (x *posting) opens(id string) bool { return x.only == nil || x.only[id] }

// count never gives more than one item above the limit, so that the fault is
// told without work for what is refused anyway.
func (x *posting) count(g *Group) int { return min(x.counts[g.ID], g.Repeat.Max+1) }

// read gives what was sent for a field. Text boxes which were not sent at all
// (the field has just appeared) leave the old answer and may still be filled
// from what is known; an unticked box sends nothing and means no.
func (x *posting) read(f *Field, name string, old given) given {
	if x.json != nil {
		return x.readJSON(f, name, old)
	}
	if !x.sent(f, name) {
		return old
	}
	return given{value: f.kind.read(f, posted{raw: x.raw, name: name}), any: true}
}

func (x *posting) sent(f *Field, name string) bool {
	for _, in := range f.kind.Inputs(f) {
		if in.Control == "checkbox" || in.Control == "file" {
			return true
		}
	}
	return x.names(f, name)
}

// names reports whether any box of the field was sent, be it empty.
func (x *posting) names(f *Field, name string) bool {
	asked := map[string]bool{}
	addNames(asked, &FieldState{Field: f, Name: name})
	for n := range asked {
		if _, ok := x.raw[n]; ok {
			return true
		}
	}
	return false
}

// revealed: the field has just appeared by another answer of the same page, so
// nobody was asked yet.
func (x *posting) revealed(s *Service, f *FieldState) bool {
	return x.json == nil && hiddenHere(s, f.Field) && !x.names(f.Field, f.Name)
}

// store puts the accepted values into a copy of the answers.
func (x *posting) store(state *StepState, answers Answers) Answers {
	next := maps.Clone(answers)
	if next == nil {
		next = Answers{}
	}
	for i := range state.Fields {
		if f := &state.Fields[i]; x.opens(f.Field.ID) {
			x.keep(f, next)
		}
	}
	for i := range state.Groups {
		if g := &state.Groups[i]; x.opens(g.Group.ID) {
			next[g.Group.ID] = x.storeItems(g, items(answers[g.Group.ID]))
		}
	}
	return next
}

func (x *posting) storeItems(g *GroupState, old []any) []any {
	list := make([]any, len(g.Items))
	for j := range g.Items {
		item := map[string]any{}
		if j < len(old) {
			m, _ := old[j].(map[string]any)
			maps.Copy(item, m)
		}
		for k := range g.Items[j].Fields {
			x.keep(&g.Items[j].Fields[k], item)
		}
		list[j] = item
	}
	return list
}

// keep stores an accepted value, or that the field was left empty.
func (x *posting) keep(f *FieldState, into map[string]any) {
	if f.Field.Kind == "note" || f.Field.Kind == "calculated" || refused(f) || !f.given {
		return
	}
	into[f.Field.ID] = f.Value
}

// refused: a value which breaks a rule is kept, so that the person can mend
// the other side of the rule; one that its kind refuses is not.
func refused(f *FieldState) bool { return f.Value == nil && len(f.Wrong) > 0 }

// verdict is all that is wrong with the step, in the order of the form.
func (x *posting) verdict(p *pass, state *StepState) []Wrong {
	var out []Wrong
	for _, w := range append(slices.Clone(p.result.Missing), p.result.Wrong...) {
		if w.Step == state.Step.ID {
			out = append(out, w)
		}
	}
	order := x.orderOf(state)
	slices.SortStableFunc(out, func(a, b Wrong) int { return order[a.Field] - order[b.Field] })
	return append(out, x.strangers(p, state)...)
}

func (x *posting) orderOf(state *StepState) map[string]int {
	order := map[string]int{}
	add := func(fields []FieldState) {
		for i := range fields {
			order[fields[i].Name] = len(order)
		}
	}
	add(state.Fields)
	for i := range state.Groups {
		order[state.Groups[i].Group.ID] = len(order)
		for j := range state.Groups[i].Items {
			add(state.Groups[i].Items[j].Fields)
		}
	}
	return order
}
