package complaint

import (
	"context"
	"strings"
	"time"

	"okno/internal/applications/cases"
	"okno/internal/forms"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/i18n"
	"okno/internal/kit/ui"
)

// view is a complaint as its pages show it, to a citizen or to staff.
type view struct {
	*Card
	ctx          context.Context
	room         *Complaints
	zone         *time.Location
	base         string // address without a slash at its end
	agency, body string
	above        string
	title        string
	staff        bool
	key          string
	faults       map[string]string
	posted       map[string][]string
}

func (r *Complaints) view(ctx context.Context, card *Card, base string) view {
	lang := i18n.Lang(ctx)
	name := func(code string) string {
		a, _ := r.Offices.ByCode(code)
		return a.Title.In(lang)
	}
	v := view{
		Card: card, ctx: ctx, room: r, zone: r.zone(card.Body), base: base, agency: name(card.Agency), body: name(card.Body),
		title: card.Words.Title.In(forms.Lang(lang)), faults: map[string]string{},
	}
	if card.Above != "" {
		v.above = name(card.Above)
	}
	return v
}

// blame shows what is wrong at the fields, with what was posted.
func (v *view) blame(err error, posted map[string][]string) {
	v.posted = posted
	e, ok := errs.As(err)
	if !ok {
		return
	}
	for _, f := range e.Fields {
		v.faults[f.Name] = i18n.T(v.ctx, f.Key, f.Args...)
	}
}

func (v view) t(key string, args ...any) string { return i18n.T(v.ctx, key, args...) }
func (v view) lang() string                     { return i18n.Lang(v.ctx) }
func (v view) in(t forms.Text) string           { return t.In(forms.Lang(v.lang())) }
func (v view) date(d db.Date) string            { return i18n.DateISO(v.lang(), string(d)) }
func (v view) fault(name string) ui.Part        { return ui.Text(v.faults[name]) }

func (v view) when(t db.Time) string {
	if t.IsZero() {
		return ""
	}
	return i18n.DateTime(v.lang(), t.Time().In(v.zone))
}

func (v view) can(d Deed) bool {
	for _, x := range v.Can {
		if x == d {
			return true
		}
	}
	return false
}

func (v view) old(name, kept string) string {
	if len(v.posted[name]) == 0 {
		return kept
	}
	return v.posted[name][0]
}

// kindOf is the colour of a status.
func kindOf(s Status) ui.Kind {
	switch s {
	case Satisfied, Partly:
		return ui.Done
	case Refused, Unanswered:
		return ui.Refused
	case Withdrawn, Draft:
		return ui.Neutral
	case SentOff, Registered, InWork:
	}
	return ui.Progress
}

// steps is the line of progress and where the complaint stands on it.
func (v view) steps() ([]ui.Step, int) {
	names := []string{"sent", "registered", "in_work", "verdict"}
	at := map[Status]int{SentOff: 0, Registered: 1, InWork: 2}[v.Status]
	if !v.Status.Open() {
		at = 3
		names[3] = string(v.Status)
	}
	if v.Status == Withdrawn {
		names, at = []string{"sent", "withdrawn"}, 1
	}
	steps := make([]ui.Step, len(names))
	for i, n := range names {
		steps[i] = ui.Step{Text: v.t("applications.complaint.step." + n)}
	}
	return steps, at
}

// now says what happens at present and what follows.
func (v view) now() string {
	switch {
	case v.Status == SentOff:
		return v.t("applications.complaint.now.sent", "Body", v.body, "Date", v.date(v.RegisterBy))
	case v.Status.Open() && v.Left.Overdue:
		return v.t("applications.complaint.now.late", "Date", v.date(v.Due.Date))
	case v.Status.Open():
		return v.t("applications.complaint.now.open", "Body", v.body, "Date", v.date(v.Due.Date), "Count", v.Left.WorkingDays)
	}
	return v.t("applications.complaint.now." + string(v.Status))
}

// deadline says until when there must be an answer.
func deadline(ctx context.Context, c Complaint) string {
	switch {
	case !c.Status.Open() || c.Due.At.IsZero():
		return ""
	case c.Status == SentOff:
		return i18n.T(ctx, "applications.complaint.due.register", "Date", i18n.DateISO(i18n.Lang(ctx), string(c.Due.Date)))
	case c.Left.Overdue:
		return i18n.T(ctx, "applications.complaint.due.late", "Date", i18n.DateISO(i18n.Lang(ctx), string(c.Due.Date)))
	}
	return i18n.T(ctx, "applications.complaint.due.answer", "Date", i18n.DateISO(i18n.Lang(ctx), string(c.Due.Date)), "Count", c.Left.WorkingDays)
}

func (v view) ground() string {
	g, _ := v.room.Ground(v.Ground)
	return g.Title.In(v.lang())
}

func (v view) law() string {
	g, _ := v.room.Ground(v.Ground)
	return g.Law
}

func (v view) facts() []ui.Pair {
	step := v.t("applications.complaint.step_one")
	if v.Step == 2 {
		step = v.t("applications.complaint.step_two")
	}
	return ui.Pairs(
		v.t("applications.complaint.fact.step"), step,
		v.t("applications.complaint.fact.service"), v.title,
		v.t("applications.complaint.fact.ground"), v.ground(),
		v.t("applications.complaint.fact.agency"), v.agency,
		v.t("applications.complaint.fact.body"), v.body,
		v.t("applications.complaint.fact.sent"), v.when(v.SentAt),
		v.t("applications.complaint.fact.registered"), v.when(v.RegisteredAt),
		v.t("applications.complaint.fact.deadline"), deadline(v.ctx, v.Complaint),
		v.t("applications.complaint.fact.decided"), v.when(v.DecidedAt),
	)
}

// about is what the complaint is about, as it was when it was sent.
func (v view) about() []ui.Pair {
	return ui.Pairs(
		v.t("applications.complaint.fact.case"), v.CaseNumber,
		v.t("applications.complaint.fact.service"), v.title,
		v.t("applications.complaint.fact.agency"), v.agency,
		v.t("applications.complaint.fact.status"), v.t(v.Words.Status.Text()),
		v.t("applications.complaint.fact.refusal"), v.in(v.Words.Refusal),
		v.t("applications.complaint.fact.decision"), v.Words.Decision,
	)
}

func (v view) chronology() []ui.ChronologyItem {
	var items []ui.ChronologyItem
	for i := len(v.Events) - 1; i >= 0; i-- {
		e := v.Events[i]
		if e.Deed == Begin || e.Deed == Return && !v.staff {
			continue
		}
		kind := kindOf(e.To)
		if e.Deed == Late {
			kind = ui.Refused
		}
		items = append(items, ui.ChronologyItem{
			When: v.when(e.At), DateTime: e.At.Time().Format(time.RFC3339), Title: v.t("applications.complaint.event." + string(e.Deed)),
			Kind: kind, Current: len(items) == 0,
		})
	}
	return items
}

func (v view) fileNote(f File) string {
	note := strings.ToUpper(string(f.Type)) + ", " + i18n.Size(v.lang(), f.Size)
	if !f.Scan.Passes() {
		note += " — " + v.t("applications.complaint.file."+string(f.Scan))
	}
	return note
}

// groundItems are the grounds that fit the case, with their terms.
func (v view) groundItems(s cases.Status) []ui.ChoiceItem {
	var items []ui.ChoiceItem
	for _, g := range v.room.Grounds(s) {
		items = append(items, ui.ChoiceItem{
			Value: g.Code, Text: g.Title.In(v.lang()), Hint: ui.Text(v.t("applications.complaint.ground_term", "Count", g.Days)),
		})
	}
	return items
}

// verdictItems are the verdicts to choose from.
func (v view) verdictItems() []ui.ChoiceItem {
	var items []ui.ChoiceItem
	for _, d := range Verdicts() {
		items = append(items, ui.ChoiceItem{Value: string(d), Text: v.t("applications.complaint.verdict." + string(d)), Hint: ui.Text(v.t("applications.complaint.verdict_hint." + string(d)))})
	}
	return items
}

// measureItems are the measures that fit the case as it stands.
func (v view) measureItems() []ui.ChoiceItem {
	var items []ui.ChoiceItem
	for _, m := range Measures() {
		if m.Fits(v.Case.Status) {
			items = append(items, ui.ChoiceItem{Value: string(m), Text: v.t("applications.complaint.measure."+string(m), "Count", redoDays)})
		}
	}
	return items
}

// measure is the one that the ground suggests.
func (v view) measure() string {
	g, _ := v.room.Ground(v.Ground)
	if v.Case != nil && g.Measure.Fits(v.Case.Status) {
		return string(g.Measure)
	}
	return ""
}

// onwards says how the citizen may go on.
func (v view) onwards() string { return v.room.onwards(v.lang(), v.Complaint) }

func (v view) faultList(fields ...string) []ui.ErrorItem {
	return ui.ErrorList(v.faults, ui.Fields(fields...)...)
}

func lines(text string) []string {
	var out []string
	for l := range strings.SplitSeq(text, "\n") {
		if strings.TrimSpace(l) != "" {
			out = append(out, l)
		}
	}
	return out
}
