package forms

import (
	"errors"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"google.golang.org/protobuf/proto"
)

// code is a checked expression. The program is made at its first use, so that a
// compiled store is ready without planning what nobody looks at.
type code struct {
	env func() (*cel.Env, error)
	// checked is the expression after the check of types; data is the same as
	// protobuf, for those that come from a store.
	checked *cel.Ast
	data    []byte

	parse sync.Once
	plan  sync.Once
	prog  cel.Program
	err   error
}

// tree is the checked expression, nil if it can't be read.
func (c *code) tree() *ast.AST {
	c.parse.Do(c.decode)
	if c.checked == nil {
		return nil
	}
	return c.checked.NativeRep()
}

func (c *code) decode() {
	if c.checked != nil || c.data == nil {
		return
	}
	c.checked, c.err = readChecked(cel.CheckedExprToAst, c.data)
}

var errChecked = errors.New("forms: this is no checked expression")

// readChecked reads a checked expression from protobuf; M is the message that
// the library's conversion takes.
func readChecked[M any](convert func(*M) *cel.Ast, data []byte) (*cel.Ast, error) {
	m := new(M)
	message, ok := any(m).(proto.Message)
	if !ok {
		return nil, errChecked
	}
	if err := proto.Unmarshal(data, message); err != nil {
		return nil, err
	}
	out := convert(m)
	if out == nil || out.NativeRep() == nil || !out.IsChecked() {
		return nil, errChecked
	}
	return out, nil
}

// write gives the checked expression as protobuf.
func (c *code) write() ([]byte, error) {
	if c.data != nil {
		return c.data, nil
	}
	m, err := cel.AstToCheckedExpr(c.checked)
	if err != nil {
		return nil, err
	}
	return proto.MarshalOptions{Deterministic: true}.Marshal(m)
}

// program is the expression ready to run, nil if it can't be.
func (c *code) program() cel.Program {
	c.plan.Do(c.makeProgram)
	return c.prog
}

func (c *code) makeProgram() {
	tree := c.tree()
	if tree == nil {
		return
	}
	env, err := c.env()
	if err != nil {
		c.err = err
		return
	}
	var options []cel.ProgramOption
	if loops(tree) {
		// Counting the cost of each step takes time, so it is left to those
		// expressions whose cost grows with the answers.
		options = append(options, cel.CostLimit(maxCost))
	}
	c.prog, c.err = env.Program(c.checked, options...)
}

// loops reports whether the work of an expression grows faster than the answers
// it looks at.
func loops(tree *ast.AST) bool {
	found := false
	ast.PostOrderVisit(tree.Expr(), ast.NewExprVisitor(func(x ast.Expr) {
		switch x.Kind() {
		case ast.ComprehensionKind:
			found = true
		case ast.CallKind:
			found = found || !cheap(x.AsCall().FunctionName())
		}
	}))
	return found
}

// cheap are operators and functions whose cost does not depend on the answers,
// or is that of looking at them once.
func cheap(function string) bool {
	switch function {
	case operators.Conditional, operators.LogicalAnd, operators.LogicalOr, operators.LogicalNot,
		operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater,
		operators.GreaterEquals, operators.Add, operators.Subtract, operators.Multiply, operators.Divide,
		operators.Modulo, operators.Negate, operators.Index, operators.In, operators.OptSelect, operators.OptIndex,
		"size", "age", "days", "plus_days", "plus_months", "plus_years", "year", "month", "money", "day", "sum",
		"orValue", "hasValue", "value", "int", "double", "startsWith", "endsWith", "contains", "trim",
		"math.@max", "math.@min":
		return true
	}
	return false
}
