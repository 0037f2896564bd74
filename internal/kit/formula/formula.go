// Package formula keeps spreadsheets from taking foreign texts for formulas. It
// knows nothing of files: whoever writes a CSV asks it about each cell.
package formula

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Guarded reports whether a spreadsheet would take a text for a formula (OWASP,
// CSV injection): it begins with one of the signs for that, also in their wide
// form, perhaps after what spreadsheets pass over.
func Guarded(s string) bool {
	if s == "" {
		return false
	}
	head := strings.TrimLeftFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || unicode.IsControl(r) })
	first, _ := utf8.DecodeRuneInString(head)
	return head == "" || strings.ContainsRune("=+-@＝＋－＠", first) || strings.ContainsRune("\t\r\n", rune(s[0]))
}

// Guard marks such a text with an apostrophe, which spreadsheets do not show.
func Guard(s string) string {
	if Guarded(s) {
		return "'" + s
	}
	return s
}

// Plain takes the mark away again.
func Plain(s string) string {
	if rest, marked := strings.CutPrefix(s, "'"); marked && Guarded(rest) {
		return rest
	}
	return s
}
