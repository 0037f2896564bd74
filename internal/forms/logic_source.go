package forms

import (
	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
)

// source is an expression in one way of writing, so that the same thing is known
// again wherever it stands.
func (x *reading) source(e ast.Expr) string {
	s, err := cel.ExprToString(e, x.tree.SourceInfo())
	if err != nil {
		return "" // what can't be written is one thing with all else of that sort
	}
	return s
}
