package desk

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"okno/internal/applications/cases"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/id"
	"okno/internal/kit/testkit"
)

func TestSavedFilters(t *testing.T) {
	t.Parallel()
	clk := clock.NewFake(testkit.Start)
	testkit.Each(t, testkit.Of(Migrations()), clk, func(t *testing.T, d *db.DB) {
		call := site(t, roomOn(d, &below{}))
		w := call(officer, "/desk/filters", url.Values{"title": {" Мои  срочные "}, "choice": {"?due=soon&assigned=me&after=1.x&evil=1"}})
		if w.Header().Get("Location") != "/desk?assigned=me&due=soon" {
			t.Fatalf("%d %s", w.Code, w.Header())
		}
		body := call(officer, "/desk?due=soon&assigned=me", nil).Body.String()
		inOrder(t, body, "Мои отборы", `href="/desk?assigned=me&amp;due=soon" aria-current="true"`, "Мои срочные", "Удалить этот отбор")
		if strings.Contains(call("x officer:mvd", "/desk", nil).Body.String(), "Мои срочные") {
			t.Error("a colleague sees the filter")
		}
		if w := call(officer, "/desk/filters", url.Values{"title": {""}}); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `href="#filter-title"`) {
			t.Errorf("without a name: %d", w.Code)
		}
		_, rest, _ := strings.Cut(body, "/desk/filters/")
		filterID, _, _ := strings.Cut(rest, "/")
		if w := call("x officer:mvd", "/desk/filters/"+filterID+"/delete", url.Values{}); w.Code != http.StatusNotFound {
			t.Errorf("a colleague deletes it: %d", w.Code)
		}
		if w := call(officer, "/desk/filters/"+filterID+"/delete", url.Values{}); w.Code != http.StatusSeeOther {
			t.Errorf("deleted: %d", w.Code)
		}
	})
}

func TestBulk(t *testing.T) {
	t.Parallel()
	one, two := id.Number(), id.Number()
	b := &below{rows: []cases.QueueRow{queued(one, 1, nil)}, busy: map[string]error{two: cases.ErrTaken}}
	call := site(t, room(t, b))
	pick := []string{one + ":5", two + ":7", one + ":5", "x:1", one}
	w := call(officer, "/desk/queue/bulk", url.Values{"do": {"take"}, "pick": pick, "key": {"k"}})
	if w.Code != http.StatusOK || len(b.taken) != 2 || b.taken[1] != (cases.Deal{Number: two, Version: 7, Key: "k"}) {
		t.Fatalf("%d %+v", w.Code, b.taken)
	}
	inOrder(t, w.Body.String(), "Сделано: 1 заявление", "Не сделано: 1 заявление", one, "Готово", two, "applications.error.taken")
	w = call("h head:mvd", "/desk/queue/bulk", url.Values{"do": {"assign"}, "to": {"other"}, "pick": pick})
	if w.Code != http.StatusOK || !slices.Equal(b.given, []string{one + " other", two + " other"}) {
		t.Errorf("%d %v", w.Code, b.given)
	}
	if w := call(officer, "/desk/queue/bulk", url.Values{"do": {"assign"}, "to": {"other"}, "pick": pick}); w.Code != http.StatusForbidden {
		t.Errorf("an officer gives cases: %d", w.Code)
	}
	if w := call(officer, "/desk/queue/bulk", url.Values{"do": {"take"}}); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("nothing ticked: %d", w.Code)
	}
}

func TestSearchStaysOutOfTheAddress(t *testing.T) {
	t.Parallel()
	b := &below{rows: []cases.QueueRow{queued(id.Number(), 1, nil)}}
	call := site(t, room(t, b))
	if w := call(officer, "/desk/search", url.Values{"q": {"Елкина Анна"}}); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), b.rows[0].Number) {
		t.Errorf("%d", w.Code)
	}
	if w := call(officer, "/desk/search", url.Values{"q": {"x"}}); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `value="x"`) {
		t.Errorf("%d", w.Code)
	}
	if w := call(officer, "/desk/search", url.Values{"q": {b.rows[0].Number}}); !strings.HasSuffix(w.Header().Get("Location"), b.rows[0].Number) {
		t.Errorf("%d", w.Code)
	}
}

func TestKeysCanBeTurnedOff(t *testing.T) {
	t.Parallel()
	call := site(t, room(t, &below{}))
	if w := call(officer, "/desk/keys.js", nil); !strings.HasPrefix(w.Body.String(), "const letters = true\n") {
		t.Error("the keys are not on")
	}
	w := call(officer, "/desk/keys", url.Values{"letters": {"off"}})
	if c := w.Header().Get("Set-Cookie"); !strings.Contains(c, "okno_keys=off") {
		t.Error(c)
	}
	body := call(officer, "/desk/keys", nil).Body.String()
	for _, k := range keyList() {
		if !strings.Contains(body, "<kbd>"+k.Key+"</kbd>") {
			t.Errorf("%s is not in the list", k.Key)
		}
		if len(k.Key) == 1 && k.Key != "?" && !strings.Contains(string(keysSource), "Key"+k.Key+":") {
			t.Errorf("%s does nothing", k.Key)
		}
	}
}
