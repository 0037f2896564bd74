package upload

import (
	"errors"
	"io"
	"slices"
	"strings"

	"okno/internal/kit/errs"
)

// Check tells the type of a file from its first bytes (HeadSize of them, or
// all) and refuses what is empty, not among the allowed types, or named as
// something that it is not. Errors: ErrEmpty, ErrType, ErrRenamed.
func Check(name string, head []byte, size int64, allowed []string) (Type, error) {
	if size <= 0 || len(head) == 0 {
		return "", fault(ErrEmpty, name)
	}
	open := families(head)
	want := promised(name)
	t := choose(open, want)
	switch {
	case t != "" && slices.Contains(allowed, string(t)):
		return t, nil
	case want != "" && slices.Contains(allowed, string(want)):
		return "", fault(ErrRenamed, name, "Promised", strings.ToUpper(string(want)), "Found", shown(open))
	}
	return "", fault(ErrType, name, "Types", listed(allowed))
}

// choose settles on one type. A name may narrow what the bytes leave open; one
// that promises something else spoils it; one that promises nothing is passed over.
func choose(open []Type, want Type) Type {
	switch {
	case len(open) == 0:
		return ""
	case want == "":
		return open[0]
	case slices.Contains(open, want):
		return want
	}
	return ""
}

func shown(open []Type) string {
	if len(open) == 0 {
		return "—"
	}
	return strings.ToUpper(string(open[0]))
}

func listed(allowed []string) string { return strings.ToUpper(strings.Join(allowed, ", ")) }

func fault(base *errs.Error, name string, args ...any) error {
	e := *base
	e.Args = append([]any{"Name", CleanName(name)}, args...)
	return &e
}

// Rules are what a field allows.
type Rules struct {
	Allowed []string // types, as in service files
	Max     int64    // bytes
}

// Inspect is Check with the limit of size and a look at the file's end, so
// that a file which was cut on the way is refused. Errors as Check's, and
// ErrTooLarge, ErrCut, those of r.
func Inspect(r io.ReaderAt, name string, size int64, rules Rules) (Type, error) {
	if size > rules.Max {
		return "", fault(ErrTooLarge, name, "Max", max(rules.Max>>20, 1))
	}
	head, err := part(r, 0, min(size, HeadSize))
	if err != nil {
		return "", err
	}
	t, err := Check(name, head, size, rules.Allowed)
	if err != nil {
		return "", err
	}
	t, ok, err := whole(r, t, head, size)
	switch {
	case err != nil:
		return "", err
	case !ok:
		return "", fault(ErrCut, name)
	case !slices.Contains(rules.Allowed, string(t)):
		return "", fault(ErrRenamed, name, "Promised", strings.ToUpper(string(promised(name))), "Found", strings.ToUpper(string(t)))
	}
	return t, nil
}

// part reads n bytes; a file that is shorter than it said gives fewer.
func part(r io.ReaderAt, at, n int64) ([]byte, error) {
	b := make([]byte, n)
	got, err := r.ReadAt(b, at)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return b[:got], nil
}
