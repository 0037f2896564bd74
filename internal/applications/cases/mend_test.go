package cases

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"okno/internal/forms"
	"okno/internal/kit/db"
	"okno/internal/kit/id"
)

func nothing(context.Context, *db.Tx) error { return nil }

func TestRefusalWithRemarksIsMended(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		s := submission()
		number := b.send(t, s)
		must(t, b.Take(b.officer(), deal(number)))
		r := Refusal{Ground: "none", Comment: "Ошибки", Remarks: map[string]string{"nick": "Не прозвище", "name": ""}}
		if err := b.RefuseWith(b.officer(), deal(number), Refusal{Ground: "none", Comment: "x", Remarks: map[string]string{"ghost": "x"}}); !faulty(err, "fields") {
			t.Errorf("a remark at no field: %v", err)
		}
		must(t, b.RefuseWith(b.officer(), Deal{Number: number, Key: "k"}, r))
		must(t, b.RefuseWith(b.officer(), Deal{Number: number, Key: "k"}, r))
		card, err := b.Mine(b.citizen(), number)
		must(t, err)
		if diff := cmp.Diff(map[string]string{"nick": "Не прозвище"}, card.Remarks); diff != "" {
			t.Fatal(diff)
		}
		c, err := b.Copy(b.citizen(), number)
		must(t, err)
		if c.Status != Refused || c.Remarks["nick"] == "" {
			t.Fatalf("copy: %+v", c)
		}

		again := submission()
		again.Earlier, again.Answers = s.ID, forms.Answers{"name": "Анна", "nick": "Ася"}
		second := b.send(t, again)
		if n := b.send(t, again); n != second {
			t.Fatalf("sent twice: %s, %s", n, second)
		}
		looked, err := b.Look(b.officer(), second)
		must(t, err)
		e := looked.Earlier
		if e == nil || e.Number != number || len(e.Differences) != 1 || e.Differences[0].Label != "Прозвище" || e.Differences[0].New != "Ася" || e.Same != 1 {
			t.Fatalf("difference: %+v", e)
		}
		mine, err := b.Mine(b.citizen(), second)
		must(t, err)
		if mine.Earlier == nil || mine.Earlier.Number != number || len(mine.Earlier.Differences) != 0 {
			t.Errorf("the owner: %+v", mine.Earlier)
		}
		if card, err = b.Mine(b.citizen(), number); err != nil || !cmp.Equal([]string{second}, card.Followers) {
			t.Errorf("followers: %v, %v", card.Followers, err)
		}
		// Nothing is sent in place of another's refused application, nor of an open one.
		foreign := submission()
		foreign.Owner, foreign.Earlier = "boris", s.ID
		if _, err := b.Prepare(b.as("boris"), foreign); !errors.Is(err, ErrNotFound) {
			t.Errorf("in place of another's: %v", err)
		}
		open := submission()
		open.Earlier = again.ID
		if _, err := b.Prepare(b.citizen(), open); !errors.Is(err, ErrStands) {
			t.Errorf("in place of an open one: %v", err)
		}
	})
}

func TestChangeBeforeItIsTaken(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.submit(t)
		b.drain(t)
		b.letters.take()
		other := func(name string) Submission {
			s := submission()
			s.ID, s.Answers, s.Days = id.New(), forms.Answers{"name": name}, 5
			return s
		}
		done := 0
		must(t, b.Amend(b.citizen(), number, other("Яна"), func(context.Context, *db.Tx) error { done++; return nil }))
		must(t, b.Amend(b.citizen(), number, other("Инна"), nothing))
		if err := b.Amend(b.as("boris"), number, other("Яна"), nothing); !errors.Is(err, ErrNotFound) {
			t.Errorf("by a stranger: %v", err)
		}
		if err := b.Amend(b.citizen(), number, other("Яна"), func(context.Context, *db.Tx) error { return ErrChanged }); !errors.Is(err, ErrChanged) {
			t.Errorf("what goes with it failed: %v", err)
		}
		card, err := b.Look(b.officer(), number)
		must(t, err)
		if done == 0 || card.Status != Accepted || card.Version != 3 || card.Due.Date != "2026-11-23" || card.Sections[0].Rows[0].Value != "Инна" {
			t.Fatalf("changed: %d %+v", done, card.Case)
		}
		var said [][2]string
		for _, x := range card.Changed {
			said = append(said, [2]string{x.Differences[0].Old, x.Differences[0].New})
		}
		if diff := cmp.Diff([][2]string{{"Яна", "Инна"}, {"Анна", "Яна"}}, said); diff != "" {
			t.Fatal(diff)
		}
		b.drain(t)
		if l := b.letters.take(); len(l) != 6 || !strings.Contains(l[0].Subject+l[0].Text, "измен") {
			t.Errorf("letters: %+v", l)
		}
		// A correction afterwards is no change of the owner's, and does not blur it.
		must(t, b.Take(b.officer(), deal(number)))
		if err := b.Amend(b.citizen(), number, other("Яна"), nothing); !errors.Is(err, ErrTakenUp) {
			t.Errorf("after it was taken: %v", err)
		}
		must(t, b.SendBack(b.officer(), deal(number), AskMore{Fields: []string{"name"}, Text: "Имя"}))
		must(t, b.Reply(b.citizen(), deal(number), Reply{Values: map[string][]string{"name": {"Жанна"}}}))
		card, err = b.Mine(b.citizen(), number)
		must(t, err)
		if len(card.Changed) != 2 || card.Changed[0].Differences[0].New != "Инна" {
			t.Errorf("changes: %+v", card.Changed)
		}
	})
}

func TestChangeAgainstOfficer(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.submit(t)
		s := submission()
		s.Answers = forms.Answers{"name": "Яна"}
		var wg sync.WaitGroup
		var amend, take error
		wg.Go(func() { amend = b.Amend(b.citizen(), number, s, nothing) })
		wg.Go(func() { take = b.Take(b.officer(), deal(number)) })
		wg.Wait()
		card, err := b.Mine(b.citizen(), number)
		must(t, err)
		switch {
		case amend != nil && !errors.Is(amend, ErrTakenUp) && !errors.Is(amend, ErrChanged), take != nil && !errors.Is(take, ErrChanged):
			t.Errorf("who lost is told: %v, %v", amend, take)
		case amend == nil && len(card.Changed) != 1, amend != nil && len(card.Changed) != 0, amend != nil && take != nil:
			t.Errorf("%v, %v: %+v", amend, take, card.Changed)
		}
	})
}

func TestPagesOfMendingAndChanging(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	number := s.b.submit(t)
	mine, desk := citizenBase+number, deskBase+number
	if w := s.get("boris", mine+"/change"); w.Code != http.StatusNotFound {
		t.Errorf("a stranger: %d", w.Code)
	}
	if w := s.get("", mine+"/change"); w.Code == http.StatusOK {
		t.Errorf("nobody: %d", w.Code)
	}
	w := s.get("anna", mine+"/change")
	if sound(t, w); len(find(t, w, with("input", "name", "change"))) != 1 {
		t.Fatal("no way to change")
	}
	w = s.get("anna", mine+"/cancel")
	if sound(t, w); !strings.Contains(w.Body.String(), "снова") {
		t.Error("it is not said what cancelling means")
	}
	s.post("officer", desk+"/take", url.Values{})
	w = s.get("anna", mine+"/change")
	if sound(t, w); len(find(t, w, with("input", "name", "change"))) != 0 || !strings.Contains(w.Body.String(), "взяли в работу") {
		t.Error("it is not said why it is closed")
	}
	w = s.post("officer", desk+"/refuse", url.Values{"ground": {"none"}, "comment": {"Нет"}, "remark.name": {strings.Repeat("я", 501)}})
	if sound(t, w); w.Code != http.StatusUnprocessableEntity || len(find(t, w, with("a", "href", "#refuse-remark.name"))) != 1 {
		t.Fatalf("a long remark: %d", w.Code)
	}
	if w := s.post("officer", desk+"/refuse", url.Values{"ground": {"none"}, "comment": {"Нет"}, "remark.name": {"Не то имя"}}); w.Code != http.StatusSeeOther {
		t.Fatalf("refused: %d %s", w.Code, w.Body)
	}
	w = s.get("anna", mine)
	if sound(t, w); len(find(t, w, with("input", "name", "mend"))) != 1 || len(find(t, w, with("input", "name", "again"))) != 0 || !strings.Contains(w.Body.String(), "Не то имя") {
		t.Error("no way to mend it")
	}
	_, out := s.api("anna", http.MethodGet, "/api/v1/applications/"+number, "")
	if refusal, _ := out["refusal"].(map[string]any); refusal["remarks"] == nil {
		t.Errorf("API: %v", out["refusal"])
	}
}
