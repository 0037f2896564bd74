package catalog

import (
	"embed"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/russian"
	"golang.org/x/text/unicode/norm"
)

// Limits of a query: what is beyond them is not looked at.
const (
	maxQuery = 200 // characters
	maxTerms = 10
	maxTerm  = 30 // characters of one word
)

//go:embed words/*.txt
var wordFiles embed.FS

// analyser makes stems of a text: Russian words by the Snowball stemmer for
// Russian, others by that for English; Ё is Е, stop words are left out.
type analyser struct{ stop map[string]bool }

func newAnalyser() *analyser {
	a := &analyser{stop: map[string]bool{}}
	for _, name := range []string{"words/ru.txt", "words/en.txt"} {
		raw, _ := wordFiles.ReadFile(name) // the files are embedded
		for line := range strings.Lines(string(raw)) {
			if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
				a.stop[line] = true
			}
		}
	}
	return a
}

// term is a stem with the word that it was made of.
type term struct{ stem, word string }

func (a *analyser) terms(text string) []term {
	var out []term
	for _, word := range strings.FieldsFunc(fold(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if utf8.RuneCountInString(word) > maxTerm {
			continue
		}
		word = alike(word)
		if stem := a.stem(word); stem != "" {
			out = append(out, term{stem, word})
		}
	}
	return out
}

// stem is empty for a stop word.
func (a *analyser) stem(word string) string {
	if a.stop[word] {
		return ""
	}
	env := snowballstem.NewEnv(word)
	if cyrillic(word) {
		russian.Stem(env)
	} else {
		english.Stem(env)
	}
	return env.Current()
}

func cyrillic(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) })
}

func latin(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' })
}

// alike puts Russian letters for Latin ones that look the same, in a word which
// has both: people copy such words from elsewhere.
func alike(word string) string {
	if !cyrillic(word) || !latin(word) {
		return word
	}
	return strings.NewReplacer("a", "а", "b", "в", "c", "с", "e", "е", "h", "н", "k", "к", "m", "м", "o", "о",
		"p", "р", "t", "т", "x", "х", "y", "у").Replace(word)
}

// fold makes spellings of the same word the same: case, Ё, composed letters,
// invisible characters.
func fold(s string) string {
	s = norm.NFC.String(strings.ToValidUTF8(s, " "))
	return strings.Map(func(r rune) rune {
		switch r = unicode.ToLower(r); {
		case r == 'ё':
			return 'е'
		case unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, s)
}

// shorten cuts a query to its limit.
func shorten(q string) string {
	q = strings.TrimSpace(strings.ToValidUTF8(q, " "))
	if r := []rune(q); len(r) > maxQuery {
		q = string(r[:maxQuery])
	}
	return q
}

// The same keys on both layouts, and Latin spellings of Russian letters.
const (
	latinKeys    = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
	cyrillicKeys = "йцукенгшщзхъфывапролджэячсмитьбюё" // data: keys
)

// otherLayout is what the same keys give on the other keyboard layout:
// cghfdrf is справка, зфыызщке is passport.
func otherLayout(q string) string {
	from, to := []rune(latinKeys), []rune(cyrillicKeys)
	if cyrillic(q) {
		from, to = to, from
	}
	return strings.Map(func(r rune) rune {
		for i := range from {
			if from[i] == unicode.ToLower(r) {
				return to[i]
			}
		}
		return r
	}, q)
}

// fromLatin writes Russian words typed in Latin letters in Russian ones:
// spravka is справка.
func fromLatin(q string) string {
	return strings.NewReplacer(
		"shch", "щ", "sch", "щ", "zh", "ж", "kh", "х", "ts", "ц", "ch", "ч", "sh", "ш", "yu", "ю", "ju", "ю",
		"ya", "я", "ja", "я", "yo", "е", "a", "а", "b", "б", "v", "в", "g", "г", "d", "д", "e", "е", "z", "з",
		"i", "и", "j", "й", "k", "к", "l", "л", "m", "м", "n", "н", "o", "о", "p", "п", "r", "р", "s", "с",
		"t", "т", "u", "у", "f", "ф", "h", "х", "c", "к", "y", "ы", "w", "в", "x", "кс", "q", "к", "'", "ь",
	).Replace(strings.ToLower(q))
}
