package forms

import (
	"encoding/json"
	"hash/fnv"
	"strconv"
)

// chosen is a composite whose value may be picked from what is known.
type chosen struct {
	composite
	from string
}

// Candidate is a known value that can be taken as a whole: one of the children
// of the profile, one of the vehicles.
type Candidate struct {
	// Key is posted as <field>.pick; "new" there means that the boxes count.
	Key    string
	Value  any
	Source Source
}

// pickNew is posted where nothing of what is known fits.
const pickNew = "new"

// Picks reports whether the field offers known values to be taken as a whole
// (see FieldState.Candidates); the choice is posted as <name>.pick.
func (f *Field) Picks() bool { return f.choose() != "" }

// choose is the path of the values that are offered, empty for none.
func (f *Field) choose() string {
	if f.Choose != "" {
		return f.Choose
	}
	if k, ok := f.kind.(chosen); ok {
		return k.from
	}
	return ""
}

// candidates are the known values that the field takes.
func (p *pass) candidates(f *Field, b bounds) []Candidate {
	path := f.choose()
	k, ok := p.facts.Known[path]
	if path == "" || !ok {
		return nil
	}
	list := items(k.Value)
	if list == nil && k.Value != nil {
		list = []any{k.Value}
	}
	var out []Candidate
	for i, v := range list {
		if v, flaws := f.kind.accept(f, adapted(f.kind, v), b); flaws == nil && v != nil {
			out = append(out, Candidate{Key: keyOf(v), Value: v, Source: k.line(path, i)})
		}
	}
	return out
}

// keyOf names a value by its contents, so that a choice means the same when the
// list has changed meanwhile.
func keyOf(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	h := fnv.New64a()
	_, _ = h.Write(data) // never fails
	return strconv.FormatUint(h.Sum64(), 36)
}

// adapted leaves out the parts of a known value that a kind does not ask for: a
// child of the profile fills a field of the kind person.
func adapted(k Kind, v any) any {
	parts := partsOf(k)
	m, ok := v.(map[string]any)
	if parts == nil || !ok {
		return v
	}
	out := map[string]any{}
	for i := range parts {
		if x := m[parts[i].id]; x != nil {
			out[parts[i].id] = x
		}
	}
	return out
}

func partsOf(k Kind) []piece {
	switch k := k.(type) {
	case composite:
		return k.parts
	case chosen:
		return k.parts
	case periodKind:
		return k.parts
	}
	return nil
}

// taken is the candidate of that key.
func taken(list []Candidate, key string) (Candidate, bool) {
	for _, c := range list {
		if key != "" && c.Key == key {
			return c, true
		}
	}
	return Candidate{}, false
}
