package cases

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"okno/internal/applications/upload"
)

func TestCitizenAndOfficerWriteToEachOther(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.submit(t)
		b.drain(t)
		b.letters.take()
		must(t, b.Take(b.officer(), deal(number)))
		b.drain(t)
		b.letters.take()
		hello := Written{Text: "  Здравствуйте\r\n", Files: []upload.File{pdfFile("скан.pdf")}}
		must(t, b.Write(b.citizen(), Deal{Number: number, Key: "k"}, hello))
		must(t, b.Write(b.citizen(), Deal{Number: number, Key: "k"}, hello))
		if err := b.Write(b.as("boris"), deal(number), hello); !errors.Is(err, ErrNotFound) {
			t.Errorf("a stranger: %v", err)
		}
		if err := b.WriteBack(b.stranger(), deal(number), hello); !errors.Is(err, ErrNotFound) {
			t.Errorf("another agency: %v", err)
		}
		for name, w := range map[string]Written{
			messageBox:      {Text: strings.Repeat("я", textMost+1)},
			messageFilesBox: {Text: "x", Files: make([]upload.File, messageFiles+1)},
		} {
			if err := b.Write(b.citizen(), deal(number), w); !faulty(err, name) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := b.Write(b.citizen(), deal(number), Written{}); !faulty(err, messageBox) {
			t.Errorf("nothing: %v", err)
		}
		q, err := b.Queue(b.officer(), QueueFilter{Waits: WaitsMessage})
		must(t, err)
		if len(q.Rows) != 1 || !q.Rows[0].Unread {
			t.Fatalf("queue: %+v", q.Rows)
		}
		b.clock.Advance(messagePause)
		b.drain(t)
		if l := b.letters.take(); len(l) != 1 || l[0].Owner != "officer" || l[0].Channel != "email" || !strings.Contains(l[0].Subject, number) || strings.Contains(l[0].Text, "Здравствуйте") {
			t.Fatalf("letters: %+v", l)
		}
		// Who only looks leaves the mark to who holds the case.
		if th, err := b.TheirThread(b.officer2(), number); err != nil || th.Fresh() != 1 {
			t.Errorf("a colleague: %+v, %v", th, err)
		}
		th, err := b.TheirThread(b.officer(), number)
		must(t, err)
		if len(th.Messages) != 1 || th.Messages[0].Text != "Здравствуйте" || len(th.Messages[0].Files) != 1 {
			t.Fatalf("thread: %+v", th)
		}
		if q, err = b.Queue(b.officer(), QueueFilter{Waits: WaitsMessage}); err != nil || len(q.Rows) != 0 {
			t.Errorf("read, and still marked: %+v, %v", q.Rows, err)
		}
		must(t, b.WriteBack(b.officer(), deal(number), Written{Text: "Добрый день"}))
		b.clock.Advance(messagePause)
		b.drain(t)
		l := b.letters.take()
		if len(l) != 2 || l[0].Owner != "anna" || strings.Contains(l[0].Text+l[1].Text, "Добрый") || strings.Contains(l[1].Text, "Справка") {
			t.Fatalf("letters: %+v", l)
		}
		mine, err := b.MyThread(b.citizen(), number)
		must(t, err)
		if len(mine.Messages) != 2 || mine.Fresh() != 1 || !mine.Messages[1].Fresh {
			t.Fatalf("mine: %+v", mine)
		}
		if mine, err = b.MyThread(b.citizen(), number); err != nil || mine.Fresh() != 0 {
			t.Errorf("read, and still fresh: %v", err)
		}
		if k := b.state(t, number); k.Version != 2 {
			t.Errorf("a message is no move: version %d", k.Version)
		}
		out, err := b.Export(b.citizen(), "anna")
		must(t, err)
		if all, _ := out["applications"].([]map[string]any); len(all) != 1 || all[0]["messages"] == nil {
			t.Errorf("export: %v", out)
		}
	})
}

func TestMessagesReadInTimeNeedNoLetter(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.submit(t)
		must(t, b.Take(b.officer(), deal(number)))
		b.drain(t)
		b.letters.take()
		must(t, b.WriteBack(b.officer(), deal(number), Written{Text: "Добрый день"}))
		b.clock.Advance(time.Second)
		_, err := b.MyThread(b.citizen(), number)
		must(t, err)
		b.clock.Advance(messagePause)
		b.drain(t)
		if l := b.letters.take(); len(l) != 0 {
			t.Errorf("letters: %+v", l)
		}
		for range messagesAnHour {
			must(t, b.Write(b.citizen(), deal(number), Written{Text: "?"}))
		}
		if err := b.Write(b.citizen(), deal(number), Written{Text: "?"}); !errors.Is(err, ErrWordy) {
			t.Errorf("too many: %v", err)
		}
		must(t, b.Refuse(b.officer(), deal(number), "none", "Нет"))
		b.clock.Advance(29 * 24 * time.Hour)
		th, err := b.MyThread(b.citizen(), number)
		must(t, err)
		if !th.Open || th.Until == "" {
			t.Errorf("soon after the decision: %+v", th)
		}
		b.clock.Advance(3 * 24 * time.Hour)
		if err := b.Write(b.citizen(), deal(number), Written{Text: "?"}); !errors.Is(err, ErrSilent) {
			t.Errorf("long after the decision: %v", err)
		}
	})
}

func TestFileOfAMessageIsHeldWithoutAScanner(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.submit(t)
		must(t, b.Take(b.officer(), deal(number)))
		b.scanner.set("", errors.New("down"))
		must(t, b.Write(b.citizen(), deal(number), Written{Files: []upload.File{pdfFile("a.pdf")}}))
		th, err := b.MyThread(b.citizen(), number)
		must(t, err)
		f := th.Messages[0].Files[0]
		if _, _, err := b.TheirFile(b.officer(), number, f.ID); !errors.Is(err, ErrFileHeld) {
			t.Fatalf("held: %v", err)
		}
		b.scanner.set(upload.Infected, nil)
		b.clock.Advance(scanPause)
		b.drain(t)
		if th, err = b.MyThread(b.citizen(), number); err != nil || th.Messages[0].Files[0].Scan != upload.Infected {
			t.Errorf("%+v, %v", th.Messages, err)
		}
		if k := b.state(t, number); k.Version != 2 {
			t.Errorf("no move of the case: version %d", k.Version)
		}
		if err := b.Write(b.citizen(), deal(number), Written{Files: []upload.File{pdfFile("b.pdf")}}); !faulty(err, messageFilesBox) {
			t.Errorf("infected: %v", err)
		}
	})
}

func TestPagesOfMessages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	number := s.b.submit(t)
	mine, desk := citizenBase+number, deskBase+number
	for _, who := range []string{"", "boris", "stranger", "admin", "auditor"} {
		for _, at := range []string{mine, desk} {
			if w := s.get(who, at+"/messages"); w.Code == http.StatusOK {
				t.Errorf("%q reads %s", who, at)
			}
			if w := s.post(who, at+"/message", url.Values{messageBox: {"x"}}); w.Code == http.StatusSeeOther && strings.Contains(w.Header().Get("Location"), "#messages") {
				t.Errorf("%q writes at %s", who, at)
			}
		}
	}
	w := s.upload(t, "anna", mine+"/message", map[string]string{messageBox: ""}, messageFilesBox, "")
	if sound(t, w); w.Code != http.StatusUnprocessableEntity || len(find(t, w, with("a", "href", "#"+messageBox))) != 1 {
		t.Fatalf("nothing: %d", w.Code)
	}
	if w := s.upload(t, "anna", mine+"/message", map[string]string{messageBox: "Когда <ответ>?", "_key": "k"}, messageFilesBox, "a.pdf"); w.Code != http.StatusSeeOther {
		t.Fatalf("sent: %d %s", w.Code, w.Body)
	}
	w = s.get("officer", desk)
	if sound(t, w); !strings.Contains(w.Body.String(), "Когда &lt;ответ&gt;?") || !strings.Contains(w.Body.String(), "Новое") {
		t.Error("the officer does not see it")
	}
	if w := s.upload(t, "officer", desk+"/message", map[string]string{messageBox: "Завтра"}, messageFilesBox, ""); w.Code != http.StatusSeeOther {
		t.Fatalf("answered: %d", w.Code)
	}
	w = s.get("anna", mine+"/messages")
	if tags := find(t, w, func(n *html.Node) bool { return n.Data == "li" && strings.HasPrefix(attr(n, "id"), "message-") }); len(tags) != 2 {
		t.Errorf("%d messages", len(tags))
	}
	_, out := s.api("anna", http.MethodPost, "/api/v1/applications/"+number+"/messages", `{"text":"Спасибо"}`)
	if list, _ := out["messages"].([]any); len(list) != 3 {
		t.Errorf("API: %v", out)
	}
	if w, _ := s.api("boris", http.MethodGet, "/api/v1/applications/"+number+"/messages", ""); w.Code != http.StatusNotFound {
		t.Errorf("API, a stranger: %d", w.Code)
	}
}
