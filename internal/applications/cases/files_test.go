package cases

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"okno/internal/applications/upload"
	"okno/internal/kit/blob"
	"okno/internal/kit/clock"
	"okno/internal/kit/errs"
	"okno/internal/kit/id"
	"okno/internal/kit/testkit"
	"okno/internal/vault"
)

// asked is a case that waits for a name and files.
func (b *bundle) asked(t *testing.T) string {
	t.Helper()
	number := b.submit(t)
	must(t, b.Take(b.officer(), deal(number)))
	must(t, b.Request(b.officer(), deal(number), AskMore{Preset: "name", Fields: []string{"scan"}, Files: true}))
	return number
}

// stored counts the files of cases in the store.
func (b *bundle) stored(t *testing.T) int {
	t.Helper()
	n := 0
	must(t, b.Files.Store().List(context.Background(), blobs, func(blob.Info) error { n++; return nil }))
	return n
}

func TestFilesStayWhenSomethingElseIsWrong(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.asked(t)
		wrong := map[string][]string{"name": {"1"}}
		sent := []Sent{{File: pdfFile("a.pdf")}, {Field: "scan", File: pdfFile("s.pdf")}, {File: upload.File{Name: "b.pdf", Body: strings.NewReader("")}}}
		err := b.Cases.Reply(b.citizen(), deal(number), Reply{Values: wrong, Files: sent, Keep: true})
		e, _ := errs.As(err)
		if !errors.Is(err, ErrFields) || len(e.Fields) != 2 {
			t.Fatalf("a wrong name and a wrong file: %v, %+v", err, e)
		}
		card, err := b.Mine(b.citizen(), number)
		must(t, err)
		kept := card.Asked().Files
		if len(kept) != 2 || card.Status != Waiting || b.stored(t) != 2 {
			t.Fatalf("kept %+v", kept)
		}
		theirs, err := b.Look(b.officer(), number)
		must(t, err)
		if _, _, err := b.TheirFile(b.officer(), number, kept[0].ID); !errors.Is(err, ErrFile) || len(theirs.Asked().Files) != 0 {
			t.Fatalf("the agency sees what is not sent: %v", err)
		}
		_, body, err := b.MyFile(b.citizen(), number, kept[0].ID)
		must(t, err)
		must(t, body.Close())

		// A second scan takes the place of the first; the API keeps nothing.
		must(t, b.Unfile(b.citizen(), deal(number), "none", Reply{Files: []Sent{{Field: "scan", File: pdfFile("s2.pdf")}}}))
		if err := b.Cases.Reply(b.citizen(), deal(number), Reply{Values: wrong, Files: []Sent{{File: pdfFile("c.pdf")}}}); !errors.Is(err, ErrFields) {
			t.Fatalf("wrong over the API: %v", err)
		}
		if b.stored(t) != 2 {
			t.Fatalf("%d files", b.stored(t))
		}
		must(t, b.Cases.Reply(b.citizen(), deal(number), Reply{Values: map[string][]string{"name": {"Яна"}}}))
		theirs, err = b.Look(b.officer(), number)
		must(t, err)
		names := map[string]string{}
		for _, f := range theirs.Asks[0].Files {
			names[f.Name] = f.Field
		}
		if len(names) != 2 || names["s2.pdf"] != "scan" || theirs.Status != InWork {
			t.Fatalf("sent: %v", names)
		}
		var scan string
		for _, s := range theirs.Sections {
			for _, r := range s.Rows {
				if r.Field == "scan" {
					scan = r.Value
				}
			}
		}
		if !strings.Contains(scan, "s2.pdf") {
			t.Errorf("the form names %q", scan)
		}
	})
}

func TestOfficerSeesWhatIsWaitedFor(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := s.get("officer", deskBase+s.b.asked(t))
	sound(t, w)
	for _, want := range []string{"Ждём ответ заявителя", "Исправить: Имя", "приостановлен до ответа заявителя"} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("no %q", want)
		}
	}
	if strings.Contains(w.Body.String(), "ждут ваш ответ") {
		t.Error("the officer is spoken to as the citizen")
	}
}

func TestKeptFileIsThrownAway(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.asked(t)
		keep := func() string {
			must(t, b.Unfile(b.citizen(), deal(number), "", Reply{Files: []Sent{{File: pdfFile("a.pdf")}}}))
			card, err := b.Mine(b.citizen(), number)
			must(t, err)
			return card.Asked().Files[0].ID
		}
		file := keep()
		if err := b.Unfile(b.as("boris"), deal(number), file, Reply{}); !errors.Is(err, ErrNotFound) {
			t.Fatalf("another citizen: %v", err)
		}
		for range 2 { // pressed twice
			must(t, b.Unfile(b.citizen(), deal(number), file, Reply{}))
		}
		if b.stored(t) != 0 {
			t.Fatalf("%d files", b.stored(t))
		}
		keep()
		must(t, b.Cancel(b.citizen(), deal(number)))
		card, err := b.Mine(b.citizen(), number)
		must(t, err)
		if len(card.Asks[0].Files) != 0 {
			t.Fatal("a file that was never sent stays in a cancelled case")
		}
	})
}

func TestAnswerPageKeepsFiles(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	number := s.b.asked(t)
	path := citizenBase + number
	w := s.answer(t, path, map[string]string{"name": "1", "text": "Вот"}, "скан.pdf")
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "скан.pdf") {
		t.Fatalf("%d: %s", w.Code, w.Body)
	}
	sound(t, w)
	if ask := find(t, w, with("div", "id", "ask")); len(ask) != 1 || attr(ask[0], "data-live-src") != "" {
		t.Error("a change elsewhere would wipe what was posted")
	}
	remove := find(t, w, with("button", "name", "_do"))
	if len(remove) != 1 {
		t.Fatalf("%d buttons", len(remove))
	}
	w = s.answer(t, path, map[string]string{"name": "Яна", "text": "Вот", "_do": attr(remove[0], "value")}, "")
	if w.Code != http.StatusOK || strings.Contains(w.Body.String(), "скан.pdf") || attr(find(t, w, with("input", "name", "name"))[0], "value") != "Яна" {
		t.Fatalf("removed: %d %s", w.Code, w.Body)
	}
	sound(t, w)
}

// held is a submitted case with a file that the scanner has not seen.
func (b *bundle) held(t *testing.T) (number, file string) {
	t.Helper()
	s := submission()
	s.Files = []FileRef{{
		ID: id.New(), Name: "a.pdf", Type: "pdf", Size: 4, Scan: upload.Checking,
		Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("%PDF")), nil },
	}}
	return b.send(t, s), s.Files[0].ID
}

func TestInfectedFileIsTold(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number, _ := b.held(t)
		b.scanner.set(upload.Infected, nil)
		b.letters.take()
		b.drain(t)
		told := false
		for _, l := range b.letters.take() {
			told = told || strings.Contains(l.Text, "вирус")
		}
		card, err := b.Mine(b.citizen(), number)
		must(t, err)
		last := card.Events[len(card.Events)-1]
		if !told || last.Deed != Infected || last.Text != "a.pdf" || card.Status != Accepted {
			t.Fatalf("told %v: %+v", told, last)
		}
		must(t, b.Take(b.officer(), deal(number)))
		must(t, b.Request(b.officer(), deal(number), AskMore{Preset: "scan"}))
		b.scanner.set(upload.Clean, nil)
		must(t, b.Cases.Reply(b.citizen(), deal(number), Reply{Files: []Sent{{File: pdfFile("b.pdf")}}}))
		card, err = b.Mine(b.citizen(), number)
		must(t, err)
		if v := b.view(b.citizen(), card, ""); len(v.spoiled()) != 0 {
			t.Error("the page still asks for another file")
		}
	})
}

func TestInfectedFileOnThePages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	number, _ := s.b.held(t)
	s.b.scanner.set(upload.Infected, nil)
	s.b.drain(t)
	must(t, s.b.Take(s.b.officer(), deal(number)))
	for who, path := range map[string]string{"anna": citizenBase + number, "officer": deskBase + number} {
		w := s.get(who, path)
		sound(t, w)
		if !strings.Contains(w.Body.String(), "В файле «a.pdf» нашли вирус") {
			t.Errorf("%s is not told", who)
		}
	}
	w := s.get("officer", deskBase+number)
	if !strings.Contains(w.Body.String(), "Приложите, пожалуйста, другой") {
		t.Error("the ask does not offer the words")
	}
}

func TestSweepOfCases(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.held(t)
		stray := submission()
		stray.Files = []FileRef{{ID: id.New(), Name: "b.pdf", Type: "pdf", Size: 1, Scan: upload.Clean, Open: func(context.Context) (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader("x")), nil
		}}}
		_, err := b.Prepare(b.citizen(), stray)
		must(t, err)
		must(t, b.sweep(context.Background(), sweep{}))
		if b.stored(t) != 2 {
			t.Fatal("a file that may still be needed is gone")
		}
		b.Clock = clock.NewFake(testkit.Start.AddDate(100, 0, 0)) // files have the time of the disk
		must(t, b.sweep(context.Background(), sweep{}))
		if b.stored(t) != 1 {
			t.Fatalf("%d files", b.stored(t))
		}
	})
}

func TestDocumentIsRevoked(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.submit(t)
		must(t, b.Take(b.officer(), deal(number)))
		must(t, b.Approve(b.officer(), deal(number), ""))
		docs, err := b.Vault.Documents(b.citizen(), "", 1)
		must(t, err)
		doc := docs[0].ID
		b.drain(t)
		b.letters.take()
		if err := b.Revoke(b.officer(), deal(number), doc, " "); !errors.Is(err, ErrFields) {
			t.Errorf("without a reason: %v", err)
		}
		if err := b.Revoke(b.officer(), deal(number), id.New(), "x"); !errors.Is(err, ErrNotFound) {
			t.Errorf("another document: %v", err)
		}
		for who, ctx := range map[string]context.Context{"owner": b.citizen(), "another agency": b.stranger()} {
			if err := b.Revoke(ctx, deal(number), doc, "x"); !errors.Is(err, ErrNotFound) {
				t.Errorf("%s: %v", who, err)
			}
		}
		d := Deal{Number: number, Key: "k"}
		for range 2 { // pressed twice
			must(t, b.Revoke(b.officer2(), d, doc, "Ошибка в фамилии"))
		}
		if err := b.Revoke(b.officer(), deal(number), doc, "x"); !errors.Is(err, vault.ErrRevoked) {
			t.Errorf("revoked again: %v", err)
		}
		proof, err := b.Vault.Verify(context.Background(), "", docs[0].Number)
		if err != nil || proof.Status != vault.Revoked {
			t.Errorf("checked: %+v, %v", proof, err)
		}
		b.drain(t)
		if got := b.letters.take(); len(got) != 3 || !strings.Contains(got[0].Text, "отозвало") {
			t.Errorf("letters %+v", got)
		}
		card, err := b.Mine(b.citizen(), number)
		must(t, err)
		last := card.Events[len(card.Events)-1]
		if card.Status != Completed || last.Deed != Revoke || last.Text != "Ошибка в фамилии" || card.Documents[0].Reason != "Ошибка в фамилии" {
			t.Errorf("card %+v", last)
		}
	})
}

func TestRevokingOnThePage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	number := s.b.submit(t)
	must(t, s.b.Take(s.b.officer(), deal(number)))
	must(t, s.b.Approve(s.b.officer(), deal(number), ""))
	path := deskBase + number
	w := s.get("officer", path)
	sound(t, w)
	document := find(t, w, with("input", "name", "document"))
	if len(document) != 1 {
		t.Fatal("no way to revoke")
	}
	values := map[string][]string{"document": {attr(document[0], "value")}}
	if w = s.post("officer", path+"/revoke", values); w.Code != http.StatusUnprocessableEntity || len(find(t, w, with("a", "href", "#reason"))) != 1 {
		t.Fatalf("no reason: %d", w.Code)
	}
	values["reason"] = []string{"Ошибка"}
	if w = s.post("officer", path+"/revoke", values); w.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	for who, page := range map[string]string{"anna": citizenBase + number, "officer": path} {
		w = s.get(who, page)
		sound(t, w)
		if !strings.Contains(w.Body.String(), "Причина: Ошибка") {
			t.Errorf("%s is not told why", who)
		}
	}
}

// TestNoFileOutlivesItsAsk lets files be put beside an ask while it ends: either
// they were there and went with it, or the citizen hears that it is over.
func TestNoFileOutlivesItsAsk(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		ends := []func(string) error{
			func(number string) error { return b.Cancel(b.citizen(), deal(number)) },
			func(number string) error { return b.Proceed(b.officer(), deal(number)) },
		}
		for n := range 8 {
			number := b.asked(t)
			var kept, ended error
			var all sync.WaitGroup
			all.Go(func() {
				kept = b.Cases.Reply(b.citizen(), deal(number), Reply{
					Values: map[string][]string{"name": {"1"}}, Files: []Sent{{File: pdfFile("a.pdf")}}, Keep: true,
				})
			})
			all.Go(func() { ended = ends[n%len(ends)](number) })
			all.Wait()
			must(t, ended)
			if !errors.Is(kept, ErrFields) && !errors.Is(kept, ErrChanged) && !errors.Is(kept, ErrMove) {
				t.Fatal(kept)
			}
			card, err := b.Mine(b.citizen(), number)
			must(t, err)
			for _, a := range card.Asks {
				if len(a.Files) > 0 {
					t.Fatalf("a file outlives its ask; the citizen heard %v", kept)
				}
			}
		}
	})
}
