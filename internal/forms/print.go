package forms

import (
	"strconv"
	"strings"

	"okno/internal/kit/i18n"
)

// printDate shows a date as 31.01.2020, which both languages understand.
func printDate(iso string) string {
	if len(iso) != 10 || iso[4] != '-' || iso[7] != '-' {
		return iso
	}
	return iso[8:] + "." + iso[5:7] + "." + iso[:4]
}

// printMoney shows kopecks as roubles: 1 234,50 ₽.
func printMoney(kopecks int64, lang Lang) string { return i18n.Money(string(lang), kopecks) }

// printNumber shows a number with its thousands apart and so many decimals.
func printNumber(x float64, decimals int, lang Lang) string {
	s := strconv.FormatFloat(x, 'f', decimals, 64)
	integer, fraction, _ := strings.Cut(s, ".")
	if n, err := strconv.ParseInt(integer, 10, 64); err == nil && n != 0 {
		integer = i18n.Number(n)
	}
	if fraction == "" {
		return integer
	}
	if lang == EN {
		return integer + "." + fraction
	}
	return integer + "," + fraction
}
