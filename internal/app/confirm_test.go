package app

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"okno/internal/profile"
	"okno/services"
)

// withConfirmation is an operator's folder in which the certificate's sending is
// confirmed by a phone.
func withConfirmation(t *testing.T) string {
	t.Helper()
	raw, err := services.FS.ReadFile(certificate + "/service.yaml")
	must(t, err)
	dir := filepath.Join(t.TempDir(), certificate)
	must(t, os.MkdirAll(dir, 0o750))
	const line = "\nsign: simple\n"
	if !strings.Contains(string(raw), line) {
		t.Fatal("the service has changed")
	}
	must(t, os.WriteFile(filepath.Join(dir, "service.yaml"), []byte(strings.Replace(string(raw), line, line+"confirm: device\n", 1)), 0o600))
	return filepath.Dir(dir)
}

// found is the only group of the pattern on the page.
func found(t *testing.T, r reply, pattern string) string {
	t.Helper()
	m := regexp.MustCompile(pattern).FindSubmatch(r.body)
	if m == nil {
		t.Fatalf("no %s: %d to %q %.3000s", pattern, r.status, r.header.Get("Location"), r.body)
	}
	return string(m[1])
}

// TestServiceConfirmedByPhone: a service whose sending is confirmed by a phone is
// sent by the computer that asked, once a phone of the same person has said yes.
func TestServiceConfirmedByPhone(t *testing.T) {
	t.Parallel()
	box := newBox(t)
	cfg := configFor(t, engines[0], box)
	cfg.Services = withConfirmation(t)
	p := startPortal(t, engines[0], box, cfg)
	owner := p.enter(5, profile.Confirmed)
	program, computer, hand, stranger := p.program(owner, bySMS), p.browser(owner, bySMS), p.browser(owner, bySMS), p.browser(p.enter(6, profile.Confirmed), bySMS)

	program.refused(http.StatusForbidden, "POST", "/api/v1/applications", object{"service": certificate, "answers": own()}, "Idempotency-Key", "once")
	draft := program.ask("POST", "/api/v1/drafts", object{"service": certificate}, "Idempotency-Key", "begin")["id"].(string)
	for _, s := range []struct {
		step    string
		answers object
	}{
		{"who", object{"for_whom": "self"}},
		{"applicant", object{"birth_place": "г. Казань", "phone": demoPhone(5)}},
		{"names", object{"changed_name": false}},
		{"places", object{"moved": false}},
		{"purpose", object{"purpose": "work", "way": "electronic", "truth": true}},
	} {
		program.ask("PATCH", "/api/v1/drafts/"+draft, object{"step": s.step, "answers": s.answers})
	}
	program.refused(http.StatusForbidden, "POST", "/api/v1/drafts/"+draft+"/submit", nil)

	page := "/cabinet/drafts/" + draft
	send := func() reply {
		return computer.post(page+"/send", url.Values{"_version": {found(t, computer.get(page+"/check"), `name="_version" value="(\d+)"`)}})
	}
	goes := func(r reply, to string) {
		t.Helper()
		if where := r.header.Get("Location"); r.status != http.StatusSeeOther || !strings.HasPrefix(where, to) {
			t.Fatalf("%d to %q, not %q: %.2000s", r.status, where, to, r.body)
		}
	}
	r := send()
	goes(r, "/confirm?")
	wait := r.header.Get("Location")
	goes(send(), "/confirm?") // nothing is sent before a phone has said yes
	link := found(t, computer.get(wait), `data-ask-link>[^<]*(/q/[\w-]+)<`)
	if r := stranger.get(link); r.status == http.StatusSeeOther && strings.HasPrefix(r.header.Get("Location"), "/app/approve/") {
		t.Fatal("somebody else's phone may confirm")
	}
	r = hand.get(link)
	goes(r, "/app/approve/")
	ask := r.header.Get("Location")
	if r := hand.get(ask); r.status != http.StatusOK || !strings.Contains(string(r.body), "Отправить заявление") {
		t.Fatalf("%d %.2000s", r.status, r.body)
	}
	goes(hand.post(ask+"/confirm", url.Values{}), ask)
	goes(computer.get(wait), page+"/check")
	goes(send(), page+"/sent")
	if all, _ := program.ask("GET", "/api/v1/applications", nil)["applications"].([]any); len(all) != 1 {
		t.Errorf("%d applications were sent", len(all))
	}
}
