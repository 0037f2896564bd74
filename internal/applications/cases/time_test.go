package cases

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"okno/internal/agency"
	"okno/internal/forms"
	"okno/internal/kit/audit"
	"okno/internal/notify"
	"okno/internal/reference"
)

// town is offices with a list of them.
type town struct{ offices }

func (town) Agencies() []agency.Agency {
	return []agency.Agency{{Code: "mvd", Zone: "Europe/Moscow"}, {Code: "fns", Zone: "Asia/Novosibirsk"}}
}

func (town) ByCode(code string) (agency.Agency, bool) {
	i := slices.IndexFunc(town{}.Agencies(), func(a agency.Agency) bool { return a.Code == code })
	if i < 0 {
		return agency.Agency{}, false
	}
	a := town{}.Agencies()[i]
	a.Title, a.Full = agency.Text{RU: code, EN: code}, agency.Text{RU: code, EN: code}
	return a, true
}

// balance runs a round of what is done by rule.
func (b *bundle) balance(t *testing.T) {
	t.Helper()
	must(t, b.Balance(context.Background()))
}

// clockAt moves the clock to a moment in Moscow.
func (b *bundle) clockAt(t *testing.T, moment string) {
	t.Helper()
	x, err := time.ParseInLocation("2006-01-02 15:04", moment, time.FixedZone("MSK", 3*60*60))
	must(t, err)
	b.clock.Advance(x.Sub(b.clock.Now()))
}

// mails are who was written to by mail, each with the text.
func mails(all []notify.Letter, to string) []string {
	var out []string
	for _, l := range all {
		if l.Channel == notify.Email && l.Owner == to {
			out = append(out, l.Text)
		}
	}
	return out
}

// TestMarks: when half, four fifths and all of a term are over, over weekends,
// holidays and zones.
func TestMarks(t *testing.T) {
	t.Parallel()
	ref, err := reference.Load()
	must(t, err)
	cal := ref.Calendar()
	for name, c := range map[string]struct {
		region, start    string
		term             Term
		half, most, over string
	}{
		"ten working days":           {"77", "2026-11-16 10:00", Term{Days: 10, Working: true}, "2026-11-24 09:00", "2026-11-27 09:00", "2026-11-30 23:59"},
		"three working days":         {"77", "2026-11-16 10:00", Term{Days: 3, Working: true}, "2026-11-18 13:30", "2026-11-19 12:36", "2026-11-19 23:59"},
		"one working day":            {"77", "2026-11-16 10:00", Term{Days: 1, Working: true}, "2026-11-17 13:30", "2026-11-17 16:12", "2026-11-17 23:59"},
		"over the New Year":          {"77", "2026-12-29 10:00", Term{Days: 4, Working: true}, "2027-01-12 09:00", "2027-01-13 10:48", "2027-01-13 23:59"},
		"the same days in Kamchatka": {"41", "2026-11-16 10:00", Term{Days: 10, Working: true}, "2026-11-24 09:00", "2026-11-27 09:00", "2026-11-30 23:59"},
		"and in Kaliningrad":         {"39", "2026-11-16 10:00", Term{Days: 10, Working: true}, "2026-11-24 09:00", "2026-11-27 09:00", "2026-11-30 23:59"},
		"calendar days":              {"77", "2026-11-16 10:00", Term{Days: 10}, "2026-11-21 23:59", "2026-11-24 23:59", "2026-11-26 23:59"},
		"minutes":                    {"77", "2026-11-16 10:00", Term{Minutes: 60}, "2026-11-16 10:30", "2026-11-16 10:48", "2026-11-16 11:00"},
	} {
		zone := ref.Zone(c.region)
		start, err := time.ParseInLocation("2006-01-02 15:04", c.start, zone)
		must(t, err)
		k := Case{Status: InWork, Term: c.term, Due: c.term.due(cal, zone, start)}
		var got []string
		for _, m := range marks(cal, zone, k) {
			got = append(got, m.at.In(zone).Format("2006-01-02 15:04"))
		}
		if want := []string{c.half, c.most, c.over}; !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

// TestMarksStandStill: a pause moves the marks that have not come by as much as
// the deadline.
func TestMarksStandStill(t *testing.T) {
	t.Parallel()
	ref, err := reference.Load()
	must(t, err)
	cal, zone := ref.Calendar(), ref.Zone("77")
	day := func(s string) time.Time {
		x, err := time.ParseInLocation("2006-01-02 15:04", s, zone)
		must(t, err)
		return x
	}
	term := Term{Days: 10, Working: true}
	due := term.due(cal, zone, day("2026-11-16 10:00"))
	again := term.resumed(cal, zone, due, day("2026-11-18 12:00"), day("2027-01-11 12:00"))
	before, after := term.before(cal, zone, due, .5), term.before(cal, zone, again, .5)
	if before.Format(time.DateOnly) != "2026-11-24" || after.Format(time.DateOnly) != "2027-01-15" {
		t.Errorf("half of the term is over on %s, after the pause on %s", before.Format(time.DateOnly), after.Format(time.DateOnly))
	}
}

// TestWarnings: each mark is told once, to who holds the case, over a pause
// too; what is late the superior hears of, and gets.
func TestWarnings(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.Offices = town{}
		b.follow(agency.Rules{Superior: "head", Leaves: []agency.Leave{{Account: "officer", Substitute: "officer2", From: "2026-11-16", To: "2026-11-16"}}})
		s := submission()
		s.Days = 10
		number := b.send(t, s)
		b.drain(t)
		b.letters.take()
		b.balance(t)
		if sent := b.letters.take(); len(sent) != 0 {
			t.Errorf("told at the start: %+v", sent)
		}
		b.clockAt(t, "2026-11-17 15:01") // the last day of registration, and nobody holds it
		b.balance(t)
		if got := mails(b.letters.take(), "head"); len(got) != 1 || !strings.Contains(got[0], number+", Справка о пробе — сегодня") {
			t.Errorf("the head is told: %q", got)
		}
		b.clockAt(t, "2026-11-18 09:01")
		b.balance(t)
		b.balance(t)
		if got := mails(b.letters.take(), "head"); len(got) != 1 || !strings.Contains(got[0], "не зарегистрировано") {
			t.Errorf("not registered, the head is told: %q", got)
		}
		must(t, b.Take(b.officer(), deal(number)))
		must(t, b.Request(b.officer(), deal(number), AskMore{Text: "Пришлите скан", Files: true}))
		b.drain(t)
		b.letters.take()
		b.clockAt(t, "2026-11-26 10:00") // half of it would be over, had it not stood still
		b.balance(t)
		if sent := b.letters.take(); len(sent) != 0 {
			t.Errorf("told while the citizen is waited for: %+v", sent)
		}
		must(t, b.Reply(b.citizen(), deal(number), Reply{Text: "Вот"}))
		b.drain(t)
		b.letters.take()
		b.clockAt(t, "2026-12-02 09:01")
		b.balance(t)
		b.balance(t)
		sent := b.letters.take()
		if got := mails(sent, "officer2"); len(got) != 1 || !strings.Contains(got[0], "половина срока") || len(mails(sent, "head"))+len(mails(sent, "officer")) != 0 {
			t.Errorf("half: the substitute is told %+v", sent)
		}
		b.clockAt(t, "2026-12-30 10:00")
		b.balance(t)
		sent = b.letters.take()
		if got := mails(sent, "head"); len(got) != 1 || !strings.Contains(got[0], "истёк") || len(mails(sent, "officer2")) != 1 {
			t.Errorf("over: %+v", sent)
		}
		if k := b.state(t, number); k.AssignedTo != "head" {
			t.Errorf("overdue, at %s", k.AssignedTo)
		}
		b.balance(t)
		if sent := b.letters.take(); len(sent) != 0 {
			t.Errorf("told twice: %+v", sent)
		}
		lines, err := b.Audit.Find(context.Background(), audit.Filter{Act: "applications.warned"})
		must(t, err)
		if len(lines) != 4 {
			t.Errorf("%d lines in the journal", len(lines))
		}
	})
}

// TestManyWarningsAreOneMessage: a queue that is late does not bury the head.
func TestManyWarningsAreOneMessage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.Offices = town{}
		b.follow(agency.Rules{})
		for range listMost + 3 {
			b.submit(t)
		}
		b.drain(t)
		b.letters.take()
		b.clockAt(t, "2026-11-17 15:01")
		b.balance(t)
		got := mails(b.letters.take(), "head")
		if len(got) != 1 || strings.Count(got[0], "\n") != listMost || !strings.Contains(got[0], "И ещё: 3") {
			t.Errorf("%q", got)
		}
	})
}

func TestSuspendAndResume(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.Offices = town{}
		b.follow(agency.Rules{})
		number := b.submit(t)
		wantErr(t, b.Suspend(b.officer(), deal(number), Suspension{Ground: "court", Words: "x"}), ErrTaken, "what nobody has taken")
		must(t, b.Take(b.officer(), deal(number)))
		for _, bad := range []Suspension{
			{Ground: "weather", Words: "x"},
			{Ground: "court"},
			{Ground: "court", Words: "x", Until: "2026-11-16"},
			{Ground: "court", Words: "x", Until: "2028-01-01"},
			{Ground: "court", Words: "x", Until: "soon"},
		} {
			wantErr(t, b.Suspend(b.officer(), deal(number), bad), ErrFields, "a bad suspension")
		}
		wantErr(t, b.Suspend(b.stranger(), deal(number), Suspension{Ground: "court", Words: "x"}), ErrNotFound, "a stranger")
		wantErr(t, b.Resume(b.officer(), deal(number)), ErrMove, "what runs")
		due := b.state(t, number).Due
		d := Deal{Number: number, Key: "s"}
		for range 2 {
			must(t, b.Suspend(b.officer(), d, Suspension{Ground: "payment", Words: "Оплатите пошлину", Until: "2026-11-24"}))
		}
		k := b.state(t, number)
		if k.Status != Waiting || k.Stage != Payment || k.EPGU != 14 || k.PausedAt.IsZero() || k.PauseGround != "payment" || k.ResumeOn != "2026-11-24" {
			t.Errorf("suspended: %+v", k)
		}
		wantErr(t, b.Reply(b.citizen(), deal(number), Reply{Text: "Вот"}), ErrMove, "answered what was not asked")
		card, err := b.Mine(b.citizen(), number)
		must(t, err)
		if slices.Contains(card.Can, Answered) || !slices.Contains(card.Can, Cancel) {
			t.Errorf("the citizen can %v", card.Can)
		}
		b.drain(t)
		if sent := b.letters.take(); !slices.ContainsFunc(sent, func(l notify.Letter) bool { return strings.Contains(l.Subject, "приостановлено") }) {
			t.Errorf("the citizen is not told: %+v", sent)
		}
		b.clockAt(t, "2026-11-23 10:00")
		b.balance(t)
		if k := b.state(t, number); k.Stage != Payment {
			t.Errorf("goes on too early: %+v", k)
		}
		b.clockAt(t, "2026-11-24 00:01")
		b.balance(t)
		k = b.state(t, number)
		if k.Status != InWork || k.Stage != Stage(InWork) || !k.PausedAt.IsZero() || k.PauseGround != "" || k.ResumeOn != "" || k.Due.At <= due.At {
			t.Errorf("resumed: %+v, was due %s", k, due.Date)
		}
		if k.Due.Date != "2026-11-27" {
			t.Errorf("due on %s: three working days were left", k.Due.Date)
		}
		must(t, b.Suspend(b.officer(), deal(number), Suspension{Ground: "court", Words: "Ждём суд"}))
		if k := b.state(t, number); k.Stage != Suspended || k.EPGU != 7 {
			t.Errorf("suspended again: %+v", k)
		}
		b.clockAt(t, "2027-02-01 10:00")
		b.balance(t)
		must(t, b.Resume(b.officer(), deal(number)))
		if k := b.state(t, number); k.Status != InWork || k.Left.Overdue {
			t.Errorf("resumed by hand: %+v", k)
		}
		must(t, b.Refuse(b.officer(), deal(number), "none", "Нет"))
	})
}

func TestForward(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.Offices = town{}
		b.follow(agency.Rules{})
		b.Facts = func(context.Context, string) (forms.Facts, error) { return known(submission()).Facts, nil }
		number := b.send(t, known(submission()))
		must(t, b.Take(b.officer(), deal(number)))
		wantErr(t, b.Forward(b.officer(), deal(number), "mvd", "x"), ErrFields, "to itself")
		wantErr(t, b.Forward(b.officer(), deal(number), "nasa", "x"), ErrFields, "to nobody")
		wantErr(t, b.Forward(b.officer(), deal(number), "fns", " "), ErrFields, "without words")
		wantErr(t, b.Forward(b.officer2(), deal(number), "fns", "x"), ErrTaken, "a colleague's")
		b.clockAt(t, "2026-11-20 10:00")
		d := Deal{Number: number, Key: "f"}
		for range 2 {
			must(t, b.Forward(b.officer(), d, "fns", "Это решает налоговая"))
		}
		k := b.state(t, number)
		if k.Agency != "fns" || k.Status != Accepted || k.AssignedTo != "" || !k.RegisteredAt.IsZero() || k.RegisterBy != "2026-11-23" || k.Due.Date != "2026-11-25" {
			t.Errorf("forwarded: %+v", k)
		}
		_, err := b.Look(b.officer(), number)
		wantErr(t, err, ErrNotFound, "the agency before")
		page, err := b.Queue(b.officer(), QueueFilter{})
		must(t, err)
		if len(page.Rows) != 0 {
			t.Error("it stays in the queue before")
		}
		if rows, err := b.Search(b.officer(), "", "Ёлкина Анна"); err != nil || len(rows) != 0 {
			t.Errorf("the agency before finds the person: %v, %v", rows, err)
		}
		if rows, err := b.Search(b.stranger(), "", "Ёлкина Анна"); err != nil || len(rows) != 1 {
			t.Errorf("the other agency finds: %v, %v", rows, err)
		}
		must(t, b.Take(b.stranger(), deal(number)))
		var agencyID, outcome string
		must(t, b.Refuse(b.stranger(), deal(number), "none", "Нет"))
		must(t, b.DB.Reader().QueryRowContext(context.Background(), "SELECT agency_id, outcome FROM applications_facets").Scan(&agencyID, &outcome))
		if agencyID != "fns" || outcome != "refused" {
			t.Error("facets", agencyID, outcome)
		}
		b.drain(t)
		if !slices.ContainsFunc(b.letters.take(), func(l notify.Letter) bool {
			return strings.Contains(l.Subject, "передано в другое ведомство")
		}) {
			t.Error("the citizen is not told")
		}
		lines, err := b.Audit.Find(context.Background(), audit.Filter{Act: "applications.forward"})
		must(t, err)
		if len(lines) != 1 || lines[0].Details["from"] != "mvd" || lines[0].Details["to"] != "fns" {
			t.Errorf("journal: %+v", lines)
		}
	})
}

func TestForwardAfterItsDays(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.Offices = town{}
		number := b.submit(t)
		b.clock.Advance(8 * 24 * time.Hour)
		wantErr(t, b.Forward(b.officer(), deal(number), "fns", "x"), ErrForwardLate, "an officer after seven days")
		must(t, b.Forward(b.head(), deal(number), "fns", "Это решает налоговая"))
	})
}

// TestTacit: the law grants once, also when somebody decides at the
// same moment, and never while the term stands still.
func TestTacitApproval(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.Offices = town{}
		b.follow(agency.Rules{Superior: "head"})
		b.service.Tacit = true
		defer func() { b.service.Tacit = false }()
		silent, paused, raced := b.submit(t), b.submit(t), b.submit(t)
		must(t, b.Take(b.officer(), deal(paused)))
		must(t, b.Request(b.officer(), deal(paused), AskMore{Text: "x", Files: true}))
		must(t, b.Take(b.officer(), deal(raced)))
		b.clockAt(t, "2026-11-19 23:00")
		b.balance(t)
		if k := b.state(t, silent); k.Status != Accepted {
			t.Errorf("granted on the last day: %s", k.Status)
		}
		b.clockAt(t, "2026-11-20 00:01")
		var wait sync.WaitGroup
		var refused error
		wait.Go(func() { refused = b.Refuse(b.officer(), deal(raced), "none", "Нет") })
		b.balance(t)
		wait.Wait()
		b.balance(t)
		k := b.state(t, raced)
		if refused == nil && k.Status != Refused || refused != nil && (k.Status != Approved || !errors.Is(refused, ErrChanged) && !errors.Is(refused, ErrMove)) {
			t.Errorf("raced: %s, the officer is told %v", k.Status, refused)
		}
		card, err := b.Mine(b.citizen(), silent)
		must(t, err)
		if card.Status != Approved || len(card.Documents) != 1 || !strings.Contains(card.Decision, "По закону") {
			t.Errorf("silence: %s, %d documents, %q", card.Status, len(card.Documents), card.Decision)
		}
		if k := b.state(t, paused); k.Status != Waiting {
			t.Errorf("granted while the citizen is waited for: %s", k.Status)
		}
		var late bool
		var by string
		must(t, b.DB.Reader().QueryRowContext(context.Background(), "SELECT late, decided_by FROM applications_facets WHERE case_id = $1", card.ID).Scan(&late, &by))
		if !late || by != "" {
			t.Errorf("late %v, decided by %q", late, by)
		}
		b.drain(t)
		if !slices.ContainsFunc(b.letters.take(), func(l notify.Letter) bool { return strings.Contains(l.Subject, "одобрено по закону") }) {
			t.Error("the citizen is not told")
		}
	})
}
