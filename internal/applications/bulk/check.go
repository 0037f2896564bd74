package bulk

import (
	"slices"
	"strings"

	"okno/internal/forms"
	"okno/internal/kit/i18n"
	"okno/internal/kit/id"
)

// check is one way of checking rows: a service, what is known, its columns.
type check struct {
	room    *Room
	service *forms.Service
	facts   forms.Facts
	columns []column
}

// row checks the cells of a row as the pages of a draft would, step by step.
func (c *check) row(t table, number int, cells []string) Row {
	out := Row{Number: number, Cells: make([]string, len(c.columns)+1)}
	sent := make([]map[string][]string, len(c.service.Form.Steps))
	key := ""
	for i, cell := range cells {
		if i >= len(t.columns) {
			if strings.TrimSpace(cell) != "" {
				out.Faults = append(out.Faults, Fault{Text: c.room.texts("applications.bulk.fault.beyond", "Value", cut(cell))})
			}
			continue
		}
		out.Cells[t.columns[i]+1] = cell
		if t.columns[i] < 0 {
			key = strings.TrimSpace(cell)
			continue
		}
		col := c.columns[t.columns[i]]
		if v := col.Values(cell); v != nil {
			if sent[col.step] == nil {
				sent[col.step] = map[string][]string{}
			}
			sent[col.step][col.name] = v
		}
	}
	answers, wrong := c.steps(sent)
	out.Faults = append(out.Faults, c.faults(wrong)...)
	return c.finish(out, key, answers)
}

func cut(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// steps answers step after step: an empty cell takes what is known, where the
// form takes it.
func (c *check) steps(sent []map[string][]string) (forms.Answers, []forms.Wrong) {
	answers, wrong := forms.Answers{}, []forms.Wrong(nil)
	for i, raw := range sent {
		step := &c.service.Form.Steps[i]
		state := forms.Fill(c.service, answers, c.facts).Step(step.ID)
		if state == nil {
			for name := range raw {
				wrong = append(wrong, forms.Wrong{Name: name, Field: name, Step: step.ID, Key: "forms.error.not_asked"})
			}
			continue
		}
		next, faults := forms.Check(c.service, step.ID, prefilled(state, raw), answers, c.facts)
		answers = next
		for _, w := range faults {
			if w.Key == "forms.error.revealed" {
				w.Key = "forms.error.required"
			}
			wrong = append(wrong, w)
		}
	}
	return answers, wrong
}

// prefilled adds the boxes of fields of which no cell was filled in.
func prefilled(state *forms.StepState, raw map[string][]string) map[string][]string {
	out := map[string][]string{}
	for name, v := range raw {
		out[name] = v
	}
	add := func(fields []forms.FieldState) {
		for i := range fields {
			f := &fields[i]
			touched := slices.ContainsFunc(f.Field.Inputs(), func(in forms.Input) bool {
				_, ok := raw[joined(f.Name, in.Part)]
				return ok
			})
			if _, whole := raw[f.Name]; touched || whole {
				continue
			}
			for part, values := range f.Boxes(nil) {
				out[joined(f.Name, part)] = values
			}
		}
	}
	add(state.Fields)
	for _, g := range state.Groups {
		if len(g.Items) > 0 {
			add(g.Items[0].Fields)
		}
	}
	return out
}

func joined(name, part string) string {
	if part == "" {
		return name
	}
	return name + "." + part
}

// finish says whether a row can be sent, and by what it is the same row again.
func (c *check) finish(out Row, key string, answers forms.Answers) Row {
	result := forms.Fill(c.service, answers, c.facts)
	known := func(w forms.Wrong) bool {
		return slices.ContainsFunc(out.Faults, func(f Fault) bool { return f.Field == w.Name || strings.HasPrefix(f.Field, w.Field+".") })
	}
	for _, w := range append(slices.Clone(result.Missing), result.Wrong...) {
		if !known(w) {
			out.Faults = append(out.Faults, c.faults([]forms.Wrong{w})...)
		}
	}
	if s := result.Stopped; s != nil {
		out.Faults = append(out.Faults, Fault{Text: forms.Text{
			RU: s.Stop.Title.RU + ". " + s.Stop.Text.In(result, c.room.printer(i18n.RU)), EN: s.Stop.Title.EN + ". " + s.Stop.Text.In(result, c.room.printer(i18n.EN)),
		}})
	}
	if len(key) > maxKey {
		out.Faults = append(out.Faults, Fault{Field: keyColumn, Column: c.room.texts("applications.bulk.key"), Text: c.room.texts("applications.bulk.fault.key", "Max", maxKey)})
	}
	out.answers = result.Submission()
	raw, err := out.answers.Encode()
	if err != nil {
		out.Faults = append(out.Faults, Fault{Text: c.room.texts("applications.bulk.fault.unread")})
	}
	out.print = id.Hash(c.service.ID + "\x00" + string(raw))
	if out.key = out.print; key != "" {
		out.key = id.Hash(c.service.ID + "\x00key\x00" + key)
	}
	if out.State = Good; len(out.Faults) > 0 {
		out.State = Bad
	} else {
		out.Cells = nil
	}
	return out
}

// faults are what is wrong, by the names of columns.
func (c *check) faults(wrong []forms.Wrong) []Fault {
	var out []Fault
	for _, w := range wrong {
		f := Fault{Field: w.Name, Column: w.Label, Text: forms.Text{
			RU: w.Message(forms.RU, c.room.printer(i18n.RU).Words), EN: w.Message(forms.EN, c.room.printer(i18n.EN).Words),
		}}
		i := slices.IndexFunc(c.columns, func(x column) bool { return x.name == w.Name || strings.HasPrefix(w.Name, x.name+".") })
		if i < 0 {
			i = slices.IndexFunc(c.columns, func(x column) bool { return strings.HasPrefix(x.name, w.Name+".") })
		}
		if i >= 0 {
			f.Column = forms.Text{RU: c.room.title(c.columns[i], i18n.RU), EN: c.room.title(c.columns[i], i18n.EN)}
		}
		if w.Key == "forms.error.not_asked" {
			f.Text = c.room.texts("applications.bulk.fault.not_asked")
		}
		out = append(out, f)
	}
	return out
}

func (r *Room) printer(lang string) forms.Printer {
	return forms.Printer{Lang: forms.Lang(lang), Words: func(key string, args ...any) string { return r.Texts.T(lang, key, args...) }}
}

// answered checks a row that came as answers, by the API.
func (c *check) answered(number int, key string, answers forms.Answers) Row {
	out := Row{Number: number}
	for name := range answers {
		if c.service.Field(name) == nil && c.service.Group(name) == nil {
			out.Faults = append(out.Faults, Fault{Field: name, Column: forms.Text{RU: cut(name), EN: cut(name)}, Text: c.room.texts("applications.bulk.fault.unknown")})
		}
	}
	out = c.finish(out, key, answers)
	for name, v := range answers {
		if v != nil && v != "" && out.answers[name] == nil && !slices.ContainsFunc(out.Faults, func(f Fault) bool { return f.Field == name || strings.HasPrefix(f.Field, name+".") }) {
			out.State = Bad
			out.Faults = append(out.Faults, Fault{Field: name, Column: forms.Text{RU: cut(name), EN: cut(name)}, Text: c.room.texts("applications.bulk.fault.not_asked")})
		}
	}
	return out
}
