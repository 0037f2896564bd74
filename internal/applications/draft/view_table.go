package draft

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"okno/internal/applications/sheet"
	"okno/internal/forms"
	"okno/internal/kit/i18n"
	"okno/internal/kit/ui"
)

// Limits of what one page shows of a table.
const (
	rowsShown   = 50 // rows of one page
	faultsShown = 20 // lines of an error summary
	rowsChecked = 10 // rows on the page of checked answers
)

// takePastes takes pasted texts out of what was sent: they are no answers.
func (in *posted) takePastes(step *forms.Step) {
	in.paste = map[string]string{}
	for i := range step.Groups {
		name := "_paste." + step.Groups[i].ID
		if text := first(in.raw, name); text != "" {
			in.paste[step.Groups[i].ID] = text
		}
		delete(in.raw, name)
	}
}

// titles are the columns' names, as a spreadsheet may have them in its first row.
func titles(ctx context.Context, g *forms.Group) []string {
	var out []string
	for _, c := range sheet.Columns(g.Fields) {
		out = append(out, c.Title(lang(ctx), words(ctx)), c.Field.Label.RU, c.Field.Label.EN)
	}
	return out
}

// openRow opens a row of a table, employees.17.
func (v *stepView) openRow(row string) {
	group, item := itemOf(row)
	for i := range v.step.Groups {
		g := &v.step.Groups[i]
		if g.Group.ID == group && isTable(g.Group) && item >= 0 && item < len(g.Items) {
			v.open = map[string]int{group: item}
		}
	}
}

// opened is the open row of a table, -1 for none.
func (v *stepView) opened(g *forms.GroupState) int {
	if n, ok := v.open[g.Group.ID]; ok {
		return n
	}
	return -1
}

// pages are how many a table has, and the one that is shown, from 1.
func (v *stepView) pages(g *forms.GroupState) (all, at int) {
	all = max(1, (len(g.Items)+rowsShown-1)/rowsShown)
	at = v.page
	if n := v.opened(g); n >= 0 {
		at = n/rowsShown + 1
	}
	return all, min(max(at, 1), all)
}

// pagination leads through the pages of a table, nil for a single one.
func (v *stepView) pagination(g *forms.GroupState) templ.Component {
	all, at := v.pages(g)
	if all == 1 {
		return nil
	}
	p := ui.PaginationParams{LandmarkLabel: v.t("applications.draft.table.pages")}
	if at > 1 {
		p.Previous.Href = v.pageHref(g, at-1)
	}
	if at < all {
		p.Next.Href = v.pageHref(g, at+1)
	}
	for n := 1; n <= all; n++ {
		switch {
		case n == 1, n == all, n >= at-1 && n <= at+1:
			p.Items = append(p.Items, ui.PageItem{Number: strconv.Itoa(n), Href: v.pageHref(g, n), Current: n == at})
		case n == at-2, n == at+2:
			p.Items = append(p.Items, ui.PageItem{Ellipsis: true})
		}
	}
	return ui.Pagination(p)
}

func (v *stepView) pageHref(g *forms.GroupState, page int) string {
	return v.address("rows", strconv.Itoa(page)) + "#" + g.Group.ID
}

// address is this page with more in its query.
func (v *stepView) address(name, value string) string {
	q := url.Values{name: {value}}
	if v.back {
		q.Set("back", "check")
	}
	return stepPath(v.work.ID, v.step.Step.ID) + "?" + q.Encode()
}

// rows are a page of a table in print: a row is one line of text, because
// columns of so many sorts do not fit beside each other.
func (v *stepView) rows(g *forms.GroupState) ui.TableParams {
	p := ui.TableParams{FirstCellIsHeader: true, Head: []ui.Cell{
		{Text: v.t("applications.draft.table.number")}, {Text: v.in(g.Group.Repeat.Item)}, {HTML: hiddenText(v.t("applications.draft.table.deeds"))},
	}}
	_, page := v.pages(g)
	for i := (page - 1) * rowsShown; i < min(page*rowsShown, len(g.Items)); i++ {
		text, wrong := printed(&g.Items[i], printer(v.ctx))
		p.Rows = append(p.Rows, []ui.Cell{{Text: strconv.Itoa(i + 1)}, {Text: text}, {HTML: rowDeeds(v, g, i, wrong)}})
	}
	return ui.Stacked(p)
}

// printed are the answers of a row as people read them, and whether any is
// missing or wrong.
func printed(item *forms.ItemState, p forms.Printer) (text string, wrong bool) {
	var all []string
	for i := range item.Fields {
		f := &item.Fields[i]
		if s := shown(f, p); s != "" {
			all = append(all, s)
		}
		wrong = wrong || f.Missing || len(f.Wrong) > 0
	}
	return strings.Join(all, " · "), wrong
}

// hasTable reports whether the page needs the whole width.
func (v *stepView) hasTable() bool {
	for i := range v.step.Groups {
		if isTable(v.step.Groups[i].Group) {
			return true
		}
	}
	return false
}

// column is the width of the page.
func (v *stepView) column() string {
	if v.hasTable() {
		return "govuk-grid-column-full"
	}
	return "govuk-grid-column-two-thirds"
}

// rowHref is where a fault in a closed row is mended, "" for other faults.
func (v *stepView) rowHref(x forms.Wrong) string {
	group, rest, ok := strings.Cut(x.Name, ".")
	index, _, inner := strings.Cut(rest, ".")
	n, err := strconv.Atoi(index)
	if !ok || !inner || err != nil || tableOf(v.work.service, group) == nil {
		return ""
	}
	if open, ok := v.open[group]; ok && open == n {
		return ""
	}
	return v.address("row", group+"."+index) + "#" + url.PathEscape(v.anchor(x))
}

// blameRow tells what is wrong with the open row, where others would be opened
// or rows added or taken away.
func (v *stepView) blameRow(in *posted, out outcome) {
	if tableOf(v.work.service, strings.Split(in.command.arg, ".")[0]) == nil {
		return
	}
	var typed []forms.Wrong
	for _, x := range out.wrong {
		if !missing(x) {
			typed = append(typed, x)
		}
	}
	v.blame(typed)
}

// blamePaste tells why nothing was taken out of a paste.
func (v *stepView) blamePaste(in *posted, out outcome) {
	id := "_paste." + in.command.arg
	for _, x := range out.pasted {
		v.items = append(v.items, ui.ErrorItem{Href: "#" + id, Text: message(v.ctx, x)})
	}
	v.say(id, v.t("applications.draft.table.not_taken"))
	v.items = shortened(v.ctx, v.items)
}

// shortened keeps an error summary such that people read it.
func shortened(ctx context.Context, items []ui.ErrorItem) []ui.ErrorItem {
	if len(items) <= faultsShown {
		return items
	}
	rest := i18n.T(ctx, "applications.draft.table.more_faults", "Count", len(items)-faultsShown)
	return append(items[:faultsShown:faultsShown], ui.ErrorItem{Text: rest})
}

// stay is the address of the same page after a deed that stays on it.
func (w *work) stay(r *forms.Result, step *forms.Step, in *posted, back bool) string {
	address := stepPath(w.ID, step.ID)
	group, item := itemOf(in.command.arg)
	if tableOf(w.service, group) == nil {
		return withBack(address, back) + target(in)
	}
	q := url.Values{}
	if back {
		q.Set("back", "check")
	}
	anchor := group
	switch in.command.name {
	case doAdd:
		item = lastItem(r.Step(step.ID), group)
	case doRemove:
		q.Set("rows", strconv.Itoa(item/rowsShown+1))
		item = -1
	}
	if item >= 0 {
		q.Set("row", group+"."+strconv.Itoa(item))
		anchor += ".open"
	}
	if len(q) > 0 {
		address += "?" + q.Encode()
	}
	return address + "#" + url.PathEscape(anchor)
}

func lastItem(s *forms.StepState, group string) int {
	for i := range s.Groups {
		if s.Groups[i].Group.ID == group {
			return len(s.Groups[i].Items) - 1
		}
	}
	return -1
}
