package forms

import (
	"math"

	"cel.dev/cel-go/cel"
)

// money is a sum in roubles, kept in whole kopecks. People type roubles, with
// or without kopecks; JSON holds kopecks.
type money struct{ plain }

func (money) Name() string { return "money" }

func (money) keys() []string { return []string{"min", "max"} }

func (money) celType(*provider, *Field) *cel.Type { return cel.IntType }

func (money) Inputs(f *Field) []Input {
	return []Input{{Control: "text", Mode: "decimal", Width: max(f.Width, 12)}}
}

func (money) read(_ *Field, in posted) any {
	s := in.line("")
	if s == "" {
		return nil
	}
	x, ok := readNumber(s)
	kopecks := math.Round(x * 100)
	if !ok || math.Abs(x*100-kopecks) > 1e-4 || math.Abs(kopecks) > 1e15 {
		return s
	}
	return int64(kopecks)
}

func (money) accept(_ *Field, v any, b bounds) (any, []flaw) {
	n, ok := whole(v)
	if !ok {
		return nil, oneFlaw("forms.error.money")
	}
	if b.min == nil {
		b.min = int64(0)
	}
	show := func(y float64) string { return printMoney(int64(y), RU) }
	if flaws := within(float64(n), b, show); flaws != nil {
		return nil, flaws
	}
	return n, nil
}

func (money) Print(_ *Field, v any, p Printer) string {
	n, ok := whole(v)
	if !ok {
		return ""
	}
	return printMoney(n, p.Lang)
}
