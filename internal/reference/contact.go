package reference

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"okno/internal/kit/errs"
)

// ParsePhone gives E.164. Russian numbers may be typed as +7…, 8… or ten digits, with
// spaces, dashes, dots and brackets; others start with + and are checked against
// Google's metadata. Error: reference.error.phone_format.
func ParsePhone(s string) (string, error) {
	bare := strings.NewReplacer("(", "", ")", "", ".", "", "/", "").Replace(compact(s))
	if national, ok := russianPhone(bare); ok {
		return "+7" + national, nil
	}
	if !strings.HasPrefix(bare, "+") || len(bare) > 16 || !isDigits(bare[1:]) {
		return "", errs.NewInvalid("reference.error.phone_format")
	}
	number, err := phonenumbers.Parse(bare, "")
	if err != nil || number.GetCountryCode() == 7 && bare[2] != '6' && bare[2] != '7' || !phonenumbers.IsValidNumber(number) {
		return "", errs.NewInvalid("reference.error.phone_format")
	}
	return phonenumbers.Format(number, phonenumbers.E164), nil
}

// russianPhone gives the ten national digits; the first says mobile or fixed (3, 4, 8, 9).
func russianPhone(s string) (string, bool) {
	switch {
	case strings.HasPrefix(s, "+7"):
		s = s[2:]
	case len(s) == 11 && (s[0] == '8' || s[0] == '7'):
		s = s[1:]
	}
	return s, len(s) == 10 && isDigits(s) && strings.Contains("3489", s[:1])
}

// FormatPhone shows "+7 913 123-45-67", and other countries' numbers their own way.
func FormatPhone(e164 string) string {
	if len(e164) == 12 && strings.HasPrefix(e164, "+7") && isDigits(e164[1:]) {
		return e164[:2] + " " + e164[2:5] + " " + e164[5:8] + "-" + e164[8:10] + "-" + e164[10:]
	}
	number, err := phonenumbers.Parse(e164, "")
	if err != nil {
		return e164
	}
	return phonenumbers.Format(number, phonenumbers.INTERNATIONAL)
}

// Longest parts of an address (RFC 5321 §4.5.3.1).
const emailLimit, emailLocalLimit = 254, 64

// ParseEmail gives the address trimmed, its domain in lower case and, when
// international, in its ASCII form (RFC 5891), so that one address is one string.
// The local part keeps its case and may be international (RFC 6531); quoted ones are
// not taken. Error: reference.error.email_format.
func ParseEmail(s string) (string, error) {
	s = norm.NFC.String(strings.TrimSpace(strings.Map(dropInvisible, s)))
	at := strings.LastIndexByte(s, '@')
	if at < 1 || at > emailLocalLimit || !utf8.ValidString(s) || !dotAtom(s[:at]) {
		return "", errs.NewInvalid("reference.error.email_format")
	}
	domain, ok := mailDomain(s[at+1:])
	if !ok || at+1+len(domain) > emailLimit {
		return "", errs.NewInvalid("reference.error.email_format")
	}
	return s[:at] + "@" + domain, nil
}

// FormatEmail shows an address with its domain in the letters of its country.
func FormatEmail(email string) string {
	at := strings.LastIndexByte(email, '@')
	if at < 0 {
		return email
	}
	domain, err := idna.Display.ToUnicode(email[at+1:])
	if err != nil {
		return email
	}
	return email[:at+1] + domain
}

// dropInvisible leaves dashes and full-width letters alone: in an address they count.
func dropInvisible(r rune) rune {
	if unicode.Is(unicode.Cf, r) {
		return -1
	}
	return r
}

func mailDomain(s string) (string, bool) {
	ascii, err := idna.Lookup.ToASCII(strings.TrimSuffix(s, "."))
	if err != nil {
		return "", false
	}
	labels := strings.Split(strings.ToLower(ascii), ".")
	for _, label := range labels {
		if label == "" || len(label) > 63 {
			return "", false
		}
	}
	last := labels[len(labels)-1]
	return strings.Join(labels, "."), len(labels) > 1 && len(last) > 1 && !isDigits(last)
}

// dotAtom is RFC 5322 §3.2.3 with the letters of RFC 6531.
func dotAtom(s string) bool {
	for _, atom := range strings.Split(s, ".") {
		if atom == "" || strings.ContainsFunc(atom, notInAtom) {
			return false
		}
	}
	return true
}

func notInAtom(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) && !strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", r)
}

// ParsePostcode gives the 6 digits of a Russian postal index, 101000–999999.
// Error: reference.error.postcode_format.
func ParsePostcode(s string) (string, error) {
	s, ok := digits(s, 6)
	if !ok || s < "101000" {
		return "", errs.NewInvalid("reference.error.postcode_format")
	}
	return s, nil
}

// ParseOKTMO gives the 8 digits of a municipality or the 11 of a settlement.
// Error: reference.error.oktmo_format.
func ParseOKTMO(s string) (string, error) {
	s = compact(s)
	if len(s) != 8 && len(s) != 11 || !isDigits(s) || s[:2] == "00" {
		return "", errs.NewInvalid("reference.error.oktmo_format")
	}
	return s, nil
}
