package desk

import (
	"cmp"
	"context"

	"okno/internal/kit/i18n"
	"okno/internal/kit/ui"
)

// key is a key of the desk with what it does.
type key struct{ Key, Text string }

// keyList are the keys that keys.js knows.
func keyList() []key {
	return []key{
		{"?", "desk.keys.help"},
		{"N", "desk.keys.next"},
		{"Q", "desk.keys.queue"},
		{"S", "desk.keys.search"},
		{"J", "desk.keys.down"},
		{"K", "desk.keys.up"},
		{"X", "desk.keys.tick"},
		{"Enter", "desk.keys.open"},
		{"T", "desk.keys.take"},
		{"A", "desk.keys.ask"},
		{"E", "desk.keys.approve"},
		{"R", "desk.keys.refuse"},
		{"C", "desk.keys.confirm"},
		{"M", "desk.keys.note"},
		{"Esc", "desk.keys.close"},
	}
}

// fault is the id of the field that is wrong.
func (v queueView) fault() string { return cmp.Or(v.wrongAt, "search") }

// faultAt is what is wrong with a field.
func (v queueView) faultAt(field string) string {
	if v.wrongAt == field {
		return v.Wrong
	}
	return ""
}

func bulkTable(ctx context.Context, all []moved) ui.TableParams {
	p := ui.TableParams{FirstCellIsHeader: true, Head: []ui.Cell{
		{Text: i18n.T(ctx, "desk.queue.number")}, {Text: i18n.T(ctx, "desk.bulk.result")},
	}}
	for _, m := range all {
		result := ui.StatusTag(ui.Done, i18n.T(ctx, "desk.bulk.ok"))
		if m.Fault != "" {
			result = words(m.Fault)
		}
		p.Rows = append(p.Rows, []ui.Cell{{HTML: link("/desk/applications/"+m.Number, m.Number), Classes: nowrap}, {HTML: result}})
	}
	return ui.Stacked(p)
}
