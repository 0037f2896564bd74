package forms

import (
	"maps"
	"slices"
)

// CheckOnly is Check for a return for correction: of the whole form only the
// named fields and groups are open, whatever their steps; all else stays as it
// is, and is refused when it is sent. What is wrong in the steps of the named
// fields is told, also where it is another field that no longer fits.
func CheckOnly(s *Service, fields []string, raw map[string][]string, answers Answers, facts Facts) (Answers, []Wrong) {
	only := map[string]bool{}
	for _, id := range fields {
		only[id] = true
	}
	if wrong := sane("", raw); wrong != nil {
		return answers, wrong
	}
	raw = Renumber(s, raw)
	next, wrong := answers, closed(s, only, raw)
	for i := range s.Form.Steps {
		sent := sentFor(s, i, only, raw)
		if !opensIn(s, i, only) {
			continue
		}
		x := newPosting(i, sent)
		x.only = only
		var more []Wrong
		next, more = checked(s, i, x, next, facts)
		wrong = append(wrong, more...)
	}
	return next, wrong
}

// ownerID is the id of the field or group to which a sent name belongs.
func ownerID(name string) string {
	id, _ := cutPath(name)
	return id
}

func opensIn(s *Service, step int, only map[string]bool) bool {
	for id := range only {
		if f := s.fields[id]; f != nil && f.step == step {
			return true
		}
		if g := s.groups[id]; g != nil && g.step == step {
			return true
		}
	}
	return false
}

func sentFor(s *Service, step int, only map[string]bool, raw map[string][]string) map[string][]string {
	out := map[string][]string{}
	for name, values := range raw {
		id := ownerID(name)
		f, g := s.fields[id], s.groups[id]
		if only[id] && (f != nil && f.step == step || g != nil && g.step == step) {
			out[name] = values
		}
	}
	return out
}

// closed are sent names which are not open.
func closed(s *Service, only map[string]bool, raw map[string][]string) []Wrong {
	var out []Wrong
	for _, name := range slices.Sorted(maps.Keys(raw)) {
		id := ownerID(name)
		if only[id] || name[:min(1, len(name))] == "_" || blank(raw[name]) {
			continue
		}
		w := Wrong{Name: name, Field: name, Key: "forms.error.not_asked"}
		if f := s.fields[id]; f != nil {
			w.Label, w.Step = f.Label, s.Form.Steps[f.step].ID
		}
		out = append(out, w)
	}
	return out
}
