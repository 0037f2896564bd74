package draft

import (
	"context"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/a-h/templ"

	"okno/internal/forms"
	"okno/internal/kit/errs"
	"okno/internal/kit/i18n"
	"okno/internal/kit/ui"
)

func lang(ctx context.Context) forms.Lang { return forms.Lang(i18n.Lang(ctx)) }

// stepView is a step's page.
type stepView struct {
	ctx    context.Context
	work   *work
	result *forms.Result
	step   *forms.StepState
	// raw is what was sent, when the page is shown again; nil shows the answers.
	raw map[string][]string
	// messages are the texts of faults, by the name of box or field.
	messages map[string]string
	items    []ui.ErrorItem
	ids      map[string]string // the first box of each field
	boxes    map[string]bool   // names of boxes on the page
	reveals  map[string]bool   // fields on whose answers others of the page depend
	back     bool
	more     bool     // questions have just appeared
	changed  []change // what another window said otherwise
	conflict bool
	open     map[string]int    // the open row of each table
	page     int               // of a table's rows, from 1
	pastes   map[string]string // what was pasted and not taken

	suggested map[string]suggested // addresses that were looked for, by field
}

// change is an answer here and in the other window, as people read it.
type change struct{ label, here, there string }

func newStepView(ctx context.Context, w *work, r *forms.Result, step string) *stepView {
	v := &stepView{
		ctx: ctx, work: w, result: r, step: r.Step(step),
		messages: map[string]string{}, ids: map[string]string{}, boxes: map[string]bool{},
	}
	v.reveals = v.step.Step.Reveals()
	v.each(func(f *forms.FieldState) {
		if len(f.Candidates) > 0 {
			v.ids[f.Name], v.boxes[pickName(f.Name)] = pickName(f.Name), true
		}
		for _, in := range f.Field.Inputs() {
			name := joined(f.Name, in.Part)
			v.boxes[name] = true
			if v.ids[f.Name] == "" {
				v.ids[f.Name] = name
			}
		}
	})
	return v
}

func joined(name, part string) string {
	if part == "" {
		return name
	}
	return name + "." + part
}

// each calls f for every field of the page.
func (v *stepView) each(f func(*forms.FieldState)) {
	for i := range v.step.Fields {
		f(&v.step.Fields[i])
	}
	for i := range v.step.Groups {
		for j := range v.step.Groups[i].Items {
			fields := v.step.Groups[i].Items[j].Fields
			for k := range fields {
				f(&fields[k])
			}
		}
	}
}

func (v *stepView) t(key string, args ...any) string {
	return i18n.T(v.ctx, key, args...)
}

func (v *stepView) day(t time.Time) string { return i18n.Date(i18n.Lang(v.ctx), t) }

func (v *stepView) in(t forms.Text) string { return t.In(lang(v.ctx)) }

// blame shows faults at their fields and in the summary.
func (v *stepView) blame(wrong []forms.Wrong) {
	for _, x := range wrong {
		if revealed(x) {
			continue
		}
		text := message(v.ctx, x)
		v.say(x.Name, text)
		v.items = append(v.items, ui.ErrorItem{Href: v.href(x), Text: text})
	}
	v.items = shortened(v.ctx, v.items)
}

func (v *stepView) say(name, text string) {
	if v.messages[name] == "" {
		v.messages[name] = text
	}
}

// fileFaults shows why files were not taken.
func (v *stepView) fileFaults(faults []fileFault) {
	for _, f := range faults {
		e, ok := errs.As(f.err)
		if !ok {
			continue
		}
		text := i18n.T(v.ctx, e.Key, e.Args...)
		v.say(f.field, text)
		v.items = append(v.items, ui.ErrorItem{Href: "#" + f.field, Text: text})
	}
}

// anchor is the id of the box that a fault is about, "" if it is not on the page.
func (v *stepView) anchor(x forms.Wrong) string {
	switch {
	case v.boxes[x.Name]:
		return x.Name
	case v.boxes[x.Name+".day"]:
		return x.Name + ".day"
	case v.ids[x.Field] != "":
		return v.ids[x.Field]
	}
	for i := range v.step.Groups {
		if v.step.Groups[i].Group.ID == x.Field {
			return x.Field
		}
	}
	return ""
}

func (v *stepView) href(x forms.Wrong) string {
	if address := v.rowHref(x); address != "" {
		return address
	}
	if id := v.anchor(x); id != "" {
		return "#" + id
	}
	return ""
}

// conflicting lists where the sent answers and those of the other window part.
func (v *stepView) conflicting(out outcome) {
	v.conflict = true
	here := forms.Fill(v.work.service, out.answers, v.work.facts)
	p := printer(v.ctx)
	theirs := map[string]string{}
	v.each(func(f *forms.FieldState) { theirs[f.Name] = shown(f, p) })
	step := here.Step(v.step.Step.ID)
	if step == nil {
		return
	}
	mine := &stepView{step: step}
	mine.each(func(f *forms.FieldState) {
		if text := shown(f, p); text != theirs[f.Name] {
			v.changed = append(v.changed, change{v.in(f.Field.Label), text, theirs[f.Name]})
		}
	})
}

func shown(f *forms.FieldState, p forms.Printer) string {
	if f.Value == nil {
		return ""
	}
	return f.Field.Print(f.Value, p)
}

func (v *stepView) backHref() string {
	if v.back {
		return base(v.work.ID) + "/check"
	}
	if p := v.result.Previous(v.step.Step.ID); p != "" {
		return stepPath(v.work.ID, p)
	}
	return "/cabinet/drafts/new?service=" + v.work.ServiceID
}

func (v *stepView) action() string {
	return withBack(stepPath(v.work.ID, v.step.Step.ID), v.back)
}

func (v *stepView) check() string { return stepPath(v.work.ID, v.step.Step.ID) + "/check" }

func (v *stepView) seen() string { return imprint(v.step.Step, v.work.Answers) }

func (v *stepView) hasFiles() bool { return hasFiles(v.step.Step) }

// progress are the steps with their addresses, and the current one.
func (v *stepView) progress() ([]ui.Step, int) {
	return progress(v.ctx, v.work, v.result), place(v.result, v.step.Step.ID)
}

func progress(ctx context.Context, w *work, r *forms.Result) []ui.Step {
	far := reach(r, w.Step)
	out := make([]ui.Step, 0, len(r.Steps)+1)
	for i := range r.Steps {
		s := ui.Step{Text: r.Steps[i].Step.Title.In(lang(ctx))}
		if i <= far {
			s.Href = stepPath(w.ID, r.Steps[i].Step.ID)
		}
		out = append(out, s)
	}
	return append(out, ui.Step{Text: i18n.T(ctx, "applications.draft.step_check")})
}

// boxed is what stands in a box: what was sent, or the answer.
func (v *stepView) boxed(f *forms.FieldState) func(part string) []string {
	if v.raw != nil && v.sent(f) {
		return func(part string) []string { return tidy(v.raw[joined(f.Name, part)]) }
	}
	values := f.Field.Boxes(f.Value)
	return func(part string) []string { return values[part] }
}

// sent reports whether the field stood on the page that was sent.
func (v *stepView) sent(f *forms.FieldState) bool {
	for _, in := range f.Field.Inputs() {
		if _, ok := v.raw[joined(f.Name, in.Part)]; ok {
			return true
		}
	}
	return false
}

// tidy takes out what can't stand in a page.
func tidy(values []string) []string {
	out := make([]string, 0, len(values))
	for _, s := range values {
		if s = strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), ""); s != "" {
			out = append(out, s)
		}
	}
	return out
}

func one(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

// label is the field's name, marked in words if it may be left empty.
func (v *stepView) label(f *forms.FieldState) string {
	text := v.in(f.Field.Label)
	if !f.Field.IsRequired() && f.Field.Kind != "consent" {
		text = v.t("applications.draft.optional", "Label", text)
	}
	return text
}

// hint is the field's help and where its value comes from.
func (v *stepView) hint(f *forms.FieldState) ui.Part {
	var lines []string
	if text := v.in(f.Field.Hint); text != "" {
		lines = append(lines, text)
	}
	if s := v.source(f.Source); s != "" && (v.raw == nil || !v.sent(f) || v.unchanged(f)) {
		lines = append(lines, s)
	}
	return v.helped(f.Name, lines)
}

// plainHint is the field's help alone.
func (v *stepView) plainHint(f *forms.FieldState) ui.Part {
	if v.work.remark(f.Name) == "" {
		return ui.Text(v.in(f.Field.Hint))
	}
	return v.helped(f.Name, tidy([]string{v.in(f.Field.Hint)}))
}

// changedFrom says what was known, where the person has written something else.
func (v *stepView) changedFrom(f *forms.FieldState) string {
	return changedFrom(v.ctx, f.Field, f.Provided)
}

func changedFrom(ctx context.Context, f *forms.Field, provided any) string {
	return say(ctx, "applications.draft.changed", "Value", f.Print(provided, printer(ctx)))
}

// unchanged reports whether what was sent is what the field holds, spaces and
// dashes aside: then it still comes from where it came from.
func (v *stepView) unchanged(f *forms.FieldState) bool {
	held := f.Field.Boxes(f.Value)
	for _, in := range f.Field.Inputs() {
		if plain(v.raw[joined(f.Name, in.Part)]) != plain(held[in.Part]) {
			return false
		}
	}
	return true
}

func plain(values []string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -\u00a0\u2013()", r) {
			return -1
		}
		return unicode.ToLower(r)
	}, strings.Join(tidy(values), "\n"))
}

// revealing marks a control on which other questions of the page depend, for
// the script that shows them at once.
func (v *stepView) revealing(f *forms.FieldState) ui.Attributes {
	name := f.Field.ID
	if group, _, ok := strings.Cut(f.Name, "."); ok {
		name = group + "." + name
	}
	if !v.reveals[name] {
		return nil
	}
	return ui.Attributes{"data-reveal": true}
}

// source tells where a value was taken from.
func (v *stepView) source(s forms.Source) string { return sourceText(v.ctx, s, true) }

// sourceText tells where a value was taken from; with may, that it can be changed here.
func sourceText(ctx context.Context, s forms.Source, may bool) string {
	if s.From != forms.FromKnown {
		return ""
	}
	text, origin := say(ctx, "applications.draft.source_plain"), s.Origin.In(lang(ctx))
	if at, err := time.Parse(time.RFC3339, s.AsOf); err == nil {
		text = say(ctx, "applications.draft.source_dated", "Origin", origin, "Date", at.Format("02.01.2006"))
	} else if origin != "" {
		text = say(ctx, "applications.draft.source", "Origin", origin)
	}
	if may {
		text += say(ctx, "applications.draft.source_may")
	}
	return text
}

// autocomplete: what browsers know is about the person who types, not about
// the children and neighbours of a group.
func autocomplete(f *forms.FieldState, in forms.Input) string {
	if strings.Contains(f.Name, ".") && f.Field.Autocomplete == "" {
		return ""
	}
	return in.Autocomplete
}

// fieldList draws the fields one after another.
func (v *stepView) fieldList(fields []forms.FieldState) []templ.Component {
	out := make([]templ.Component, 0, len(fields))
	for i := range fields {
		out = append(out, keyed(fields[i].Name, v.field(&fields[i])))
	}
	return out
}

// itemTitle is «Ребёнок 2».
func (v *stepView) itemTitle(g *forms.GroupState, i int) string {
	return v.in(g.Group.Repeat.Item) + " " + strconv.Itoa(i+1)
}

// isLast: the focus goes there after an item was added.
func (v *stepView) isLast(g *forms.GroupState, i int) bool { return i == len(g.Items)-1 }
