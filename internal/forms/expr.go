package forms

import (
	"fmt"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types/ref"
)

// maxCost bounds one evaluation, in units of CEL: about 10 ms at the worst.
const maxCost = 2_000_000

// Expr is an expression of a service file. It is compiled once, at Load.
//
// Evaluation knows three outcomes: a value, and "no value" when it needs an
// answer that is not there (or divides by zero, or costs too much). A
// condition without a value is not met.
type Expr struct {
	Source string
	At     Pos

	where place
	code  *code
	refs  []string
	items []string
	// guarded: the expression has an alternative (has, ?:, ||, &&) for answers
	// that are not there.
	guarded bool
}

// IsZero reports whether no expression was written.
func (e Expr) IsZero() bool { return e.Source == "" }

// scope is what an expression sees: answers, the item of a group, facts.
type scope struct {
	a, item, facts map[string]any
}

// ResolveName implements cel.Activation.
func (s *scope) ResolveName(name string) (any, bool) {
	switch name {
	case "a":
		return s.a, true
	case "item":
		return s.item, s.item != nil
	case "facts":
		return s.facts, true
	}
	return nil, false
}

// Parent implements cel.Activation.
func (s *scope) Parent() cel.Activation { return nil }

func (e Expr) eval(s *scope) (ref.Val, bool) {
	if e.code == nil {
		return nil, false
	}
	prog := e.code.program()
	if prog == nil {
		return nil, false
	}
	v, _, err := prog.Eval(s)
	return v, err == nil && v != nil
}

// holds reports whether the condition is met; an absent one is.
func (e Expr) holds(s *scope) bool {
	if e.IsZero() {
		return true
	}
	return e.met(s)
}

// met reports whether the condition is written and met.
func (e Expr) met(s *scope) bool {
	v, ok := e.eval(s)
	if !ok {
		return false
	}
	b, ok := v.Value().(bool)
	return ok && b
}

// broken reports whether the rule has a value, and that is false.
func (e Expr) broken(s *scope) bool {
	v, ok := e.eval(s)
	if !ok {
		return false
	}
	b, ok := v.Value().(bool)
	return ok && !b
}

// value is the outcome as a JSON-ready value, nil without one.
func (e Expr) value(s *scope) any {
	v, ok := e.eval(s)
	if !ok {
		return nil
	}
	switch x := v.Value().(type) {
	case bool, int64, string:
		return x
	case float64:
		return finite(x)
	case uint64:
		return int64(x)
	}
	return nil
}

func finite(x float64) any {
	if x != x || x > 1e15 || x < -1e15 {
		return nil
	}
	return x
}

// integer is the outcome as a whole number.
func (e Expr) integer(s *scope) (int64, bool) {
	n, ok := e.value(s).(int64)
	return n, ok
}

// String is the source, for messages to developers.
func (e Expr) String() string { return fmt.Sprintf("%q", e.Source) }
