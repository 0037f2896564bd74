package cases

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"okno/internal/kit/errs"
)

// deedOf is a deed with whoever does it, on the version that everybody was shown.
type deedOf struct {
	name string
	do   func(b *bundle, d Deal) error
}

// rivals are the deeds that can meet in a case that an officer works on, and in
// one that waits for the citizen.
func rivals() map[Status][]deedOf {
	both := []deedOf{
		{"refuse", func(b *bundle, d Deal) error { return b.Refuse(b.officer(), d, "none", "Нет") }},
		{"note", func(b *bundle, d Deal) error { return b.Note(b.officer2(), d, "Заметка", true) }},
		{"assign", func(b *bundle, d Deal) error { return b.Assign(b.head(), d, "officer2") }},
		{"cancel", func(b *bundle, d Deal) error { return b.Cancel(b.citizen(), d) }},
	}
	return map[Status][]deedOf{
		InWork: append([]deedOf{
			{"approve", func(b *bundle, d Deal) error { return b.Approve(b.officer(), d, "") }},
			{"ask", func(b *bundle, d Deal) error { return b.Request(b.officer(), d, AskMore{Text: "Что?"}) }},
			{"return", func(b *bundle, d Deal) error { return b.Return(b.officer(), d) }},
		}, both...),
		Waiting: append([]deedOf{
			{"answer", func(b *bundle, d Deal) error { return b.Reply(b.citizen(), d, Reply{Text: "Вот"}) }},
			{"proceed", func(b *bundle, d Deal) error { return b.Proceed(b.officer(), d) }},
		}, both...),
	}
}

// TestOfTwoDeedsOneWins lets each deed meet each other, itself in a second tab
// too: one comes off, the other is a conflict that says why.
func TestOfTwoDeedsOneWins(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		for status, deeds := range rivals() {
			for i, first := range deeds {
				for _, second := range deeds[i:] {
					d := Deal{Number: b.submit(t), Version: 2}
					must(t, b.Take(b.officer(), Deal{Number: d.Number, Version: 1}))
					if status == Waiting {
						must(t, b.Request(b.officer(), d, AskMore{Text: "Что?"}))
						d.Version++
					}
					var all sync.WaitGroup
					results := make([]error, 2)
					for n, x := range []deedOf{first, second} {
						all.Go(func() { results[n] = x.do(b, d) })
					}
					all.Wait()
					if (results[0] == nil) == (results[1] == nil) {
						t.Errorf("%s against %s: %v", first.name, second.name, results)
						continue
					}
					lost := results[0]
					if lost == nil {
						lost = results[1]
					}
					e, ok := errs.As(lost)
					if !ok || e.Kind != errs.Conflict || b.texts.T("ru", e.Key) == e.Key {
						t.Errorf("%s against %s: the other is told %v", first.name, second.name, lost)
					}
					if k := b.state(t, d.Number); k.Version != d.Version+1 {
						t.Errorf("%s against %s: version %d", first.name, second.name, k.Version)
					}
				}
			}
		}
	})
}

// TestPartAgainstItsApplication: an opinion and the end of the application meet;
// whatever comes first, nothing is open in the end.
func TestPartAgainstItsApplication(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.parted(t)
		for range 4 {
			number := b.send(t, nicked())
			b.drain(t)
			income := b.parts(t, number)["income"].Case
			fns := b.at("fns", "officer")
			must(t, b.Take(fns, deal(income.Number)))
			var all sync.WaitGroup
			var part, whole error
			all.Go(func() { part = b.Approve(fns, deal(income.Number), "Да") })
			all.Go(func() { whole = b.Cancel(b.citizen(), deal(number)) })
			all.Wait()
			b.drain(t)
			if whole != nil && !errors.Is(whole, ErrChanged) || part != nil && !errors.Is(part, ErrChanged) && !errors.Is(part, ErrMove) {
				t.Fatalf("opinion: %v, cancel: %v", part, whole)
			}
			if whole != nil {
				must(t, b.Cancel(b.citizen(), deal(number)))
			}
			for id, p := range b.parts(t, number) {
				if p.State.running() {
					t.Errorf("part %s goes on", id)
				}
			}
		}
	})
}

func TestWhoWasSlowerKeepsTheirWords(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	number := s.b.submit(t)
	must(t, s.b.Take(s.b.officer(), deal(number)))
	must(t, s.b.Note(s.b.head(), deal(number), "Я здесь", true))
	form := url.Values{"_version": {"2"}, "ground": {"none"}, "comment": {"Длинное объяснение отказа"}}
	w := s.post("officer", deskBase+number+"/refuse", form)
	page := w.Body.String()
	if w.Code != http.StatusConflict || !strings.Contains(page, "Длинное объяснение отказа") || !strings.Contains(page, "Заявление уже изменили") {
		t.Errorf("status %d, the page: %s", w.Code, page)
	}
	if !strings.Contains(page, `name="_version" value="3"`) {
		t.Error("the form is not of the present version")
	}
}
