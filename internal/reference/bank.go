package reference

import (
	"strings"

	"okno/internal/kit/errs"
)

// ParseBIC gives the 9 digits of a Russian bank's code: 04 for banks, 00 or 01 for
// the treasury's accounts; the last three are 000–002 or 050–999.
// Error: reference.error.bic_format.
func ParseBIC(s string) (string, error) {
	s, ok := digits(s, 9)
	if !ok || s[0] != '0' || !strings.Contains("014", s[1:2]) || !bicNumber(s[6:]) {
		return "", errs.NewInvalid("reference.error.bic_format")
	}
	return s, nil
}

func bicNumber(last string) bool { return last >= "050" || last <= "002" }

// ParseAccount gives the 20 characters of an account whose key agrees with the bank
// (ЦБ РФ № 515 of 08.09.1997). The bic must be valid too. Errors: those of ParseBIC,
// reference.error.account_format, reference.error.account_check.
func ParseAccount(bic, account string) (string, error) {
	bic, err := ParseBIC(bic)
	if err != nil {
		return "", err
	}
	account = strings.ToUpper(compact(account))
	plain, ok := accountDigits(account)
	if !ok {
		return "", errs.NewInvalid("reference.error.account_format")
	}
	if !treasuryAccount(bic, account) && accountSum(accountPrefix(bic, account)+plain)%10 != 0 {
		return "", errs.NewInvalid("reference.error.account_check")
	}
	return account, nil
}

// accountDigits puts a digit for the letter of a clearing currency in place 6.
func accountDigits(account string) (string, bool) {
	if len(account) != 20 {
		return "", false
	}
	plain := account
	if i := strings.IndexByte("ABCEHKMPTX", account[5]); i >= 0 {
		plain = account[:5] + string(rune('0'+i)) + account[6:]
	}
	return plain, isDigits(plain) && strings.Trim(plain, "0") != ""
}

// treasuryAccount reports whether the Treasury itself keeps the account (03…, bank's
// code not 04). Its key is not the one of № 515: published details, such as the single
// tax account 03100643000000018500 at 017003983, agree with neither rule.
func treasuryAccount(bic, account string) bool {
	return bic[1] != '4' && strings.HasPrefix(account, "03")
}

// accountPrefix is the bank's part of the sum: accounts kept by the Bank of Russia
// (correspondent, budget, treasury) take the unit's digits, clients' the bank's own.
func accountPrefix(bic, account string) string {
	central := bic[6:] <= "002" || bic[1] != '4' || strings.HasPrefix(account, "30101")
	if central {
		return "0" + bic[4:6]
	}
	return bic[6:]
}

func accountSum(s string) int {
	sum := 0
	for i := range len(s) {
		sum += digit(s, i) * []int{7, 1, 3}[i%3] % 10
	}
	return sum
}
