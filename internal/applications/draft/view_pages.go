package draft

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"okno/internal/applications/cases"
	"okno/internal/forms"
	"okno/internal/kit/errs"
	"okno/internal/kit/i18n"
	"okno/internal/kit/id"
	"okno/internal/kit/ui"
)

// levelKey says how the level is reached.
func levelKey(level string) string {
	if level == "confirmed" {
		return "applications.draft.level.confirmed"
	}
	return "applications.draft.level.standard"
}

// say is a text in the request's language.
func say(ctx context.Context, key string, args ...any) string {
	return i18n.T(ctx, key, args...)
}

// startView is the page before the first question.
type startView struct {
	ctx     context.Context
	service *forms.Service
	agency  string
	drafts  []Row
	zone    *time.Location
	closed  *errs.Error // why it can't be begun
	level   bool        // it can be begun, and not yet sent
	secure  *errs.Error // what a service of high security wants first
	proof   proof
	once    string
	behalf  *Behalf // for whom it is begun; nil for the actor
	// whose are those for whom it can be begun, where there is a choice or a child;
	// forChild: the service is asked for children too.
	whose    []ui.ChoiceItem
	forChild bool
}

// choose lists for whom the service can be begun: the person, and those of the
// children whose age fits.
func (v *startView) choose(f forms.Facts, children []cases.Child) {
	w, ok := v.service.For(forms.WhoChild)
	if v.forChild = ok && v.behalf == nil; !v.forChild {
		return
	}
	for _, c := range children {
		if w.Fits(c.BirthDate, f.Today) {
			v.whose = append(v.whose, ui.ChoiceItem{
				Value: c.ID, Text: c.Name(), Hint: ui.Text(v.t("applications.draft.child.born", "Day", i18n.DateISO(i18n.Lang(v.ctx), c.BirthDate))),
			})
		}
	}
	switch {
	case len(v.whose) == 0:
	case v.closed == nil:
		v.whose = append([]ui.ChoiceItem{{Value: "", Text: v.t("applications.draft.child.self")}}, v.whose...)
	case v.closed == ErrForChild || v.closed == ErrAge:
		v.closed = nil
	}
}

func (r *Room) newView(ctx context.Context, serviceID, mandate string) (startView, error) {
	v := startView{ctx: ctx, once: id.New()}
	me, b, err := r.beginner(ctx, mandate, serviceID)
	if err != nil {
		return v, err
	}
	v.behalf = b
	s, ok := r.Services.Service(serviceID)
	if !ok {
		return v, ErrService
	}
	v.service, v.agency, v.zone = s, r.Agency(s.Agency).Title.In(lang(ctx)), r.Agency(s.Agency).Zone
	f, err := r.facts((&work{behalf: b}).asOwner(ctx), me, s)
	if err != nil {
		return v, err
	}
	v.closed = mayDraft(s, f)
	if b == nil {
		children, err := r.children(ctx, me)
		if err != nil {
			return v, err
		}
		v.choose(f, children)
	}
	v.level = rank(f.Level) < rank(s.Level)
	if v.secure = secured(ctx, s, f); v.secure == ErrSecure {
		if v.proof.path, v.proof.holds, err = r.proofPath(ctx, "/cabinet/drafts/new?service="+s.ID); err != nil {
			return v, err
		}
	}
	all, err := r.Drafts(ctx, me)
	for _, d := range all {
		if d.ServiceID == s.ID && (b == nil || b.Opens(d.ServiceID, d.CreatedAt)) {
			v.drafts = append(v.drafts, d)
		}
	}
	return v, err
}

func (v startView) t(key string, args ...any) string { return say(v.ctx, key, args...) }
func (v startView) in(t forms.Text) string           { return t.In(lang(v.ctx)) }
func (v startView) title() string                    { return v.in(v.service.Title) }

// facts are what a person wants to know before beginning.
func (v startView) facts() []ui.Pair {
	d := v.service.Page.Duration
	return ui.Pairs(
		v.t("applications.draft.start.agency"), v.agency,
		v.t("applications.draft.start.duration"), term(v.ctx, d.WorkingDays+d.CalendarDays, d.WorkingDays > 0, d.Minutes),
		v.t("applications.draft.start.result"), v.in(v.service.Page.Result),
	)
}

// where says how far a draft has come.
func (v startView) where(d Row) string {
	if d.StepTitle.IsZero() {
		return v.t("applications.draft.start.at_check")
	}
	return v.t("applications.draft.start.at_step", "Step", v.in(d.StepTitle))
}

func (v startView) when(d Row) string {
	at := d.UpdatedAt.Time()
	if v.zone != nil {
		at = at.In(v.zone)
	}
	return v.t("applications.draft.start.saved", "When", i18n.DateTime(i18n.Lang(v.ctx), at))
}

// term is a time limit in words, "" for none.
func term(ctx context.Context, days int, working bool, minutes int) string {
	switch {
	case days > 0 && working:
		return say(ctx, "applications.draft.term.working", "Count", days)
	case days > 0:
		return say(ctx, "applications.draft.term.calendar", "Count", days)
	case minutes > 0:
		return say(ctx, "applications.draft.term.minutes", "Count", minutes)
	}
	return ""
}

// proof is where a person proves who they are, and whether they hold something
// to prove it by.
type proof struct {
	path  string
	holds bool
}

// checkView is the page of checked answers.
type checkView struct {
	ctx       context.Context
	work      *work
	result    *forms.Result
	sections  []forms.Section
	closed    *errs.Error // why it can't be sent yet
	faults    []ui.ErrorItem
	failed    bool   // sending was tried
	codeFault string // what is wrong with the owner's code
	changed   bool   // the answers are not those that were seen
	proof     proof
	// confirmed: a phone has confirmed the sending, which waits for the button.
	confirmed bool
	pages     map[string]*stepView
	marks     forms.Provenance
	// offer is how the result may be had, wish what was chosen, wrong what is wrong with it.
	offer cases.Offer
	wish  cases.Wish
	wrong map[string]string
}

// sendText names what sending does.
func (v *checkView) sendText() string {
	if v.work.changes() {
		return v.t("applications.draft.check.send_change")
	}
	return v.t("applications.draft.check.send")
}

func (r *Room) checkView(ctx context.Context, w *work, result *forms.Result) *checkView {
	v := &checkView{ctx: ctx, work: w, result: result, pages: map[string]*stepView{}, sections: forms.Summary(w.service, result, printer(ctx))}
	if v.closed = maySend(w.service, w.facts); v.closed == nil {
		v.closed = secured(ctx, w.service, w.facts)
	}
	if !w.changes() { // a change leaves the way as it was chosen
		v.offer = r.Cases.Offer(w.service, w.facts)
	}
	for _, x := range append(result.Missing[:len(result.Missing):len(result.Missing)], result.Wrong...) {
		v.faults = append(v.faults, ui.ErrorItem{Href: v.mend(x), Text: message(ctx, x)})
	}
	v.faults = shortened(ctx, v.faults)
	return v
}

// mend is where a fault is mended.
func (v *checkView) mend(x forms.Wrong) string {
	page := v.pages[x.Step]
	if page == nil {
		page = newStepView(v.ctx, v.work, v.result, x.Step)
		page.back, v.pages[x.Step] = true, page
	}
	if row := page.rowHref(x); row != "" {
		return row
	}
	return stepPath(v.work.ID, x.Step) + "?back=check#" + url.PathEscape(page.anchor(x))
}

func (v *checkView) t(key string, args ...any) string { return say(v.ctx, key, args...) }
func (v *checkView) in(t forms.Text) string           { return t.In(lang(v.ctx)) }
func (v *checkView) title() string {
	return v.t("applications.draft.check.title") + " — " + v.in(v.work.service.Title)
}

func (v *checkView) progress() ([]ui.Step, int) {
	return progress(v.ctx, v.work, v.result), len(v.result.Steps)
}

func (v *checkView) backHref() string {
	return stepPath(v.work.ID, stepAt(v.result, len(v.result.Steps)-1))
}

// unfinished: the person has not come to all questions yet.
func (v *checkView) unfinished() bool { return reach(v.result, v.work.Step) < len(v.result.Steps) }

// rows are the answers of a step, each with a way to change it.
func (v *checkView) rows(rows []forms.Row) []ui.SummaryRow {
	var out []ui.SummaryRow
	for _, x := range rows {
		row := ui.SummaryRow{Key: ui.Text(x.Label), Value: ui.HTML(answerWithSource(v, x))}
		if x.Kind != "calculated" {
			row.Actions.Items = []ui.SummaryAction{{
				Href: stepPath(v.work.ID, x.Step) + "?back=check#" + url.PathEscape(v.box(x)),
				Text: v.t("applications.draft.check.change"), VisuallyHiddenText: x.Label,
			}}
		} else if x.Empty {
			continue
		}
		out = append(out, row)
	}
	return out
}

// origin says where an answer comes from, or from what it was changed; "" for
// what was simply typed.
func (v *checkView) origin(x forms.Row) string {
	if v.marks == nil {
		v.marks = v.result.Provenance()
	}
	m, ok := v.marks[x.Field]
	if !ok || m.Origin == nil {
		return ""
	}
	if field := fieldOf(v.work.service, v.work.service.Step(x.Step), x.Field); m.Changed && field != nil {
		return changedFrom(v.ctx, field, m.Provided)
	}
	return sourceText(v.ctx, forms.Source{From: m.From, Path: m.Path, Origin: *m.Origin, AsOf: m.AsOf}, false)
}

// table are the first rows of a long list, a line of text each.
func (v *checkView) table(l forms.List) ui.TableParams {
	p := ui.TableParams{FirstCellIsHeader: true, Head: []ui.Cell{
		{Text: v.t("applications.draft.table.number")}, {Text: v.in(v.work.service.Group(l.Group).Repeat.Item)},
	}}
	for n, item := range l.Items[:min(len(l.Items), rowsChecked)] {
		var all []string
		for _, x := range item.Rows {
			if !x.Empty {
				all = append(all, x.Value)
			}
		}
		p.Rows = append(p.Rows, []ui.Cell{{Text: strconv.Itoa(n + 1)}, {Text: strings.Join(all, " · ")}})
	}
	return ui.Stacked(p)
}

// box is the first box of the field in its page.
func (v *checkView) box(x forms.Row) string {
	field := fieldOf(v.work.service, v.work.service.Step(x.Step), x.Field)
	if field == nil || len(field.Inputs()) == 0 {
		return x.Field
	}
	return joined(x.Field, field.Inputs()[0].Part)
}

// outlook is what it costs and how long it takes.
func (v *checkView) outlook() []ui.Pair {
	d := v.result.Decided
	fee := v.t("applications.draft.fee.unknown")
	if d.FeeKnown {
		fee = v.t("applications.draft.fee.none")
		if d.Fee > 0 {
			fee = i18n.Money(i18n.Lang(v.ctx), d.Fee)
		}
		if d.Fee > 0 || len(v.work.service.Decide.Fee) > 1 { // that what is free is free needs no reason
			fee = withWhy(fee, d.FeeWhy.In(v.result, printer(v.ctx)))
		}
	}
	due := term(v.ctx, d.Days, d.Working, d.Minutes)
	if due != "" {
		due = withWhy(due, d.DeadlineWhy.In(v.result, printer(v.ctx)))
	}
	return ui.Pairs(v.t("applications.draft.check.fee"), fee, v.t("applications.draft.check.term"), due, v.t("applications.draft.start.result"), v.in(v.work.service.Page.Result))
}

func withWhy(text, why string) string {
	if why == "" {
		return text
	}
	return text + ". " + strings.TrimSuffix(why, ".") + "."
}

// doubts are the conditions of the right that the answers do not meet.
func (v *checkView) doubts() []string {
	var out []string
	for _, x := range v.result.Decided.Reasons {
		out = append(out, withWhy(strings.TrimSuffix(x.Why.In(v.result, printer(v.ctx)), "."), v.in(x.Mend)))
	}
	return out
}

func (v *checkView) closedText() string { return i18n.T(v.ctx, v.closed.Key, v.closed.Args...) }

func (v *checkView) signed() bool { return v.work.service.Sign != "none" }

func (v *checkView) version() string { return strconv.FormatInt(v.work.RowVersion, 10) }

// stopView is an early end.
type stopView struct {
	ctx                context.Context
	id, service, title string
	text, back         string
	ways               []way
	why                forms.Reason
}

// way is something to do instead.
type way struct{ text, href string }

func (r *Room) stopView(ctx context.Context, w *work, result *forms.Result) stopView {
	s := result.Stopped
	step := s.Step
	if step == "" {
		step = stepAt(result, len(result.Steps)-1)
	}
	v := stopView{
		ctx: ctx, id: w.ID, service: w.service.Title.In(lang(ctx)), title: s.Stop.Title.In(lang(ctx)),
		text: s.Stop.Text.In(result, printer(ctx)), back: stepPath(w.ID, step),
	}
	if all := forms.Explain(result, printer(ctx)).Reasons; len(all) > 0 && all[0].About == forms.AboutStop {
		v.why = all[0]
	}
	for _, x := range s.Stop.Instead {
		href := x.URL
		if x.Service != "" {
			href = "/services/" + url.PathEscape(x.Service)
		}
		v.ways = append(v.ways, way{x.Text.In(lang(ctx)), href})
	}
	return v
}

func (v stopView) t(key string, args ...any) string { return say(v.ctx, key, args...) }

// sentView is the page after sending.
type sentView struct {
	ctx     context.Context
	work    *work
	agency  string
	service string
}

func (r *Room) sentView(ctx context.Context, w *work) sentView {
	return sentView{ctx: ctx, work: w, agency: r.Agency(w.service.Agency).Title.In(lang(ctx)), service: w.service.Title.In(lang(ctx))}
}

// title says what was sent.
func (v sentView) title() string {
	if v.work.Outcome.Changed {
		return v.t("applications.draft.sent.changed")
	}
	return v.t("applications.draft.sent.title")
}

func (v sentView) t(key string, args ...any) string { return say(v.ctx, key, args...) }

// card is the address of the application.
func (v sentView) card() string { return "/cabinet/applications/" + url.PathEscape(v.work.Number) }

func (v sentView) term() string {
	return term(v.ctx, v.work.Outcome.Days, v.work.Outcome.Working, v.work.Outcome.Minutes)
}

func (v sentView) fee() string {
	if o := v.work.Outcome; o.FeeKnown && o.Fee > 0 {
		return i18n.Money(i18n.Lang(v.ctx), o.Fee)
	}
	return ""
}

// deleteView asks whether a draft may be thrown away.
type deleteView struct {
	ctx         context.Context
	id, service string
	files       int
}
