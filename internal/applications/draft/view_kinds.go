package draft

import (
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"okno/internal/forms"
	"okno/internal/kit/i18n"
	"okno/internal/kit/ui"
)

// isFile reports whether a field takes files: a photo is one too.
func isFile(f *forms.Field) bool { return f.Kind == "file" || f.Kind == "photo" }

// pickNew is posted where nothing of what is known fits.
const pickNew = "new"

func pickName(field string) string { return field + ".pick" }

// picked offers what is known to be taken as a whole, and boxes for something
// else: one of the children of the profile, or a new one.
func (v *stepView) picked(f *forms.FieldState, inputs []forms.Input) templ.Component {
	p := printer(v.ctx)
	items := make([]ui.ChoiceItem, 0, len(f.Candidates)+1)
	for _, c := range f.Candidates {
		items = append(items, ui.ChoiceItem{Value: c.Key, Text: f.Field.Print(c.Value, p), Hint: ui.Text(v.source(c.Source))})
	}
	boxes := v.parts(f, inputs, ui.Part{Text: v.t("applications.draft.pick.boxes"), Classes: ui.LegendS}, ui.Part{}, ui.Part{})
	items = append(items, ui.ChoiceItem{Value: pickNew, Text: v.t("applications.draft.pick.new"), Conditional: ui.HTML(boxes)})
	return asked(pickName(f.Name), ui.Radios(ui.RadiosParams{
		Name: pickName(f.Name), Fieldset: v.legend(f), Hint: v.plainHint(f), ErrorMessage: v.fault(f.Name), Items: items, Value: v.pick(f),
	}))
}

// pick is the chosen line: what was sent, else what the answer is.
func (v *stepView) pick(f *forms.FieldState) string {
	if sent, ok := v.raw[pickName(f.Name)]; ok {
		return one(tidy(sent))
	}
	switch {
	case f.Picked != "":
		return f.Picked
	case f.Value != nil || len(f.Wrong) > 0:
		return pickNew
	}
	return ""
}

// newBoxes are the contents of the boxes beside what is offered: a value that was
// taken as a whole does not stand in them.
func (v *stepView) newBoxes(f *forms.FieldState) func(part string) []string {
	if len(f.Candidates) > 0 && v.pick(f) != pickNew {
		return func(string) []string { return nil }
	}
	return v.boxed(f)
}

// selected is a box with fixed lines.
func (v *stepView) selected(name, label string, in forms.Input, value string) templ.Component {
	items := []ui.SelectItem{{Text: v.t("applications.draft.choose"), NoValue: true}}
	for _, o := range in.Options {
		text := v.in(o.Text)
		if o.Label != "" {
			text = i18n.T(v.ctx, o.Label)
		}
		items = append(items, ui.SelectItem{Value: o.Value, Text: text})
	}
	return ui.Select(ui.SelectParams{Name: name, Label: ui.Text(label), ErrorMessage: v.fault(name), Items: items, Value: value})
}

// matchesShown is how many entries of a dictionary are offered for what was typed.
const matchesShown = 10

// dictionary draws a field of one entry: a list when there are few, a box that
// searches while one types when there are many. Without a script the box takes
// the words, and what may have been meant is offered as buttons.
func (v *stepView) dictionary(f *forms.FieldState, in forms.Input) templ.Component {
	d := v.work.shelf[in.Search]
	typed := one(v.boxed(f)(""))
	if d != nil && !d.Big() {
		items := []ui.SelectItem{{Text: v.t("applications.draft.choose"), NoValue: true}}
		for _, e := range d.Entries {
			items = append(items, ui.SelectItem{Value: e.Code, Text: v.in(e.Text)})
		}
		return ui.Select(ui.SelectParams{
			Name: f.Name, Label: ui.Text(v.label(f)), Hint: v.hint(f), ErrorMessage: v.fault(f.Name), Items: items, Value: typed, Attributes: v.revealing(f),
		})
	}
	p := ui.InputParams{
		Name: f.Name, Label: ui.Text(v.label(f)), Hint: v.hint(f), ErrorMessage: v.fault(f.Name), Autocomplete: "off", Spellcheck: ui.Off,
		Attributes: ui.Attributes{"data-suggest": dictionaryPath(in.Search)},
	}
	entry, known := v.work.shelf.Entry(in.Search, typed)
	if p.Value = typed; known {
		p.Value = v.in(entry.Text)
	}
	var matches []forms.Entry
	if d != nil && typed != "" && !known {
		matches = d.Search(typed, lang(v.ctx), matchesShown)
	}
	return searchField(v, f.Name, p, matches)
}

func dictionaryPath(dictionary string) string {
	return "/cabinet/dictionaries/" + url.PathEscape(dictionary)
}

// choosing puts the entry that a button names among what was sent, and the only
// entry that typed words can mean.
func (w *work) choosing(step *forms.Step, c command, raw map[string][]string) map[string][]string {
	if name, code, ok := strings.Cut(c.arg, "="); ok && c.name == doChoose {
		raw[name] = []string{code}
	}
	for name, values := range raw {
		f := fieldOf(w.service, step, name)
		if f == nil || f.Dictionary == "" || len(values) == 0 || values[0] == "" || w.shelf[f.Dictionary] == nil {
			continue
		}
		if _, known := w.shelf.Entry(f.Dictionary, values[0]); known {
			continue
		}
		for _, l := range []forms.Lang{forms.RU, forms.EN} {
			if found := w.shelf[f.Dictionary].Search(values[0], l, 2); len(found) == 1 {
				raw[name] = []string{found[0].Code}
			}
		}
	}
	return raw
}

// registrySaid is what came of asking the registry, "" while nothing was asked.
func (v *stepView) registrySaid(f *forms.FieldState) string {
	if f.Lookup == nil {
		return ""
	}
	if _, asked := v.work.facts.Found[f.Lookup.Key()]; !asked {
		return ""
	}
	return saidOf(v.ctx, f)
}

// postal draws an address: a box that searches the state register while one
// types, and the boxes which it fills. Without a script a button searches, and
// what was found is offered as buttons.
func (v *stepView) postal(f *forms.FieldState, inputs []forms.Input) templ.Component {
	legend := ui.Part{Text: v.label(f), Classes: ui.LegendM}
	if strings.Contains(f.Name, ".") {
		legend.Classes = ui.LegendS
	}
	find := ui.InputParams{
		ID: findName(f.Name), Name: findName(f.Name), Label: ui.Text(v.t("applications.draft.address.find")), Hint: ui.Text(v.t("applications.draft.address.hint")),
		Value: one(v.raw[findName(f.Name)]), Autocomplete: "off", Spellcheck: ui.Off,
		Attributes: ui.Attributes{"data-suggest": "/cabinet/addresses", "data-suggest-into": f.Name},
	}
	s, asked := v.suggested[f.Name]
	search := addressSearch(v, f, find, s, asked, one(v.newBoxes(f)("gar")))
	return compositeField(f.Name, legend, v.hint(f), v.fault(f.Name), append([]templ.Component{search}, v.partBoxes(f, inputs)...))
}

// correction is where a mistake in a known value is put right at its source,
// with the words of the link; "" where there is no such place. A helper would be
// led to their own profile, so there is none.
func (v *stepView) correction(s forms.Source) string {
	if v.work.behalf != nil {
		return ""
	}
	return correctionOf(s)
}

func correctionOf(s forms.Source) string {
	if s.From != forms.FromKnown {
		return ""
	}
	root, _, _ := strings.Cut(s.Path, ".")
	at := s.Correct
	switch {
	case strings.HasPrefix(at, "/"):
		return at
	case at == "profile", at == "" && root == "profile":
		return profilePage(s.Path)
	case at == "document", root == "document":
		return "/cabinet/documents"
	case at == "registry", at == "organisation", root == "registry", root == "organisation":
		return "/feedback?about=" + url.QueryEscape(s.Path)
	}
	return ""
}

// profilePage is the page of the profile on which a value is changed.
func profilePage(path string) string {
	section := map[string]string{
		"profile.passport": "passport", "profile.snils": "snils", "profile.inn": "inn",
		"profile.address": "address", "profile.actual_address": "address",
	}[path]
	person := []string{"profile.last_name", "profile.first_name", "profile.middle_name", "profile.birth_date", "profile.sex", "profile.person", "profile.fio"}
	switch path {
	case "profile.phone":
		return "/cabinet/security/contacts/phone"
	case "profile.email":
		return "/cabinet/security/contacts/email"
	}
	if slices.Contains(person, path) {
		section = "person"
	}
	if section == "" {
		return "/cabinet/profile"
	}
	return "/cabinet/profile/edit/" + section
}
