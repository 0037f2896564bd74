package forms

import "slices"

// reserved can't be ids of fields: CEL keeps these words.
var reserved = []string{
	"as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let",
	"loop", "namespace", "null", "package", "return", "true", "var", "void", "while",
}

// index gives every field its kind and its place in the order of the form, and
// finds ids that stand twice. Kinds which are not known become text, so that
// the rest can still be checked.
func index(s *Service, known map[string]Kind, fs *faults) {
	x := &indexer{faults: fs, s: s, kinds: known}
	s.fields, s.groups, s.steps = map[string]*Field{}, map[string]*Group{}, map[string]int{}
	for i := range s.Form.Steps {
		x.step(i, &s.Form.Steps[i])
	}
}

type indexer struct {
	*faults
	s     *Service
	kinds map[string]Kind
	order int
}

func (x *indexer) step(i int, step *Step) {
	if _, twice := x.s.steps[step.ID]; twice {
		x.add(step.At, "id", "give one of them another id", "step %q stands twice", step.ID)
	}
	x.s.steps[step.ID] = i
	step.start = x.order
	for j := range step.Fields {
		f := &step.Fields[j]
		x.taken(f.ID, f.At)
		x.field(f, i, nil)
		x.s.fields[f.ID] = f
	}
	for j := range step.Groups {
		x.group(&step.Groups[j], i)
	}
	step.end = x.order
}

func (x *indexer) group(g *Group, step int) {
	x.taken(g.ID, g.At)
	x.s.groups[g.ID] = g
	g.step = step
	inner := map[string]bool{}
	for i := range g.Fields {
		f := &g.Fields[i]
		if inner[f.ID] {
			x.add(f.At, "id", "give one of them another id", "field %q stands twice in group %q", f.ID, g.ID)
		}
		inner[f.ID] = true
		x.field(f, step, g)
	}
	g.order = x.order
	x.order++
}

func (x *indexer) taken(id string, at Pos) {
	if x.s.fields[id] != nil || x.s.groups[id] != nil {
		x.add(at, "id", "give one of them another id", "field %q stands twice", id)
	}
}

func (x *indexer) field(f *Field, step int, g *Group) {
	f.step, f.group, f.order = step, g, x.order
	x.order++
	if slices.Contains(reserved, f.ID) {
		x.add(f.At, "id", "take another word", "%q is a word of the expression language", f.ID)
	}
	k, ok := x.kinds[f.Kind]
	if !ok {
		x.add(f.At, "kind", cmpHint(nearest(f.Kind, kindNames()), "known kinds stand in docs/services/language.md"), "kind %q is not known", f.Kind)
		k = textKind()
	}
	f.kind = k
	f.pattern = patternOf(f.Pattern)
}

func kindNames() []string {
	var out []string
	for _, k := range Kinds() {
		out = append(out, k.Name())
	}
	return out
}
