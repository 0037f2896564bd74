package complaint

import (
	"context"
	"time"

	"okno/internal/forms"
	"okno/internal/kit/i18n"
	"okno/internal/kit/ui"
)

func queueTable(ctx context.Context, q queueView) ui.TableParams {
	t := func(key string) string { return i18n.T(ctx, key) }
	p := ui.TableParams{Caption: t("applications.complaint.queue.title"), CaptionClasses: "govuk-visually-hidden", FirstCellIsHeader: true, Head: []ui.Cell{
		{Text: t("applications.complaint.queue.number")},
		{Text: t("applications.complaint.queue.ground")},
		{Text: t("applications.complaint.queue.service")},
		{Text: t("applications.complaint.queue.due")},
		{Text: t("applications.complaint.queue.status")},
	}}
	for _, row := range q.rows {
		p.Rows = append(p.Rows, []ui.Cell{
			{HTML: numberCell(row)}, {Text: row.ground}, {Text: row.service}, {HTML: dueCell(row)}, {HTML: statusCell(row)},
		})
	}
	return p
}

func summaryRows(rows []forms.Row) []ui.SummaryRow {
	out := make([]ui.SummaryRow, len(rows))
	for i, r := range rows {
		out[i] = ui.SummaryRow{Key: ui.Text(r.Label), Value: ui.Text(r.Value)}
	}
	return out
}

// caseHistory is the chronology of the application.
func (v view) caseHistory() []ui.ChronologyItem {
	var items []ui.ChronologyItem
	for i := len(v.Case.Events) - 1; i >= 0; i-- {
		e := v.Case.Events[i]
		if e.Inner { // for the agency's own eyes
			continue
		}
		items = append(items, ui.ChronologyItem{
			When: v.when(e.At), DateTime: e.At.Time().Format(time.RFC3339), Title: v.t("applications.event." + string(e.Deed)),
			Text: e.Text, Current: len(items) == 0,
		})
	}
	return items
}
