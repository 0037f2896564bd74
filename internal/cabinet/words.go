package cabinet

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/a-h/templ"

	"okno/internal/applications/cases"
	"okno/internal/forms"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/kit/ui"
	"okno/internal/profile"
)

// StatusKind is the colour of an application's status; desk uses it too.
func StatusKind(s cases.Status) ui.Kind {
	switch s {
	case cases.InWork:
		return ui.Progress
	case cases.Waiting:
		return ui.Attention
	case cases.Approved, cases.Completed:
		return ui.Done
	case cases.Refused:
		return ui.Refused
	default:
		return ui.Neutral
	}
}

// current marks where a case stands on its line.
func current(leg cases.Leg) templ.Attributes {
	if leg.State == cases.LegCurrent {
		return templ.Attributes{"aria-current": "step"}
	}
	return nil
}

// text is a text of a service in the language of the page.
func text(ctx context.Context, t forms.Text) string { return t.In(forms.Lang(i18n.Lang(ctx))) }

// deadline says in words what is left of the agency's time.
func deadline(ctx context.Context, row cases.Row) string {
	switch {
	case !row.Status.Open() || row.Due.At.IsZero():
		return ""
	case row.Stage == cases.Payment:
		return i18n.T(ctx, "cabinet.deadline.payment")
	case row.Stage.Halted():
		return i18n.T(ctx, "cabinet.deadline.halted")
	case row.Left.Paused:
		return i18n.T(ctx, "cabinet.deadline.paused")
	case row.Left.Overdue:
		return i18n.T(ctx, "cabinet.deadline.overdue", "Day", i18n.DateISO(i18n.Lang(ctx), string(row.Due.Date)))
	case row.Left.WorkingDays <= 0:
		return i18n.T(ctx, "cabinet.deadline.today")
	}
	return i18n.T(ctx, "cabinet.deadline.left", "Count", row.Left.WorkingDays, "Day", i18n.DateISO(i18n.Lang(ctx), string(row.Due.Date)))
}

// reason says why the service is offered.
func (o Offer) reason(ctx context.Context) string {
	day := i18n.DateISO(i18n.Lang(ctx), string(o.Day))
	switch o.Why {
	case whyLevel:
		if o.Level.AtLeast(profile.Confirmed) {
			return i18n.T(ctx, "cabinet.offer.confirmed", "Day", day)
		}
		return i18n.T(ctx, "cabinet.offer.standard", "Day", day)
	case whyOpened:
		return i18n.T(ctx, "cabinet.offer.opened", "Day", day)
	case whyAge:
		return i18n.T(ctx, "cabinet.offer.age", "Count", o.Age, "Day", day)
	case whyExpires:
		return i18n.T(ctx, "cabinet.offer.expires", "Why", text(ctx, o.Words), "Day", day)
	}
	return text(ctx, o.Words)
}

// day is the day of an instant.
func (v view) day(ctx context.Context, at db.Time) string {
	return i18n.Date(i18n.Lang(ctx), at.Time().In(v.zone))
}

// moment is an instant as people say it: today and yesterday by their names.
func (v view) moment(ctx context.Context, at db.Time) string {
	t, now := at.Time().In(v.zone), v.now.In(v.zone)
	clock := t.Format("15:04")
	switch db.DateOf(t) {
	case db.DateOf(now):
		return i18n.T(ctx, "cabinet.moment.today", "Time", clock)
	case db.DateOf(now.AddDate(0, 0, -1)):
		return i18n.T(ctx, "cabinet.moment.yesterday", "Time", clock)
	}
	return i18n.DateTime(i18n.Lang(ctx), t)
}

// capital begins a text with a capital letter.
func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

// noticeKind is the colour of a notice.
func noticeKind(kind string, read bool) ui.Kind {
	switch {
	case read:
		return ""
	case kind == "security":
		return ui.Refused
	case kind == "deadline":
		return ui.Attention
	}
	return ui.Progress
}

// paragraphs are the lines of a message that say something.
func paragraphs(text string) []string {
	var out []string
	for l := range strings.SplitSeq(text, "\n") {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

// languages are named in themselves.
func languages() []ui.ChoiceItem {
	return []ui.ChoiceItem{
		{Value: i18n.RU, Text: "Русский", Attributes: ui.Attributes{"lang": i18n.RU}}, // data: a language's own name
		{Value: i18n.EN, Text: "English", Attributes: ui.Attributes{"lang": i18n.EN}},
	}
}

// wants are the boxes about recommendations.
func (s settings) wants(ctx context.Context) []ui.ChoiceItem {
	items := []ui.ChoiceItem{{Value: "off", Text: i18n.T(ctx, "cabinet.settings.no_recommendations")}}
	if n := len(s.Hidden); n > 0 {
		items = append(items, ui.ChoiceItem{Value: "again", Text: i18n.T(ctx, "cabinet.settings.show_hidden", "Count", n)})
	}
	return items
}

func (s settings) wanted() []string {
	if s.Off {
		return []string{"off"}
	}
	return nil
}

func (s settings) views() []string {
	var on []string
	if s.Contrast {
		on = append(on, "contrast")
	}
	if s.Type {
		on = append(on, "type")
	}
	return on
}
