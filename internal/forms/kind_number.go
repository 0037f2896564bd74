package forms

import (
	"math"
	"strconv"
	"strings"

	"cel.dev/cel-go/cel"
)

// numberKind is a whole number, or one with a fixed count of decimals.
type numberKind struct{}

func (numberKind) Name() string { return "number" }

func (numberKind) keys() []string { return []string{"min", "max", "decimals", "unit"} }

func (numberKind) celType(_ *provider, f *Field) *cel.Type {
	if f.Decimals > 0 {
		return cel.DoubleType
	}
	return cel.IntType
}

func (numberKind) Inputs(f *Field) []Input {
	mode, width := "numeric", 10
	if f.Decimals > 0 {
		mode = "decimal"
	}
	if f.Width > 0 {
		width = f.Width
	}
	return []Input{{Control: "text", Mode: mode, Width: width}}
}

func (numberKind) read(_ *Field, in posted) any {
	s := in.line("")
	if s == "" {
		return nil
	}
	if x, ok := readNumber(s); ok {
		return x
	}
	return s
}

// readNumber takes spaces between digits, a comma or a point.
func readNumber(s string) (float64, bool) {
	s = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", ",", ".", "−", "-").Replace(s)
	if s == "" || len(s) > 20 || strings.Trim(s, "-0123456789.") != "" {
		return 0, false
	}
	x, err := strconv.ParseFloat(s, 64)
	return x, err == nil
}

func (numberKind) accept(f *Field, v any, b bounds) (any, []flaw) {
	x, ok := float(v)
	if !ok {
		return nil, oneFlaw("forms.error.number")
	}
	scaled := x * math.Pow10(f.Decimals)
	if math.Abs(scaled-math.Round(scaled)) > 1e-6 {
		return nil, tooFine(f)
	}
	if flaws := within(x, b, func(y float64) string { return printNumber(y, f.Decimals, RU) }); flaws != nil {
		return nil, flaws
	}
	if f.Decimals > 0 {
		return math.Round(scaled) / math.Pow10(f.Decimals), nil
	}
	return int64(math.Round(x)), nil
}

func tooFine(f *Field) []flaw {
	if f.Decimals == 0 {
		return oneFlaw("forms.error.number_whole")
	}
	return oneFlaw("forms.error.number_decimals", "Count", f.Decimals)
}

func within(x float64, b bounds, show func(float64) string) []flaw {
	if least, ok := float(b.min); ok && x < least {
		return oneFlaw("forms.error.number_small", "Min", show(least))
	}
	if most, ok := float(b.max); ok && x > most {
		return oneFlaw("forms.error.number_large", "Max", show(most))
	}
	return nil
}

func (numberKind) Print(f *Field, v any, p Printer) string {
	x, ok := float(v)
	if !ok {
		return ""
	}
	s := printNumber(x, f.Decimals, p.Lang)
	if unit := f.Unit.In(p.Lang); unit != "" {
		s += "\u00a0" + unit
	}
	return s
}

func (numberKind) boxes(f *Field, v any) map[string][]string {
	x, ok := float(v)
	if !ok {
		return nil
	}
	return oneBox(strings.ReplaceAll(strconv.FormatFloat(x, 'f', f.Decimals, 64), ".", ","))
}
