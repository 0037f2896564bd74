package forms

import (
	"cmp"
	"fmt"
	"slices"
)

// Fault is a mistake in a service file. It is read by the authors of services,
// so it says what is wrong, where, and how to mend it, in English.
type Fault struct {
	File string `json:"file"`
	Pos
	// Code names the sort of fault: yaml, key, type, text, value, id, expr,
	// order, cycle, kind, limit, unverified, missing,
	// absent, unreachable.
	Code string `json:"code"`
	What string `json:"what"`
	Hint string `json:"hint,omitempty"`
}

// String is "file:line:col: what; hint".
func (f Fault) String() string {
	s := fmt.Sprintf("%s:%d:%d: %s", f.File, f.Line, f.Col, f.What)
	if f.Hint != "" {
		s += "; " + f.Hint
	}
	return s
}

// faults gathers the mistakes of one file.
type faults struct {
	file string
	list []Fault
}

// maxFaults is where we stop to list: whoever has so many begins at the top.
const maxFaults = 200

func (fs *faults) add(at Pos, code, hint, what string, args ...any) {
	if len(fs.list) < maxFaults {
		fs.list = append(fs.list, Fault{File: fs.file, Pos: at, Code: code, What: fmt.Sprintf(what, args...), Hint: hint})
	}
}

// sorted gives the faults in the order of the file, each once.
func (fs *faults) sorted() []Fault {
	slices.SortStableFunc(fs.list, func(x, y Fault) int {
		return cmp.Or(cmp.Compare(x.Line, y.Line), cmp.Compare(x.Col, y.Col), cmp.Compare(x.What, y.What))
	})
	return slices.Compact(fs.list)
}

// nearest gives "did you mean" among the known names, or nothing.
func nearest(word string, known []string) string {
	best, distance := "", 3
	for _, k := range known {
		if d := editDistance(word, k); d < distance && d < len(k) {
			best, distance = k, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("did you mean %q?", best)
}

// editDistance is Levenshtein's, over bytes: names are ASCII.
func editDistance(a, b string) int {
	if len(a) > 60 || len(b) > 60 {
		return 60
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
