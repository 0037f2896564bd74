package reference

import (
	"regexp"
	"strings"

	"okno/internal/kit/errs"
)

// ParseCadastral gives a cadastral number as "77:01:0001001:1024": district,
// area, quarter of 6 or 7 digits, number of the object (приказ Росреестра
// П/0141 of 2021). Error: reference.error.cadastral_format.
func ParseCadastral(s string) (string, error) {
	s = strings.Map(func(r rune) rune {
		if r == ' ' || r == '№' {
			return -1
		}
		return r
	}, fold(s))
	if !regexp.MustCompile(`^\d{2}:\d{2}:\d{6,7}:\d{1,7}$`).MatchString(s) {
		return "", errs.NewInvalid("reference.error.cadastral_format")
	}
	return s, nil
}
