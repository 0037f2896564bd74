package cases

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"okno/internal/kit/audit"
	"okno/internal/kit/id"
	"okno/internal/vault"
)

// prepared is an approved application whose document an officer wants to revoke.
func (b *bundle) prepared(t *testing.T) (number string, doc vault.Document) {
	t.Helper()
	number, doc = b.approved(t)
	b.service.FourEyes = true
	must(t, b.Revoke(b.officer(), deal(number), doc.ID, "Подложная справка"))
	return number, doc
}

// valid reports whether who checks the document hears that it counts.
func (b *bundle) valid(t *testing.T, doc vault.Document) bool {
	t.Helper()
	proof, err := b.Vault.Verify(context.Background(), "", doc.Number)
	must(t, err)
	return proof.Status == vault.Valid
}

// Where the service asks for two pairs of eyes, nobody ends a document alone.
func TestDocumentIsRevokedByTwo(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number, doc := b.approved(t)
		b.service.FourEyes = true
		b.drain(t)
		b.letters.take()
		wantErr(t, b.Revoke(b.officer(), deal(number), doc.ID, " "), ErrFields, "without a reason")
		wantErr(t, b.Revoke(b.officer(), deal(number), id.New(), "x"), ErrNotFound, "another document")
		for range 2 { // pressed twice
			must(t, b.Revoke(b.officer(), Deal{Number: number, Key: "k"}, doc.ID, "Подложная справка"))
		}
		wantErr(t, b.Confirm(b.officer(), deal(number)), ErrSameEyes, "confirmed by who prepared it")
		for who, ctx := range map[string]context.Context{"owner": b.citizen(), "another agency": b.stranger()} {
			wantErr(t, b.Confirm(ctx, deal(number)), ErrNotFound, who)
		}
		if !b.valid(t, doc) || b.state(t, number).Status != Approved {
			t.Fatal("one officer has ended the document")
		}
		mine := b.mustCard(t, number)
		if mine.Proposal != nil || strings.Contains(mine.Events[len(mine.Events)-1].Text, "Подложная") {
			t.Error("the owner sees what is only prepared")
		}
		b.drain(t)
		if got := b.letters.take(); len(got) != 0 {
			t.Errorf("the owner is told: %+v", got)
		}
		waiting, err := b.ToConfirm(b.officer2(), "")
		must(t, err)
		own, err := b.ToConfirm(b.officer(), "")
		must(t, err)
		if len(waiting) != 1 || len(own) != 0 {
			t.Errorf("%d wait for the other, %d for who prepared it", len(waiting), len(own))
		}
		for range 2 {
			must(t, b.Confirm(b.officer2(), Deal{Number: number, Key: "c"}))
		}
		if b.valid(t, doc) || b.state(t, number).Status != Completed {
			t.Error("confirmed, and it still counts")
		}
		if card := b.mustCard(t, number); card.Documents[0].Reason != "Подложная справка" {
			t.Errorf("the owner is told why: %q", card.Documents[0].Reason)
		}
		b.journalHas(t, "applications.revoke_prepared", "officer")
		b.journalHas(t, "applications.revoke", "officer2")
		if told := b.events(t, number, PrepareRevoke); len(told) != 1 || !told[0].Inner || told[0].Text != "Подложная справка" {
			t.Errorf("the chronology has %+v", told)
		}
		wantErr(t, b.Confirm(b.head(), deal(number)), ErrNoProposal, "confirmed once more")
		wantErr(t, b.Revoke(b.officer(), deal(number), doc.ID, "x"), vault.ErrRevoked, "revoked once more")
	})
}

func (b *bundle) journalHas(t *testing.T, act, actor string) {
	t.Helper()
	lines, err := b.Audit.Find(context.Background(), audit.Filter{Act: act})
	must(t, err)
	if len(lines) != 1 || lines[0].Actor != actor {
		t.Errorf("%s in the journal: %+v, want one by %s", act, lines, actor)
	}
}

// A prepared revocation outlives what befalls the result, and falls with what it is about.
func TestPreparedRevocation(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number, doc := b.prepared(t)
		_, body, err := b.Vault.Download(b.citizen(), doc.ID)
		must(t, err)
		must(t, body.Close())
		b.drain(t)
		if got := b.state(t, number).Status; got != Completed {
			t.Fatalf("fetched: %s", got)
		}
		must(t, b.AskTypo(b.citizen(), deal(number), doc.ID, "Меня зовут Яна"))
		wantErr(t, b.Decline(b.officer2(), deal(number), ""), ErrFields, "sent back without words")
		must(t, b.Decline(b.officer2(), deal(number), "Она настоящая"))
		wantErr(t, b.Confirm(b.officer2(), deal(number)), ErrNoProposal, "sent back")
		if !b.valid(t, doc) {
			t.Error("sent back, and it does not count")
		}

		must(t, b.Revoke(b.officer(), deal(number), doc.ID, "Ошибка"))
		must(t, b.Revoke(b.officer2(), deal(number), doc.ID, "Подлог")) // other words, other eyes
		wantErr(t, b.Confirm(b.officer2(), deal(number)), ErrSameEyes, "the words of one's own")
		must(t, b.Decline(b.officer2(), deal(number), "")) // taken back
		if card, err := b.Look(b.officer(), number); err != nil || card.Proposal != nil {
			t.Errorf("taken back: %+v, %v", card.Proposal, err)
		}

		must(t, b.Revoke(b.officer(), deal(number), doc.ID, "Ошибка"))
		text := Corrected{Title: "Справка для Яны", Paragraphs: []string{"Подтверждается"}, Rows: []string{"Яна"}}
		must(t, b.FixTypo(b.officer(), deal(number), b.openTypo(number), text))
		if card, err := b.Look(b.officer(), number); err != nil || card.Proposal == nil {
			t.Errorf("a correction that is only prepared replaces nothing: %v", err)
		}
		must(t, b.FixTypo(b.officer2(), deal(number), b.openTypo(number), text))
		wantErr(t, b.Confirm(b.head(), deal(number)), ErrNoProposal, "the document was replaced meanwhile")
		card := b.mustCard(t, number)
		for _, d := range card.Documents {
			if got := b.valid(t, d); got != (d.ID != doc.ID) {
				t.Errorf("%s: valid %v", d.ID, got)
			}
		}
	})
}

func TestPagesOfARevocationByTwo(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	number, doc := s.b.approved(t)
	s.b.service.FourEyes = true
	path := deskBase + number
	form := url.Values{"document": {doc.ID}, "reason": {"Подлог <b>"}}
	w := s.get("officer", path)
	if sound(t, w); !strings.Contains(w.Body.String(), "его подтвердит другой сотрудник") {
		t.Error("the officer is not told beforehand")
	}
	if w = s.post("officer", path+"/revoke", form); w.Code != http.StatusSeeOther {
		t.Fatalf("prepared: %d %s", w.Code, w.Body)
	}
	for who, deeds := range map[string][]string{"officer": {"/decline"}, "officer2": {"/confirm", "/decline"}, "head": {"/confirm", "/decline"}} {
		w = s.get(who, path)
		sound(t, w)
		for _, deed := range []string{"/confirm", "/decline", "/revoke"} {
			want := 0
			for _, d := range deeds {
				if d == deed {
					want = 1
				}
			}
			if got := len(find(t, w, with("form", "action", path+deed))); got != want {
				t.Errorf("%s: %d forms %s, want %d", who, got, deed, want)
			}
		}
		for _, words := range []string{"Подготовлен отзыв документа", "Подлог &lt;b&gt;", doc.Title.RU, "Другие действия откроются", "okno-chronology__item--attention"} {
			if !strings.Contains(w.Body.String(), words) {
				t.Errorf("%s does not see %q", who, words)
			}
		}
	}
	for who, code := range map[string]int{"": http.StatusUnauthorized, "anna": http.StatusForbidden, "stranger": http.StatusNotFound, "officer": http.StatusForbidden} {
		if w = s.post(who, path+"/confirm", url.Values{}); w.Code != code {
			t.Errorf("confirmed by %q: %d, want %d", who, w.Code, code)
		}
	}
	if w = s.get("anna", citizenBase+number); strings.Contains(w.Body.String(), "Подлог") {
		t.Error("the owner sees what is prepared")
	}
	if w = s.post("officer2", path+"/confirm", url.Values{}); w.Code != http.StatusSeeOther {
		t.Fatalf("confirmed: %d %s", w.Code, w.Body)
	}
	w = s.get("anna", citizenBase+number)
	if sound(t, w); !strings.Contains(w.Body.String(), "Причина: Подлог &lt;b&gt;") {
		t.Error("the owner is not told why")
	}
}

func TestRevocationByTwoOverTheAPI(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	number, doc := s.b.approved(t)
	s.b.service.FourEyes = true
	desk := "/api/v1/desk/applications/" + number
	w, out := s.api("officer", http.MethodPost, desk+"/revoke", `{"document":"`+doc.ID+`","reason":"Подлог"}`)
	if w.Code != http.StatusOK || out["status"] != "approved" {
		t.Fatalf("prepared: %d %s", w.Code, w.Body)
	}
	_, out = s.api("officer2", http.MethodGet, desk, "")
	if p, ok := out["proposal"].(map[string]any); !ok || p["deed"] != "revoke" || p["document"] != doc.ID || p["words"] != "Подлог" || p["mine"] != nil {
		t.Errorf("the colleague reads %v", out["proposal"])
	}
	if _, out = s.api("anna", http.MethodGet, "/api/v1/applications/"+number, ""); out["proposal"] != nil {
		t.Errorf("the owner reads %v", out["proposal"])
	}
	for who, code := range map[string]int{"": http.StatusUnauthorized, "anna": http.StatusForbidden, "stranger": http.StatusNotFound, "officer": http.StatusForbidden} {
		if w, _ = s.api(who, http.MethodPost, desk+"/confirm", `{}`); w.Code != code {
			t.Errorf("confirmed by %q: %d, want %d", who, w.Code, code)
		}
	}
	if w, out = s.api("officer2", http.MethodPost, desk+"/confirm", `{}`); w.Code != http.StatusOK || out["status"] != "completed" {
		t.Fatalf("confirmed: %d %s", w.Code, w.Body)
	}
	if s.b.valid(t, doc) {
		t.Error("confirmed, and it still counts")
	}
}
