package forms

import (
	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/ext"
)

// newBase is the environment that all services share: the standard library,
// the functions of functions.go and the facts.
func newBase() (*cel.Env, error) {
	options := append(functions(),
		cel.OptionalTypes(),
		cel.CrossTypeNumericComparisons(true),
		cel.ParserRecursionLimit(60),
		cel.ParserExpressionSizeLimit(4000),
		cel.EnableMacroCallTracking(), // Explain reads exists and has as they were written
		ext.Strings(),
		ext.Math(),
	)
	env, err := cel.NewEnv(options...)
	if err != nil {
		return nil, err
	}
	p := newProvider(env.CELTypeProvider())
	return env.Extend(cel.CustomTypeProvider(p), cel.Variable("facts", factsType(p)))
}

// compiler compiles the expressions of one service.
type compiler struct {
	form   *cel.Env
	groups map[string]*cel.Env
}

// newCompiler builds the environments of a service: one for the form and one
// for each group, where item is known.
func newCompiler(base *cel.Env, s *Service) (*compiler, error) {
	p := newProvider(base.CELTypeProvider())
	members, items := answerTypes(p, s)
	form, err := base.Extend(
		cel.CustomTypeProvider(p),
		cel.Variable("a", p.define("answers", members)),
	)
	if err != nil {
		return nil, err
	}
	c := &compiler{form: form, groups: map[string]*cel.Env{}}
	for id, item := range items {
		env, err := form.Extend(cel.Variable("item", item))
		if err != nil {
			return nil, err
		}
		c.groups[id] = env
	}
	return c, nil
}

func answerTypes(p *provider, s *Service) (members, items map[string]*cel.Type) {
	members, items = map[string]*cel.Type{}, map[string]*cel.Type{}
	for i := range s.Form.Steps {
		step := &s.Form.Steps[i]
		addFields(p, members, step.Fields)
		for j := range step.Groups {
			g := &step.Groups[j]
			inner := map[string]*cel.Type{}
			addFields(p, inner, g.Fields)
			items[g.ID] = p.define("item of "+g.ID, inner)
			members[g.ID] = cel.ListType(items[g.ID])
		}
	}
	return members, items
}

func addFields(p *provider, members map[string]*cel.Type, fields []Field) {
	for i := range fields {
		f := &fields[i]
		if t := f.kind.celType(p, f); t != nil {
			members[f.ID] = t
		}
	}
}

func factsType(p *provider) *cel.Type {
	roots := map[string]map[string]*cel.Type{"profile": {}, "organisation": {}, childRoot: {}}
	all := kinds()
	for _, path := range FactPaths() {
		root, name := cutPath(path.Path)
		t := all[path.Kind].celType(p, &Field{})
		if path.List {
			t = cel.ListType(t)
		}
		roots[root][name] = t
	}
	open := cel.MapType(cel.StringType, cel.DynType)
	return p.define("facts", map[string]*cel.Type{
		"today": cel.StringType, "level": cel.StringType, "region": cel.StringType, "audience": cel.StringType,
		"profile":      p.define("facts.profile", roots["profile"]),
		"organisation": p.define("facts.organisation", roots["organisation"]),
		"child":        p.define("facts.child", roots[childRoot]),
		"registry":     open, "document": open, "earlier": open, "found": open,
	})
}
