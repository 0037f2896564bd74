package cases

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"
)

// asks takes a part and asks; gives the part's number.
func (b *bundle) asks(t *testing.T, number, part string, more AskMore) string {
	t.Helper()
	p := b.parts(t, number)[part]
	ctx := b.at(p.Agency, "officer")
	must(t, b.Take(ctx, deal(p.Case.Number)))
	must(t, b.Request(ctx, deal(p.Case.Number), more))
	b.drain(t)
	return p.Case.Number
}

func (b *bundle) days(t *testing.T, n int) {
	t.Helper()
	b.clock.Advance(time.Duration(n) * 24 * time.Hour)
	must(t, b.Balance(context.Background()))
	b.drain(t)
}

// TestTheTimeStandsStillWhileAPartAsks: what parts wait for the applicant is no
// time of the agency, and what several of them wait at a time counts once.
func TestTheTimeStandsStillWhileAPartAsks(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		r := ruled{superior: "head"}
		b.Offices, b.Rules = r, r
		number := b.led(t) // 16 November, 10 working days
		if k := b.state(t, number); k.Due.Date != "2026-11-30" || !k.PausedAt.IsZero() {
			t.Fatalf("at first: %+v", k)
		}
		income := b.asks(t, number, "income", AskMore{Text: "За какой год?"})
		if k := b.state(t, number); k.Status != InWork || k.PausedAt.IsZero() || !k.Left.Paused {
			t.Fatalf("while a part asks: %+v", k)
		}
		b.days(t, 1)
		flat := b.asks(t, number, "flat", AskMore{Text: "Чья квартира?"})
		b.days(t, 30)
		if late := b.events(t, number, Escalate); len(late) != 0 {
			t.Errorf("late while it waits for the applicant: %+v", late)
		}
		must(t, b.Reply(b.citizen(), deal(income), Reply{Text: "За этот"}))
		b.drain(t)
		if k := b.state(t, number); k.PausedAt.IsZero() || k.Due.Date != "2026-11-30" {
			t.Errorf("the other part still asks: %+v", k)
		}
		must(t, b.Proceed(b.at("rosreestr", "officer"), deal(flat)))
		b.drain(t)
		k := b.state(t, number)
		if !k.PausedAt.IsZero() || k.Left.Overdue || k.Left.WorkingDays != 10 {
			t.Errorf("nobody asks any more: due %s, left %+v", k.Due.Date, k.Left)
		}
		var told []Deed
		for _, e := range b.eventsOf(b.citizen(), t, number) {
			if e.Deed == PartAsked || e.Deed == PartHeard {
				told = append(told, e.Deed)
			}
		}
		if !slices.Equal(told, []Deed{PartAsked, PartAsked, PartHeard, PartHeard}) {
			t.Errorf("chronology: %v", told)
		}
	})
}

// TestASuspendedPartAsksNothing: its agency waits for somebody else, and nobody is
// told to answer.
func TestASuspendedPartAsksNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.led(t)
		income := b.asks(t, number, "income", AskMore{Text: "За какой год?"})
		must(t, b.Reply(b.citizen(), deal(income), Reply{Text: "За этот"}))
		must(t, b.Suspend(b.at(b.parts(t, number)["income"].Agency, "officer"), deal(income), Suspension{Ground: "registry", Words: "Ждём архив"}))
		b.drain(t)
		page, err := b.List(b.citizen(), ListFilter{Group: Active})
		must(t, err)
		if len(page.Rows) != 1 || page.Rows[0].Number != number {
			t.Errorf("the list of the owner: %+v", page.Rows)
		}
		card, err := b.Mine(b.citizen(), number)
		must(t, err)
		var states []PartState
		for _, p := range card.Parts {
			states = append(states, p.State)
		}
		if !slices.Contains(states, PartHalted) || slices.Contains(states, PartAsks) {
			t.Errorf("parts: %v", states)
		}
		if k := b.state(t, number); !k.PausedAt.IsZero() {
			t.Error("the time of the application stands still for it")
		}
	})
}

// TestTheClockOfPartsAndOfTheWhole: an application that itself asks, or that
// nobody has taken, has its own clock; a part that is done without stops nothing.
func TestTheClockOfPartsAndOfTheWhole(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.begun(t)
		b.asks(t, number, "income", AskMore{Text: "За какой год?"})
		if k := b.state(t, number); k.Status != Accepted || !k.PausedAt.IsZero() {
			t.Errorf("the term of registration stands still: %+v", k)
		}
		must(t, b.Take(b.officer(), deal(number)))
		if k := b.state(t, number); k.PausedAt.IsZero() {
			t.Error("taken while a part asks, its time runs")
		}
		must(t, b.Request(b.officer(), deal(number), AskMore{Text: "Что ещё?"}))
		must(t, b.Reply(b.citizen(), deal(number), Reply{Text: "Вот"}))
		if k := b.state(t, number); k.Status != InWork || k.PausedAt.IsZero() {
			t.Errorf("its own ask is answered, the part's is not: %+v", k)
		}
		must(t, b.DropPart(b.officer(), deal(number), "income"))
		if k := b.state(t, number); !k.PausedAt.IsZero() {
			t.Error("without the part its time still stands")
		}
	})
}

// TestAPartHasAnAnswerCorrected: the answer is the application's, for its lead and
// for the other parts; what the part may not see it can't open.
func TestAPartHasAnAnswerCorrected(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.led(t)
		p := b.parts(t, number)["income"]
		fns := b.at("fns", "officer")
		must(t, b.Take(fns, deal(p.Case.Number)))
		if err := b.Request(fns, deal(p.Case.Number), AskMore{Text: "?", Fields: []string{"nick"}}); !errors.Is(err, ErrFields) {
			t.Errorf("a field that it does not see: %v", err)
		}
		must(t, b.Request(fns, deal(p.Case.Number), AskMore{Remarks: map[string]string{"name": "Не так"}}))
		b.drain(t)
		reply := func(values map[string][]string) error {
			return b.Reply(b.citizen(), deal(p.Case.Number), Reply{Values: values})
		}
		if err := reply(map[string][]string{"nick": {"Яна"}}); !errors.Is(err, ErrFields) {
			t.Errorf("a field that is not open: %v", err)
		}
		if err := reply(map[string][]string{"name": {"1"}}); !errors.Is(err, ErrFields) {
			t.Errorf("a wrong answer: %v", err)
		}
		must(t, reply(map[string][]string{"name": {"Яна"}}))
		b.drain(t)
		theirs, err := b.Look(fns, p.Case.Number)
		must(t, err)
		if len(theirs.Asks) != 1 || len(theirs.Asks[0].Answer.Changes) != 1 || theirs.Sections[0].Rows[0].Value != "Яна" {
			t.Errorf("the part: %+v", theirs.Asks)
		}
		card, err := b.Look(b.officer(), number)
		must(t, err)
		if card.Sections[0].Rows[0].Value != "Яна" || card.Sections[0].Rows[1].Value != "Аня" || card.Status != InWork || !card.PausedAt.IsZero() {
			t.Errorf("the whole: %+v, %+v", card.Sections[0].Rows, card.Case)
		}
	})
}

// TestAnAnswerToAPartAgainstANote: the lead writes a note while the applicant
// answers a part; the answer is not lost.
func TestAnAnswerToAPartAgainstANote(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		for range 4 {
			number := b.led(t)
			income := b.asks(t, number, "income", AskMore{Remarks: map[string]string{"name": "Не так"}})
			note := make(chan error)
			go func() { note <- b.Note(b.officer(), deal(number), "Заметка", true) }()
			must(t, b.Reply(b.citizen(), deal(income), Reply{Values: map[string][]string{"name": {"Яна"}}}))
			if err := <-note; err != nil && !errors.Is(err, ErrChanged) {
				t.Fatal(err)
			}
			card, err := b.Look(b.officer(), number)
			must(t, err)
			if card.Sections[0].Rows[0].Value != "Яна" {
				t.Error("the corrected answer is lost")
			}
		}
	})
}
