package cases

import (
	"context"
	"slices"

	"okno/internal/forms"
	"okno/internal/kit/i18n"
)

// Difference is an answer before and after, as people read it. File: another
// file has the name of the old one.
type Difference struct {
	Label, Old, New string
	File            bool
}

// compareForms says what differs between two forms of a service, in the order of
// the later one, and counts the answers that are the same. The versions of the
// service may differ: an answer is found again by the name of its field. was and
// now are what the files are, by id.
func (c *Cases) compareForms(ctx context.Context, before, after *forms.Result, was, now map[string]string) (all []Difference, same int) {
	p := c.printer(i18n.Lang(ctx))
	old, fresh := answersOf(before, p, was), answersOf(after, p, now)
	empty := p.Words("forms.word.empty")
	for _, a := range fresh {
		b, known := findAnswer(old, a.name)
		switch {
		case !known && a.text == empty, known && a.text == empty && b.text == empty:
		case known && a.text == b.text && slices.Equal(a.files, b.files):
			same++
		default:
			if !known {
				b.text = empty
			}
			all = append(all, Difference{Label: a.label, Old: b.text, New: a.text, File: a.text == b.text})
		}
	}
	for _, b := range old {
		if _, known := findAnswer(fresh, b.name); !known && b.text != empty {
			all = append(all, Difference{Label: b.label, Old: b.text, New: empty})
		}
	}
	return all, same
}

// printedAnswer is an answer with what it is known by.
type printedAnswer struct {
	name, label, text string
	files             []string // what is in them
}

func findAnswer(all []printedAnswer, name string) (printedAnswer, bool) {
	i := slices.IndexFunc(all, func(a printedAnswer) bool { return a.name == name })
	if i < 0 {
		return printedAnswer{}, false
	}
	return all[i], true
}

// answersOf are all answers of a form, those of lists under the names of their items.
func answersOf(r *forms.Result, p forms.Printer, contents map[string]string) []printedAnswer {
	files := filesIn(r)
	var out []printedAnswer
	add := func(before string, rows []forms.Row) {
		for _, row := range rows {
			a := printedAnswer{name: row.Field, label: before + row.Label, text: row.Value}
			for _, id := range files[row.Field] {
				a.files = append(a.files, contents[id])
			}
			out = append(out, a)
		}
	}
	for _, s := range forms.Summary(r.Service, r, p) {
		add("", s.Rows)
		for _, l := range s.Lists {
			for _, item := range l.Items {
				add(l.Title+", "+item.Title+": ", item.Rows)
			}
		}
	}
	return out
}

// changes are the open fields before and after.
func (p *reply) changes(ctx context.Context, after *forms.Result) []Change {
	printer := p.cases.printer(i18n.Lang(ctx))
	old, fresh := printed(p.card.Service, p.card.result, printer), printed(p.card.Service, after, printer)
	oldFiles, newFiles := filesIn(p.card.result), filesIn(after)
	var out []Change
	for _, field := range p.ask.Fields {
		if old[field] != fresh[field] || !slices.Equal(oldFiles[field], newFiles[field]) {
			out = append(out, Change{Field: field, Old: old[field], New: fresh[field]})
		}
	}
	return out
}

func printed(s *forms.Service, r *forms.Result, p forms.Printer) map[string]string {
	out := map[string]string{}
	for _, section := range forms.Summary(s, r, p) {
		for _, row := range section.Rows {
			out[row.Field] = row.Value
		}
		for _, l := range section.Lists {
			out[l.Group] = listText(l)
		}
	}
	return out
}

// filesIn are the ids of the files that each answer names, also each list: another
// file may have the name of the old one.
func filesIn(r *forms.Result) map[string][]string {
	out := map[string][]string{}
	add := func(list string, fields []forms.FieldState) {
		for i := range fields {
			if f := &fields[i]; takesFile(f.Field) {
				out[f.Name] = ids(nil, f.Value)
				out[list] = append(out[list], out[f.Name]...)
			}
		}
	}
	for i := range r.Steps {
		add("", r.Steps[i].Fields)
		for j := range r.Steps[i].Groups {
			for _, item := range r.Steps[i].Groups[j].Items {
				add(r.Steps[i].Groups[j].Group.ID, item.Fields)
			}
		}
	}
	return out
}
