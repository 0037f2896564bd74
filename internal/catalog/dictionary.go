package catalog

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// dictionary knows the words of the catalogue. It tells which reading of a
// query makes most sense, and what a misspelt word may have meant.
type dictionary struct {
	words  map[string]string // stem → the word as it was written first
	sorted []string
	bySize map[int][][]rune
}

func newDictionary() *dictionary {
	return &dictionary{words: map[string]string{}, bySize: map[int][][]rune{}}
}

func (d *dictionary) add(t term) {
	if _, ok := d.words[t.stem]; !ok {
		d.words[t.stem] = t.word
	}
}

func (d *dictionary) finish() {
	for stem := range d.words {
		d.sorted = append(d.sorted, stem)
	}
	slices.Sort(d.sorted)
	for _, stem := range d.sorted {
		r := []rune(stem)
		d.bySize[len(r)] = append(d.bySize[len(r)], r)
	}
}

// How well a word is known.
const (
	strange = iota
	near
	begun // the beginning of a known word
	known
)

// most is how many words an unknown one may stand for.
const most = 12

// know tells how well the stem is known and which stems of the catalogue it may
// stand for, best first: itself, those that it begins, or those that it was
// meant to be.
func (d *dictionary) know(stem string) (int, []string) {
	if _, ok := d.words[stem]; ok {
		return known, []string{stem}
	}
	if utf8.RuneCountInString(stem) >= 2 {
		if longer := d.begunBy(stem); len(longer) > 0 {
			return begun, longer
		}
	}
	if like := d.nearest([]rune(stem)); len(like) > 0 {
		return near, like
	}
	return strange, nil
}

func (d *dictionary) begunBy(stem string) []string {
	var out []string
	i, _ := slices.BinarySearch(d.sorted, stem)
	for ; i < len(d.sorted) && len(out) < most && strings.HasPrefix(d.sorted[i], stem); i++ {
		out = append(out, d.sorted[i])
	}
	return out
}

// errorsFor is how many errors a word of so many letters is forgiven.
func errorsFor(letters int) int {
	switch {
	case letters < 4:
		return 0
	case letters < 7:
		return 1
	}
	return 2
}

// nearest are the stems with the fewest errors, those with the same first
// letter first.
func (d *dictionary) nearest(stem []rune) []string {
	limit := errorsFor(len(stem))
	if limit == 0 {
		return nil
	}
	var out []string
	best := limit
	for size := len(stem) - limit; size <= len(stem)+limit; size++ {
		for _, candidate := range d.bySize[size] {
			n := edits(stem, candidate, best)
			if n < best {
				best, out = n, out[:0]
			}
			if n <= best {
				out = append(out, string(candidate))
			}
		}
	}
	first := string(stem[:1])
	slices.SortStableFunc(out, func(a, b string) int {
		return yes(strings.HasPrefix(b, first)) - yes(strings.HasPrefix(a, first))
	})
	return out[:min(len(out), most)]
}

func yes(b bool) int {
	if b {
		return 1
	}
	return 0
}

// edits counts insertions, deletions, replacements and swaps of neighbours
// between two words; it gives up above the limit.
func edits(a, b []rune, limit int) int {
	var rows [3][maxTerm + 3]int
	if len(a) > maxTerm || len(b) > maxTerm {
		return limit + 1
	}
	before, row, next := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		row[j] = j
	}
	for i := range a {
		next[0] = i + 1
		least := next[0]
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			next[j+1] = min(row[j]+cost, row[j+1]+1, next[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
			least = min(least, next[j+1])
		}
		if least > limit {
			return limit + 1
		}
		before, row, next = row, next, before
	}
	return row[len(b)]
}
