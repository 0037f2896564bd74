package forms

import (
	"strconv"
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
)

// teller writes a condition in plain words: fields by their labels, values as
// people see them.
type teller struct {
	p     Printer
	s     *Service
	scope *scope
	code  *code
	tree  *ast.AST
	// item is the group whose items a name of the condition stands for.
	item map[string]*Group
}

// sentence fills a text of the locale files.
func (p Printer) sentence(key string, args ...any) string {
	if p.Words == nil {
		return key
	}
	return p.Words(key, args...)
}

func (t *teller) say(e ast.Expr) string { return t.written(e, false) }

// deny says the contrary.
func (t *teller) deny(e ast.Expr) string { return t.written(e, true) }

func (t *teller) written(e ast.Expr, denied bool) string {
	if macro, ok := t.tree.SourceInfo().GetMacroCall(e.ID()); ok {
		return t.macro(e, macro, denied)
	}
	switch e.Kind() {
	case ast.LiteralKind:
		return t.literal(e, nil)
	case ast.IdentKind:
		return e.AsIdent()
	case ast.SelectKind:
		return t.selected(e, denied)
	case ast.ListKind:
		var all []string
		for _, x := range e.AsList().Elements() {
			all = append(all, t.say(x))
		}
		return strings.Join(all, ", ")
	case ast.CallKind:
		return t.called(e, denied)
	}
	return ""
}

// selected is a field or a fact; a yes-or-no question is answered.
func (t *teller) selected(e ast.Expr, denied bool) string {
	name := t.name(e)
	if typ := t.tree.GetType(e.ID()); typ == nil || typ.String() != "bool" {
		return name
	}
	if denied {
		return t.p.sentence("forms.explain.no", "A", name)
	}
	return t.p.sentence("forms.explain.yes", "A", name)
}

// name is the label of what is selected, in quotes.
func (t *teller) name(e ast.Expr) string {
	if f := t.field(e); f != nil {
		return t.quoted(f.Label)
	}
	sel := e.AsSelect()
	operand := sel.Operand()
	if operand.Kind() == ast.IdentKind && operand.AsIdent() == "a" {
		if g := t.s.groups[sel.FieldName()]; g != nil {
			return t.quoted(g.Title)
		}
	}
	path := dotted(e)
	if rest, ok := strings.CutPrefix(path, "facts."); ok {
		return t.fact(rest)
	}
	if f := t.field(operand); f != nil {
		return t.quoted(f.Label) + ": " + strings.ToLower(t.p.word(partLabel(f, sel.FieldName())))
	}
	return path
}

func (t *teller) fact(path string) string {
	root, rest := cutPath(path)
	switch root {
	case "registry", "document", "earlier", "found":
		return t.p.sentence("forms.explain.from_"+root, "A", rest)
	}
	return t.p.word("forms.fact." + strings.ReplaceAll(path, ".", "_"))
}

func dotted(e ast.Expr) string {
	if e.Kind() == ast.IdentKind {
		return e.AsIdent()
	}
	if e.Kind() != ast.SelectKind {
		return ""
	}
	return dotted(e.AsSelect().Operand()) + "." + e.AsSelect().FieldName()
}

// field is the field that the expression names, nil for none.
func (t *teller) field(e ast.Expr) *Field {
	operand, name, ok := selection(e)
	if !ok || operand.Kind() != ast.IdentKind {
		return nil
	}
	if operand.AsIdent() == "a" {
		return t.s.fields[name]
	}
	if g := t.item[operand.AsIdent()]; g != nil {
		return g.field(name)
	}
	return nil
}

func (t *teller) quoted(x Text) string {
	return t.p.sentence("forms.explain.quoted", "A", x.In(t.p.Lang))
}

// literal is a fixed value as people see it beside what it is compared with.
func (t *teller) literal(e ast.Expr, beside ast.Expr) string {
	v := e.AsLiteral().Value()
	var f *Field
	if beside != nil {
		f = t.like(beside)
	}
	switch v := v.(type) {
	case bool:
		return yesnoKind{}.Print(nil, v, t.p)
	case string:
		if f != nil && len(f.Options) > 0 {
			return t.p.sentence("forms.explain.quoted", "A", optionLabel(f, v, t.p.Lang))
		}
		return printDate(v)
	}
	n, _ := float(v)
	if f != nil && (f.Kind == "money" || f.Kind == "calculated" && f.As == "money") {
		return printMoney(int64(n), t.p.Lang)
	}
	return strings.TrimSuffix(strings.TrimRight(printNumber(n, 2, t.p.Lang), "0"), map[Lang]string{RU: ",", EN: "."}[t.p.Lang])
}

// like is the field of whose kind an expression is: itself, or a part of a sum.
func (t *teller) like(e ast.Expr) *Field {
	if f := t.field(e); f != nil {
		return f
	}
	if e.Kind() == ast.CallKind {
		for _, x := range e.AsCall().Args() {
			switch e.AsCall().FunctionName() {
			case operators.Add, operators.Subtract, operators.Multiply, operators.Divide:
				if f := t.like(x); f != nil && (f.Kind == "money" || f.As == "money") {
					return f
				}
			}
		}
	}
	return nil
}

// comparisons are the words of the operators, and of their contraries.
func comparisons(op string) (key, contrary string) {
	switch op {
	case operators.Equals:
		return "forms.explain.is", "forms.explain.is_not"
	case operators.NotEquals:
		return "forms.explain.is_not", "forms.explain.is"
	case operators.Less:
		return "forms.explain.less", "forms.explain.at_least"
	case operators.LessEquals:
		return "forms.explain.at_most", "forms.explain.more"
	case operators.Greater:
		return "forms.explain.more", "forms.explain.at_most"
	case operators.GreaterEquals:
		return "forms.explain.at_least", "forms.explain.less"
	case operators.In:
		return "forms.explain.one_of", "forms.explain.none_of"
	}
	return "", ""
}

func (t *teller) called(e ast.Expr, denied bool) string {
	c := e.AsCall()
	args := c.Args()
	switch op := c.FunctionName(); op {
	case operators.LogicalAnd, operators.LogicalOr:
		return t.several(op, args, denied)
	case operators.LogicalNot:
		return t.written(args[0], !denied)
	case operators.Conditional:
		return t.p.sentence("forms.explain.if", "A", t.say(args[0]), "B", t.say(args[1]), "C", t.say(args[2]))
	case operators.OptSelect:
		return t.name(e)
	default:
		if key, contrary := comparisons(op); key != "" {
			return t.compared(key, contrary, args, denied)
		}
	}
	return t.function(c, denied)
}

func (t *teller) several(op string, args []ast.Expr, denied bool) string {
	key := "forms.explain.and"
	if (op == operators.LogicalOr) != denied {
		key = "forms.explain.or"
	}
	return t.p.sentence(key, "A", t.written(args[0], denied), "B", t.written(args[1], denied))
}

func (t *teller) compared(key, contrary string, args []ast.Expr, denied bool) string {
	if denied {
		key = contrary
	}
	a, b := t.beside(args[0], args[1]), t.beside(args[1], args[0])
	if b == "" {
		return a
	}
	if args[1].Kind() == ast.ListKind {
		var all []string
		for _, x := range args[1].AsList().Elements() {
			all = append(all, t.beside(x, args[0]))
		}
		b = strings.Join(all, ", ")
	}
	return t.p.sentence(key, "A", a, "B", b)
}

// beside writes one side of a comparison; a question is not answered there.
func (t *teller) beside(e, other ast.Expr) string {
	if e.Kind() == ast.LiteralKind {
		return t.literal(e, other)
	}
	if _, macro := t.tree.SourceInfo().GetMacroCall(e.ID()); !macro && e.Kind() == ast.SelectKind {
		return t.name(e)
	}
	return t.say(e)
}

// function writes a sum, or one of the words of the language.
func (t *teller) function(c ast.CallExpr, denied bool) string {
	var args []string
	if c.IsMemberFunction() {
		args = append(args, t.say(c.Target()))
	}
	scaled := c.FunctionName() == operators.Multiply || c.FunctionName() == operators.Divide
	for i, x := range c.Args() {
		if scaled && x.Kind() == ast.LiteralKind {
			args = append(args, t.literal(x, nil)) // a number of times, not a sum
			continue
		}
		args = append(args, t.beside(x, c.Args()[len(c.Args())-1-i]))
	}
	signs := map[string]string{
		operators.Add: " + ", operators.Subtract: " − ", operators.Multiply: " × ", operators.Divide: " : ",
	}
	if sign := signs[c.FunctionName()]; sign != "" && len(args) == 2 {
		return args[0] + sign + args[1]
	}
	if key := functionWord(c.FunctionName()); key != "" {
		for len(args) < 2 {
			args = append(args, "")
		}
		return t.p.sentence(key, "A", args[0], "B", args[1])
	}
	out := c.FunctionName() + "(" + strings.Join(args, ", ") + ")"
	if denied {
		return t.p.sentence("forms.explain.not", "A", out)
	}
	return out
}

func functionWord(name string) string {
	switch name {
	case "age":
		return "forms.explain.age"
	case "days":
		return "forms.explain.days"
	case "size":
		return "forms.explain.size"
	case "sum":
		return "forms.explain.sum"
	case "year", "month":
		return "forms.explain." + name
	case "plus_days", "plus_months", "plus_years":
		return "forms.explain." + name
	case "math.@max":
		return "forms.explain.greatest"
	case "math.@min":
		return "forms.explain.least"
	}
	return ""
}

// macro writes has, exists, all and map as they were written.
func (t *teller) macro(e ast.Expr, call ast.Expr, denied bool) string {
	c := call.AsCall()
	args := c.Args()
	switch name := c.FunctionName(); {
	case name == "has":
		key := map[bool]string{false: "forms.explain.given", true: "forms.explain.not_given"}[denied]
		return t.p.sentence(key, "A", t.name(e))
	case c.IsMemberFunction() && len(args) == 2 && args[0].Kind() == ast.IdentKind:
		return t.each(c, denied)
	}
	return strconv.Quote(c.FunctionName())
}

func (t *teller) each(c ast.CallExpr, denied bool) string {
	inner := *t
	inner.item = map[string]*Group{}
	if operand, name, ok := selection(c.Target()); ok && operand.Kind() == ast.IdentKind {
		inner.item[c.Args()[0].AsIdent()] = t.s.groups[name]
	}
	of := t.say(c.Target())
	switch c.FunctionName() {
	case "exists", "exists_one":
		key := map[bool]string{false: "forms.explain.some", true: "forms.explain.none"}[denied]
		return t.p.sentence(key, "A", of, "B", inner.say(c.Args()[1]))
	case "all":
		if denied {
			return t.p.sentence("forms.explain.some", "A", of, "B", inner.deny(c.Args()[1]))
		}
		return t.p.sentence("forms.explain.all", "A", of, "B", inner.say(c.Args()[1]))
	case "filter":
		return t.p.sentence("forms.explain.filter", "A", of, "B", inner.say(c.Args()[1]))
	}
	return t.p.sentence("forms.explain.map", "A", of, "B", inner.beside(c.Args()[1], c.Target()))
}
