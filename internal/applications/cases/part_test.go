package cases

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"okno/internal/agency"
	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/notify"
)

// partedText is the trial service with three parts: two at once, one after the
// first of them.
const partedText = serviceText + `parts:
  - id: income
    agency: fns
    title: {ru: Сверка доходов, en: Incomes}
    task: {ru: Сверьте, en: Compare}
    term: {working_days: 1}
    sees: [name]
    ground: none
    negative: {code: more, text: {ru: Больше, en: More}, mend: {ru: Исправьте, en: Correct}}
  - id: flat
    agency: rosreestr
    title: {ru: Квартира, en: Flat}
    task: {ru: Проверьте, en: Check}
    term: {working_days: 2}
    sees: [scan]
    negative: {code: other, text: {ru: Чужая, en: Not theirs}, mend: {ru: Исправьте, en: Correct}}
  - id: pension
    agency: sfr
    after: income
    when: has(a.nick)
    title: {ru: Пенсия, en: Pension}
    task: {ru: Назовите, en: Name it}
    term: {working_days: 1}
    sees: [nick]
    negative: {code: more, text: {ru: Больше, en: More}, mend: {ru: Исправьте, en: Correct}}
`

// parted puts the service with parts in place of the plain one.
func (b *bundle) parted(t testing.TB) {
	t.Helper()
	s, faults := forms.Load(fstest.MapFS{"services/tiny/service.yaml": {Data: []byte(partedText)}}, "services/tiny/service.yaml")
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	b.service = s
	b.Services = WithParts(services{s})
}

func (b *bundle) at(code, account string) context.Context {
	return b.as(account, identity.Role{Name: identity.Officer, Agency: code})
}

// parts are the parts of an application by their ids, as its lead sees them.
func (b *bundle) parts(t testing.TB, number string) map[string]Part {
	t.Helper()
	card, err := b.Look(b.head(), number)
	must(t, err)
	out := map[string]Part{}
	for _, p := range card.Parts {
		out[p.ID] = p
	}
	return out
}

func (b *bundle) states(t testing.TB, number string) string {
	t.Helper()
	card, err := b.Look(b.head(), number)
	must(t, err)
	var out []string
	for _, p := range card.Parts {
		out = append(out, p.ID+":"+string(p.State))
	}
	return strings.Join(out, " ")
}

// nicked is a submission for which all three parts are needed.
func nicked() Submission {
	s := submission()
	s.Answers["nick"] = "Аня"
	s.Days = 10
	return s
}

// begun sends an application whose first parts have begun, and gives its number.
func (b *bundle) begun(t testing.TB) string {
	t.Helper()
	b.parted(t)
	number := b.send(t, nicked())
	must(t, b.queue.Drain(context.Background()))
	return number
}

// led is one that the officer of its agency leads.
func (b *bundle) led(t testing.TB) string {
	t.Helper()
	number := b.begun(t)
	must(t, b.Take(b.officer(), deal(number)))
	return number
}

// opinion takes a part and ends it.
func (b *bundle) opinion(t *testing.T, number, part, ground string) {
	t.Helper()
	p := b.parts(t, number)[part]
	ctx := b.at(p.Agency, "officer")
	if p.State == PartNew {
		must(t, b.Take(ctx, deal(p.Case.Number)))
	}
	if ground == "" {
		must(t, b.Approve(ctx, deal(p.Case.Number), "Всё верно: "+part))
	} else {
		must(t, b.Refuse(ctx, deal(p.Case.Number), ground, "Не так: "+part))
	}
	b.drain(t)
}

func TestPartsRunInParallelAndInOrder(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.parted(t)
		number := b.send(t, nicked())
		if got := b.states(t, number); got != "income:planned flat:planned pension:planned" {
			t.Errorf("before the job: %s", got)
		}
		b.drain(t)
		if got := b.states(t, number); got != "income:new flat:new pension:planned" {
			t.Errorf("at first: %s", got)
		}
		must(t, b.Take(b.officer(), deal(number)))
		if err := b.Approve(b.officer(), deal(number), ""); !errors.Is(err, ErrParts) {
			t.Errorf("approved without the parts: %v", err)
		}
		if err := b.Refuse(b.officer(), deal(number), "none", "Нет"); !errors.Is(err, ErrParts) {
			t.Errorf("refused without the parts: %v", err)
		}
		b.letters.take()
		b.opinion(t, number, "income", "")
		if got := b.states(t, number); got != "income:positive flat:new pension:new" {
			t.Errorf("after the first: %s", got)
		}
		b.opinion(t, number, "flat", "other") // weighed: the lead may approve all the same
		if sent := b.toStaff(); len(sent) != 1 || !strings.Contains(sent[0].Text, "отрицательное") || !strings.Contains(sent[0].Text, number) {
			t.Errorf("the lead was told %v", sent)
		}
		b.opinion(t, number, "pension", "")
		if sent := b.toStaff(); len(sent) != 1 || !strings.Contains(sent[0].Subject, "готовы все части") {
			t.Errorf("the lead was told %v", sent)
		}
		parts := b.parts(t, number)
		if parts["flat"].Found == nil || parts["flat"].Words != "Не так: flat" || parts["income"].Words != "Всё верно: income" {
			t.Errorf("what they say: %+v", parts["flat"])
		}
		must(t, b.Approve(b.officer(), deal(number), "Одобрено"))
		docs, err := b.Vault.OfCase(b.citizen(), "anna", b.state(t, number).ID)
		if err != nil || len(docs) != 1 {
			t.Errorf("documents: %v, %v", docs, err)
		}
		card, err := b.Mine(b.citizen(), number)
		must(t, err)
		var turns []string
		for _, e := range card.Events {
			if e.Deed.ofPart() {
				turns = append(turns, string(e.Deed)+" "+e.Text)
			}
		}
		want := []string{
			"part_begun Сверка доходов", "part_begun Квартира", "part_yes Сверка доходов", "part_begun Пенсия", "part_no Квартира", "part_yes Пенсия",
		}
		if !slices.Equal(turns, want) {
			t.Errorf("chronology: %v", turns)
		}
		for _, p := range card.Parts {
			if p.Words != "" {
				t.Errorf("the citizen reads the opinion %q", p.Words)
			}
		}
	})
}

func TestAnAgencySeesOnlyItsPart(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.parted(t)
		s := nicked()
		file := FileRef{ID: "f1", Name: "скан.pdf", Type: "pdf", Size: 4, Scan: "clean", Open: func(context.Context) (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader("%PDF")), nil
		}}
		s.Files = []FileRef{file}
		s.Answers["scan"] = []any{map[string]any{"id": "f1", "name": "скан.pdf", "size": file.Size, "type": "pdf"}}
		number := b.send(t, s)
		b.drain(t)
		parts := b.parts(t, number)
		if _, err := b.Look(b.at("fns", "officer"), number); !errors.Is(err, ErrNotFound) {
			t.Errorf("the whole is open to the agency of a part: %v", err)
		}
		if _, err := b.Look(b.officer(), parts["income"].Case.Number); !errors.Is(err, ErrNotFound) {
			t.Errorf("the lead opens the part's own card: %v", err)
		}
		fields := func(code, part string) []string {
			card, err := b.Look(b.at(code, "officer"), parts[part].Case.Number)
			must(t, err)
			var out []string
			for _, section := range card.Sections {
				for _, row := range section.Rows {
					out = append(out, row.Field)
				}
			}
			for _, f := range card.Files {
				out = append(out, "file:"+f.ID)
			}
			if card.Whole != number || len(card.Parts) != 0 {
				t.Errorf("%s belongs to %q and has %d parts", part, card.Whole, len(card.Parts))
			}
			return out
		}
		if got := fields("fns", "income"); !slices.Equal(got, []string{"name"}) {
			t.Errorf("fns sees %v", got)
		}
		if got := fields("rosreestr", "flat"); !slices.Equal(got, []string{"scan", "file:f1"}) {
			t.Errorf("rosreestr sees %v", got)
		}
		if _, _, err := b.TheirFile(b.at("fns", "officer"), parts["income"].Case.Number, "f1"); !errors.Is(err, ErrFile) {
			t.Errorf("fns opens the file: %v", err)
		}
		_, body, err := b.TheirFile(b.at("rosreestr", "officer"), parts["flat"].Case.Number, "f1")
		must(t, err)
		_ = body.Close()
		page, err := b.Queue(b.at("fns", "officer"), QueueFilter{})
		must(t, err)
		if len(page.Rows) != 1 || page.Rows[0].Title.RU != "Сверка доходов" || page.Rows[0].Due.Date != "2026-11-17" {
			t.Errorf("queue of fns: %+v", page.Rows)
		}
		found, err := b.Search(b.at("fns", "officer"), "", "112-233-445 95")
		if err != nil || len(found) != 1 || found[0].Number != parts["income"].Case.Number {
			t.Errorf("search by the person: %v, %v", found, err)
		}
		list, err := b.List(b.citizen(), ListFilter{})
		must(t, err)
		if len(list.Rows) != 1 || list.Rows[0].Number != number {
			t.Errorf("the citizen's list: %+v", list.Rows)
		}
		b.opinion(t, number, "income", "")
		card, err := b.Look(b.at("sfr", "officer"), b.parts(t, number)["pension"].Case.Number)
		must(t, err)
		if len(card.Before) != 1 || card.Before[0].Words != "Всё верно: income" {
			t.Errorf("what came before: %+v", card.Before)
		}
	})
}

func TestANegativeOpinionCanBeTheGround(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.led(t)
		b.opinion(t, number, "income", "more")
		if got := b.states(t, number); got != "income:negative flat:new pension:planned" {
			t.Errorf("nothing begins after it: %s", got)
		}
		if err := b.Approve(b.officer(), deal(number), ""); !errors.Is(err, ErrPartGround) {
			t.Errorf("approved against it: %v", err)
		}
		flat := b.parts(t, number)["flat"].Case
		must(t, b.Take(b.at("rosreestr", "officer"), deal(flat.Number)))
		must(t, b.Refuse(b.officer(), deal(number), "none", "Доход больше"))
		b.drain(t)
		if got := b.states(t, number); got != "income:negative flat:closed" {
			t.Errorf("when it is over: %s", got)
		}
		err := b.Approve(b.at("rosreestr", "officer"), Deal{Number: flat.Number, Version: flat.Version + 1}, "Всё верно")
		if !errors.Is(err, ErrChanged) && !errors.Is(err, ErrMove) && !errors.Is(err, ErrTaken) {
			t.Errorf("a part of what is over: %v", err)
		}
		page, err := b.Queue(b.at("rosreestr", "officer"), QueueFilter{})
		if err != nil || len(page.Rows) != 0 {
			t.Errorf("it still stands in the queue: %v, %v", page.Rows, err)
		}
	})
}

func TestPartsAreHandedBackAskedAgainAndDropped(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.led(t)
		income := b.parts(t, number)["income"].Case
		fns := b.at("fns", "officer")
		must(t, b.Take(fns, deal(income.Number)))
		if err := b.HandBack(fns, deal(income.Number), " "); !errors.Is(err, ErrFields) {
			t.Errorf("without words: %v", err)
		}
		if err := b.HandBack(b.officer(), deal(number), "Не наше"); !errors.Is(err, ErrMove) {
			t.Errorf("a whole application is no part: %v", err)
		}
		b.letters.take()
		must(t, b.HandBack(fns, deal(income.Number), "Не наше"))
		b.drain(t)
		if sent := b.toStaff(); len(sent) != 1 || !strings.Contains(sent[0].Subject, "вернули часть") {
			t.Errorf("the lead was told %v", sent)
		}
		if p := b.parts(t, number)["income"]; p.State != PartReturned || p.Words != "Не наше" {
			t.Errorf("handed back: %+v", p)
		}
		if err := b.Approve(b.officer(), deal(number), ""); !errors.Is(err, ErrParts) {
			t.Errorf("decided while it lies with the lead: %v", err)
		}
		must(t, b.AgainPart(b.officer(), deal(number), "income"))
		b.drain(t)
		p := b.parts(t, number)["income"]
		if p.State != PartNew || p.Tries != 2 || p.Case.Number == income.Number {
			t.Errorf("once more: %+v", p)
		}
		if err := b.AgainPart(b.officer(), deal(number), "income"); !errors.Is(err, ErrMove) {
			t.Errorf("while it runs: %v", err)
		}
		must(t, b.DropPart(b.officer(), deal(number), "income"))
		b.drain(t)
		if got := b.states(t, number); got != "income:withdrawn flat:new pension:new" {
			t.Errorf("without it: %s", got)
		}
		if err := b.DropPart(b.officer(), deal(number), "nothing"); !errors.Is(err, ErrNotFound) {
			t.Errorf("an unknown part: %v", err)
		}
		if err := b.DropPart(b.officer2(), deal(number), "flat"); !errors.Is(err, ErrTaken) {
			t.Errorf("by a colleague: %v", err)
		}
		// One that was handed back can be done without too.
		flat := b.parts(t, number)["flat"].Case
		must(t, b.Take(b.at("rosreestr", "officer"), deal(flat.Number)))
		must(t, b.HandBack(b.at("rosreestr", "officer"), deal(flat.Number), "Нет данных"))
		b.drain(t)
		must(t, b.DropPart(b.officer(), deal(number), "flat"))
		b.opinion(t, number, "pension", "")
		must(t, b.Approve(b.officer(), deal(number), ""))
	})
}

func TestAPartAsksTheCitizen(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.begun(t)
		income := b.parts(t, number)["income"].Case
		fns := b.at("fns", "officer")
		must(t, b.Take(fns, deal(income.Number)))
		b.drain(t)
		b.letters.take()
		must(t, b.Request(fns, deal(income.Number), AskMore{Text: "За какой год?", Files: true}))
		b.drain(t)
		if sent := b.letters.take(); len(sent) != 3 || !strings.Contains(sent[0].Link, income.Number) {
			t.Errorf("the citizen was told %v", sent)
		}
		list, err := b.List(b.citizen(), ListFilter{Status: []Status{Waiting}})
		must(t, err)
		if len(list.Rows) != 1 || list.Rows[0].Number != income.Number {
			t.Errorf("what needs an answer: %+v", list.Rows)
		}
		if err := b.Cancel(b.citizen(), deal(income.Number)); !errors.Is(err, ErrMove) {
			t.Errorf("a part is cancelled: %v", err)
		}
		if err := b.Reply(b.as("boris"), deal(income.Number), Reply{Text: "x"}); !errors.Is(err, ErrNotFound) {
			t.Errorf("by somebody else: %v", err)
		}
		must(t, b.Reply(b.citizen(), deal(income.Number), Reply{Text: "За этот", Files: []Sent{{File: pdfFile("a.pdf")}}}))
		b.drain(t)
		card, err := b.Look(fns, income.Number)
		must(t, err)
		if card.Status != InWork || card.Asks[0].Answer.Text != "За этот" || len(card.Asks[0].Files) != 1 {
			t.Errorf("the answer: %+v", card.Asks)
		}
		b.opinion(t, number, "income", "")
		mine, err := b.Mine(b.citizen(), income.Number)
		if err != nil || mine.Decision != "" {
			t.Errorf("the citizen reads the opinion: %v, %v", mine, err)
		}
	})
}

func TestPartsEndWithTheApplication(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.begun(t)
		income := b.parts(t, number)["income"].Case
		fns := b.at("fns", "officer")
		must(t, b.Take(fns, deal(income.Number)))
		must(t, b.Request(fns, deal(income.Number), AskMore{Text: "Год?"}))
		must(t, b.Cancel(b.citizen(), deal(number)))
		b.drain(t)
		if got := b.states(t, number); got != "income:closed flat:closed" {
			t.Errorf("after it: %s", got)
		}
		if err := b.Reply(b.citizen(), deal(income.Number), Reply{Text: "x"}); !errors.Is(err, ErrMove) {
			t.Errorf("an answer to nobody: %v", err)
		}
		for _, code := range []string{"fns", "rosreestr", "mvd"} {
			page, err := b.Queue(b.at(code, "officer"), QueueFilter{})
			if err != nil || len(page.Rows) != 0 {
				t.Errorf("queue of %s: %v, %v", code, page.Rows, err)
			}
		}
	})
}

// ruled are offices with rules: a superior, and a list of agencies.
type ruled struct {
	offices
	superior string
}

func (r ruled) Agencies() []agency.Agency {
	return []agency.Agency{{Code: "mvd", Zone: "Europe/Moscow"}, {Code: "fns", Zone: "Europe/Moscow"}, {Code: "rosreestr", Zone: "Europe/Moscow"}, {Code: "sfr", Zone: "Europe/Moscow"}}
}

func (r ruled) Rules(_ context.Context, code string) (agency.Rules, error) {
	return agency.Rules{Agency: code, Superior: r.superior, Method: agency.ByHand}, nil
}
func (ruled) Today(string) db.Date                                    { return "2026-11-16" }
func (ruled) NoteGiven(context.Context, *db.Tx, string, string) error { return nil }

func TestALatePartWarnsTheLeadAndTheSuperiorOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		r := ruled{superior: "head"}
		b.Offices, b.Rules = r, r
		number := b.led(t)
		b.drain(t)
		must(t, b.Balance(context.Background()))
		if late := b.events(t, number, PartLate); len(late) != 0 {
			t.Errorf("nothing is late yet: %v", late)
		}
		b.letters.take()
		b.clock.Advance(2 * 24 * time.Hour) // the first part had one working day
		for range 3 {
			must(t, b.Balance(context.Background()))
			b.drain(t)
		}
		if late := b.events(t, number, PartLate); len(late) != 1 || late[0].Text != "Сверка доходов" || !late[0].Inner {
			t.Errorf("told in the chronology: %+v", late)
		}
		// Of the marks of a term each agency hears by itself.
		sent := slices.DeleteFunc(b.toStaff(), func(l notify.Letter) bool { return l.Kind == "deadline" })
		var whom []string
		for _, l := range sent {
			whom = append(whom, l.Owner)
		}
		if slices.Sort(whom); !slices.Equal(whom, []string{"head", "officer"}) {
			t.Errorf("told: %v", sent)
		}
		for _, e := range b.eventsOf(b.citizen(), t, number) {
			if e.Deed == PartLate {
				t.Error("the citizen reads an inner line")
			}
		}
		// The part's own agency has its superior on it.
		k, err := b.store.byNumber(context.Background(), b.parts(t, number)["income"].Case.Number)
		if err != nil || k.AssignedTo != "head" {
			t.Errorf("escalated to %q, %v", k.AssignedTo, err)
		}
	})
}

// toStaff are the letters to staff since the last look.
func (b *bundle) toStaff() []notify.Letter {
	return slices.DeleteFunc(b.letters.take(), func(l notify.Letter) bool { return l.Owner == "anna" })
}

func (b *bundle) events(t testing.TB, number string, deed Deed) []Event {
	t.Helper()
	card, err := b.Look(b.head(), number)
	must(t, err)
	return slices.DeleteFunc(card.Events, func(e Event) bool { return e.Deed != deed })
}

func (b *bundle) eventsOf(ctx context.Context, t testing.TB, number string) []Event {
	t.Helper()
	card, err := b.Mine(ctx, number)
	must(t, err)
	return card.Events
}

func TestACorrectedAnswerNeedsAnotherPart(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.parted(t)
		s := submission()
		s.Days = 10
		s.Facts.Known = nil
		number := b.send(t, s)
		b.drain(t)
		b.opinion(t, number, "income", "")
		if got := b.states(t, number); got != "income:positive flat:new" {
			t.Errorf("at first: %s", got)
		}
		must(t, b.Take(b.officer(), deal(number)))
		must(t, b.Request(b.officer(), deal(number), AskMore{Text: "Прозвище?", Fields: []string{"nick"}}))
		must(t, b.Reply(b.citizen(), deal(number), Reply{Values: map[string][]string{"nick": {"Аня"}}}))
		b.drain(t)
		if got := b.states(t, number); got != "income:positive flat:new pension:new" {
			t.Errorf("after the answer: %s", got)
		}
	})
}

// TestLastOpinionsTogether ends two parts at one time: whatever the order, what
// comes after both is not forgotten and the application can be decided.
func TestLastOpinionsTogether(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.led(t)
		faults := make(chan error, 2)
		for part, p := range b.parts(t, number) {
			if p.State != PartNew {
				continue
			}
			ctx := b.at(p.Agency, "officer")
			must(t, b.Take(ctx, deal(p.Case.Number)))
			go func() { faults <- b.Approve(ctx, deal(p.Case.Number), "Да: "+part) }()
		}
		must(t, errors.Join(<-faults, <-faults))
		b.drain(t)
		b.opinion(t, number, "pension", "")
		must(t, b.Approve(b.officer(), deal(number), ""))
		if got := b.states(t, number); got != "income:positive flat:positive pension:positive" {
			t.Errorf("in the end: %s", got)
		}
	})
}

// What the portal does by itself within seconds after the submission is no
// change by somebody else.
func TestBegunPartsHinderNobodyWhoSawTheApplicationBefore(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.parted(t)
		number := b.send(t, nicked())
		seen := b.state(t, number).Version
		b.drain(t)
		if now := b.state(t, number).Version; now == seen {
			t.Fatal("no part has begun")
		}
		must(t, b.Take(b.officer(), Deal{Number: number, Version: seen}))
		if err := b.Take(b.officer2(), Deal{Number: number, Version: seen}); !errors.Is(err, ErrChanged) {
			t.Errorf("somebody has taken it: %v", err)
		}
		other := b.send(t, nicked())
		seen = b.state(t, other).Version
		b.drain(t)
		must(t, b.Cancel(b.citizen(), Deal{Number: other, Version: seen}))
		if err := b.Take(b.officer(), Deal{Number: other, Version: seen + 40}); !errors.Is(err, ErrChanged) {
			t.Errorf("a version that never was: %v", err)
		}
	})
}
