package cases

import (
	"strings"

	"okno/internal/forms"
	"okno/internal/kit/i18n"
	"okno/internal/kit/ui"

	"github.com/a-h/templ"
)

// askedNames are the names of all boxes of the open ask, in order.
func (v view) askedNames() []string {
	names := []string{messageBox, messageFilesBox}
	if v.Asked() == nil {
		return names
	}
	add := func(name string, f *forms.Field) {
		names = append(names, name)
		for _, in := range f.Inputs() {
			if in.Part != "" {
				names = append(names, name+"."+in.Part)
			}
		}
	}
	for _, id := range v.Asked().Fields {
		if f := v.Service.Field(id); f != nil {
			add(id, f)
		}
		if g := v.Service.Group(id); g != nil {
			names = append(names, id)
			for _, item := range v.items(g) {
				for _, f := range item.fields {
					add(f.Name, f.Field)
				}
			}
		}
	}
	return append(names, v.wantedNames()...)
}

// field draws one field that is open for correction.
func (v view) field(id string) templ.Component {
	if g := v.Service.Group(id); g != nil {
		return askedList(v, g)
	}
	state := v.state(id)
	if state == nil {
		return templ.NopComponent
	}
	return v.boxes(state, v.hint(id, v.in(state.Field.Hint)))
}

// boxes draws the boxes of one field.
func (v view) boxes(state *forms.FieldState, hint ui.Part) templ.Component {
	f, id := state.Field, state.Name
	label := ui.Text(v.in(f.Label))
	if takesFile(f) {
		return v.fileField(id, label, hint, f.FileTypes(), f.FileBytes(), f.FileCount() > 1)
	}
	boxes := state.Boxes(v.posted)
	inputs := f.Inputs()
	if len(inputs) == 1 {
		return v.box(state, inputs[0], id, label, hint, boxes[""])
	}
	if f.Kind == "date" {
		return v.dateBoxes(state, label, hint, boxes)
	}
	parts := make([]templ.Component, len(inputs))
	for i, in := range inputs {
		part := i18n.T(v.ctx, in.Label)
		if in.Optional {
			part = v.t("applications.card.optional", "Label", part)
		}
		parts[i] = v.box(state, in, id+"."+in.Part, ui.Text(part), ui.Part{}, boxes[in.Part])
	}
	return composite(id, label, hint, v.fault(id), parts)
}

// hint is the help of a field or list, with what the agency says is wrong.
func (v view) hint(id, text string) ui.Part {
	if ask := v.Asked(); ask != nil && ask.Remarks[id] != "" {
		return ui.HTML(hinted(text, ask.Remarks[id]))
	}
	return ui.Text(text)
}

// state is a field as the form has it now, nil when it is hidden.
func (v view) state(id string) *forms.FieldState {
	for i := range v.result.Steps {
		for j := range v.result.Steps[i].Fields {
			if f := &v.result.Steps[i].Fields[j]; f.Field.ID == id {
				return f
			}
		}
	}
	return nil
}

// dateBoxes are day, month and year beside each other.
func (v view) dateBoxes(state *forms.FieldState, label, hint ui.Part, boxes map[string][]string) templ.Component {
	p := ui.DateInputParams{ID: state.Name, Fieldset: ui.FieldsetParams{Legend: label}, Hint: hint, ErrorMessage: v.fault(state.Name)}
	for _, in := range state.Field.Inputs() {
		name := state.Name + "." + in.Part
		item := ui.DateItem{ID: name, Name: name, Label: v.t(in.Label), Value: strings.Join(boxes[in.Part], ""), Classes: ui.WidthFor(in.Width)}
		if v.faults[name] != "" {
			item.Error, p.ErrorMessage = ui.On, v.fault(name)
		}
		p.Items = append(p.Items, item)
	}
	return ui.DateInput(p)
}

func (v view) box(state *forms.FieldState, in forms.Input, name string, label, hint ui.Part, values []string) templ.Component {
	value := strings.Join(values[:min(len(values), 1)], "")
	legend := ui.FieldsetParams{Legend: label}
	switch in.Control {
	case "textarea":
		return ui.Textarea(ui.TextareaParams{Name: name, Label: label, Hint: hint, ErrorMessage: v.fault(name), Value: value})
	case "radio":
		return ui.Radios(ui.RadiosParams{Name: name, Fieldset: legend, Hint: hint, ErrorMessage: v.fault(name), Items: v.options(state), Value: value})
	case "checkbox":
		return ui.Checkboxes(ui.CheckboxesParams{Name: name, Fieldset: legend, Hint: hint, ErrorMessage: v.fault(name), Items: v.options(state), Values: values})
	case "select":
		items := []ui.SelectItem{{Text: "—", NoValue: true}}
		for _, o := range v.options(state) {
			items = append(items, ui.SelectItem{Value: o.Value, Text: o.Text})
		}
		return ui.Select(ui.SelectParams{Name: name, Label: label, Hint: hint, ErrorMessage: v.fault(name), Items: items, Value: value})
	}
	return ui.Input(ui.InputParams{
		Name: name, Label: label, Hint: hint, ErrorMessage: v.fault(name), Value: value,
		Inputmode: in.Mode, Autocomplete: in.Autocomplete, Classes: width(in),
	})
}

func width(in forms.Input) string {
	if in.Width == 0 {
		return ""
	}
	return ui.WidthFor(in.Width)
}

func (v view) options(state *forms.FieldState) []ui.ChoiceItem {
	if state.Field.Kind == "yesno" {
		return []ui.ChoiceItem{
			{Value: "yes", Text: i18n.T(v.ctx, "forms.word.yes")}, {Value: "no", Text: i18n.T(v.ctx, "forms.word.no")},
		}
	}
	offered := state.Offered
	if offered == nil {
		for i := range state.Field.Options { // of an item that is not there yet
			offered = append(offered, &state.Field.Options[i])
		}
	}
	items := make([]ui.ChoiceItem, len(offered))
	for i, o := range offered {
		items[i] = ui.ChoiceItem{Value: o.Value, Text: v.in(o.Label), Hint: ui.Text(v.in(o.Hint))}
	}
	return items
}

func (v view) fileField(name string, label, hint ui.Part, types []string, most int64, several bool) templ.Component {
	limits := v.t("applications.card.file_hint", "Types", strings.ToUpper(strings.Join(types, ", ")), "Size", i18n.Size(v.lang(), most))
	return withKept(v, name, ui.FileUpload(ui.FileUploadParams{
		Name: name, Multiple: several, Label: label, ErrorMessage: v.fault(name), JavaScript: true,
		Hint:       ui.HTML(fileHint(hint, limits)),
		Attributes: ui.Attributes{"accept": "." + strings.Join(types, ",.")},
	}))
}
