package cases

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"okno/internal/agency"
	"okno/internal/applications/upload"
	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/i18n"
	"okno/internal/kit/ui"
	"okno/internal/vault"
)

// view is a card as its page shows it, to a citizen or to staff.
type view struct {
	*Card
	ctx    context.Context
	cases  *Cases
	zone   *time.Location
	now    time.Time
	agency string
	// answerEnds is until when the citizen may answer what is asked now.
	answerEnds time.Time
	base       string // address of the card, without a slash at its end
	cards      string // where the cards are, with one
	// agencies names agencies by their codes.
	agencies func(code string) string
	// faults by field, and what was posted with them.
	faults map[string]string
	// clash says that somebody else was faster, and what to do.
	clash  string
	posted map[string][]string
	// staff only
	staff    bool
	officers []ui.SelectItem
	others   []ui.SelectItem
	key      string // idempotency key of the forms
	// compared are the answers beside their sources, ready the agency's words.
	compared []comparedStep
	ready    map[string][]agency.Template
	// deed is whose form was posted; refill shows it open, with a template's words.
	deed   string
	refill bool
	// paper is the text of a document with a mistake, for staff.
	paper forms.Issued
	// thread are the messages, nil for a part of the page without them.
	thread *Thread
	// fixed is why the citizen can't change the application, nil if they can.
	fixed error
	// repeatable: the service is offered, so that another one can be begun from this.
	repeatable bool
}

func (c *Cases) view(ctx context.Context, card *Card, base string) view {
	a, _ := c.Offices.ByCode(card.Agency)
	zone, now := c.zone(card.Agency, card.Office), c.Clock.Now()
	return view{
		Card: card, ctx: ctx, cases: c, zone: zone, now: now, answerEnds: c.Calendar.DeadlineWorking(now, c.answerDays(card.Service), zone), agency: a.Title.In(i18n.Lang(ctx)), base: base + card.Number, cards: base,
		faults: map[string]string{}, fixed: mayChange(card.Case, card.Service),
		agencies: func(code string) string {
			a, _ := c.Offices.ByCode(code)
			return a.Title.In(i18n.Lang(ctx))
		},
	}
}

// blame shows what is wrong at the fields, with what was posted.
func (v *view) blame(err error, posted map[string][]string) {
	v.posted = posted
	e, ok := errs.As(err)
	if !ok {
		return
	}
	if e.Kind == errs.Conflict {
		v.clash = i18n.T(v.ctx, e.Key, e.Args...)
	}
	for _, f := range e.Fields {
		v.faults[f.Name] = i18n.T(v.ctx, f.Key, f.Args...)
	}
}

func (v view) t(key string, args ...any) string { return i18n.T(v.ctx, key, args...) }
func (v view) lang() string                     { return i18n.Lang(v.ctx) }
func (v view) in(t forms.Text) string           { return t.In(forms.Lang(v.lang())) }
func (v view) title() string                    { return v.in(v.Service.Title) }
func (v view) date(d db.Date) string            { return i18n.DateISO(v.lang(), string(d)) }
func (v view) when(t db.Time) string            { return i18n.DateTime(v.lang(), t.Time().In(v.zone)) }
func (v view) can(d Deed) bool                  { return has(v.Can, d) }
func (v view) fault(name string) ui.Part        { return ui.Text(v.faults[name]) }

func (v view) old(name string) string {
	if len(v.posted[name]) == 0 {
		return ""
	}
	return v.posted[name][0]
}

func has(all []Deed, d Deed) bool {
	for _, x := range all {
		if x == d {
			return true
		}
	}
	return false
}

// holds reports whether the reader may decide: who took the case, or a head.
func (v view) holds() bool { return v.Mine || v.can(Assign) }

func kindOfStatus(s Status) ui.Kind {
	switch s {
	case Waiting:
		return ui.Attention
	case Approved, Completed:
		return ui.Done
	case Refused:
		return ui.Refused
	case Cancelled:
		return ui.Neutral
	}
	return ui.Progress
}

// steps is the line of progress and where the case stands on it.
func (v view) steps() ([]ui.Step, int) {
	at := 0
	line := Progress(v.Status, v.Stage)
	steps := make([]ui.Step, len(line))
	for i, leg := range line {
		steps[i] = ui.Step{Text: v.t("applications.step." + string(leg.Stage))}
		if leg.State == LegCurrent {
			at = i
		}
	}
	if v.revoked() {
		steps[at].Text = v.t("applications.event.revoke")
	}
	return steps, at
}

// deadline says in words how long it will take.
func (v view) deadline() string {
	switch {
	case !v.Status.Open() || v.Due.At.IsZero():
		return ""
	case v.Stage.Halted():
		return v.t("applications.card.halted", "Count", max(v.Left.WorkingDays, 0))
	case v.Left.Paused && v.staff:
		return v.t("applications.desk.paused", "Count", max(v.Left.WorkingDays, 0))
	case v.Left.Overdue && v.staff:
		return v.t("applications.desk.late", "Date", v.date(v.Due.Date))
	case v.Left.Paused:
		return v.t("applications.card.paused", "Count", max(v.Left.WorkingDays, 0))
	case v.Left.Overdue:
		return v.t("applications.card.overdue", "Date", v.date(v.Due.Date))
	case v.Left.WorkingDays == 0:
		return v.t("applications.card.due_today", "Date", v.date(v.Due.Date))
	}
	return v.t("applications.card.due", "Date", v.date(v.Due.Date), "Count", v.Left.WorkingDays)
}

// revoked reports whether all that was issued is no longer valid.
func (v view) revoked() bool {
	valid := func(d vault.Document) bool { return d.RevokedAt.IsZero() }
	return len(v.Documents) > 0 && !slices.ContainsFunc(v.Documents, valid)
}

// outcomeKind colours the card of the result.
func (v view) outcomeKind() ui.Kind {
	if v.revoked() {
		return ui.Refused
	}
	return ui.Done
}

// downloadClass keeps a paper that no longer counts from being pressed for.
func (v view) downloadClass(d vault.Document) string {
	if d.RevokedAt.IsZero() {
		return ""
	}
	return ui.ButtonSecondary
}

// kindOfEvent colours a line of the chronology.
func kindOfEvent(e Event) ui.Kind {
	switch e.Deed {
	case Revoke, Infected, PartNo, PartLate:
		return ui.Refused
	case PartBack, PrepareRevoke, PrepareTypo: // a colleague has yet to confirm what is prepared
		return ui.Attention
	case AskTypo:
		return ui.Progress
	case Decline, DeclineTypo:
		return ui.Neutral
	case PartYes:
		return ui.Done
	}
	return kindOfStatus(e.To)
}

// now says what happens at present and what the person has to do.
func (v view) stands() string {
	if v.revoked() {
		return v.t("applications.now.revoked")
	}
	if v.Status == Accepted && v.Redone() {
		return v.t("applications.now.reopened", "Date", v.date(v.Due.Date))
	}
	if ask := v.Asked(); ask != nil && ask.Kind == AskToCorrect {
		return v.t("applications.now.correct")
	}
	if v.Status == Accepted {
		return v.t("applications.now."+string(v.Stage), "Date", v.date(v.RegisterBy))
	}
	return v.t("applications.now." + string(v.Stage))
}

func (v view) facts() []ui.Pair {
	who := v.t("applications.card.nobody")
	if v.AssignedTo != "" {
		who = v.t("applications.card.officer")
	}
	return ui.Pairs(
		v.t("applications.card.child"), v.child(),
		v.t("applications.card.helper"), v.Helper,
		v.t("applications.card.agency"), v.agency,
		v.t("applications.card.who"), who,
		v.t("applications.card.submitted"), v.when(v.SubmittedAt),
		v.t("applications.card.registered"), v.registered(),
		v.t("applications.card.deadline"), v.deadline(),
		v.t("applications.card.usual"), v.usual(),
		v.t("applications.card.ahead"), v.ahead(),
		v.t("applications.delivery.how"), v.way(),
	)
}

// child is on whose behalf it was sent, with the day of birth; "" for the applicant.
func (v view) child() string {
	if v.Child == nil {
		return ""
	}
	return v.t("applications.card.child_born", "Name", v.Child.Name(), "Day", i18n.DateISO(i18n.Lang(v.ctx), v.Child.BirthDate))
}

func (v view) registered() string {
	if v.RegisteredAt.IsZero() {
		return ""
	}
	return v.when(v.RegisteredAt)
}

// chronology is the history, newest first; citizens are not shown who of the
// agency was given the case.
func (v view) chronology() []ui.ChronologyItem {
	var items []ui.ChronologyItem
	for i := len(v.Events) - 1; i >= 0; i-- {
		e := v.Events[i]
		if e.Deed == Assign && !v.staff {
			continue
		}
		item := ui.ChronologyItem{
			When: v.when(e.At), DateTime: e.At.Time().Format(time.RFC3339), Title: v.eventTitle(e.Deed),
			Text: e.Text, Kind: kindOfEvent(e), Current: len(items) == 0,
		}
		if v.IsPart() {
			item.Title = v.partEvent(e)
		}
		if e.note() {
			item.Title = v.t("applications.event.inner")
		}
		items = append(items, item)
	}
	return items
}

// note reports whether the event is words of staff among themselves; what else only
// they see (a prepared decision, a case handed up) has a name of its own.
func (e Event) note() bool { return e.Inner && e.Deed == Comment }

// eventTitle names a line of the chronology: to the owner their own deeds are
// theirs, not those of some applicant.
func (v view) eventTitle(deed Deed) string {
	if !v.staff && (deed == Modify || deed == Cancel || deed == AskTypo) {
		return v.t("applications.own." + string(deed))
	}
	return v.t("applications.event." + string(deed))
}

func (v view) changedTitle(at db.Time) string {
	if v.staff {
		return v.t("applications.change.changed", "When", v.when(at))
	}
	return v.t("applications.change.own", "When", v.when(at))
}

func (v view) source(row forms.Row) string {
	if row.Empty || row.Source.From != forms.FromKnown {
		return ""
	}
	return v.t("applications.card.source", "Origin", v.in(row.Source.Origin))
}

// answerRows are the rows of a summary list.
func (v view) answerRows(rows []forms.Row) []ui.SummaryRow {
	out := make([]ui.SummaryRow, len(rows))
	for i, r := range rows {
		value := ui.Text(r.Value)
		if s := v.source(r); s != "" && v.staff {
			value = ui.HTML(sourced(r.Value, s))
		}
		out[i] = ui.SummaryRow{Key: ui.Text(r.Label), Value: value}
	}
	return out
}

func (v view) answersTitle() string {
	if v.staff {
		return v.t("applications.desk.answers")
	}
	return v.t("applications.card.answers")
}

func (v view) fileNote(f File) string {
	note := strings.ToUpper(string(f.Type)) + ", " + i18n.Size(v.lang(), f.Size)
	switch f.Scan {
	case upload.Checking:
		note += " — " + v.t("applications.file.checking")
	case upload.Infected:
		note += " — " + v.t("applications.file.infected")
	case upload.Unscanned:
		if v.staff {
			note += " — " + v.t("applications.file.unscanned")
		}
	}
	return note
}

func (v view) label(fieldID string) string {
	if f := v.Service.Field(fieldID); f != nil {
		return v.in(f.Label)
	}
	if g := v.Service.Group(fieldID); g != nil {
		return v.in(g.Title)
	}
	return fieldID
}

// askFollows lets the form of an answer follow changes, but not where it shows
// what was posted: a fresh form would wipe that.
func (v view) askFollows() templ.Attributes {
	if v.posted != nil {
		return nil
	}
	return templ.Attributes{"data-live-ref": "case:" + v.ID, "data-live-src": v.base + "/ask"}
}

// spoiled are the names of files that turned out to be infected, while nobody
// has answered since and another file is still of use.
func (v view) spoiled() []string {
	last := func(deed Deed) int64 {
		for i := len(v.Events) - 1; i >= 0; i-- {
			if v.Events[i].Deed == deed {
				return v.Events[i].Version
			}
		}
		return 0
	}
	if !v.Status.Open() || last(Infected) <= last(Answered) {
		return nil
	}
	var names []string
	add := func(files []File) {
		for _, f := range files {
			if f.Scan == upload.Infected {
				names = append(names, f.Name)
			}
		}
	}
	add(v.Files)
	for _, a := range v.Asks {
		if !a.Open() {
			add(a.Files)
		}
	}
	return names
}

// askFor is the text with which the box of an ask begins: what was typed, or
// what an infected file makes necessary.
func (v view) askFor() string {
	if names := v.spoiled(); v.posted == nil && len(names) > 0 {
		return v.t("applications.desk.ask_spoiled", "Names", strings.Join(names, ", "))
	}
	return v.oldOf(string(Request), "text")
}

// askFiles ticks the box of files where the ask needs one.
func (v view) askFiles() []string {
	if v.posted == nil && len(v.spoiled()) > 0 {
		return []string{"yes"}
	}
	if v.deed != string(Request) {
		return nil
	}
	return v.posted["files"]
}

// keptFor are the files that stayed with a box of the open ask.
func (v view) keptFor(field string) []File {
	if field == "files" {
		field = ""
	}
	var out []File
	for _, f := range v.Asked().Files {
		if f.Field == field {
			out = append(out, f)
		}
	}
	return out
}

// idle reports whether there is nothing that staff can do with the case.
func (v view) idle() bool {
	for _, d := range v.Can {
		if d == FixTypo || d == PrepareTypo || d == DeclineTypo || d == PrepareRevoke || d == Decline || d == Revoke && v.Proposal != nil {
			continue // they have a card of their own
		}
		if d != Revoke || len(v.Documents) > 0 && !v.revoked() {
			return false
		}
	}
	return true
}

// faultList is the error summary.
func (v view) faultList(fields ...string) []ui.ErrorItem {
	return ui.ErrorList(v.faults, ui.Fields(fields...)...)
}

func (v view) presets() []ui.SelectItem {
	items := []ui.SelectItem{{Text: v.t("applications.desk.own_words"), NoValue: true}}
	for _, p := range v.Service.Ask {
		items = append(items, ui.SelectItem{Value: p.ID, Text: v.in(p.Title)})
	}
	return items
}

func (v view) grounds() []ui.SelectItem {
	items := []ui.SelectItem{{Text: v.t("applications.desk.choose_ground"), NoValue: true}}
	for _, g := range v.Service.Page.Refusal {
		items = append(items, ui.SelectItem{Value: g.Code, Text: v.in(g.Text)})
	}
	return items
}

// correctable are the fields and lists that an officer may open.
func (v view) correctable() []ui.ChoiceItem {
	var items []ui.ChoiceItem
	for _, step := range v.result.Steps {
		for _, f := range step.Fields {
			if askable(v.Service, f.Field.ID) != nil {
				items = append(items, ui.ChoiceItem{Value: f.Field.ID, Text: v.in(f.Field.Label)})
			}
		}
		for _, g := range step.Groups {
			if openable(v.Service, g.Group.ID) {
				items = append(items, ui.ChoiceItem{Value: g.Group.ID, Text: v.in(g.Group.Title)})
			}
		}
	}
	return items
}

// officerItems are the people to whom a head may give the case.
func (c *Cases) officerItems(ctx context.Context, card *Card) ([]ui.SelectItem, error) {
	ids, err := c.officers(ctx, card.Agency)
	if err != nil {
		return nil, err
	}
	items := []ui.SelectItem{{Text: i18n.T(ctx, "applications.desk.nobody"), NoValue: true}}
	for _, account := range ids {
		name := account
		if a, err := c.Accounts.Account(ctx, account); err == nil && a.Login != "" {
			name = a.Login
		}
		if account == identity.ActorOf(ctx).ID {
			name = i18n.T(ctx, "applications.desk.me", "Name", name)
		}
		items = append(items, ui.SelectItem{Value: account, Text: name, Selected: ui.OnIf(account == card.AssignedTo)})
	}
	return items, nil
}

// faulty reports whether one of the fields is wrong.
func (v view) faulty(names ...string) bool {
	for _, n := range names {
		if v.faults[n] != "" {
			return true
		}
	}
	return false
}

// documentHref is where the reader gets an issued document.
func (v view) documentHref(documentID string) string {
	if v.staff {
		return v.base + "/documents/" + documentID
	}
	return "/cabinet/documents/" + documentID + "/file"
}
