package reference

import "okno/internal/kit/errs"

// ParseINNOrg gives the 10 digits of an organisation's taxpayer number. Errors:
// reference.error.inn_org_format, reference.error.inn_check.
func ParseINNOrg(s string) (string, error) {
	s, ok := digits(s, 10)
	if !ok || s[:2] == "00" {
		return "", errs.NewInvalid("reference.error.inn_org_format")
	}
	if weighted(s, 2, 4, 10, 3, 5, 9, 4, 6, 8)%11%10 != digit(s, 9) {
		return "", errs.NewInvalid("reference.error.inn_check")
	}
	return s, nil
}

// ParseOGRN gives the 13 digits of an organisation's registration number, which
// starts with 1 or 5. Errors: reference.error.ogrn_format, reference.error.ogrn_check.
func ParseOGRN(s string) (string, error) {
	s, ok := digits(s, 13)
	if !ok || (s[0] != '1' && s[0] != '5') {
		return "", errs.NewInvalid("reference.error.ogrn_format")
	}
	if remainder(s[:12], 11)%10 != digit(s, 12) {
		return "", errs.NewInvalid("reference.error.ogrn_check")
	}
	return s, nil
}

// ParseOGRNIP gives the 15 digits of an entrepreneur's registration number, which
// starts with 3. Errors: reference.error.ogrnip_format, reference.error.ogrnip_check.
func ParseOGRNIP(s string) (string, error) {
	s, ok := digits(s, 15)
	if !ok || s[0] != '3' {
		return "", errs.NewInvalid("reference.error.ogrnip_format")
	}
	if remainder(s[:14], 13)%10 != digit(s, 14) {
		return "", errs.NewInvalid("reference.error.ogrnip_check")
	}
	return s, nil
}

// ParseKPP gives the 9 characters of a tax registration's reason code: inspection
// (not 00), two digits, two digits or Latin capitals, three digits (schema of
// ГИС ГМП). Error: reference.error.kpp_format.
func ParseKPP(s string) (string, error) {
	s = compact(s)
	if len(s) != 9 || !isDigits(s[:4]) || s[:2] == "00" || !kppReason(s[4:6]) || !isDigits(s[6:]) {
		return "", errs.NewInvalid("reference.error.kpp_format")
	}
	return s, nil
}

func kppReason(s string) bool {
	for i := range len(s) {
		if (s[i] < '0' || s[i] > '9') && (s[i] < 'A' || s[i] > 'Z') {
			return false
		}
	}
	return true
}
