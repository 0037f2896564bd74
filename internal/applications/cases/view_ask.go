package cases

import (
	"slices"
	"strings"

	"okno/internal/kit/i18n"
	"okno/internal/kit/ui"
)

// askTitle says what the agency waits for.
func (v view) askTitle() string {
	if v.Asked().Kind == AskToCorrect {
		return v.t("applications.ask.title_correct")
	}
	return v.t("applications.ask.title")
}

func (v view) askButton() string {
	if v.Asked().Kind == AskToCorrect {
		return v.t("applications.ask.send_correct")
	}
	return v.t("applications.ask.send")
}

// lapsed reports whether the term for the answer is over.
func (v view) lapsed() bool {
	ask := v.Asked()
	return ask != nil && !ask.LapsesAt.IsZero() && ask.LapsesAt.Time().Before(v.now)
}

func (v view) lapseDay() string {
	return i18n.Date(v.lang(), v.Asked().LapsesAt.Time().In(v.zone))
}

// answerBy says until when the agency waits.
func (v view) answerBy() string {
	if v.lapsed() {
		return v.t("applications.ask.lapsed", "Date", v.lapseDay())
	}
	return v.t("applications.ask.by", "Date", v.lapseDay())
}

func (v view) deskAnswerBy() string {
	if v.lapsed() {
		return v.t("applications.desk.lapsed", "Date", v.lapseDay())
	}
	return v.t("applications.desk.answer_by", "Date", v.lapseDay())
}

// termEnds is the day until which the citizen may answer what is asked today.
func (v view) termEnds() string { return i18n.Date(v.lang(), v.answerEnds.In(v.zone)) }

func (v view) answeredTitle(a Ask) string {
	key := "applications.ask.answered"
	switch {
	case a.Answer.Skipped:
		key = "applications.ask.skipped"
	case a.Kind == AskToCorrect:
		key = "applications.ask.corrected"
	}
	return v.t(key, "When", v.when(a.AnsweredAt))
}

// remarkRow is a remark with the label of its field.
type remarkRow struct{ label, text string }

// remarkRows are remarks in the order of the form.
func (v view) remarkRows(all map[string]string) []remarkRow {
	var rows []remarkRow
	for _, s := range v.Service.Form.Steps {
		for _, f := range s.Fields {
			if text := all[f.ID]; text != "" {
				rows = append(rows, remarkRow{v.in(f.Label), text})
			}
		}
		for _, g := range s.Groups {
			if text := all[g.ID]; text != "" {
				rows = append(rows, remarkRow{v.in(g.Title), text})
			}
		}
	}
	return rows
}

// changesOf are the changes of an answer, by label.
func (v view) changesOf(all []Change) []Difference {
	out := make([]Difference, len(all))
	for i, c := range all {
		out[i] = Difference{Label: v.label(c.Field), Old: c.Old, New: c.New, File: c.Old == c.New}
	}
	return out
}

// sameOf names the opened fields that stayed, and says that no other was open.
func (v view) sameOf(a Ask) string {
	var labels []string
	for _, f := range a.Answer.Same {
		labels = append(labels, v.label(f))
	}
	if len(labels) == 0 {
		return v.t("applications.changes.others_same")
	}
	return v.t("applications.changes.same", "Labels", strings.Join(labels, ", "))
}

// filesAt are the files of a box, filesElse those of no wanted file's box.
func filesAt(all []File, box string) []File {
	var out []File
	for _, f := range all {
		if f.Field == box {
			out = append(out, f)
		}
	}
	return out
}

func filesElse(a Ask) []File {
	var out []File
	for _, f := range a.Files {
		if a.wantedAt(f.Field) == "" {
			out = append(out, f)
		}
	}
	return out
}

// remarkItems are the fields that an officer may name, each with a box for a remark.
func (v view) remarkItems(deed string) []ui.ChoiceItem {
	items := v.correctable()
	for i := range items {
		items[i].Conditional = ui.HTML(remarkBox(v, deed, items[i].Value, items[i].Text))
	}
	return items
}

// namedIn are the fields that were ticked in the form of a deed.
func (v view) namedIn(deed string) []string {
	if v.deed != deed {
		return nil
	}
	return v.posted["fields"]
}

// faultOf is what is wrong in the form of a deed.
func (v view) faultOf(deed, name string) ui.Part {
	if v.deed != deed {
		return ui.Part{}
	}
	return v.fault(name)
}

func (v view) faultyRemark(deed string) bool {
	if v.deed != deed {
		return false
	}
	for name := range v.faults {
		if strings.HasPrefix(name, remarkName("")) {
			return true
		}
	}
	return false
}

// deskFields are the boxes of the desk's forms, with their ids.
func (v view) deskFields() []ui.Field {
	fields := ui.Fields(append(v.typoFields(), messageBox, messageFilesBox, "preset", "ground", "to", "note", "reason", "words", "wanted", "back", "seen", "track")...)
	fields = append(fields, timeFields()...)
	for _, name := range []string{"text", "comment"} {
		f := ui.Field{Name: name}
		if v.deed == "correct" || v.deed == "approve" {
			f.ID = v.deed + "-" + name
		}
		fields = append(fields, f)
	}
	fields = append(fields, ui.Field{Name: "fields", ID: v.deed + "-fields"})
	for _, item := range v.correctable() {
		name := remarkName(item.Value)
		fields = append(fields, ui.Field{Name: name, ID: v.deed + "-" + name})
	}
	return fields
}

// differenceTable has what was in one column and what is in the next.
func (v view) differenceTable(all []Difference) ui.TableParams {
	p := ui.TableParams{FirstCellIsHeader: true, Head: []ui.Cell{
		{Text: v.t("applications.desk.question")}, {Text: v.t("applications.changes.old")}, {Text: v.t("applications.changes.new")},
	}}
	for _, d := range all {
		text := d.New
		if d.File {
			text = v.t("applications.changes.file", "Name", d.New)
		}
		p.Rows = append(p.Rows, []ui.Cell{{Text: d.Label}, {Text: d.Old}, {Text: text}})
	}
	return ui.Stacked(p)
}

// askNames are the boxes of an ask's files, for the error summary.
func (v view) wantedNames() []string {
	var names []string
	for i := range v.Asked().Wanted {
		names = append(names, wantedBox(i))
	}
	return slices.Concat(names, []string{"text", "files"})
}
