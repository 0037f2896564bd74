package reference

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"okno/internal/kit/errs"
)

// snilsChecked is the last number issued without a check: the control sum is
// defined for numbers above 001-001-998 only.
const snilsChecked = "001001998"

// ParseSNILS gives the 11 digits of an insurance number. Errors:
// reference.error.snils_format, reference.error.snils_check.
func ParseSNILS(s string) (string, error) {
	s, ok := digits(s, 11)
	if !ok {
		return "", errs.NewInvalid("reference.error.snils_format")
	}
	if s[:9] > snilsChecked && snilsControl(s) != remainder(s[9:], 100) {
		return "", errs.NewInvalid("reference.error.snils_check")
	}
	return s, nil
}

func snilsControl(s string) int {
	return weighted(s, 9, 8, 7, 6, 5, 4, 3, 2, 1) % 101 % 100
}

// FormatSNILS shows a canonical number as "123-456-789 64"; anything else unchanged.
func FormatSNILS(s string) string {
	if len(s) != 11 {
		return s
	}
	return s[:3] + "-" + s[3:6] + "-" + s[6:9] + " " + s[9:]
}

// ParseINNPerson gives the 12 digits of a person's taxpayer number (приказ ФНС
// ЕД-7-14/559@). Errors: reference.error.inn_person_format, reference.error.inn_check.
func ParseINNPerson(s string) (string, error) {
	s, ok := digits(s, 12)
	if !ok || s[:2] == "00" {
		return "", errs.NewInvalid("reference.error.inn_person_format")
	}
	first := weighted(s, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8) % 11 % 10
	second := weighted(s, 3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8) % 11 % 10
	if first != digit(s, 10) || second != digit(s, 11) {
		return "", errs.NewInvalid("reference.error.inn_check")
	}
	return s, nil
}

// ParsePassportRF gives series (4 digits) and number (6 digits) of an internal
// passport. Both may be handed in one of the arguments, the other empty. Errors:
// reference.error.passport_series, reference.error.passport_number.
func ParsePassportRF(series, number string) (string, string, error) {
	series, number = splitPassport(compact(series), compact(number))
	if len(series) != 4 || !isDigits(series) || series[:2] == "00" {
		return "", "", errs.NewInvalid("reference.error.passport_series")
	}
	if len(number) != 6 || !isDigits(number) || number == "000000" {
		return "", "", errs.NewInvalid("reference.error.passport_number")
	}
	return series, number, nil
}

func splitPassport(series, number string) (string, string) {
	whole := series + number
	if (series == "" || number == "") && len(whole) == 10 {
		return whole[:4], whole[4:]
	}
	return series, number
}

// FormatPassportRF shows series and number as "45 03 123456".
func FormatPassportRF(series, number string) string {
	if len(series) == 4 {
		series = series[:2] + " " + series[2:]
	}
	return series + " " + number
}

// ParseUnitCode gives the code of the unit that issued a passport as "770-001".
// Error: reference.error.unit_code_format.
func ParseUnitCode(s string) (string, error) {
	s, ok := digits(s, 6)
	if !ok {
		return "", errs.NewInvalid("reference.error.unit_code_format")
	}
	return s[:3] + "-" + s[3:], nil
}

// ParseForeignPassport gives the 9 digits (series 2, number 7) of a passport for
// travel. Error: reference.error.foreign_passport_format.
func ParseForeignPassport(s string) (string, error) {
	s, ok := digits(s, 9)
	if !ok {
		return "", errs.NewInvalid("reference.error.foreign_passport_format")
	}
	return s, nil
}

// FormatForeignPassport shows the 9 digits as "71 1234567".
func FormatForeignPassport(s string) string {
	if len(s) != 9 {
		return s
	}
	return s[:2] + " " + s[2:]
}

// ParseBirthCertificate gives "I-БА 123456": a Roman number, two Russian letters,
// six digits. Error: reference.error.birth_certificate_format.
func ParseBirthCertificate(s string) (string, error) {
	parts := birthCertificate().FindStringSubmatch(strings.ToUpper(compact(s)))
	if parts == nil {
		return "", errs.NewInvalid("reference.error.birth_certificate_format")
	}
	// A Russian keyboard has no Roman Ⅹ: people type the letter that looks like it.
	roman := strings.NewReplacer("Х", "X", "С", "C", "І", "I").Replace(parts[1])
	return roman + "-" + parts[2] + " " + parts[3], nil
}

// birthCertificate is built on demand: it is asked once a form, and a package
// without variables needs no order of initialisation.
func birthCertificate() *regexp.Regexp {
	return regexp.MustCompile(`^([IVXLCХСІ]{1,6})([А-ЯЁ]{2})(\d{6})$`)
}

// ParseDriverLicence gives 10 characters: 4 digits, or 2 digits and 2 letters, then
// 6 digits. Latin look-alikes become Cyrillic. Error: reference.error.driver_licence_format.
func ParseDriverLicence(s string) (string, error) {
	s = cyrillicPlate(compact(s))
	if !seriesAndNumber(s) {
		return "", errs.NewInvalid("reference.error.driver_licence_format")
	}
	return s, nil
}

// FormatDriverLicence shows "77 АВ 123456".
func FormatDriverLicence(s string) string {
	r := []rune(s)
	if len(r) != 10 {
		return s
	}
	return string(r[:2]) + " " + string(r[2:4]) + " " + string(r[4:])
}

// seriesAndNumber reports whether s is 2 digits, 2 digits or 2 plate letters, 6 digits:
// the number of driver licences and of vehicles' papers.
func seriesAndNumber(s string) bool {
	r := []rune(s)
	if len(r) != 10 || !isDigits(string(r[:2])) || !isDigits(string(r[4:])) {
		return false
	}
	middle := string(r[2:4])
	return isDigits(middle) || onlyPlateLetters(middle)
}

func onlyPlateLetters(s string) bool {
	return s != "" && strings.Trim(s, plateLetters) == ""
}

// ParseOMS gives the 16 digits of a health insurance policy (ЕНП), checked as
// ISO/HL7 27931 mod 10 says. Errors: reference.error.oms_format, reference.error.oms_check.
func ParseOMS(s string) (string, error) {
	s, ok := digits(s, 16)
	if !ok {
		return "", errs.NewInvalid("reference.error.oms_format")
	}
	if omsControl(s[:15]) != digit(s, 15) {
		return "", errs.NewInvalid("reference.error.oms_check")
	}
	return s, nil
}

// omsControl doubles the number made of the digits in odd places from the right.
// Doubling is done digit by digit: the carry always goes to the next digit's sum.
func omsControl(s string) int {
	sum, double := 0, 0
	for i := len(s) - 1; i >= 0; i -= 2 {
		double = double*10 + digit(s, i)
		if i > 0 {
			sum += digit(s, i-1)
		}
	}
	for double *= 2; double > 0; double /= 10 {
		sum += double % 10
	}
	return (10 - sum%10) % 10
}

// nameLimit is the longest part of a name in characters, as registries keep it.
const nameLimit = 100

// ParseName gives a surname, first name or patronymic in NFC with single spaces:
// letters of any script, hyphen, apostrophe, space, dot. Case is kept.
// Errors: reference.error.name_empty, name_long, name_characters.
func ParseName(s string) (string, error) {
	s = strings.NewReplacer("’", "'", "‘", "'", "`", "'", "´", "'").Replace(fold(s))
	s = strings.Join(strings.Fields(norm.NFC.String(s)), " ")
	if s == "" {
		return "", errs.NewInvalid("reference.error.name_empty")
	}
	if utf8.RuneCountInString(s) > nameLimit {
		return "", errs.NewInvalid("reference.error.name_long", "Limit", nameLimit)
	}
	if !utf8.ValidString(s) || strings.ContainsFunc(s, notInName) || !strings.ContainsFunc(s, unicode.IsLetter) {
		return "", errs.NewInvalid("reference.error.name_characters")
	}
	return s, nil
}

func notInName(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsMark(r) && !strings.ContainsRune("-' .", r)
}
