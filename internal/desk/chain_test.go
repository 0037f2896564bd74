package desk

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"okno/internal/applications/cases"
	"okno/internal/exchange/webhook"
	"okno/internal/kit/db"
	"okno/internal/kit/testkit"
	"okno/internal/notify"
)

// TestTheWayOfApplications: an administrator sees numbers, a head opens the cards,
// both can have all of it handed over anew.
func TestTheWayOfApplications(t *testing.T) {
	t.Parallel()
	at := db.At(testkit.Start)
	b := &below{}
	call := site(t, room(t, b))
	if w := call("h head:mvd", "/desk/chain", nil); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Задержек нет") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	b.open = []cases.Incident{
		{Agency: "fns", Hop: cases.HopReceived, OpenedAt: at, Cases: 120, Told: 3, Open: 101, Numbers: []string{"1111-2222-3333", "1111-2222-4444"}},
		{Agency: "mvd", Hop: cases.HopTaken, OpenedAt: at, Cases: 1, Open: 1, Numbers: []string{"1111-2222-5555"}},
	}
	b.over = []cases.Incident{{Agency: "mvd", Hop: cases.HopSent, OpenedAt: at, ClosedAt: at.Add(1), Cases: 5, Told: 2}}
	for who, want := range map[string]struct{ has, hasNot []string }{
		"a administrator": {[]string{"agency fns", "1111-2222-3333", "И ещё: 99", `value="fns"`, "/desk/webhooks?agency=fns", "agency mvd", "не берёт", "не передаются"}, []string{`href="/desk/applications`, `value="mvd"`}},
		"h head:mvd":      {[]string{`href="/desk/applications/1111-2222-3333"`, `action="/desk/chain/resend"`}, []string{"/desk/webhooks"}},
	} {
		text := call(who, "/desk/chain", nil).Body.String()
		for _, s := range want.has {
			if !strings.Contains(text, s) {
				t.Errorf("%s does not see %s", who, s)
			}
		}
		for _, s := range want.hasNot {
			if strings.Contains(text, s) {
				t.Errorf("%s sees %s", who, s)
			}
		}
	}
	if w := call("o officer:mvd", "/desk/chain", nil); w.Code != http.StatusForbidden {
		t.Errorf("an officer: %d", w.Code)
	}
	w := call("a administrator", "/desk/chain/resend", url.Values{"agency": {"fns"}})
	if w.Header().Get("Location") != "/desk/chain?sent=7" || !slices.Equal(b.resent, []string{"fns"}) {
		t.Errorf("%v, %v", w.Header(), b.resent)
	}
	if text := call("a administrator", "/desk/chain?sent=7", nil).Body.String(); !strings.Contains(text, "Заявлений: 7") {
		t.Error("nothing is said")
	}
	b.resend = webhook.ErrOff
	w = call("a administrator", "/desk/chain/resend", url.Values{"agency": {"fns"}})
	if text := call("a administrator", w.Header().Get("Location"), nil).Body.String(); !strings.Contains(text, "не включён") {
		t.Error(w.Header(), text)
	}
}

// TestNoticesOfStaff: one's own only, with links into the desk only.
func TestNoticesOfStaff(t *testing.T) {
	t.Parallel()
	b := &below{}
	call := site(t, room(t, b))
	if text := call("h head:mvd", "/desk/notices", nil).Body.String(); !strings.Contains(text, "Уведомлений нет") {
		t.Error(text)
	}
	b.notices = []notify.Notice{
		{ID: "n1", Subject: "Сроки: 2", Text: "Первое\nВторое", Link: "/desk/chain", At: db.At(testkit.Start)},
		{ID: "n2", Subject: "Старое", Text: "x", Link: "https://example.org", At: db.At(testkit.Start), Read: true},
	}
	text := call("h head:mvd", "/desk/notices", nil).Body.String()
	for _, s := range []string{"Сроки: 2", "Первое", "Второе", `href="/desk/chain"`, "Новое", "Отметить все"} {
		if !strings.Contains(text, s) {
			t.Errorf("no %s in %s", s, text)
		}
	}
	if strings.Contains(text, "example.org") {
		t.Error("a link out of the desk")
	}
	if text := call("o officer:mvd", "/desk/notices", nil).Body.String(); strings.Contains(text, "Сроки") {
		t.Error("another's notices are shown")
	}
	if w := call("h head:mvd", "/desk/notices/read", url.Values{}); w.Code != http.StatusSeeOther || !slices.Equal(b.read, []string{"h "}) {
		t.Errorf("%d, %v", w.Code, b.read)
	}
}
