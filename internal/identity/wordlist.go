package identity

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"github.com/trustelem/zxcvbn/frequency"
)

//go:embed data/words.txt
var wordsFile string

// wordlist are words that are no passwords: Russian ones, in Cyrillic, in Latin
// letters, and as they come out on the other keyboard layout.
type wordlist struct {
	all  []string
	with map[string]bool
	// english are common passwords in Latin letters, most of them English words.
	english map[string]bool
}

// englishMost is how many of the commonest are refused as words of their own;
// what is rarer counts by its rank in the strength.
const englishMost = 10_000

// newWordlist makes the words once for the process: nothing changes them.
var newWordlist = sync.OnceValue(readWordlist)

func readWordlist() *wordlist {
	w := &wordlist{with: map[string]bool{}, english: map[string]bool{}}
	for rank, word := range frequency.FrequencyLists["passwords"] {
		if rank < englishMost {
			w.english[word] = true
		}
	}
	for line := range strings.Lines(wordsFile) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		for _, form := range []string{line, strings.ReplaceAll(line, "ё", "е"), latin(line), otherLayout(line)} {
			if !w.with[form] {
				w.with[form] = true
				w.all = append(w.all, form)
			}
		}
	}
	return w
}

// covers reports whether a common word is most of the password: of its letters
// nothing else is left.
func (w *wordlist) covers(password string) bool {
	core := strings.TrimFunc(plainLetters(password), func(r rune) bool { return !isLetter(r) })
	return len([]rune(core)) >= 3 && (w.with[core] || w.with[strings.ReplaceAll(core, "ё", "е")] || w.english[core] || w.english[strings.ToLower(password)])
}

// plainLetters undoes capitals and digits or signs in the place of letters,
// between letters only: digits at the ends stay what they are.
func plainLetters(s string) string {
	runes := []rune(strings.ToLower(s))
	first := slices.IndexFunc(runes, isLetter)
	if first < 0 {
		return s
	}
	cyrillic := runes[first] >= 'а'
	for n := first; n < len(runes); n++ {
		if to, ok := leet(runes[n], cyrillic); ok && slices.ContainsFunc(runes[n:], isLetter) {
			runes[n] = to
		}
	}
	return string(runes)
}

func leet(r rune, cyrillic bool) (rune, bool) {
	const signs, roman, russian = "013456@$!", "oieasgasi", "о" + "и" + "з" + "ч" + "с" + "б" + "а" + "с" + "и"
	n := strings.IndexRune(signs, r)
	if n < 0 {
		return r, false
	}
	if cyrillic {
		return []rune(russian)[n], true
	}
	return rune(roman[n]), true
}

func isLetter(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'а' && r <= 'я' || r == 'ё'
}

// The keys of both layouts, row by row; the place in the string is the key.
const (
	latinKeys   = "1234567890qwertyuiop[]asdfghjkl;'zxcvbnm,."
	russianKeys = "1234567890йцукенгшщзхъфывапролджэячсмитьбю" // data: keys of the layout
)

// otherLayout gives what the same keys write in the other layout.
func otherLayout(s string) string {
	russian := []rune(russianKeys)
	return strings.Map(func(r rune) rune {
		if n := strings.IndexRune(latinKeys, r); n >= 0 {
			return russian[n]
		}
		if n := slices.Index(russian, r); n >= 0 {
			return rune(latinKeys[n])
		}
		return r
	}, s)
}

// latin writes Russian in Latin letters as people do.
func latin(s string) string {
	return strings.NewReplacer("а", "a", "б", "b", "в", "v", "г", "g", "д", "d", "е", "e", "ё", "e", "ж", "zh", "з", "z",
		"и", "i", "й", "y", "к", "k", "л", "l", "м", "m", "н", "n", "о", "o", "п", "p", "р", "r", "с", "s", "т", "t", "у", "u",
		"ф", "f", "х", "h", "ц", "c", "ч", "ch", "ш", "sh", "щ", "sch", "ъ", "", "ы", "y", "ь", "", "э", "e", "ю", "yu", "я", "ya").Replace(s)
}

// rows are the lines of neighbouring keys in which a walk goes.
func rows() []string {
	return []string{
		"1234567890", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./", "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю", // data: keys
		"1qaz2wsx3edc4rfv5tgb6yhn7ujm", "1йфя2цыч3увс4кам5епи6нрт7гоь", // data: columns of keys
		"qazwsxedcrfvtgbyhnujm", "йфяцычувскамепинртгоь", // data: columns of keys
		"abcdefghijklmnopqrstuvwxyz", "абвгдеёжзийклмнопрстуфхцчшщъыьэюя", "0123456789", // data: alphabets
	}
}

// walk is the longest run of keys or letters in a row, of digits counted up or
// down, or of one character again and again, in characters.
func walk(password string) int {
	runes := []rune(strings.ToLower(password))
	longest := 0
	for start := range runes {
		longest = max(longest, same(runes[start:]))
		for _, row := range rows() {
			longest = max(longest, along([]rune(row), runes[start:], 1), along([]rune(row), runes[start:], -1))
		}
	}
	return longest
}

func same(s []rune) int {
	n := 1
	for n < len(s) && s[n] == s[0] {
		n++
	}
	return n
}

// along counts how far s follows the row in the direction.
func along(row, s []rune, step int) int {
	at := slices.Index(row, s[0])
	if at < 0 {
		return 0
	}
	n := 0
	for n < len(s) && at >= 0 && at < len(row) && row[at] == s[n] {
		n, at = n+1, at+step
	}
	return n
}
