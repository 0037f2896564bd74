package pdf

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// missing stands where the fonts have no sign.
const missing = '◊'

// readable gives text that the fonts can show: NFC, control characters gone, spaces
// plain, and ◊ for what has no sign.
func (w *Writer) readable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || w.known[r]:
			return r
		case unicode.IsSpace(r):
			return ' '
		case unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r):
			return -1
		}
		return missing
	}, norm.NFC.String(strings.ToValidUTF8(s, string(missing))))
}

// wrap breaks a text into lines no wider than width, at spaces, and inside a word only
// when the word alone is too wide. A no-break space does not break.
func wrap(text string, width float64, measure func(string) float64) []string {
	var lines []string
	for paragraph := range strings.SplitSeq(text, "\n") {
		lines = append(lines, wrapParagraph(paragraph, width, measure)...)
	}
	return lines
}

func wrapParagraph(text string, width float64, measure func(string) float64) []string {
	var lines []string
	line, used, space := "", 0.0, measure(" ")
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ' ' || r == '\t' }) {
		wide := measure(word)
		if line != "" && used+space+wide <= width {
			line, used = line+" "+word, used+space+wide
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		pieces := breakWord(word, wide, width, measure)
		lines = append(lines, pieces[:len(pieces)-1]...)
		line = pieces[len(pieces)-1]
		used = measure(line)
	}
	return append(lines, line)
}

// breakWord cuts a word that is wider than a line, after a sign of punctuation in the
// last third of the line where there is one: addresses read better so.
func breakWord(word string, wide, width float64, measure func(string) float64) []string {
	if wide <= width {
		return []string{word}
	}
	var pieces []string
	runes := []rune(word)
	for len(runes) > 0 {
		n := fitting(runes, width, measure)
		if n < len(runes) {
			n = afterPunctuation(runes, n)
		}
		pieces = append(pieces, string(runes[:n]))
		runes = runes[n:]
	}
	return pieces
}

func fitting(runes []rune, width float64, measure func(string) float64) int {
	used := 0.0
	for i, r := range runes {
		if used += measure(string(r)); used > width {
			return max(i, 1)
		}
	}
	return len(runes)
}

func afterPunctuation(runes []rune, n int) int {
	for i := n; i > n*2/3 && i > 1; i-- {
		if strings.ContainsRune("/-_.,;:?&=@", runes[i-1]) {
			return i
		}
	}
	return n
}
