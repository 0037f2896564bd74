package cases

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"okno/internal/forms"
	"okno/internal/kit/errs"
)

// deedOf is a deed with whoever does it, on the version that everybody was shown.
type deedOf struct {
	name string
	do   func(b *bundle, d Deal) error
}

// arena is where deeds meet: how the case got there, and who may do what then.
type arena struct {
	name  string
	set   func(t *testing.T, b *bundle, number string)
	deeds []deedOf
}

// arenas are the places in which two can act at a time.
func arenas() []arena {
	cancel := deedOf{"cancel", func(b *bundle, d Deal) error { return b.Cancel(b.citizen(), d) }}
	both := []deedOf{
		cancel,
		{"refuse", func(b *bundle, d Deal) error { return b.Refuse(b.officer(), d, "none", "Нет") }},
		{"note", func(b *bundle, d Deal) error { return b.Note(b.officer2(), d, "Заметка", true) }},
		{"assign", func(b *bundle, d Deal) error { return b.Assign(b.head(), d, "officer2") }},
	}
	forward := deedOf{"forward", func(b *bundle, d Deal) error { return b.Forward(b.officer(), d, "fns", "Не наше") }}
	take := func(t *testing.T, b *bundle, number string) { must(t, b.Take(b.officer(), deal(number))) }
	return []arena{
		{"free", func(*testing.T, *bundle, string) {}, []deedOf{
			cancel, forward,
			{"take", func(b *bundle, d Deal) error { return b.Take(b.officer(), d) }},
			{"take by another", func(b *bundle, d Deal) error { return b.Take(b.officer2(), d) }},
		}},
		{"in work", take, append([]deedOf{
			forward,
			{"approve", func(b *bundle, d Deal) error { return b.Approve(b.officer(), d, "") }},
			{"ask", func(b *bundle, d Deal) error { return b.Request(b.officer(), d, AskMore{Text: "Что?"}) }},
			{"send back", func(b *bundle, d Deal) error {
				return b.SendBack(b.officer(), d, AskMore{Text: "Имя", Fields: []string{"name"}})
			}},
			{"suspend", func(b *bundle, d Deal) error {
				return b.Suspend(b.officer(), d, Suspension{Ground: "court", Words: "Суд"})
			}},
			{"return", func(b *bundle, d Deal) error { return b.Return(b.officer(), d) }},
		}, both...)},
		{"asked", func(t *testing.T, b *bundle, number string) {
			take(t, b, number)
			must(t, b.Request(b.officer(), deal(number), AskMore{Text: "Что?"}))
		}, append([]deedOf{
			{"answer", func(b *bundle, d Deal) error { return b.Reply(b.citizen(), d, Reply{Text: "Вот"}) }},
			{"proceed", func(b *bundle, d Deal) error { return b.Proceed(b.officer(), d) }},
		}, both...)},
		{"suspended", func(t *testing.T, b *bundle, number string) {
			take(t, b, number)
			must(t, b.Suspend(b.officer(), deal(number), Suspension{Ground: "court", Words: "Суд"}))
		}, append([]deedOf{
			{"resume", func(b *bundle, d Deal) error { return b.Resume(b.officer(), d) }},
			{"resume by the head", func(b *bundle, d Deal) error { return b.Resume(b.head(), d) }},
		}, both...)},
		{"a mistake in the document", func(t *testing.T, b *bundle, number string) {
			take(t, b, number)
			must(t, b.Approve(b.officer(), deal(number), ""))
			must(t, b.AskTypo(b.citizen(), deal(number), b.mustCard(t, number).Documents[0].ID, "Не Анна"))
		}, []deedOf{
			{"fix", func(b *bundle, d Deal) error {
				return b.FixTypo(b.officer(), d, b.openTypo(d.Number), Corrected{Title: "Справка для Яны", Paragraphs: []string{"Подтверждается"}, Rows: []string{"Яна"}})
			}},
			{"keep", func(b *bundle, d Deal) error {
				return b.DeclineTypo(b.officer2(), d, b.openTypo(d.Number), "Верно")
			}},
			{"revoke", func(b *bundle, d Deal) error { return b.Revoke(b.head(), d, b.firstDocument(d.Number), "Ошибка") }},
		}},
	}
}

// openTypo is the mistake that was named first; "" is found by nobody.
func (b *bundle) openTypo(number string) string {
	card, err := b.Mine(b.citizen(), number)
	if err != nil || len(card.Typos) == 0 {
		return ""
	}
	return card.Typos[0].ID
}

func (b *bundle) firstDocument(number string) string {
	card, err := b.Mine(b.citizen(), number)
	if err != nil || len(card.Documents) == 0 {
		return ""
	}
	return card.Documents[0].ID
}

// TestOfTwoDeedsOneWins lets each deed meet each other, itself in a second tab
// too: one comes off, the other is a conflict that says why.
func TestOfTwoDeedsOneWins(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.Rules = ruled{} // a list of agencies, for those who forward
		for _, a := range arenas() {
			for i, first := range a.deeds {
				for _, second := range a.deeds[i:] {
					b.clash(t, a, first, second)
				}
			}
		}
	})
}

func (b *bundle) clash(t *testing.T, a arena, first, second deedOf) {
	t.Helper()
	what := a.name + ": " + first.name + " against " + second.name
	number := b.submit(t)
	a.set(t, b, number)
	d := Deal{Number: number, Version: b.state(t, number).Version}
	var all sync.WaitGroup
	results := make([]error, 2)
	for n, x := range []deedOf{first, second} {
		all.Go(func() { results[n] = x.do(b, d) })
	}
	all.Wait()
	if (results[0] == nil) == (results[1] == nil) {
		t.Errorf("%s: %v", what, results)
		return
	}
	lost := results[0]
	if lost == nil {
		lost = results[1]
	}
	// Who no longer has the case, because it was forwarded, does not find it.
	e, ok := errs.As(lost)
	if gone := errors.Is(lost, ErrNotFound) && (first.name == "forward" || second.name == "forward"); !ok || e.Kind != errs.Conflict && !gone || b.texts.T("ru", e.Key) == e.Key {
		t.Errorf("%s: the other is told %v", what, lost)
	}
	if k := b.state(t, number); k.Version != d.Version+1 {
		t.Errorf("%s: version %d", what, k.Version)
	}
}

// TestAChangeAgainstATake: the owner changes an application while an officer takes
// it: the officer never works on answers that are not the last.
func TestAChangeAgainstATake(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		for range 6 {
			number := b.submit(t)
			s := submission()
			s.Answers = forms.Answers{"name": "Яна"}
			var all sync.WaitGroup
			var changed, taken error
			all.Go(func() { changed = b.Amend(b.citizen(), number, s, nothing) })
			all.Go(func() { taken = b.Take(b.officer(), Deal{Number: number, Version: 1}) })
			all.Wait()
			if (changed == nil) == (taken == nil) || changed != nil && !errors.Is(changed, ErrTakenUp) && !errors.Is(changed, ErrChanged) || taken != nil && !errors.Is(taken, ErrChanged) {
				t.Errorf("changed: %v, taken: %v", changed, taken)
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
