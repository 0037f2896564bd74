package cases

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"okno/internal/agency"
)

// TestPagesOfTime: suspend, resume and forward on the desk, and what the citizen
// sees of it on page and API.
func TestPagesOfTime(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.b.Offices = town{}
	s.b.follow(agency.Rules{})
	number := s.b.submit(t)
	desk, mine := deskBase+number, citizenBase+number
	must(t, s.b.Take(s.b.officer(), deal(number)))
	w := s.get("officer", desk)
	sound(t, w)
	for _, name := range []string{"pause_ground", "pause_words", "until", "agency", "forward_words"} {
		n := len(find(t, w, func(n *html.Node) bool { return attr(n, "name") == name && attr(n, "type") != "hidden" }))
		if n != 1 {
			t.Errorf("%d boxes %s", n, name)
		}
	}
	for _, who := range []string{"", "anna", "stranger", "officer2", "auditor"} {
		for _, deed := range []string{"suspend", "resume", "forward"} {
			if w := s.post(who, desk+"/"+deed, url.Values{"pause_ground": {"court"}, "pause_words": {"x"}, "agency": {"fns"}, "forward_words": {"x"}}); w.Code < 300 || w.Code == http.StatusSeeOther && who != "" {
				t.Errorf("%q did %s: %d", who, deed, w.Code)
			}
		}
	}
	w = s.post("officer", desk+"/suspend", url.Values{"pause_ground": {""}, "pause_words": {""}, "until": {"x"}})
	sound(t, w)
	if w.Code != http.StatusUnprocessableEntity || len(find(t, w, with("a", "href", "#pause_ground"))) != 1 {
		t.Errorf("faults of the form: %d", w.Code)
	}
	if w := s.post("officer", desk+"/suspend", url.Values{"pause_ground": {"court"}, "pause_words": {"Ждём решение суда"}}); w.Code != http.StatusSeeOther {
		t.Fatalf("suspended: %d %s", w.Code, w.Body)
	}
	w = s.get("anna", mine)
	sound(t, w)
	for _, text := range []string{"Ждём решение суда", "Дело рассматривает суд", "Приостановлено"} {
		if !strings.Contains(w.Body.String(), text) {
			t.Errorf("the citizen does not read %q", text)
		}
	}
	if here := find(t, w, func(n *html.Node) bool {
		return attr(n, "aria-current") == "step" && strings.Contains(attr(n, "class"), "okno-steps__item")
	}); len(here) != 1 {
		t.Errorf("%d current steps", len(here))
	}
	_, out := s.api("anna", http.MethodGet, "/api/v1/applications/"+number, "")
	if out["stage"] != "suspended" || out["epgu_status"] != 7.0 || out["pause_ground"] != "court" || len(out["progress"].([]any)) != 4 {
		t.Errorf("API: %v", out)
	}
	_, out = s.api("anna", http.MethodGet, "/api/v1/applications", "")
	if row := out["applications"].([]any)[0].(map[string]any); row["stage"] != "suspended" || row["epgu_status"] != 7.0 {
		t.Errorf("list: %v", row)
	}
	w = s.get("officer", desk)
	sound(t, w)
	if len(find(t, w, with("form", "action", desk+"/resume"))) != 1 || len(find(t, w, with("form", "action", desk+"/suspend"))) != 0 {
		t.Error("what is suspended can't be resumed")
	}
	if w := s.post("officer", desk+"/resume", nil); w.Code != http.StatusSeeOther {
		t.Errorf("resumed: %d", w.Code)
	}
	for _, body := range []string{`{"ground":"weather","text":"x"}`, `{"ground":"court","text":"x","until":"soon"}`} {
		if w, _ := s.api("officer", http.MethodPost, "/api/v1/desk/applications/"+number+"/suspend", body); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", body, w.Code)
		}
	}
	w2, out := s.api("officer", http.MethodPost, "/api/v1/desk/applications/"+number+"/suspend", `{"ground":"payment","text":"Оплатите","until":"2026-12-01"}`)
	if w2.Code != http.StatusOK || out["stage"] != "payment" || out["resume_on"] != "2026-12-01" {
		t.Errorf("suspended by API: %d %v", w2.Code, out)
	}
	if w, out := s.api("officer", http.MethodPost, "/api/v1/desk/applications/"+number+"/resume", `{}`); w.Code != http.StatusOK || out["stage"] != "in_work" {
		t.Errorf("resumed by API: %d %v", w.Code, out)
	}
	if w := s.post("officer", desk+"/forward", url.Values{"agency": {"mvd"}, "forward_words": {""}}); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("forwarded to itself: %d", w.Code)
	}
	if w := s.post("officer", desk+"/forward", url.Values{"agency": {"fns"}, "forward_words": {"Не наше"}}); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/desk" {
		t.Errorf("forwarded: %d %s", w.Code, w.Header().Get("Location"))
	}
	if w := s.get("anna", mine); !strings.Contains(w.Body.String(), "Переслано в другое ведомство") {
		t.Error("the citizen does not read that it was forwarded")
	}
}
