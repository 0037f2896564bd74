package forms

import (
	"strconv"
	"strings"
)

// printDate shows a date as 31.01.2020, which both languages understand.
func printDate(iso string) string {
	if len(iso) != 10 || iso[4] != '-' || iso[7] != '-' {
		return iso
	}
	return iso[8:] + "." + iso[5:7] + "." + iso[:4]
}

// printMoney shows kopecks as roubles: 1 234,50 ₽, in English 1,234.50 ₽.
// Spaces do not break.
func printMoney(kopecks int64, lang Lang) string {
	return printNumber(float64(kopecks)/100, 2, lang) + "\u00a0₽"
}

func printNumber(x float64, decimals int, lang Lang) string {
	thousands, point := "\u00a0", ","
	if lang == EN {
		thousands, point = ",", "."
	}
	s := strconv.FormatFloat(x, 'f', decimals, 64)
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "−", s[1:]
	}
	integer, fraction, _ := strings.Cut(s, ".")
	if len(integer) > 4 || decimals == 2 {
		integer = grouped(integer, thousands)
	}
	if fraction != "" {
		integer += point + fraction
	}
	return sign + integer
}

func grouped(digits, separator string) string {
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + separator + digits[i:]
	}
	return digits
}
