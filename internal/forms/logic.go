package forms

import (
	"slices"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
)

// The linter asks of conditions whether they can hold at all, alone and together.
// It reads them as logic over terms: a field, or any other expression taken as a
// whole (age(…), a.children.size()), which is compared with fixed values. What it
// can't read is a term that may be true or false, so that it never finds fault
// with a condition which can hold.

// truth is the outcome of a condition under some assignment of its terms.
type truth int8

const (
	no      truth = iota // does not hold
	yes                  // holds
	nothing              // needs an answer that is not there
	open                 // depends on terms that have no value yet
	unmet                // no or nothing: which of them is open
)

// logic is a condition over terms.
type logic struct {
	op   logicOp
	kids []*logic
	// of an atom: the term, and for which of its cells the atom holds
	term *term
	test func(c cell) bool
}

type logicOp int8

const (
	isAtom logicOp = iota
	isAnd
	isOr
	isNot
	isUnmet // the condition has no value or does not hold
	isPresent
	isTrue
)

// term is something compared with fixed values.
type term struct {
	key string
	// points are the values with which it is compared, in order.
	numbers []float64
	texts   []string
	options []string // all the values there are, nil if not known
	bool    bool
	low     *float64 // the least and the largest, nil if not known
	high    *float64
	whole   bool
	absent  bool // it may have no value
	exact   bool // a field or a fact, and not an expression
	field   *Field
}

// cell is a value of a term, or all values between two points.
type cell struct {
	none bool
	yes  bool
	text string // one of texts or options; "\x00" for any other
	num  float64
	// from is the point above which the cell lies, if it is between points
	between bool
}

// cells are the values that make a difference to the conditions.
func (t *term) cells() []cell {
	var out []cell
	switch {
	case t.bool:
		out = []cell{{yes: true}, {}}
	case t.options != nil:
		for _, o := range t.options {
			out = append(out, cell{text: o})
		}
	case len(t.texts) > 0:
		for _, s := range t.texts {
			out = append(out, cell{text: s}, cell{text: s + "\x00", between: true})
		}
		out = append(out, cell{text: "", between: true})
	default:
		out = t.intervals()
	}
	if len(out) == 0 {
		out = []cell{{between: true}} // a value, whatever it is
	}
	if t.absent {
		out = append(out, cell{none: true})
	}
	return out
}

// intervals are the points and the spaces between them.
func (t *term) intervals() []cell {
	points := slices.Compact(slices.Sorted(slices.Values(t.numbers)))
	var out []cell
	add := func(x float64, between bool) {
		if (t.low == nil || x >= *t.low) && (t.high == nil || x <= *t.high) {
			out = append(out, cell{num: x, between: between})
		}
	}
	for i, x := range points {
		if i == 0 {
			add(x-1, true)
		}
		add(x, false)
		switch next := x + 1; {
		case i+1 == len(points):
			add(next, true)
		case !t.whole || points[i+1] > next:
			add((x+points[i+1])/2, true)
		}
	}
	if len(out) == 0 && t.low != nil {
		out = append(out, cell{num: *t.low, between: true})
	}
	return out
}

// eval gives the outcome under an assignment.
func (l *logic) eval(values map[*term]cell) truth {
	switch l.op {
	case isTrue:
		return yes
	case isAtom, isPresent:
		return l.atom(values)
	case isNot:
		switch v := l.kids[0].eval(values); v {
		case yes:
			return no
		case no:
			return yes
		case unmet:
			return open
		default:
			return v
		}
	case isUnmet:
		switch l.kids[0].eval(values) {
		case yes:
			return no
		case open:
			return open
		}
		return yes
	}
	return l.several(values)
}

func (l *logic) atom(values map[*term]cell) truth {
	c, ok := values[l.term]
	switch {
	case !ok:
		return open
	case l.op == isPresent:
		return truthOf(!c.none)
	case c.none:
		return nothing
	}
	return truthOf(l.test(c))
}

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

// several is and and or: one side may decide without the other.
func (l *logic) several(values map[*term]cell) truth {
	decisive, result := no, yes
	if l.op == isOr {
		decisive, result = yes, no
	}
	for _, k := range l.kids {
		v := k.eval(values)
		if v == decisive {
			return decisive
		}
		result = l.both(result, v)
	}
	return result
}

// both joins two outcomes of which none decides by itself.
func (l *logic) both(a, b truth) truth {
	neutral := map[logicOp]truth{isAnd: yes, isOr: no}[l.op]
	switch {
	case a == neutral:
		return b
	case b == neutral || a == b:
		return a
	case l.op == isAnd:
		return unmet // one of them has no value, or is unmet
	case a == open || b == open:
		return open
	}
	return unmet
}

// terms adds the terms of the condition, in their order.
func (l *logic) terms(into []*term) []*term {
	if l.term != nil && !slices.Contains(into, l.term) {
		into = append(into, l.term)
	}
	for _, k := range l.kids {
		into = k.terms(into)
	}
	return into
}

// effort bounds the search for an assignment; past it a condition is taken as one
// that can hold.
const effort = 20_000

// canHold reports whether all conditions can hold at once. sure is false where
// that was not decided, or rests on terms which are not known exactly.
func canHold(all ...*logic) (can, sure bool) {
	var terms []*term
	for _, l := range all {
		terms = l.terms(terms)
	}
	s := &search{all: all, terms: terms, values: map[*term]cell{}, left: effort}
	can = s.from(0)
	sure = s.left > 0
	for _, t := range terms {
		sure = sure && t.exact
	}
	return can || s.left <= 0, sure
}

type search struct {
	all    []*logic
	terms  []*term
	values map[*term]cell
	left   int
}

// from tries the values of the terms from place i on.
func (s *search) from(i int) bool {
	if s.left--; s.left <= 0 {
		return false
	}
	undecided := false
	for _, l := range s.all {
		switch l.eval(s.values) {
		case no, nothing, unmet:
			return false
		case open:
			undecided = true
		}
	}
	if !undecided {
		return true
	}
	if i == len(s.terms) {
		return false
	}
	for _, c := range s.terms[i].cells() {
		s.values[s.terms[i]] = c
		if s.from(i + 1) {
			return true
		}
	}
	delete(s.values, s.terms[i])
	return false
}

// needs reports whether the condition can't hold without a value of the field.
func (l *logic) needs(f *Field) bool {
	values := map[*term]cell{}
	for _, t := range l.terms(nil) {
		if t.field == f {
			values[t] = cell{none: true}
		}
	}
	v := l.eval(values)
	return len(values) > 0 && v != yes && v != open
}

// reader makes logic of expressions. It keeps one term for each thing, so that
// conditions on the same thing meet.
type reader struct {
	s     *Service
	terms map[string]*term
	// mayLack reports whether a complete form can lack the field's value.
	mayLack func(f *Field) bool
}

// of reads an expression; within a group item is a thing of its own.
func (r *reader) of(e *Expr, g *Group) *logic {
	if e.IsZero() || e.code == nil || e.code.tree() == nil {
		return &logic{op: isTrue}
	}
	x := reading{reader: r, g: g, tree: e.code.tree()}
	return x.cond(x.tree.Expr())
}

type reading struct {
	*reader
	g    *Group
	tree *ast.AST
}

func (x *reading) cond(e ast.Expr) *logic {
	switch e.Kind() {
	case ast.LiteralKind:
		if b, ok := e.AsLiteral().Value().(bool); ok {
			return map[bool]*logic{true: {op: isTrue}, false: {op: isNot, kids: []*logic{{op: isTrue}}}}[b]
		}
	case ast.SelectKind:
		if e.AsSelect().IsTestOnly() {
			return &logic{op: isPresent, term: x.presence(e)}
		}
	case ast.CallKind:
		if l := x.call(e.AsCall()); l != nil {
			return l
		}
	}
	t := x.term(e)
	t.bool = true
	return &logic{term: t, test: func(c cell) bool { return c.yes }}
}

// presence is the term of has(a.x): the same as that of a.x.
func (x *reading) presence(e ast.Expr) *term {
	sel := e.AsSelect()
	t := x.named(sel.Operand(), sel.FieldName())
	if t == nil {
		t = x.term(e)
		t.bool = true
	}
	t.absent = true
	return t
}

func (x *reading) call(c ast.CallExpr) *logic {
	args := c.Args()
	switch c.FunctionName() {
	case operators.LogicalAnd, operators.LogicalOr:
		op := map[string]logicOp{operators.LogicalAnd: isAnd, operators.LogicalOr: isOr}[c.FunctionName()]
		return &logic{op: op, kids: []*logic{x.cond(args[0]), x.cond(args[1])}}
	case operators.LogicalNot:
		return &logic{op: isNot, kids: []*logic{x.cond(args[0])}}
	case operators.In:
		return x.in(args[0], args[1])
	case operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
		if args[1].Kind() == ast.LiteralKind {
			return x.compare(c.FunctionName(), args[0], args[1].AsLiteral().Value())
		}
		if args[0].Kind() == ast.LiteralKind {
			return x.compare(mirrored(c.FunctionName()), args[1], args[0].AsLiteral().Value())
		}
	}
	return nil
}

func mirrored(op string) string {
	switch op {
	case operators.Less:
		return operators.Greater
	case operators.LessEquals:
		return operators.GreaterEquals
	case operators.Greater:
		return operators.Less
	case operators.GreaterEquals:
		return operators.LessEquals
	}
	return op
}

func (x *reading) in(what, list ast.Expr) *logic {
	if list.Kind() != ast.ListKind || len(list.AsList().Elements()) != len(literals(list)) {
		return nil
	}
	out := &logic{op: isOr}
	for _, v := range literals(list) {
		l := x.compare(operators.Equals, what, v.AsLiteral().Value())
		if l == nil {
			return nil
		}
		out.kids = append(out.kids, l)
	}
	return out
}

func (x *reading) compare(op string, what ast.Expr, value any) *logic {
	t := x.term(what)
	switch v := value.(type) {
	case bool:
		t.bool = true
		return &logic{term: t, test: func(c cell) bool { return (c.yes == v) == (op == operators.Equals) }}
	case string:
		if !slices.Contains(t.texts, v) {
			t.texts = append(t.texts, v)
		}
		return &logic{term: t, test: func(c cell) bool { return holds(op, compareTexts(c.text, v)) }}
	}
	n, ok := float(value)
	if !ok {
		return nil
	}
	t.numbers = append(t.numbers, n)
	return &logic{term: t, test: func(c cell) bool { return holds(op, compareNumbers(c.num, n)) }}
}

func compareTexts(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func compareNumbers(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func holds(op string, c int) bool {
	switch op {
	case operators.Equals:
		return c == 0
	case operators.NotEquals:
		return c != 0
	case operators.Less:
		return c < 0
	case operators.LessEquals:
		return c <= 0
	case operators.Greater:
		return c > 0
	}
	return c >= 0
}

// term is the thing that an expression names.
func (x *reading) term(e ast.Expr) *term {
	if operand, name, ok := selection(e); ok && e.Kind() == ast.SelectKind {
		if t := x.named(operand, name); t != nil {
			return t
		}
	}
	key := x.source(e)
	if x.g != nil {
		key = x.g.ID + " " + key
	}
	t := x.shared(key)
	if kind := x.tree.GetType(e.ID()); kind != nil {
		t.whole = kind.Kind() == types.IntKind
	}
	if g := x.sized(e); g != nil {
		low, high := float64(g.Repeat.Min), float64(g.Repeat.Max)
		t.low, t.high, t.exact = &low, &high, true
		if t.low != nil && !g.When.IsZero() {
			low = 0
		}
	}
	t.absent = true
	return t
}

// sized is the group whose number of items the expression gives, or nil.
func (x *reading) sized(e ast.Expr) *Group {
	if e.Kind() != ast.CallKind || e.AsCall().FunctionName() != "size" {
		return nil
	}
	c := e.AsCall()
	target := c.Target()
	if len(c.Args()) == 1 {
		target = c.Args()[0]
	}
	operand, name, ok := selection(target)
	if !ok || operand.Kind() != ast.IdentKind || operand.AsIdent() != "a" {
		return nil
	}
	return x.s.groups[name]
}

func (r *reader) shared(key string) *term {
	t := r.terms[key]
	if t == nil {
		t = &term{key: key}
		r.terms[key] = t
	}
	return t
}

// named is the term of a field or a fact, nil for anything else.
func (x *reading) named(operand ast.Expr, name string) *term {
	if operand.Kind() != ast.IdentKind {
		return nil
	}
	switch root := operand.AsIdent(); root {
	case "a":
		if f := x.s.fields[name]; f != nil {
			return x.ofField("a."+name, f)
		}
	case "item":
		if x.g != nil && x.g.field(name) != nil {
			return x.ofField(x.g.ID+" item."+name, x.g.field(name))
		}
	case "facts":
		return x.fact(name)
	}
	return nil
}

func (x *reading) fact(name string) *term {
	t := x.shared("facts." + name)
	switch name {
	case "audience":
		t.options, t.exact = x.s.Audience, true
	case "level":
		t.options, t.exact = []string{"simplified", "standard", "confirmed"}, true
	default:
		t.absent = true
	}
	return t
}

func (x *reading) ofField(key string, f *Field) *term {
	t := x.shared(key)
	if t.field != nil {
		return t
	}
	t.field, t.exact = f, f.Kind != "calculated"
	t.absent = x.mayLack(f)
	t.whole = f.Decimals == 0
	if f.Kind == "choice" {
		t.options = optionValues(f)
	}
	if f.Kind == "number" || f.Kind == "money" {
		t.low, t.high = f.Min.fixed(), f.Max.fixed()
	}
	if f.Kind == "consent" && f.IsRequired() && !t.absent {
		t.exact = false
	}
	return t
}

// fixed is the value of a bound that depends on nothing, nil otherwise.
func (e *Expr) fixed() *float64 {
	if e.IsZero() || e.code == nil || len(e.refs) > 0 || len(e.items) > 0 {
		return nil
	}
	x, ok := float(e.value(&scope{}))
	if !ok {
		return nil
	}
	return &x
}
