package bulk

import (
	"context"
	"slices"
	"strings"

	"okno/internal/applications/sheet"
	"okno/internal/forms"
	"okno/internal/kit/i18n"
)

// keyColumn is the id of the first column: by it a row is the same row again.
const keyColumn = "_key"

// column is a column of the template.
type column struct {
	sheet.Column
	step int
	name string // of the box in the page: objects.0.address.city
}

// layout are the columns of a service: the boxes of its steps in their order,
// of a list those of one item.
func layout(s *forms.Service) []column {
	var out []column
	for i := range s.Form.Steps {
		step := &s.Form.Steps[i]
		for _, c := range sheet.Columns(step.Fields) {
			out = append(out, column{c, i, c.Name})
		}
		for j := range step.Groups {
			g := &step.Groups[j]
			for _, c := range sheet.Columns(g.Fields) {
				out = append(out, column{c, i, g.ID + ".0." + c.Name})
			}
		}
	}
	return slices.DeleteFunc(out, func(c column) bool { return c.Field.Kind == "note" || c.Field.Kind == "calculated" })
}

// texts are a text in both languages.
func (r *Room) texts(key string, args ...any) forms.Text {
	return forms.Text{RU: r.Texts.T(i18n.RU, key, args...), EN: r.Texts.T(i18n.EN, key, args...)}
}

func (r *Room) title(c column, lang string) string {
	return c.Title(forms.Lang(lang), func(key string, args ...any) string { return r.Texts.T(lang, key, args...) })
}

// head are the first rows of a template: names, ids, hints. A row that begins
// with # is passed over when it comes back.
func (r *Room) head(ctx context.Context, s *forms.Service) [][]string {
	lang := i18n.Lang(ctx)
	names := []string{r.Texts.T(lang, "applications.bulk.key")}
	ids := []string{keyColumn}
	hints := []string{"# " + r.Texts.T(lang, "applications.bulk.key_hint")}
	for _, c := range layout(s) {
		names, ids, hints = append(names, r.title(c, lang)), append(ids, c.name), append(hints, r.hint(c, lang))
	}
	return [][]string{names, ids, hints}
}

// hint says how a column is filled in.
func (r *Room) hint(c column, lang string) string {
	var all []string
	if !c.Field.IsRequired() || !c.Field.When.IsZero() {
		all = append(all, r.Texts.T(lang, "applications.bulk.hint.optional"))
	}
	if len(c.Field.Fill) > 0 {
		all = append(all, r.Texts.T(lang, "applications.bulk.hint.filled"))
	}
	switch c.Field.Kind {
	case "choice", "choices":
		all = append(all, r.Texts.T(lang, "applications.bulk.hint.choice", "Options", strings.Join(options(c, lang), " / ")))
	case "yesno", "consent":
		all = append(all, r.Texts.T(lang, "applications.bulk.hint.yesno"))
	case "date":
		all = append(all, r.Texts.T(lang, "applications.bulk.hint.date"))
	}
	if h := c.Field.Hint.In(forms.Lang(lang)); h != "" {
		all = append(all, h)
	}
	return strings.Join(all, ". ")
}

// options are what can be chosen, in words.
func options(c column, lang string) []string {
	var out []string
	for _, o := range c.Field.Options {
		out = append(out, o.Label.In(forms.Lang(lang)))
	}
	return out
}

// table is a file with its columns found.
type table struct {
	columns []int // of layout, by the file's column; -1 for the row's key
	rows    []sheet.Line
}

// understood finds the columns in the first rows: by ids, or by names in either
// language. Errors: ErrHead, ErrColumn, ErrTwice, ErrRows.
func (r *Room) understood(all []column, lines []sheet.Line) (table, error) {
	best := -1
	for i, line := range lines[:min(len(lines), 3)] {
		if r.known(all, line) == 0 {
			break
		}
		best = i // ids stand below names: the last one of both counts
	}
	if best < 0 {
		return table{}, ErrHead
	}
	t := table{}
	for _, cell := range lines[best].Cells {
		n, ok := r.columnOf(all, cell)
		if !ok {
			e := *ErrColumn
			e.Args = []any{"Name", cell}
			return t, &e
		}
		if slices.Contains(t.columns, n) {
			e := *ErrTwice
			e.Args = []any{"Name", cell}
			return t, &e
		}
		t.columns = append(t.columns, n)
	}
	for _, line := range lines[best+1:] {
		if !strings.HasPrefix(strings.TrimSpace(line.Cells[0]), "#") {
			t.rows = append(t.rows, line)
		}
	}
	if len(t.rows) == 0 || len(t.rows) > maxRows {
		return t, ErrRows
	}
	return t, nil
}

// known counts the cells that name a column; 0 unless most of them do.
func (r *Room) known(all []column, line sheet.Line) int {
	n := 0
	for _, cell := range line.Cells {
		if _, ok := r.columnOf(all, cell); ok {
			n++
		}
	}
	if n*2 < len(line.Cells) {
		return 0
	}
	return n
}

func (r *Room) columnOf(all []column, cell string) (int, bool) {
	cell = strings.TrimSpace(cell)
	same := func(text string) bool { return strings.EqualFold(cell, text) }
	if same(keyColumn) || same(r.Texts.T(i18n.RU, "applications.bulk.key")) || same(r.Texts.T(i18n.EN, "applications.bulk.key")) {
		return -1, true
	}
	i := slices.IndexFunc(all, func(c column) bool {
		return same(c.name) || same(r.title(c, i18n.RU)) || same(r.title(c, i18n.EN))
	})
	return i, i >= 0
}
