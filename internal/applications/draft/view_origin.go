package draft

import (
	"context"

	"okno/internal/forms"
	"okno/internal/kit/ui"
)

// originView is what a page says of the application that a draft was opened from.
type originView struct {
	banner, title, text string
	remarks             []remarkLine
}

// remarkLine is a remark with the way to its field.
type remarkLine struct{ label, text, href string }

// originOf is empty for a draft that was not opened from an application.
func originOf(ctx context.Context, w *work, r *forms.Result) originView {
	if w.Origin == nil {
		return originView{}
	}
	key := "applications.draft.origin." + w.Origin.Kind
	v := originView{
		banner: say(ctx, "applications.draft.origin.banner"), title: say(ctx, key, "Number", w.Origin.Number), text: say(ctx, key+"_text"),
	}
	for i := range r.Steps {
		step := &r.Steps[i]
		for j := range step.Fields {
			f := &step.Fields[j]
			if text := w.remark(f.Name); text != "" {
				v.remarks = append(v.remarks, remarkLine{
					label: f.Field.Label.In(lang(ctx)), text: text, href: stepPath(w.ID, step.Step.ID) + "?back=check#" + firstBox(f),
				})
			}
		}
	}
	return v
}

// firstBox is the id of the box to which a link to a field leads.
func firstBox(f *forms.FieldState) string {
	if isFile(f.Field) {
		return f.Name
	}
	return joined(f.Name, f.Field.Inputs()[0].Part)
}

// helped is a field's help, with what the agency said of its answer.
func (v *stepView) helped(name string, lines []string) ui.Part {
	if remark := v.work.remark(name); remark != "" {
		return ui.HTML(remarked(lines, remark))
	}
	if len(lines) == 0 {
		return ui.Part{}
	}
	return ui.HTML(linesOf(lines))
}
