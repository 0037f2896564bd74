package forms

import (
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// functions are the words which the language adds to CEL.
func functions() []cel.EnvOption {
	return []cel.EnvOption{
		twoDates("age", fullYears),
		twoDates("days", daysBetween),
		moveDate("plus_days", func(d time.Time, n int) time.Time { return d.AddDate(0, 0, n) }),
		moveDate("plus_months", plusMonths),
		moveDate("plus_years", func(d time.Time, n int) time.Time { return plusMonths(d, 12*n) }),
		partOfDate("year", func(d time.Time) int { return d.Year() }),
		partOfDate("month", func(d time.Time) int { return int(d.Month()) }),
		cel.Function("sum",
			cel.Overload("sum_int", []*cel.Type{cel.ListType(cel.IntType)}, cel.IntType, cel.UnaryBinding(sumInts)),
			cel.Overload("sum_double", []*cel.Type{cel.ListType(cel.DoubleType)}, cel.DoubleType, cel.UnaryBinding(sumDoubles))),
		cel.Function("money", cel.Overload("money_int", []*cel.Type{cel.IntType}, cel.StringType,
			cel.UnaryBinding(func(v ref.Val) ref.Val { return types.String(printMoney(int64(v.(types.Int)), RU)) }))),
		cel.Function("day", cel.Overload("day_string", []*cel.Type{cel.StringType}, cel.StringType,
			cel.UnaryBinding(func(v ref.Val) ref.Val { return types.String(printDate(string(v.(types.String)))) }))),
	}
}

func twoDates(name string, f func(from, to time.Time) int) cel.EnvOption {
	return cel.Function(name, cel.Overload(name+"_dates", []*cel.Type{cel.StringType, cel.StringType}, cel.IntType,
		cel.BinaryBinding(func(x, y ref.Val) ref.Val {
			from, ok1 := parseDate(x.Value())
			to, ok2 := parseDate(y.Value())
			if !ok1 || !ok2 {
				return types.NewErrFromString("not a date")
			}
			return types.Int(f(from, to))
		})))
}

func moveDate(name string, f func(time.Time, int) time.Time) cel.EnvOption {
	return cel.Function(name, cel.Overload(name+"_date", []*cel.Type{cel.StringType, cel.IntType}, cel.StringType,
		cel.BinaryBinding(func(x, y ref.Val) ref.Val {
			d, ok := parseDate(x.Value())
			n, _ := y.Value().(int64)
			if !ok || n > 100_000 || n < -100_000 {
				return types.NewErrFromString("not a date")
			}
			return types.String(f(d, int(n)).Format(time.DateOnly))
		})))
}

func partOfDate(name string, f func(time.Time) int) cel.EnvOption {
	return cel.Function(name, cel.Overload(name+"_date", []*cel.Type{cel.StringType}, cel.IntType,
		cel.UnaryBinding(func(x ref.Val) ref.Val {
			d, ok := parseDate(x.Value())
			if !ok {
				return types.NewErrFromString("not a date")
			}
			return types.Int(f(d))
		})))
}

func parseDate(v any) (time.Time, bool) {
	s, ok := v.(string)
	if !ok {
		return time.Time{}, false
	}
	d, err := time.Parse(time.DateOnly, s)
	return d, err == nil
}

// fullYears is the age by law: a year is full on the birthday; whoever was born
// on 29 February has it on 1 March of a common year.
func fullYears(birth, on time.Time) int {
	years := on.Year() - birth.Year()
	if on.Month() < birth.Month() || on.Month() == birth.Month() && on.Day() < birth.Day() {
		years--
	}
	return years
}

func daysBetween(from, to time.Time) int { return int((to.Unix() - from.Unix()) / 86400) }

// plusMonths keeps to the end of the month: 31 January and a month is the last
// day of February (ГК РФ ст. 192 п. 3).
func plusMonths(d time.Time, n int) time.Time {
	first := time.Date(d.Year(), d.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(d.Day(), last)-1)
}

func sumInts(v ref.Val) ref.Val {
	var total int64
	for it := v.(traits.Lister).Iterator(); it.HasNext() == types.True; {
		n, ok := it.Next().Value().(int64)
		if !ok || total > 1e15 || total < -1e15 {
			return types.NewErrFromString("not a number")
		}
		total += n
	}
	return types.Int(total)
}

func sumDoubles(v ref.Val) ref.Val {
	var total float64
	for it := v.(traits.Lister).Iterator(); it.HasNext() == types.True; {
		n, ok := it.Next().Value().(float64)
		if !ok {
			return types.NewErrFromString("not a number")
		}
		total += n
	}
	return types.Double(total)
}
