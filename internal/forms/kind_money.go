package forms

import (
	"math"
	"strconv"
	"strings"

	"cel.dev/cel-go/cel"
)

// moneyKind is a sum in roubles, kept in whole kopecks. People type roubles, with
// or without kopecks; JSON holds kopecks.
type moneyKind struct{}

func (moneyKind) Name() string { return "money" }

func (moneyKind) keys() []string { return []string{"min", "max"} }

func (moneyKind) celType(*provider, *Field) *cel.Type { return cel.IntType }

func (moneyKind) Inputs(f *Field) []Input {
	return []Input{{Control: "text", Mode: "decimal", Width: max(f.Width, 12)}}
}

func (moneyKind) read(_ *Field, in posted) any {
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

func (moneyKind) accept(_ *Field, v any, b bounds) (any, []flaw) {
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

func (moneyKind) Print(_ *Field, v any, p Printer) string {
	n, ok := whole(v)
	if !ok {
		return ""
	}
	return printMoney(n, p.Lang)
}

func (moneyKind) boxes(_ *Field, v any) map[string][]string {
	n, ok := whole(v)
	if !ok {
		return nil
	}
	s := strconv.FormatInt(n/100, 10)
	if kopecks := n % 100; kopecks != 0 {
		s = strings.ReplaceAll(strconv.FormatFloat(float64(n)/100, 'f', 2, 64), ".", ",")
	}
	return oneBox(s)
}
