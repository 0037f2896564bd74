package cases

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"okno/internal/vault"
)

// approved is an application of anna with a document.
func (b *bundle) approved(t *testing.T) (number string, doc vault.Document) {
	t.Helper()
	number = b.submit(t)
	must(t, b.Take(b.officer(), deal(number)))
	must(t, b.Approve(b.officer(), deal(number), ""))
	card, err := b.Mine(b.citizen(), number)
	must(t, err)
	return number, card.Documents[0]
}

func (b *bundle) typo(t *testing.T, number string) Typo {
	t.Helper()
	card, err := b.Mine(b.citizen(), number)
	must(t, err)
	return card.Typos[len(card.Typos)-1]
}

func TestMistakeInADocumentIsCorrected(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number, doc := b.approved(t)
		if err := b.AskTypo(b.as("boris"), deal(number), doc.ID, "x"); !errors.Is(err, ErrNotFound) {
			t.Errorf("a stranger: %v", err)
		}
		if err := b.AskTypo(b.citizen(), deal(number), "ghost", "x"); !errors.Is(err, ErrNotFound) {
			t.Errorf("another document: %v", err)
		}
		if err := b.AskTypo(b.citizen(), deal(number), doc.ID, " "); !faulty(err, "typo") {
			t.Errorf("no words: %v", err)
		}
		must(t, b.AskTypo(b.citizen(), Deal{Number: number, Key: "k"}, doc.ID, "Не Анна, а Яна"))
		must(t, b.AskTypo(b.citizen(), Deal{Number: number, Key: "k"}, doc.ID, "Не Анна, а Яна"))
		if err := b.AskTypo(b.citizen(), deal(number), doc.ID, "x"); !errors.Is(err, ErrTypo) {
			t.Errorf("twice: %v", err)
		}
		x := b.typo(t, number)
		if !x.Open() || x.Due.Date != "2026-11-23" || x.Words != "Не Анна, а Яна" {
			t.Fatalf("asked: %+v", x)
		}
		q, err := b.Queue(b.officer(), QueueFilter{Waits: WaitsTypo})
		must(t, err)
		if len(q.Rows) != 1 || q.Rows[0].TypoDue != x.Due.At {
			t.Fatalf("queue: %+v", q.Rows)
		}
		same := Corrected{Title: "Справка для Анна", Paragraphs: []string{"Подтверждается"}, Rows: []string{"Анна"}}
		if err := b.FixTypo(b.officer(), deal(number), x.ID, same); !faulty(err, "title") {
			t.Errorf("nothing corrected: %v", err)
		}
		if err := b.FixTypo(b.stranger(), deal(number), x.ID, same); !errors.Is(err, ErrNotFound) {
			t.Errorf("another agency: %v", err)
		}
		fixed := same
		fixed.Title, fixed.Rows = "Справка для Яны", []string{"Яна"}
		must(t, b.FixTypo(b.officer2(), Deal{Number: number, Key: "f"}, x.ID, fixed))
		must(t, b.FixTypo(b.officer2(), Deal{Number: number, Key: "f"}, x.ID, fixed))
		if err := b.DeclineTypo(b.officer(), deal(number), x.ID, "нет"); !errors.Is(err, ErrTypoDone) {
			t.Errorf("answered twice: %v", err)
		}
		card, err := b.Mine(b.citizen(), number)
		must(t, err)
		if len(card.Documents) != 2 || card.Documents[0].ReplacedBy != card.Documents[1].ID || card.Documents[1].Title.RU != "Справка для Яны" ||
			card.Documents[1].ValidUntil != doc.ValidUntil || card.Typos[0].ReplacedBy != card.Documents[1].ID {
			t.Fatalf("documents: %+v", card.Documents)
		}
		for number, want := range map[string]vault.Status{doc.Number: vault.Replaced, card.Documents[1].Number: vault.Valid} {
			if proof, err := b.Vault.Verify(context.Background(), "192.0.2.7", number); err != nil || proof.Status != want {
				t.Errorf("proof: %+v, %v", proof, err)
			}
		}
		if q, err = b.Queue(b.officer(), QueueFilter{Waits: WaitsTypo}); err != nil || len(q.Rows) != 0 {
			t.Errorf("queue: %+v, %v", q.Rows, err)
		}
		// The corrected text is what a second correction begins with.
		must(t, b.AskTypo(b.citizen(), deal(number), card.Documents[1].ID, "Ещё ошибка"))
		if err := b.FixTypo(b.officer(), deal(number), b.typo(t, number).ID, fixed); !faulty(err, "title") {
			t.Errorf("nothing corrected the second time: %v", err)
		}
		must(t, b.DeclineTypo(b.officer(), deal(number), b.typo(t, number).ID, "Всё верно"))
		if x := b.typo(t, number); x.Open() || x.Answer != "Всё верно" || x.ReplacedBy != "" {
			t.Errorf("declined: %+v", x)
		}
	})
}

func TestTwoOfficersCorrectOneMistake(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number, doc := b.approved(t)
		must(t, b.AskTypo(b.citizen(), deal(number), doc.ID, "Ошибка"))
		x := b.typo(t, number)
		var wg sync.WaitGroup
		var one, two error
		wg.Go(func() {
			one = b.FixTypo(b.officer(), deal(number), x.ID, Corrected{Title: "Другая", Rows: []string{"Яна"}})
		})
		wg.Go(func() { two = b.DeclineTypo(b.officer2(), deal(number), x.ID, "Нет") })
		wg.Wait()
		if (one == nil) == (two == nil) {
			t.Fatalf("%v, %v", one, two)
		}
		if err := errors.Join(one, two); !errors.Is(err, ErrChanged) && !errors.Is(err, ErrTypoDone) {
			t.Errorf("who lost is told: %v", err)
		}
	})
}

func TestPagesOfAMistake(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	number, doc := s.b.approved(t)
	mine, desk := citizenBase+number, deskBase+number
	for _, who := range []string{"", "boris", "officer", "admin"} {
		if w := s.get(who, mine+"/typo/"+doc.ID); w.Code == http.StatusOK {
			t.Errorf("%q names a mistake", who)
		}
	}
	w := s.get("anna", mine+"/typo/"+doc.ID)
	sound(t, w)
	w = s.post("anna", mine+"/typo/"+doc.ID, url.Values{"typo": {""}})
	if sound(t, w); w.Code != http.StatusUnprocessableEntity || len(find(t, w, with("a", "href", "#typo"))) != 1 {
		t.Fatalf("no words: %d", w.Code)
	}
	if w := s.post("anna", mine+"/typo/"+doc.ID, url.Values{"typo": {"Имя <не> то"}}); w.Code != http.StatusSeeOther {
		t.Fatalf("named: %d %s", w.Code, w.Body)
	}
	w = s.get("anna", mine)
	if sound(t, w); !strings.Contains(w.Body.String(), "ответит до") {
		t.Error("the owner does not see the deadline")
	}
	w = s.get("officer", desk)
	if sound(t, w); !strings.Contains(w.Body.String(), "Имя &lt;не&gt; то") || len(find(t, w, with("input", "name", "row.0"))) != 1 {
		t.Fatal("the officer does not see it")
	}
	id := s.b.typo(t, number).ID
	w = s.post("officer", desk+"/fix", url.Values{"typo_id": {id}, "title": {""}, "row.0": {"Яна"}})
	if sound(t, w); w.Code != http.StatusUnprocessableEntity || len(find(t, w, with("a", "href", "#title"))) != 1 {
		t.Fatalf("no heading: %d", w.Code)
	}
	for _, who := range []string{"", "boris", "stranger", "admin"} {
		if w := s.post(who, desk+"/keep", url.Values{"typo_id": {id}, "typo_reason": {"x"}}); w.Code == http.StatusSeeOther && w.Header().Get("Location") == desk {
			t.Errorf("%q answers", who)
		}
	}
	body := `{"title":"Справка для Яны","paragraphs":["Подтверждается"],"rows":["Яна"]}`
	if w, out := s.api("officer", http.MethodPost, "/api/v1/desk/applications/"+number+"/typos/"+id+"/fix", body); w.Code != http.StatusOK {
		t.Fatalf("API: %d %v", w.Code, out)
	}
	w = s.get("anna", mine)
	if sound(t, w); !strings.Contains(w.Body.String(), "Заменён исправленным") {
		t.Error("the owner does not see what was replaced")
	}
	w = s.get("", "/verify?number="+doc.Number)
	if !strings.Contains(w.Body.String(), "Заменён") {
		t.Error("the check does not say that it was replaced")
	}
}

// Where the service asks for two pairs of eyes, a correction needs them too.
func TestTypoIsCorrectedByTwo(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number, doc := b.approved(t)
		b.service.FourEyes = true
		must(t, b.AskTypo(b.citizen(), deal(number), doc.ID, "Меня зовут Яна"))
		id := b.typo(t, number).ID
		text := Corrected{Title: "Справка для Яны", Paragraphs: []string{"Подтверждается"}, Rows: []string{"Яна"}}
		fix := func(ctx context.Context, text Corrected) Typo {
			t.Helper()
			must(t, b.FixTypo(ctx, deal(number), id, text))
			card, err := b.Look(ctx, number)
			must(t, err)
			return card.Typos[0]
		}
		for range 2 { // nobody confirms what they have prepared
			if got := fix(b.officer(), text); !got.Open() || got.Prepared == nil || !got.Mine || got.Prepared.Title != text.Title {
				t.Fatalf("prepared: %+v", got)
			}
		}
		if mine, err := b.Mine(b.citizen(), number); err != nil || mine.Typos[0].Prepared != nil {
			t.Errorf("the owner sees what is prepared: %v", err)
		}
		other := text
		other.Title = "Справка для Яны Петровой"
		if got := fix(b.officer2(), other); !got.Open() || !got.Mine || got.Prepared.Title != other.Title {
			t.Fatalf("another text needs eyes of its own: %+v", got)
		}
		if got := fix(b.officer(), other); got.Open() || got.ReplacedBy == "" || got.Prepared != nil {
			t.Fatalf("confirmed: %+v", got)
		}
		if mine, err := b.Mine(b.citizen(), number); err != nil || len(mine.Documents) != 2 {
			t.Errorf("%d documents, %v", len(mine.Documents), err)
		}
		b.drain(t)
		if told := b.events(t, number, PrepareTypo); len(told) != 3 || !told[0].Inner {
			t.Errorf("the chronology has %+v", told)
		}
	})
}

// To leave a document as it is is a decision, too: whoever issued it does not judge
// alone whether it is right.
func TestTypoIsDeclinedByTwo(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number, doc := b.approved(t)
		b.service.FourEyes = true
		must(t, b.AskTypo(b.citizen(), deal(number), doc.ID, "Меня зовут Яна"))
		id := b.typo(t, number).ID
		decline := func(ctx context.Context, reason string) Typo {
			t.Helper()
			must(t, b.DeclineTypo(ctx, Deal{Number: number, Key: "k-" + reason}, id, reason))
			card, err := b.Look(ctx, number)
			must(t, err)
			return card.Typos[0]
		}
		for range 2 { // nobody confirms what they have prepared
			if got := decline(b.officer(), "Всё верно"); !got.Open() || got.PreparedNo != "Всё верно" || !got.Mine {
				t.Fatalf("prepared: %+v", got)
			}
		}
		mine := b.typo(t, number)
		if !mine.Open() || mine.PreparedNo != "" || mine.Answer != "" {
			t.Errorf("the owner sees what is prepared: %+v", mine)
		}
		if got := decline(b.officer2(), "По паспорту Анна"); !got.Open() || !got.Mine || got.PreparedNo != "По паспорту Анна" {
			t.Fatalf("other words need eyes of their own: %+v", got)
		}
		// A correction takes the place of a prepared refusal, and the other way round.
		text := Corrected{Title: "Справка для Яны", Paragraphs: []string{"Подтверждается"}, Rows: []string{"Яна"}}
		must(t, b.FixTypo(b.officer(), deal(number), id, text))
		if got := b.typoSeen(b.officer(), t, number); got.Prepared == nil || got.PreparedNo != "" {
			t.Fatalf("a correction instead: %+v", got)
		}
		if got := decline(b.officer2(), "Нет"); !got.Open() || got.Prepared != nil || got.PreparedNo != "Нет" {
			t.Fatalf("a refusal instead: %+v", got)
		}
		if got := decline(b.officer(), "Нет"); got.Open() || got.Answer != "Нет" || got.ReplacedBy != "" {
			t.Fatalf("confirmed: %+v", got)
		}
		if mine := b.typo(t, number); mine.Open() || mine.Answer != "Нет" {
			t.Errorf("the owner is answered: %+v", mine)
		}
		if told := b.events(t, number, DeclineTypo); len(told) != 1 {
			t.Errorf("the chronology has %+v", told)
		}
	})
}

// typoSeen is the mistake as somebody of the agency sees it.
func (b *bundle) typoSeen(ctx context.Context, t *testing.T, number string) Typo {
	t.Helper()
	card, err := b.Look(ctx, number)
	must(t, err)
	return card.Typos[len(card.Typos)-1]
}

func TestPagesOfADeclinedMistake(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	number := s.b.submit(t)
	must(t, s.b.Take(s.b.officer(), deal(number)))
	must(t, s.b.Note(s.b.officer(), deal(number), "Посмотри паспорт", true))
	must(t, s.b.Approve(s.b.officer(), deal(number), ""))
	card, err := s.b.Mine(s.b.citizen(), number)
	must(t, err)
	doc := card.Documents[0]
	s.b.service.FourEyes = true
	must(t, s.b.AskTypo(s.b.citizen(), deal(number), doc.ID, "Меня зовут Яна"))
	desk, form := deskBase+number, url.Values{"typo_id": {s.b.typo(t, number).ID}, "typo_reason": {"По паспорту <Анна>"}}
	if w := s.post("officer", desk+"/keep", form); w.Code != http.StatusSeeOther {
		t.Fatalf("prepared: %d %s", w.Code, w.Body)
	}
	for who, want := range map[string]string{"officer": "Передать на подтверждение", "officer2": "Подтвердить ответ"} {
		w := s.get(who, desk)
		for _, line := range []string{"Подготовлен ответ об ошибке", "Заметка для сотрудников"} { // the chronology names each
			if strings.Count(w.Body.String(), line) != 1 {
				t.Errorf("%s: «%s» stands %d times", who, line, strings.Count(w.Body.String(), line))
			}
		}
		if sound(t, w); !strings.Contains(w.Body.String(), want) || !strings.Contains(w.Body.String(), "По паспорту &lt;Анна&gt;</textarea>") {
			t.Errorf("%s does not see %q", who, want)
		}
	}
	if w := s.get("anna", citizenBase+number); strings.Contains(w.Body.String(), "По паспорту") {
		t.Error("the owner sees what is prepared")
	}
	if w := s.post("officer2", desk+"/keep", form); w.Code != http.StatusSeeOther {
		t.Fatalf("confirmed: %d %s", w.Code, w.Body)
	}
	w := s.get("anna", citizenBase+number)
	if sound(t, w); !strings.Contains(w.Body.String(), "По паспорту &lt;Анна&gt;") {
		t.Error("the owner does not see the answer")
	}
}
