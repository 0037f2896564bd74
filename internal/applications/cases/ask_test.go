package cases

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"okno/internal/kit/errs"
	"okno/internal/notify"
)

func TestRemarksOpenTheirFieldsAndWantedFilesTheirBoxes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.submit(t)
		must(t, b.Take(b.officer(), deal(number)))
		for name, more := range map[string]AskMore{
			"fields":      {Text: "x", Remarks: map[string]string{"nobody": "wrong"}},
			"remark.name": {Text: "x", Remarks: map[string]string{"name": strings.Repeat("я", remarkMost+1)}},
			"wanted":      {Text: "x", Wanted: []string{"1", "2", "3", "4", "5", "6"}},
			"text":        {Fields: []string{"name"}},
		} {
			if err := b.Request(b.officer(), deal(number), more); !faulty(err, name) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := b.SendBack(b.officer(), deal(number), AskMore{Text: "Всё плохо"}); !faulty(err, "fields") {
			t.Errorf("a return that names nothing: %v", err)
		}
		must(t, b.Request(b.officer(), deal(number), AskMore{
			Remarks: map[string]string{"nick": "Не похоже на имя", "scan": " "}, Wanted: []string{"Скан  паспорта", "", "Скан паспорта", "Справка"},
		}))
		card, err := b.Mine(b.citizen(), number)
		must(t, err)
		ask := card.Asked()
		if diff := cmp.Diff([]string{"nick"}, ask.Fields); diff != "" || !cmp.Equal([]string{"Скан паспорта", "Справка"}, ask.Wanted) || ask.LapsesAt.IsZero() {
			t.Fatalf("asked: %+v %s", ask, diff)
		}
		nick := map[string][]string{"nick": {"Ася"}}
		one := Sent{Field: "wanted.0", File: pdfFile("p.pdf")}
		if err := b.Reply(b.citizen(), deal(number), Reply{Values: nick, Files: []Sent{one}}); !faulty(err, "wanted.1") {
			t.Errorf("a wanted file is missing: %v", err)
		}
		if err := b.Reply(b.citizen(), deal(number), Reply{Values: map[string][]string{"name": {"Яна"}, "nick": {"Ася"}}, Text: "нет", Files: []Sent{one}}); !errors.Is(err, ErrFields) {
			t.Errorf("a field that is not open: %v", err)
		}
		if err := b.Reply(b.citizen(), deal(number), Reply{Values: nick, Text: "нет", Files: []Sent{{Field: "wanted.2", File: pdfFile("p.pdf")}}}); !faulty(err, "files") {
			t.Errorf("a box that is not there: %v", err)
		}
		must(t, b.Reply(b.citizen(), deal(number), Reply{Values: nick, Text: "Справки нет", Files: []Sent{{Field: "wanted.0", File: pdfFile("p.pdf")}}}))
		card, err = b.Look(b.officer(), number)
		must(t, err)
		got := card.Asks[0]
		if card.Status != InWork || len(got.Files) != 1 || got.Files[0].Field != "wanted.0" || !cmp.Equal([]Change{{Field: "nick", Old: got.Answer.Changes[0].Old, New: "Ася"}}, got.Answer.Changes) {
			t.Fatalf("answered: %+v", got)
		}
	})
}

func TestReturnForCorrection(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.submit(t)
		must(t, b.Take(b.officer(), deal(number)))
		must(t, b.SendBack(b.officer(), deal(number), AskMore{Remarks: map[string]string{"name": "Опечатка", "scan": "Не читается"}}))
		k := b.state(t, number)
		if k.Status != Waiting || k.EPGU != 15 || k.PausedAt.IsZero() {
			t.Fatalf("returned: %+v", k)
		}
		b.drain(t)
		if l := b.letters.take(); !strings.Contains(l[len(l)-1].Text+l[len(l)-2].Text+l[len(l)-3].Text, "исправ") {
			t.Errorf("letters: %+v", l)
		}
		must(t, b.Reply(b.citizen(), deal(number), Reply{
			Values: map[string][]string{"name": {"Анна"}}, Files: []Sent{{Field: "scan", File: pdfFile("a.pdf")}},
		}))
		if k := b.state(t, number); k.Status != InWork || k.EPGU != 6 || !k.PausedAt.IsZero() {
			t.Fatalf("corrected: %+v", k)
		}
		// A new file with the old one's name is a change too, and what stayed is said.
		must(t, b.SendBack(b.officer(), deal(number), AskMore{Remarks: map[string]string{"scan": "Снова не читается"}}))
		must(t, b.Reply(b.citizen(), deal(number), Reply{Files: []Sent{{Field: "scan", File: pdfFile("a.pdf")}}}))
		card, err := b.Look(b.officer(), number)
		must(t, err)
		if a := card.Asks[0].Answer; len(a.Changes) != 1 || a.Changes[0].Field != "scan" || !cmp.Equal([]string{"name"}, a.Same) {
			t.Errorf("first: %+v", a)
		}
		if a := card.Asks[1].Answer; len(a.Changes) != 1 || a.Changes[0].Old != a.Changes[0].New {
			t.Errorf("second: %+v", a)
		}
	})
}

func TestTermForAnAnswer(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.submit(t)
		must(t, b.Take(b.officer(), deal(number)))
		must(t, b.Request(b.officer(), deal(number), AskMore{Text: "Что это?"}))
		b.drain(t)
		b.letters.take()
		step := func(d time.Duration) []notify.Letter {
			b.clock.Advance(d)
			b.drain(t)
			b.drain(t) // what the move of a job announces
			return b.letters.take()
		}
		if l := step(23 * time.Hour); len(l) != 0 {
			t.Fatalf("too early: %+v", l)
		}
		if l := step(2 * time.Hour); len(l) != 3 || !strings.Contains(l[0].Text, "Ответьте до") {
			t.Fatalf("after a day: %+v", l)
		}
		card, err := b.Mine(b.citizen(), number)
		must(t, err)
		end := card.Asked().LapsesAt.Time()
		if l := step(end.Sub(b.clock.Now()) - 23*time.Hour); len(l) != 3 || !strings.Contains(l[0].Subject, "Скоро") {
			t.Fatalf("a day before the end: %+v", l)
		}
		l := step(24 * time.Hour)
		var staff, citizen int
		for _, x := range l {
			if x.Owner == "officer" && x.Link == deskBase+number {
				staff++
			} else if strings.Contains(x.Subject+x.Text, "прошёл") {
				citizen++
			}
		}
		if staff != 1 || citizen != 3 {
			t.Fatalf("at the end: %+v", l)
		}
		if l := step(48 * time.Hour); len(l) != 0 {
			t.Fatalf("said twice: %+v", l)
		}
		q, err := b.Queue(b.officer(), QueueFilter{})
		must(t, err)
		if len(q.Rows) != 1 || !q.Rows[0].Lapsed {
			t.Fatalf("queue: %+v", q)
		}
		must(t, b.Proceed(b.officer(), Deal{Number: number, Key: "k"}))
		must(t, b.Proceed(b.officer(), Deal{Number: number, Key: "k"}))
		if err := b.Reply(b.citizen(), deal(number), Reply{Text: "поздно"}); !errors.Is(err, ErrMove) {
			t.Errorf("an answer after the agency went on: %v", err)
		}
		card, err = b.Mine(b.citizen(), number)
		must(t, err)
		if card.Status != InWork || !card.Asks[0].Answer.Skipped {
			t.Fatalf("went on: %+v", card.Asks)
		}
		if err := b.Proceed(b.officer2(), deal(number)); !errors.Is(err, ErrTaken) {
			t.Errorf("another's case: %v", err)
		}
	})
}

func TestAnswerAgainstOfficer(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.submit(t)
		must(t, b.Take(b.officer(), deal(number)))
		must(t, b.Request(b.officer(), deal(number), AskMore{Text: "Что это?"}))
		var wg sync.WaitGroup
		var answer, proceed error
		wg.Go(func() { answer = b.Reply(b.citizen(), deal(number), Reply{Text: "Это"}) })
		wg.Go(func() { proceed = b.Proceed(b.officer(), deal(number)) })
		wg.Wait()
		if (answer == nil) == (proceed == nil) {
			t.Fatalf("answer: %v, proceed: %v", answer, proceed)
		}
		if err := errors.Join(answer, proceed); !errs.IsKind(err, errs.Conflict) && !errors.Is(err, ErrMove) && !errors.Is(err, ErrChanged) {
			t.Errorf("who lost is told: %v", err)
		}
		if k := b.state(t, number); k.Status != InWork {
			t.Errorf("status %s", k.Status)
		}
	})
}

func TestPagesOfACorrection(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	number := s.b.submit(t)
	desk, mine := deskBase+number, citizenBase+number
	must(t, s.b.Take(s.b.officer(), deal(number)))
	for _, who := range []string{"", "boris", "stranger", "officer2", "admin", "auditor"} {
		for _, deed := range []string{"correct", "proceed", "ask"} {
			if w := s.post(who, desk+"/"+deed, url.Values{"text": {"x"}, "fields": {"name"}}); w.Code < 300 || w.Code == http.StatusOK {
				t.Errorf("%s by %q: %d", deed, who, w.Code)
			}
		}
	}
	w := s.post("officer", desk+"/correct", url.Values{"text": {"x"}})
	sound(t, w)
	if w.Code != http.StatusUnprocessableEntity || len(find(t, w, with("a", "href", "#correct-fields"))) != 1 || len(find(t, w, with("div", "id", "correct-fields"))) > 1 {
		t.Fatalf("nothing named: %d", w.Code)
	}
	w = s.post("officer", desk+"/correct", url.Values{"remark.nick": {strings.Repeat("я", 501)}})
	if sound(t, w); w.Code != http.StatusUnprocessableEntity || len(find(t, w, with("a", "href", "#correct-remark.nick"))) != 1 {
		t.Fatalf("a long remark: %d", w.Code)
	}
	if w := s.post("officer", desk+"/correct", url.Values{"remark.nick": {"Не похоже <на> имя"}}); w.Code != http.StatusSeeOther {
		t.Fatalf("returned: %d %s", w.Code, w.Body)
	}
	w = s.get("anna", mine)
	sound(t, w)
	boxes := find(t, w, func(n *html.Node) bool { return n.Data == "input" && attr(n, "name") == "nick" })
	if len(boxes) != 1 || len(find(t, w, with("input", "name", "name"))) != 0 {
		t.Fatalf("only the named field is open: %d", len(boxes))
	}
	hint := find(t, w, with("div", "id", attr(boxes[0], "aria-describedby")))
	if len(hint) != 1 || !strings.Contains(w.Body.String(), "Не похоже &lt;на&gt; имя") {
		t.Error("the remark is not tied to its field")
	}
	if w := s.get("officer", desk); !strings.Contains(w.Body.String(), "Прозвище:") || strings.Contains(w.Body.String(), "[applications.") {
		t.Error("the officer is not shown what was named, by label")
	}
	if w := s.answer(t, mine, map[string]string{"nick": "Ася"}, ""); w.Code != http.StatusSeeOther {
		t.Fatalf("answered: %d %s", w.Code, w.Body)
	}
	w = s.get("officer", desk)
	sound(t, w)
	for _, want := range []string{"Было", "Стало", "Ася", "Остальные ответы не изменились"} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the difference lacks %q", want)
		}
	}
}

func faulty(err error, field string) bool {
	e, ok := errs.As(err)
	if !ok || !errors.Is(err, ErrFields) {
		return false
	}
	for _, f := range e.Fields {
		if f.Name == field {
			return true
		}
	}
	return false
}
