package desk

import (
	"cmp"
	"context"
	"strconv"

	"okno/internal/applications/cases"
	"okno/internal/kit/i18n"
	"okno/internal/kit/ui"
)

// per is part of whole in per cent, "—" of nothing.
func per(part, whole int) string {
	if whole == 0 {
		return "—"
	}
	return strconv.Itoa((100*part+whole/2)/whole) + "\u00a0%"
}

func (v headView) table(ctx context.Context) ui.TableParams {
	t := func(key string) string { return i18n.T(ctx, key) }
	p := ui.TableParams{Classes: "okno-table--sticky", FirstCellIsHeader: true, Head: []ui.Cell{{Text: t("desk.head.officer")}}}
	for _, key := range []string{
		"desk.head.open", "desk.head.overdue", "desk.head.waiting", "desk.head.decided", "desk.head.asked", "desk.head.refused", "desk.head.late",
		"desk.head.complaints", "desk.head.days",
	} {
		p.Head = append(p.Head, ui.Cell{Text: t(key), Format: "numeric"})
	}
	for _, x := range v.Rows {
		p.Rows = append(p.Rows, v.cells(ctx, x))
	}
	return ui.Stacked(p)
}

func (v headView) cells(ctx context.Context, x cases.Workload) []ui.Cell {
	name, who := cmp.Or(v.names[x.Account], tail(x.Account)), x.Account
	if x.Account == "" {
		name, who = i18n.T(ctx, "desk.queue.nobody"), cases.ByNobody
	}
	c := choice{Agency: v.Agency, Assigned: who}
	late := c
	late.Due = cases.DueOverdue
	days := "—"
	if x.Decided > 0 {
		days = i18n.Decimal(i18n.Lang(ctx), float64(x.TookDays)/float64(x.Decided))
	}
	row := []ui.Cell{{Text: name}, {HTML: link("/desk"+c.query(), strconv.Itoa(x.Open))}, {HTML: link("/desk"+late.query(), strconv.Itoa(x.Overdue))}}
	for _, text := range []string{
		strconv.Itoa(x.Waiting), strconv.Itoa(x.Decided), per(x.Asked, x.Decided), per(x.Refused, x.Decided), per(x.Late, x.Decided),
		per(x.Complaints, x.Decided), days,
	} {
		row = append(row, ui.Cell{Text: text})
	}
	for i := 1; i < len(row); i++ {
		row[i].Format = "numeric"
	}
	return row
}
