package support

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

func TestPagesForEverybody(t *testing.T) {
	t.Parallel()
	b := lite(t)
	for path, want := range map[string]string{
		"/help": "Частые вопросы", "/help?q=статус": "Что означают статусы", "/help?q=крокодил": "Такой статьи пока нет",
		"/help/levels": "Три уровня", "/privacy": "AES-256", "/accessibility": "WCAG 2.2", "/feedback": "Что случилось?",
		"/feedback?from=/login": `name="from" value="/login"`, "/feedback?from=https://evil.example": `name="from" value=""`,
	} {
		w := b.call("", path, nil)
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) || strings.Count(w.Body.String(), "<h1") != 1 {
			t.Errorf("%s: %d, %d h1", path, w.Code, strings.Count(w.Body.String(), "<h1"))
		}
		if i := strings.Index(w.Body.String(), "[support."); i >= 0 {
			t.Errorf("%s: %.40s", path, w.Body.String()[i:])
		}
	}
	for _, path := range []string{"/help/none", "/feedback/0193a5a0-0000-7000-8000-000000000001", "/feedback/x"} {
		if w := b.call("", path, nil); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestFeedbackKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	b := lite(t)
	w := b.call("", "/feedback", url.Values{"text": {"ой <b>"}, "email": {"нет"}})
	body := w.Body.String()
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, "ой &lt;b&gt;") || !strings.Contains(body, `href="#email"`) || !strings.Contains(body, `href="#text"`) {
		t.Fatalf("%d %s", w.Code, body)
	}
	b.limited = true
	if w := b.call("", "/feedback", url.Values{"text": {"Где моё заявление?"}}); w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") != "60" {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
}

func TestTicketOnTheDesk(t *testing.T) {
	t.Parallel()
	b := lite(t)
	w := b.call("anna", "/feedback", url.Values{"text": {"Не могу войти\nникак"}, "email": {"a@example.org"}})
	to := w.Header().Get("Location")
	if w.Code != http.StatusSeeOther || !strings.HasPrefix(to, "/feedback/") {
		t.Fatalf("%d %s", w.Code, to)
	}
	receipt := b.call("", to, nil).Body.String()
	if !strings.Contains(receipt, "16 ноября 2026 г., 14:00") && !strings.Contains(receipt, "14:00") || strings.Contains(receipt, "никак") {
		t.Fatal(receipt)
	}
	list, _, err := b.Tickets(b.as(operator), Filter{Limit: 1})
	fatal(t, err)
	number := list[0].Number
	page := b.call(operator, "/desk/tickets", nil).Body.String()
	if !strings.Contains(page, number) || strings.Contains(page, "войти\n") || strings.Contains(page, "example.org") {
		t.Fatal("the list shows too little or too much")
	}
	card := "/desk/tickets/" + number
	if w := b.call(operator, "/desk/tickets?q="+strings.ReplaceAll(number, "-", "+"), nil); w.Header().Get("Location") != card {
		t.Errorf("search goes to %q", w.Header().Get("Location"))
	}
	if w := b.call(operator, card+"/take", url.Values{}); w.Code != http.StatusSeeOther {
		t.Fatalf("take: %d", w.Code)
	}
	if body := b.call(operator, card, nil).Body.String(); !strings.Contains(body, "никак") || !strings.Contains(body, `name="reply"`) {
		t.Fatal(body)
	}
	if w := b.call(operator, card+"/answer", url.Values{"reply": {"нет"}}); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `href="#reply"`) {
		t.Fatalf("short answer: %d", w.Code)
	}
	if w := b.call(operator, card+"/answer", url.Values{"reply": {"Проверьте раскладку клавиатуры"}}); w.Code != http.StatusSeeOther {
		t.Fatalf("answer: %d", w.Code)
	}
	if w := b.call(operator, card+"/take", url.Values{}); w.Code != http.StatusConflict {
		t.Fatalf("taken after the answer: %d", w.Code)
	}
	if w := b.call(operator, card+"/burn", url.Values{}); w.Code != http.StatusNotFound {
		t.Fatalf("unknown deed: %d", w.Code)
	}
	for _, tab := range []string{"new", "mine", "closed"} {
		if w := b.call(operator, "/desk/tickets?tab="+tab, nil); w.Code != http.StatusOK || (tab == "closed") != strings.Contains(w.Body.String(), number) {
			t.Errorf("tab %s: %d", tab, w.Code)
		}
	}
}

func TestGuardsOfTheDesk(t *testing.T) {
	t.Parallel()
	b := lite(t)
	for _, path := range []string{"/desk/tickets", "/desk/tickets/fragment", "/desk/tickets/1234-5678-9010"} {
		if w := b.call("", path, nil); w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), "/login?to=") {
			t.Errorf("%s without a session: %d", path, w.Code)
		}
		for _, who := range []string{"anna", "o officer", "h head", "m mfc_operator", "a administrator", "u auditor", "i integrator"} {
			if w := b.call(who, path, nil); w.Code != http.StatusForbidden {
				t.Errorf("%s as %s: %d", path, who, w.Code)
			}
		}
	}
	for _, who := range []string{"s support_operator", "s support_specialist", "s support_chief"} {
		w := b.call(who, "/desk/tickets", nil)
		if w.Code != http.StatusOK {
			t.Errorf("as %s: %d", who, w.Code)
		}
		if leads := strings.Contains(w.Body.String(), `href="/desk/accounts"`); leads != (who != "s support_operator") {
			t.Errorf("as %s: leads to accounts is %v", who, leads)
		}
	}
	if w := b.call("anna", "/desk/tickets/1234-5678-9010/take", url.Values{}); w.Code != http.StatusForbidden {
		t.Errorf("a citizen takes a ticket: %d", w.Code)
	}
}

func TestAPI(t *testing.T) {
	t.Parallel()
	b := lite(t)
	post := func(body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, "/api/v1/tickets", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		b.site.ServeHTTP(w, r)
		return w
	}
	w := post(`{"text":"Не могу войти в кабинет","id":"0193a5a0-0000-7000-8000-000000000002"}`)
	var got struct{ ID, Number, Kind string }
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != http.StatusCreated || got.Kind != "sign_in" || got.ID != "0193a5a0-0000-7000-8000-000000000002" {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if w := b.call("", "/api/v1/tickets/"+got.ID, nil); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), got.Number) || strings.Contains(w.Body.String(), "войти") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := post(`{"text":"ой"}`); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `"name":"text"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := b.call("", "/api/v1/tickets/none", nil); w.Code != http.StatusNotFound {
		t.Errorf("%d", w.Code)
	}
}
