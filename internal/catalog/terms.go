package catalog

import (
	"context"
	"strconv"
	"unicode"

	"okno/internal/forms"
	"okno/internal/kit/i18n"
)

// price is the cost in a few words: free, a sum, or from a sum.
func price(ctx context.Context, s *forms.Service) string {
	least, most, known := priceRange(s)
	switch {
	case !known:
		return i18n.T(ctx, "catalog.price.depends")
	case most == 0:
		return i18n.T(ctx, "catalog.price.free")
	case least == most:
		return i18n.Money(i18n.Lang(ctx), least)
	}
	return i18n.T(ctx, "catalog.price.from", "Sum", i18n.Money(i18n.Lang(ctx), least))
}

// priceRange is in kopecks; not known where a price is an expression.
func priceRange(s *forms.Service) (least, most int64, known bool) {
	for i, fee := range s.Page.Cost {
		n, err := strconv.ParseInt(fee.Amount.Source, 10, 64)
		if err != nil {
			return 0, 0, false
		}
		if i == 0 || n < least {
			least = n
		}
		most = max(most, n)
	}
	return least, most, len(s.Page.Cost) > 0
}

// duration is how long it takes, in words.
func duration(ctx context.Context, d forms.Duration) string {
	switch {
	case d.WorkingDays > 0:
		return i18n.T(ctx, "catalog.term.working_days", "Count", d.WorkingDays)
	case d.CalendarDays > 0:
		return i18n.T(ctx, "catalog.term.calendar_days", "Count", d.CalendarDays)
	}
	return i18n.T(ctx, "catalog.term.minutes", "Count", d.Minutes)
}

// termSaid is how long it takes as a sentence, with what the service adds.
func termSaid(ctx context.Context, d forms.Duration) string {
	said := []rune(duration(ctx, d))
	said[0] = unicode.ToUpper(said[0])
	if d.Text.IsZero() {
		return string(said)
	}
	return string(said) + ". " + textOf(ctx, d.Text)
}

// textOf is a text of a service in the request's language.
func textOf(ctx context.Context, t forms.Text) string { return t.In(forms.Lang(i18n.Lang(ctx))) }

// sample tells that a fact is not checked, per section: all of them, or some.
type sample struct{ All, Some bool }

func sampled[T any](list []T, marked func(T) bool) sample {
	n := 0
	for _, x := range list {
		if marked(x) {
			n++
		}
	}
	return sample{All: n > 0 && n == len(list), Some: n > 0 && n < len(list)}
}
