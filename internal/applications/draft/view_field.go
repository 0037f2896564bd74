package draft

import (
	"slices"
	"strings"

	"github.com/a-h/templ"

	"okno/internal/applications/upload"
	"okno/internal/forms"
	"okno/internal/kit/i18n"
	"okno/internal/kit/ui"
)

// field draws one question with what stands around it.
func (v *stepView) field(f *forms.FieldState) templ.Component {
	c := v.bare(f)
	if f.Field.Asks() {
		c = askedField(v, f, c)
	}
	if v.correction(f.Source) != "" || f.Changed {
		c = sourced(v, f, c)
	}
	return c
}

// bare draws one question by its kind.
func (v *stepView) bare(f *forms.FieldState) templ.Component {
	switch f.Field.Kind {
	case "note":
		return noteField(v.in(f.Field.Label), v.in(f.Field.Text))
	case "calculated":
		return calculatedField(f.Name, v.in(f.Field.Label), v.hint(f), shown(f, printer(v.ctx)))
	case "consent":
		return v.consent(f)
	case "date":
		return v.date(f, "", ui.Part{Text: v.label(f)}, v.hint(f))
	case "file", "photo":
		return v.files(f)
	}
	inputs := f.Field.Inputs()
	if len(f.Candidates) > 0 {
		return v.picked(f, inputs)
	}
	if f.Field.Kind == "address" && v.work.addresses {
		return v.postal(f, inputs)
	}
	if len(inputs) > 1 {
		return v.composite(f, inputs)
	}
	switch inputs[0].Control {
	case "radio":
		return v.radios(f)
	case "checkbox":
		return v.checkboxes(f)
	case "textarea":
		return v.textarea(f)
	}
	if inputs[0].Search != "" {
		return v.dictionary(f, inputs[0])
	}
	return v.box(f, inputs[0])
}

func (v *stepView) fault(name string) ui.Part { return ui.Text(v.messages[name]) }

// box is a field of one line.
func (v *stepView) box(f *forms.FieldState, in forms.Input) templ.Component {
	p := ui.InputParams{
		Name: f.Name, Label: ui.Text(v.label(f)), Hint: v.hint(f), ErrorMessage: v.fault(f.Name),
		Value: one(v.boxed(f)("")), Inputmode: in.Mode, Autocomplete: autocomplete(f, in),
	}
	v.suit(&p, f.Field.Kind, in)
	if f.Field.Kind == "money" {
		p.Suffix = ui.Text("₽")
	}
	if unit := v.in(f.Field.Unit); unit != "" {
		p.Suffix = ui.Text(unit)
	}
	return ui.Input(p)
}

// suit sets width, type and spelling of a box.
func (v *stepView) suit(p *ui.InputParams, kind string, in forms.Input) {
	if in.Width > 0 {
		p.Classes = ui.WidthFor(in.Width)
	}
	switch in.Mode {
	case "email", "tel":
		p.Type = in.Mode
	}
	if in.Mode != "" || kind != "text" && kind != "longtext" {
		p.Spellcheck = ui.Off
	}
}

func (v *stepView) textarea(f *forms.FieldState) templ.Component {
	most := f.Field.MaxLength
	if most == 0 {
		most = 4000 // as in the form language
	}
	return ui.CharacterCount(ui.CharacterCountParams{
		Name: f.Name, Label: ui.Text(v.label(f)), Hint: v.hint(f), ErrorMessage: v.fault(f.Name),
		Value: one(v.boxed(f)("")), MaxLength: most, CountType: "graphemes", Threshold: 75,
	})
}

func (v *stepView) legend(f *forms.FieldState) ui.FieldsetParams {
	return ui.FieldsetParams{Legend: ui.Part{Text: v.label(f)}}
}

// yes and no of a question.
func (v *stepView) yesno() []ui.ChoiceItem {
	return []ui.ChoiceItem{
		{Value: "yes", Text: i18n.T(v.ctx, "forms.word.yes")},
		{Value: "no", Text: i18n.T(v.ctx, "forms.word.no")},
	}
}

func (v *stepView) options(f *forms.FieldState) []ui.ChoiceItem {
	if f.Field.Kind == "yesno" {
		return v.yesno()
	}
	out := make([]ui.ChoiceItem, len(f.Offered))
	for i, o := range f.Offered {
		out[i] = ui.ChoiceItem{Value: o.Value, Text: v.in(o.Label), Hint: ui.Text(v.in(o.Hint))}
	}
	return out
}

// fewOptions is how many options are still looked over at once.
const fewOptions = 12

func (v *stepView) radios(f *forms.FieldState) templ.Component {
	items := v.options(f)
	if len(items) > fewOptions {
		return v.dropDown(f, items)
	}
	p := ui.RadiosParams{
		Name: f.Name, Fieldset: v.legend(f), Hint: v.hint(f), ErrorMessage: v.fault(f.Name),
		Items: items, Value: one(v.boxed(f)("")), Attributes: v.revealing(f),
	}
	if f.Field.Kind == "yesno" {
		p.Classes = "govuk-radios--inline"
	}
	return asked(f.Name, ui.Radios(p))
}

// dropDown is for long lists.
func (v *stepView) dropDown(f *forms.FieldState, items []ui.ChoiceItem) templ.Component {
	lines := []ui.SelectItem{{Text: v.t("applications.draft.choose"), NoValue: true}}
	for _, i := range items {
		lines = append(lines, ui.SelectItem{Value: i.Value, Text: i.Text})
	}
	return ui.Select(ui.SelectParams{
		Name: f.Name, Label: ui.Text(v.label(f)), Hint: v.hint(f), ErrorMessage: v.fault(f.Name),
		Items: lines, Value: one(v.boxed(f)("")), Attributes: v.revealing(f),
	})
}

func (v *stepView) checkboxes(f *forms.FieldState) templ.Component {
	return asked(f.Name, ui.Checkboxes(ui.CheckboxesParams{
		Name: f.Name, Fieldset: v.legend(f), Hint: v.hint(f), ErrorMessage: v.fault(f.Name),
		Items: v.options(f), Values: v.boxed(f)(""), Attributes: v.revealing(f),
	}))
}

func (v *stepView) consent(f *forms.FieldState) templ.Component {
	return asked(f.Name, ui.Checkboxes(ui.CheckboxesParams{
		Name: f.Name, Fieldset: v.legend(f), Hint: v.hint(f), ErrorMessage: v.fault(f.Name),
		Items: []ui.ChoiceItem{{Value: "yes", Text: v.in(f.Field.Text)}}, Values: v.boxed(f)(""), Attributes: v.revealing(f),
	}))
}

// date draws three boxes; part names the date within a composite, "" for a
// field that is a date.
func (v *stepView) date(f *forms.FieldState, part string, legend, hint ui.Part) templ.Component {
	name, boxed := joined(f.Name, part), v.newBoxes(f)
	p := ui.DateInputParams{ID: name, Fieldset: ui.FieldsetParams{Legend: legend}, Hint: hint}
	for _, in := range f.Field.Inputs() {
		word, ok := strings.CutPrefix(in.Part, prefix(part))
		if !ok || strings.Contains(word, ".") || !slices.Contains([]string{"day", "month", "year"}, word) {
			continue
		}
		box := joined(f.Name, in.Part)
		item := ui.DateItem{ID: box, Name: box, Label: i18n.T(v.ctx, "forms.part.date."+word), Value: one(boxed(in.Part)), Autocomplete: autocomplete(f, in)}
		if word == "year" {
			item.Classes = ui.Width4
		}
		if v.messages[box] != "" {
			item.Error = ui.On
			p.ErrorMessage = v.fault(box)
		}
		p.Items = append(p.Items, item)
	}
	if v.messages[name] != "" {
		p.ErrorMessage = v.fault(name)
	}
	return ui.DateInput(p)
}

func prefix(part string) string {
	if part == "" {
		return ""
	}
	return part + "."
}

// composite draws the parts of an answer under one legend.
func (v *stepView) composite(f *forms.FieldState, inputs []forms.Input) templ.Component {
	legend := ui.Part{Text: v.label(f), Classes: ui.LegendM}
	if strings.Contains(f.Name, ".") {
		legend.Classes = ui.LegendS // below the heading of its item
	}
	return v.parts(f, inputs, legend, v.hint(f), v.fault(f.Name))
}

func (v *stepView) parts(f *forms.FieldState, inputs []forms.Input, legend, hint, fault ui.Part) templ.Component {
	return compositeField(f.Name, legend, hint, fault, v.partBoxes(f, inputs))
}

// partBoxes draw the boxes of a composite, in order.
func (v *stepView) partBoxes(f *forms.FieldState, inputs []forms.Input) []templ.Component {
	var parts []templ.Component
	for _, in := range inputs {
		if date := dateOf(in.Part); date != "" {
			if strings.HasSuffix(in.Part, ".day") {
				legend := ui.Part{Text: v.part(in, "forms.part."+f.Field.Kind+"."+date)}
				parts = append(parts, v.date(f, date, legend, ui.Part{}))
			}
			continue
		}
		parts = append(parts, v.partBox(f, in))
	}
	return parts
}

// partBox draws one box of a composite.
func (v *stepView) partBox(f *forms.FieldState, in forms.Input) templ.Component {
	name, value := joined(f.Name, in.Part), one(v.newBoxes(f)(in.Part))
	if in.Control == "select" {
		return v.selected(name, v.part(in, in.Label), in, value)
	}
	p := ui.InputParams{
		Name: name, Label: ui.Text(v.part(in, in.Label)), ErrorMessage: v.fault(name),
		Value: value, Inputmode: in.Mode, Autocomplete: autocomplete(f, in),
	}
	v.suit(&p, "", in)
	return ui.Input(p)
}

func (v *stepView) part(in forms.Input, key string) string {
	text := i18n.T(v.ctx, key)
	if in.Optional {
		text = v.t("applications.draft.optional", "Label", text)
	}
	return text
}

// attachedFile is a file of a field as the page lists it.
type attachedFile struct {
	id, name, href, size, state string
	kind                        ui.Kind
}

func (v *stepView) files(f *forms.FieldState) templ.Component {
	listed := v.listed(f)
	p := ui.FileUploadParams{
		Name: f.Name, Label: ui.Text(v.label(f)), ErrorMessage: v.fault(f.Name), JavaScript: true,
		Multiple: f.Field.FileCount() > 1, Attributes: ui.Attributes{"accept": accepted(f.Field)},
		Hint: v.helped(f.Name, v.fileHints(f)),
	}
	offered := v.offered(f, listed)
	full := f.Field.FileCount() > 1 && len(listed) >= f.Field.FileCount()
	return filesField(v, f, p, listed, full, offered)
}

// offered are the person's own documents that can be attached and are not yet:
// those that the form asks for before the others.
func (v *stepView) offered(f *forms.FieldState, listed []attachedFile) []Paper {
	if !slices.Contains(f.Field.FileTypes(), "pdf") {
		return nil
	}
	fits := func(p Paper) bool { return slices.Contains(f.Field.FromVault, p.Kind) }
	var first, then []Paper
	for _, p := range v.work.papers {
		switch {
		case slices.ContainsFunc(listed, func(a attachedFile) bool { return a.id == p.ID }), p.Size > f.Field.FileBytes():
		case fits(p):
			first = append(first, p)
		default:
			then = append(then, p)
		}
	}
	all := slices.Concat(first, then)
	return all[:min(len(all), papersShown)]
}

// papersShown is how many documents are offered at one field.
const papersShown = 20

// fileHints names types, size and count before anything is chosen.
func (v *stepView) fileHints(f *forms.FieldState) []string {
	var lines []string
	if text := v.in(f.Field.Hint); text != "" {
		lines = append(lines, text)
	}
	types := strings.ToUpper(strings.Join(f.Field.FileTypes(), ", "))
	size := i18n.Size(i18n.Lang(v.ctx), f.Field.FileBytes())
	if f.Field.Norm != nil {
		return append(lines, v.norm(f.Field.Norm, types, size)...)
	}
	lines = append(lines, v.t("applications.draft.file.limits", "Types", types, "Size", size))
	if n := f.Field.FileCount(); n > 1 {
		lines = append(lines, v.t("applications.draft.file.count", "Count", n))
	}
	return lines
}

// accepted are the endings that the browser's dialogue offers first.
func accepted(f *forms.Field) string {
	var out []string
	for _, t := range f.FileTypes() {
		out = append(out, "."+t)
		if t == "jpg" {
			out = append(out, ".jpeg")
		}
	}
	return strings.Join(out, ",")
}

// listed are the files that stand in a field.
func (v *stepView) listed(f *forms.FieldState) []attachedFile {
	var out []attachedFile
	for _, fileID := range v.boxed(f)("") {
		x, ok := v.work.file(fileID)
		if !ok {
			continue
		}
		a := attachedFile{id: x.ID, name: x.Name, size: i18n.Size(i18n.Lang(v.ctx), x.Size)}
		switch x.Scan {
		case upload.Checking:
			a.state, a.kind = v.t("applications.draft.file.checking"), ui.Progress
		case upload.Infected:
			a.state, a.kind = v.t("applications.draft.file.infected"), ui.Refused
		default:
			if x.paper {
				a.href = "/cabinet/documents/" + x.ID + "/file"
				break
			}
			a.href = base(v.work.ID) + "/files/" + x.ID
		}
		out = append(out, a)
	}
	return out
}

// norm says what a photo must be like, before one is chosen.
func (v *stepView) norm(n *forms.Norm, types, size string) []string {
	if n.MaxKB > 0 {
		size = i18n.Size(i18n.Lang(v.ctx), int64(n.MaxKB)<<10)
	}
	lines := []string{v.t("applications.draft.photo.limits", "Types", types, "Size", size)}
	if n.MinWidth > 0 || n.MinHeight > 0 {
		lines = append(lines, v.t("applications.draft.photo.pixels", "Width", n.MinWidth, "Height", n.MinHeight))
	}
	if n.Ratio != "" {
		lines = append(lines, v.t("applications.draft.photo.ratio", "Ratio", n.Ratio))
	}
	switch n.Background {
	case "light":
		lines = append(lines, v.t("applications.draft.photo.light"))
	case "white":
		lines = append(lines, v.t("applications.draft.photo.white"))
	}
	if n.Sharpness > 0 {
		lines = append(lines, v.t("applications.draft.photo.sharp"))
	}
	return lines
}
