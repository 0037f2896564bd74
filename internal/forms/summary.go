package forms

import "strconv"

// Section is one step of a summary: for the page that is checked before
// sending, the officer's card and the PDF.
type Section struct {
	Step  string
	Title string
	Rows  []Row
	Lists []List
}

// Row is one answer in print.
type Row struct {
	Step  string
	Field string // name in the page
	Kind  string
	Label string
	// Value is the answer as people read it; «not given» in words if Empty.
	Value  string
	Empty  bool
	Source Source
	// Wrong is true if the answer can't stay or is missing.
	Wrong bool
}

// List is a group in print.
type List struct {
	Group string
	Title string
	Items []ListItem
}

// ListItem is one item of a group: «Ребёнок 1» and its rows.
type ListItem struct {
	Title string
	Rows  []Row
}

// Summary prints the visible answers of a result.
func Summary(s *Service, r *Result, p Printer) []Section {
	out := make([]Section, 0, len(r.Steps))
	for i := range r.Steps {
		step := &r.Steps[i]
		section := Section{Step: step.Step.ID, Title: step.Step.Title.In(p.Lang)}
		section.Rows = rows(step.Step.ID, step.Fields, p)
		for j := range step.Groups {
			section.Lists = append(section.Lists, listOf(step.Step.ID, &step.Groups[j], p))
		}
		out = append(out, section)
	}
	return out
}

func rows(step string, fields []FieldState, p Printer) []Row {
	var out []Row
	for i := range fields {
		if f := &fields[i]; f.Field.Kind != "note" {
			out = append(out, rowOf(step, f, p))
		}
	}
	return out
}

func rowOf(step string, f *FieldState, p Printer) Row {
	row := Row{
		Step: step, Field: f.Name, Kind: f.Field.Kind, Label: f.Field.Label.In(p.Lang), Source: f.Source,
		Empty: f.Value == nil, Wrong: f.Missing || len(f.Wrong) > 0,
	}
	if row.Empty {
		row.Value = p.word("forms.word.empty")
		return row
	}
	row.Value = f.Field.kind.Print(f.Field, f.Value, p)
	return row
}

func listOf(step string, g *GroupState, p Printer) List {
	list := List{Group: g.Group.ID, Title: g.Group.Title.In(p.Lang)}
	for i := range g.Items {
		list.Items = append(list.Items, ListItem{
			Title: g.Group.Repeat.Item.In(p.Lang) + " " + strconv.Itoa(i+1),
			Rows:  rows(step, g.Items[i].Fields, p),
		})
	}
	return list
}

// Issued is the text of the document that the service issues.
type Issued struct {
	Title      string
	Paragraphs []string
	Rows       []Row
	ValidDays  int // 0: without end
}

// Issue prints the service's result for the answers.
func Issue(s *Service, r *Result, p Printer) Issued {
	out := Issued{Title: s.Result.Title.In(r, p), ValidDays: s.Result.ValidDays}
	for i := range s.Result.Paragraphs {
		out.Paragraphs = append(out.Paragraphs, s.Result.Paragraphs[i].print(r, p)...)
	}
	for _, id := range s.Result.Fields {
		out.Rows = append(out.Rows, issuedRows(r, id, p)...)
	}
	return out
}

// print gives the paragraph: once, not at all, or for each item of its group.
func (x *Paragraph) print(r *Result, p Printer) []string {
	if !x.When.holds(r.scope) {
		return nil
	}
	if x.Each == "" {
		return []string{x.text.In(r, p)}
	}
	var out []string
	for _, item := range items(r.scope.a[x.Each]) {
		m, _ := item.(map[string]any)
		out = append(out, x.text.fill(p, &scope{a: r.scope.a, facts: r.scope.facts, item: m}))
	}
	return out
}

// issuedRows are the rows of one field, or those of a group with the item's name.
func issuedRows(r *Result, id string, p Printer) []Row {
	var out []Row
	for i := range r.Steps {
		step := &r.Steps[i]
		for j := range step.Fields {
			if f := &step.Fields[j]; f.Field.ID == id && f.Value != nil {
				out = append(out, rowOf(step.Step.ID, f, p))
			}
		}
		for j := range step.Groups {
			if step.Groups[j].Group.ID != id {
				continue
			}
			for _, item := range listOf(step.Step.ID, &step.Groups[j], p).Items {
				for _, row := range item.Rows {
					row.Label = item.Title + ": " + row.Label
					out = append(out, row)
				}
			}
		}
	}
	return out
}
