package reference

import (
	"strings"
	"unicode"
)

// fold makes what was typed or pasted comparable: full-width forms (U+FF01–FF5E)
// become ASCII, every kind of dash becomes "-", every kind of space becomes " ",
// and characters nobody can see (ZWSP, soft hyphen, BOM, bidi marks) go.
func fold(s string) string {
	return strings.Map(foldRune, s)
}

func foldRune(r rune) rune {
	switch {
	case r >= 0xFF01 && r <= 0xFF5E:
		return foldRune(r - 0xFEE0)
	case r == 0x2212 || unicode.Is(unicode.Pd, r):
		return '-'
	case unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r) || r == 0x034F:
		return -1
	case unicode.IsSpace(r):
		return ' '
	}
	return r
}

// compact folds s and drops its spaces, dashes, and «№»: what people put between
// the groups of a number.
func compact(s string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '№' {
			return -1
		}
		return r
	}, fold(s))
}

// digits gives compact(s) when that is exactly n ASCII digits, not all of them zero.
func digits(s string, n int) (string, bool) {
	s = compact(s)
	return s, len(s) == n && isDigits(s) && strings.Trim(s, "0") != ""
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// weighted is the sum of the digits of s, each times its weight.
func weighted(s string, weights ...int) int {
	sum := 0
	for i, w := range weights {
		sum += int(s[i]-'0') * w
	}
	return sum
}

// remainder is the decimal number s modulo m, for numbers too long for comfort.
func remainder(s string, m int) int {
	rest := 0
	for i := range len(s) {
		rest = (rest*10 + int(s[i]-'0')) % m
	}
	return rest
}

// digit is the i-th digit of s as a number.
func digit(s string, i int) int { return int(s[i] - '0') }

// plateLetters are the Cyrillic letters that look like Latin ones, the only ones
// on plates and licences (ГОСТ Р 50577-2018), with the Latin letter of each.
const plateLetters = "АВЕКМНОРСТУХ"

// cyrillicPlate puts Cyrillic letters in place of Latin ones that look the same,
// in upper case: a person with a Latin keyboard types a plate as it looks.
func cyrillicPlate(s string) string {
	return strings.NewReplacer("A", "А", "B", "В", "E", "Е", "K", "К", "M", "М", "H", "Н",
		"O", "О", "P", "Р", "C", "С", "T", "Т", "Y", "У", "X", "Х").Replace(strings.ToUpper(s))
}
