package draft

import (
	"encoding/csv"
	"maps"
	"slices"
	"strconv"
	"strings"

	"okno/internal/applications/sheet"
	"okno/internal/forms"
)

// A group which may have many items is a table: its page shows the rows in
// print, a page at a time, opens one of them, and takes what was copied from a
// spreadsheet. Rows which stand closed are sent by nobody: they come from the
// stored answers.

// isTable reports whether a group is shown as a table.
func isTable(g *forms.Group) bool { return g.Layout == "table" || g.Repeat.Max >= longList }

func tableOf(s *forms.Service, groupID string) *forms.Group {
	if g := s.Group(groupID); g != nil && isTable(g) {
		return g
	}
	return nil
}

// cells cuts what was copied from a spreadsheet: columns by tabs, or by
// semicolons where there is no tab; empty rows are left out.
func cells(text string) ([][]string, error) {
	text = strings.TrimPrefix(text, "\ufeff")
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = '\t', true, -1
	if !strings.Contains(text, "\t") && strings.Contains(text, ";") {
		r.Comma = ';'
	}
	rows, err := r.ReadAll()
	return slices.DeleteFunc(rows, blankRow), err
}

func blankRow(row []string) bool {
	return !slices.ContainsFunc(row, func(s string) bool { return strings.TrimSpace(s) != "" })
}

// isHead reports whether a row names the columns.
func isHead(row []string, titles []string) bool {
	hits := 0
	for _, cell := range row {
		if slices.ContainsFunc(titles, func(t string) bool { return strings.EqualFold(t, strings.TrimSpace(cell)) }) {
			hits++
		}
	}
	return hits > 0 && hits*2 >= len(row)
}

// paste is what was copied into a table: its text, and whether it takes the
// place of the rows that are there.
type paste struct {
	group   *forms.Group
	text    string
	replace bool
	titles  []string // of the columns, as the page shows them
}

// pasteOf is the paste that a page asks for, nil without one.
func (w *work) pasteOf(in *posted) *paste {
	if in.command.name != doPaste && in.command.name != doReplace {
		return nil
	}
	g := tableOf(w.service, in.command.arg)
	if g == nil {
		return nil
	}
	return &paste{group: g, text: in.paste[g.ID], replace: in.command.name == doReplace, titles: in.titles}
}

// complete puts the rows which were not sent among what was sent, as they stand.
func (w *work) complete(step *forms.Step, raw map[string][]string) map[string][]string {
	var tables []string
	for i := range step.Groups {
		if isTable(&step.Groups[i]) {
			tables = append(tables, step.Groups[i].ID)
		}
	}
	if len(tables) == 0 {
		return raw
	}
	state := w.fill().Step(step.ID)
	if state == nil {
		return raw
	}
	out := maps.Clone(raw)
	for i := range state.Groups {
		if slices.Contains(tables, state.Groups[i].Group.ID) {
			putRows(&state.Groups[i], raw, out)
		}
	}
	return out
}

// putRows adds the rows of a table but those of which any box was sent.
func putRows(g *forms.GroupState, raw, out map[string][]string) {
	sent := map[int]bool{}
	for name := range raw {
		if group, rest, ok := strings.Cut(name, "."); ok && group == g.Group.ID {
			index, _, inner := strings.Cut(rest, ".")
			if n, err := strconv.Atoi(index); err == nil && inner {
				sent[n] = true
			}
		}
	}
	for i := range g.Items {
		if sent[i] {
			continue
		}
		for j := range g.Items[i].Fields {
			f := &g.Items[i].Fields[j]
			for part, values := range f.Field.Boxes(f.Value) {
				out[joined(f.Name, part)] = values
			}
		}
	}
	out[g.Group.ID+".count"] = []string{strconv.Itoa(len(g.Items))}
}

// withPaste puts pasted rows behind those that are there, or in their place. It
// gives the number of rows before them; too many rows are left for Check to refuse.
func (p *paste) withPaste(raw map[string][]string) (out map[string][]string, before int, err error) {
	rows, err := cells(p.text)
	if err != nil {
		return raw, 0, err
	}
	if len(rows) > 0 && isHead(rows[0], p.titles) {
		rows = rows[1:]
	}
	out = make(map[string][]string, len(raw)+len(rows)*len(p.titles))
	for name, values := range raw {
		if !p.replace || !strings.HasPrefix(name, p.group.ID+".") {
			out[name] = values
		}
	}
	if !p.replace {
		before = filled(raw, p.group.ID)
	}
	list := sheet.Columns(p.group.Fields)
	for i, row := range rows[:min(len(rows), p.group.Repeat.Max+1)] {
		at := p.group.ID + "." + strconv.Itoa(before+i) + "."
		for j, c := range list {
			if j < len(row) {
				if v := c.Values(row[j]); v != nil {
					out[at+c.Name] = v
				}
			}
		}
	}
	out[p.group.ID+".count"] = []string{strconv.Itoa(before + len(rows))}
	return out, before, nil
}

// onto is what the rows are put onto: rows that are replaced leave nothing.
func (p *paste) onto(answers forms.Answers) forms.Answers {
	if !p.replace {
		return answers
	}
	out := maps.Clone(answers)
	delete(out, p.group.ID)
	return out
}

// filled is how many rows have anything in them, those before the last one
// included: an empty row at the end is no row yet.
func filled(raw map[string][]string, group string) int {
	n := 0
	for name := range raw {
		if at, rest, _ := strings.Cut(name, "."); at == group {
			index, _, inner := strings.Cut(rest, ".")
			if i, err := strconv.Atoi(index); err == nil && inner && i < maxNumber && !blankRow(raw[name]) {
				n = max(n, i+1)
			}
		}
	}
	return n
}

// maxNumber is above what any row is numbered with.
const maxNumber = 100_000

// pasted works out what a paste makes of a draft: all its rows or none.
func (w *work) pasted(step *forms.Step, raw map[string][]string, p *paste) outcome {
	next, wrong := forms.Check(w.service, step.ID, raw, w.Answers, w.facts)
	out := outcome{raw: raw, wrong: brief(wrong), answers: next, refused: w.strange(step, wrong, raw)}
	if out.refused {
		out.answers = w.Answers
		return out
	}
	more, before, err := p.withPaste(raw)
	if err != nil || len(more) == len(raw) && !p.replace {
		out.pasted = []forms.Wrong{{Name: p.group.ID, Field: p.group.ID, Label: p.group.Title, Key: "applications.draft.table.unread"}}
		return out
	}
	rows, faults := forms.Check(w.service, step.ID, more, p.onto(w.Answers), w.facts)
	for _, x := range brief(faults) {
		if strings.HasPrefix(x.Name, p.group.ID) && !missing(x) {
			x.Number -= min(x.Number, before)
			out.pasted = append(out.pasted, x)
		}
	}
	if len(out.pasted) == 0 {
		out.raw, out.wrong, out.answers = more, brief(faults), rows
	}
	return out
}
