package forms

import (
	"strings"
	"time"
)

// For whom a service can be asked.
const (
	WhoSelf  = "self"  // the person who is signed in
	WhoChild = "child" // a child of the person, see ForWhom
)

// adult is the age from which nobody else acts for a person (ГК РФ, статья 21).
const adult = 18

// ForWhom is one of those for whom a service can be asked, with the ages in full
// years on the day of asking. A service that names none is for the person alone.
type ForWhom struct {
	Who   string `key:"who,required" enum:"self|child" doc:"self: the person; child: a child of the person whom the civil registry has confirmed. What is known of the child is child.… in fill and facts.child.… in expressions."`
	From  int    `key:"from" min:"1" max:"100" doc:"The least age in full years; none by default."`
	Under int    `key:"under" min:"1" max:"120" doc:"Only before this age: for a child 18 by default and at most."`
	At    Pos    `key:"-"`
}

// Fits reports whether somebody born on the day is of the age on the other; both
// YYYY-MM-DD. Who has told no birth date fits: the form asks for it.
func (w ForWhom) Fits(born, today string) bool {
	if born == "" {
		return true
	}
	if w.From > 0 && Birthday(born, w.From) > today {
		return false
	}
	under := w.Under
	if under == 0 && w.Who == WhoChild {
		under = adult
	}
	return under == 0 || Birthday(born, under) > today
}

// For is how the service can be asked for somebody; ok is false where it can't.
func (s *Service) For(who string) (w ForWhom, ok bool) {
	if len(s.ForWhom) == 0 {
		return ForWhom{Who: WhoSelf}, who == WhoSelf
	}
	for _, w := range s.ForWhom {
		if w.Who == who {
			return w, true
		}
	}
	return ForWhom{}, false
}

// Birthday is the day on which somebody born on the day turns the age, "" for no
// day. Who is born on 29 February has it on 1 March of other years.
func Birthday(born string, age int) string {
	t, err := time.Parse(time.DateOnly, born)
	if err != nil {
		return ""
	}
	return t.AddDate(age, 0, 0).Format(time.DateOnly)
}

// WithChild are the facts for asking on behalf of a child: its values, as they
// stand in profile.children, are known as child.person and the rest.
func (f Facts) WithChild(child Known) Facts {
	m, ok := child.Value.(map[string]any)
	if !ok {
		return f
	}
	known := make(map[string]Known, len(f.Known)+8)
	for path, k := range f.Known {
		known[path] = k
	}
	put := func(name string, v any) {
		k := child
		if k.Value = v; v != nil && v != "" {
			known[childRoot+"."+name] = k
		}
	}
	person := map[string]any{}
	for _, part := range []string{"last_name", "first_name", "middle_name", "birth_date"} {
		if v := m[part]; v != nil && v != "" {
			person[part] = v
			put(part, v)
		}
	}
	put("person", person)
	for _, part := range []string{"sex", "snils", "certificate"} {
		put(part, m[part])
	}
	f.Known = known
	return f
}

// childRoot begins the paths of what is known of the child.
const childRoot = "child"

// ForChild reports whether the facts are those of asking on behalf of a child.
func (f Facts) ForChild() bool { return f.Known[childRoot+".person"].Value != nil }

// elses are the places from which a field is filled. Where it can be filled from
// the child and the child is asked for, the parent's own data are no substitute:
// a parent's СНИЛС in the place of a child's would be wrong, not missing.
func (f Facts) elses(paths []string) []string {
	if !f.ForChild() || !anyOfChild(paths) {
		return paths
	}
	var out []string
	for _, p := range paths {
		if root, _ := cutPath(p); root != "profile" && root != "earlier" && root != "document" {
			out = append(out, p)
		}
	}
	return out
}

func anyOfChild(paths []string) bool {
	for _, p := range paths {
		if strings.HasPrefix(p, childRoot+".") {
			return true
		}
	}
	return false
}

// forWhom checks the key for_whom, and that a child is filled in from only where
// there may be one.
func (l *linter) forWhom() {
	seen := map[string]bool{}
	for _, w := range l.s.ForWhom {
		l.unique(seen, "for_whom", w.Who, w.At)
		under := w.Under
		if w.Who == WhoChild && under > adult {
			l.add(w.At, "limit", "write 18 or less", "for_whom: nobody acts for a child of %d", under)
		}
		if w.Who == WhoChild && under == 0 {
			under = adult
		}
		if under > 0 && w.From >= under {
			l.add(w.At, "limit", "from must be less than under", "for_whom: nobody is at least %d and under %d", w.From, under)
		}
	}
	if l.s.Opens != "" && len(l.s.ForWhom) > 0 {
		l.add(l.s.ForWhom[0].At, "key", "leave it out", "for_whom is of a form; the page %s has rules of its own", l.s.Opens)
	}
}

// ofChild finds places of a child in a service that is not asked for one.
func (l *linter) ofChild(paths []string, at Pos) {
	if _, ok := l.s.For(WhoChild); !ok && anyOfChild(paths) {
		l.add(at, "value", "add {who: child} to for_whom", "fill: the service is not asked for a child")
	}
}
