package forms

import (
	"regexp"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
)

// expr compiles one expression. want is the type it must have; DynType takes
// any printable one, nil does not look.
func (c *compilation) expr(e *Expr, r reach, want *cel.Type) {
	env := c.env.form
	if r.group != nil {
		env = c.env.groups[r.group.ID]
	}
	checked, issues := env.Compile(e.Source)
	if issues.Err() != nil {
		c.issues(e, issues)
		return
	}
	if !fits(checked.OutputType(), want) {
		c.add(e.At, "type", "", "the expression gives %s, %s is needed", checked.OutputType(), want)
		return
	}
	c.references(e, checked, r)
	if !c.affordable(e, env, checked) {
		return
	}
	compiled := &code{env: func() (*cel.Env, error) { return env, nil }, checked: checked}
	if compiled.program() == nil {
		c.add(e.At, "expr", "", "%v", compiled.err)
		return
	}
	e.code = compiled
}

func fits(got, want *cel.Type) bool {
	if want == nil || got.IsExactType(want) || got.Kind() == types.DynKind {
		return true
	}
	if want.Kind() == types.DynKind {
		return slices.Contains([]types.Kind{types.StringKind, types.IntKind, types.DoubleKind, types.BoolKind}, got.Kind())
	}
	return want.Kind() == types.DoubleKind && got.Kind() == types.IntKind
}

func (c *compilation) issues(e *Expr, issues *cel.Issues) {
	for _, err := range issues.Errors() {
		line, col := 1, 0
		if err.Location != nil && err.Location.Line() > 0 {
			line, col = err.Location.Line(), max(0, err.Location.Column())
		}
		message, _, _ := strings.Cut(err.Message, "\n")
		c.add(e.where.at(line, col), "expr", c.exprHint(message), "expression: %s", message)
	}
}

var undefined = regexp.MustCompile(`undefined field '([^']+)'`)

// exprHint knows a better word for the commonest mistakes.
func (c *compilation) exprHint(message string) string {
	if m := undefined.FindStringSubmatch(message); m != nil {
		return cmpHint(nearest(m[1], c.everyName()), "fields are named by their id: a.id, item.id")
	}
	if strings.Contains(message, "no matching overload") {
		return "the types do not fit: text in quotes, numbers without; see docs/services/language.md"
	}
	if strings.Contains(message, "undeclared reference") {
		return "answers are a.<field>, in a group item.<field>; facts are facts.<name>"
	}
	return "see docs/services/language.md"
}

func (c *compilation) everyName() []string {
	var out []string
	for id := range c.s.fields {
		out = append(out, id)
	}
	for id, g := range c.s.groups {
		out = append(out, id)
		for i := range g.Fields {
			out = append(out, g.Fields[i].ID)
		}
	}
	for _, p := range FactPaths() {
		_, name := cutPath(p.Path)
		out = append(out, name)
	}
	out = append(out, "last_name", "first_name", "middle_name", "birth_date", "series", "number", "issued_on",
		"issued_by", "unit_code", "region", "city", "street", "house", "flat", "index", "bic", "account",
		"today", "level", "audience", "profile", "organisation", "child", "registry", "document", "earlier")
	slices.Sort(out)
	return out
}

// references finds which answers the expression uses, and whether they are
// known where it stands.
func (c *compilation) references(e *Expr, checked *cel.Ast, r reach) {
	tree := checked.NativeRep()
	selected := map[int64]bool{}
	ast.PostOrderVisit(tree.Expr(), ast.NewExprVisitor(func(x ast.Expr) {
		operand, name, ok := selection(x)
		if ok && operand.Kind() == ast.IdentKind {
			selected[operand.ID()] = true
			c.reference(e, operand.AsIdent(), name, c.placeOf(e, tree, x.ID()), r)
		}
		c.literal(e, tree, x, r)
		e.guarded = e.guarded || isGuard(x)
	}))
	ast.PostOrderVisit(tree.Expr(), ast.NewExprVisitor(func(x ast.Expr) {
		if x.Kind() == ast.IdentKind && !selected[x.ID()] && slices.Contains([]string{"a", "item", "facts"}, x.AsIdent()) {
			c.add(c.placeOf(e, tree, x.ID()), "expr", "name the field: a.last_name", "%q can't be used as a whole", x.AsIdent())
		}
	}))
}

// isGuard reports whether the expression is one of those that do without an
// answer.
func isGuard(x ast.Expr) bool {
	switch x.Kind() {
	case ast.SelectKind:
		return x.AsSelect().IsTestOnly()
	case ast.CallKind:
		return slices.Contains([]string{operators.OptSelect, operators.Conditional, operators.LogicalOr, operators.LogicalAnd}, x.AsCall().FunctionName())
	}
	return false
}

// selection reads a.b, has(a.b) and a.?b.
func selection(x ast.Expr) (operand ast.Expr, name string, ok bool) {
	switch x.Kind() {
	case ast.SelectKind:
		return x.AsSelect().Operand(), x.AsSelect().FieldName(), true
	case ast.CallKind:
		call := x.AsCall()
		if call.FunctionName() == operators.OptSelect && len(call.Args()) == 2 && call.Args()[1].Kind() == ast.LiteralKind {
			name, ok = call.Args()[1].AsLiteral().Value().(string)
			return call.Args()[0], name, ok
		}
	}
	return nil, "", false
}

func (c *compilation) placeOf(e *Expr, tree *ast.AST, id int64) Pos {
	at := tree.SourceInfo().GetStartLocation(id)
	return e.where.at(max(1, at.Line()), max(0, at.Column()))
}

func (c *compilation) reference(e *Expr, root, name string, at Pos, r reach) {
	switch root {
	case "a":
		e.refs = append(e.refs, name)
		c.noteNeed(r.owner, name)
		if order, ok := c.orderOf(name); ok && order >= r.before {
			c.forward(at, r.owner, name)
		}
	case "item":
		e.items = append(e.items, name)
		if r.group == nil {
			return
		}
		c.noteNeed(r.owner, r.group.ID+"."+name)
		for i := range r.group.Fields {
			if f := &r.group.Fields[i]; f.ID == name && f.order >= r.inner {
				c.forward(at, r.owner, r.group.ID+"."+name)
			}
		}
	}
}

func (c *compilation) noteNeed(owner, name string) {
	if owner != "" {
		c.needs[owner] = append(c.needs[owner], name)
	}
	if group, _, ok := strings.Cut(owner, "."); ok {
		c.needs[group] = append(c.needs[group], owner)
	}
}

func (c *compilation) forward(at Pos, from, to string) {
	c.late = append(c.late, late{at: at, from: from, to: to})
}

func (c *compilation) orderOf(name string) (int, bool) {
	if f := c.s.fields[name]; f != nil {
		return f.order, true
	}
	if g := c.s.groups[name]; g != nil {
		return g.order, true
	}
	return 0, false
}

// literal finds comparisons of a choice with a value that is not among its
// options: they can never hold.
func (c *compilation) literal(e *Expr, tree *ast.AST, x ast.Expr, r reach) {
	if x.Kind() != ast.CallKind || len(x.AsCall().Args()) != 2 {
		return
	}
	name, left, right := x.AsCall().FunctionName(), x.AsCall().Args()[0], x.AsCall().Args()[1]
	if !slices.Contains([]string{operators.Equals, operators.NotEquals, operators.In}, name) {
		return
	}
	for _, pair := range [][2]ast.Expr{{left, right}, {right, left}} {
		f := c.chosen(pair[0], r)
		for _, v := range literals(pair[1]) {
			if s, ok := v.AsLiteral().Value().(string); ok && f != nil && !hasOption(f, s) {
				c.add(c.placeOf(e, tree, v.ID()), "value", nearest(s, optionValues(f)), "%q is no option of %q", s, f.ID)
			}
		}
	}
}

// chosen is the choice field that the expression names, or nil.
func (c *compilation) chosen(x ast.Expr, r reach) *Field {
	operand, name, ok := selection(x)
	if !ok || operand.Kind() != ast.IdentKind {
		return nil
	}
	var f *Field
	if operand.AsIdent() == "a" {
		f = c.s.fields[name]
	}
	if operand.AsIdent() == "item" && r.group != nil {
		i := slices.IndexFunc(r.group.Fields, func(f Field) bool { return f.ID == name })
		if i >= 0 {
			f = &r.group.Fields[i]
		}
	}
	if f == nil || len(f.Options) == 0 {
		return nil
	}
	return f
}

func literals(x ast.Expr) []ast.Expr {
	switch x.Kind() {
	case ast.LiteralKind:
		return []ast.Expr{x}
	case ast.ListKind:
		var out []ast.Expr
		for _, v := range x.AsList().Elements() {
			out = append(out, literals(v)...)
		}
		return out
	}
	return nil
}

func hasOption(f *Field, value string) bool { return slices.Contains(optionValues(f), value) }

func optionValues(f *Field) []string {
	var out []string
	for i := range f.Options {
		out = append(out, f.Options[i].Value)
	}
	return out
}

// affordable estimates the cost at the largest sizes that the form allows.
func (c *compilation) affordable(e *Expr, env *cel.Env, checked *cel.Ast) bool {
	estimate, err := env.EstimateCost(checked, sizes{c.s})
	if err != nil || estimate.Max <= maxCost {
		return true
	}
	c.add(e.At, "limit", "avoid loops within loops, or lower repeat.max", "the expression may cost too much (%d, at most %d)", estimate.Max, maxCost)
	return false
}

// sizes tells the estimator how long lists and texts can be.
type sizes struct{ s *Service }

// EstimateSize implements cost.Estimator.
func (z sizes) EstimateSize(node cost.AstNode) *cost.SizeEstimate {
	most := uint64(4000)
	if p := node.Path(); len(p) == 2 && p[0] == "a" && z.s.groups[p[1]] != nil {
		most = uint64(z.s.groups[p[1]].Repeat.Max)
	} else if node.Type() != nil && node.Type().Kind() == types.ListKind {
		most = 100
	} else if node.Type() != nil && node.Type().Kind() == types.StringKind {
		most = 200
	}
	return &cost.SizeEstimate{Min: 0, Max: most}
}

// EstimateCallCost implements cost.Estimator; our own functions are cheap.
func (z sizes) EstimateCallCost(function, _ string, _ *cost.AstNode, _ []cost.AstNode) *cost.CallEstimate {
	for _, own := range []string{"age", "days", "plus_days", "plus_months", "plus_years", "year", "month", "money", "day"} {
		if own == function {
			return &cost.CallEstimate{CostEstimate: cost.FixedCostEstimate(5)}
		}
	}
	return nil
}
