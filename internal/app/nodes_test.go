package app

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/testkit"
	"okno/internal/profile"
	"okno/services"
)

// nodes are two portals on the same databases.
func nodes(t *testing.T, change func(first *Config)) (a, b *portal) {
	t.Helper()
	box := newBox(t)
	cfg := configFor(t, db.Postgres, box)
	first := cfg
	if change != nil {
		change(&first)
	}
	return startPortal(t, db.Postgres, box, first), startPortal(t, db.Postgres, box, cfg)
}

func TestSessionEndedHereIsDeadThere(t *testing.T) {
	t.Parallel()
	a, b := nodes(t, nil)
	owner := a.enter(1, profile.Confirmed)
	token, other := bearer(t, a.house, owner, bySMS), bearer(t, a.house, owner, bySMS)
	here, there, keeper := newClient(t, a.web.URL).as(token), newClient(t, b.web.URL).as(token), newClient(t, b.web.URL).as(other)
	for range 3 { // the node remembers it
		there.ask("GET", "/api/v1/profile", nil)
		keeper.ask("GET", "/api/v1/profile", nil)
	}
	for _, s := range here.ask("GET", "/api/v1/sessions", nil)["sessions"].([]any) {
		if s.(object)["current"] == true {
			here.ask("DELETE", "/api/v1/sessions/"+s.(object)["id"].(string), nil)
		}
	}
	ended := time.Now()
	testkit.Eventually(t, "the session dead on the other node", func() bool {
		status, _, err := there.try("GET", "/api/v1/profile", nil)
		return err == nil && status == http.StatusUnauthorized
	})
	if took := time.Since(ended); took > time.Second {
		t.Errorf("it took %s, not a second at most", took)
	}
	keeper.ask("GET", "/api/v1/profile", nil)
}

func TestChangeThereReachesTheStreamHere(t *testing.T) {
	t.Parallel()
	a, b := nodes(t, nil)
	owner := a.enter(1, profile.Confirmed)
	b.staff("officer", "officer", "mvd", "")
	number := a.program(owner, bySMS).ask("POST", "/api/v1/applications", object{"service": certificate, "answers": own()}, "Idempotency-Key", "1")["number"].(string)
	settle(t, b)
	lines := stream(t, a, session(t, a.house, owner, bySMS))
	signInStaff(t, b.web.URL, "officer").ask("POST", "/api/v1/desk/applications/"+number+"/take", object{}, "Idempotency-Key", "t")
	deadline := time.After(5 * time.Second)
	for {
		select {
		case line := <-lines:
			if strings.Contains(line, "case:") {
				return
			}
		case <-deadline:
			t.Fatal("the page here heard nothing of the change there")
		}
	}
}

// stream opens a live stream and waits until it is counted as open.
func stream(t *testing.T, p *portal, token string) <-chan string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.web.URL+livePath, nil)
	must(t, err)
	req.Header.Set("Accept", "text/event-stream")
	req.AddCookie(&http.Cookie{Name: identity.SessionCookie, Value: token})
	res, err := http.DefaultClient.Do(req)
	must(t, err)
	if res.StatusCode != http.StatusOK {
		t.Fatalf("stream: %d", res.StatusCode)
	}
	lines := make(chan string, 100)
	go func() {
		defer func() { _ = res.Body.Close() }()
		for s := bufio.NewScanner(res.Body); s.Scan(); {
			lines <- s.Text()
		}
		close(lines)
	}()
	testkit.Eventually(t, "an open stream", func() bool { return p.house.live.Streams() > 0 })
	return lines
}

func TestLimitsCountAcrossNodes(t *testing.T) {
	t.Parallel()
	a, b := nodes(t, nil)
	attempts := func(person int, urls ...string) int {
		for n := range 40 {
			c := newClient(t, urls[n%len(urls)])
			status, _, err := c.try("POST", "/api/v1/sessions", object{"identifier": demoPhone(person), "password": "wrong wrong"})
			must(t, err)
			if status == http.StatusTooManyRequests {
				return n
			}
		}
		return -1
	}
	a.enter(1, profile.Simplified)
	a.enter(2, profile.Simplified)
	if one, two := attempts(1, a.web.URL), attempts(2, a.web.URL, b.web.URL); one != two || one < 1 {
		t.Errorf("%d sign-ins at one node, %d at two", one, two)
	}
	for name, turns := range map[string]int{"resent at once on the other node": 0, "tried out on both": 5} {
		codesAcross(t, a, b, name, turns)
	}
}

// codesAcross begins a registration here and goes on there.
func codesAcross(t *testing.T, a, b *portal, name string, tries int) {
	t.Helper()
	x := newApplicant(t, a.web.URL, a.box, 10+tries)
	here, there := newClient(t, a.web.URL), newClient(t, b.web.URL)
	token := here.ask("POST", "/api/v1/registrations", object{
		"last_name": "Ёлкина", "first_name": "Вера", "phone": x.phone, "email": x.email,
	})["registration"].(string)
	sms := code(t, a.box, x.phone, 0)
	there.refused(http.StatusTooManyRequests, "POST", "/api/v1/registrations/resend", object{"registration": token, "channel": "sms"})
	for n := range tries {
		c := []*client{here, there}[n%2]
		c.refused(http.StatusUnprocessableEntity, "POST", "/api/v1/registrations/codes", object{"registration": token, "sms_code": other(sms)})
	}
	status, out, err := there.try("POST", "/api/v1/registrations/codes", object{"registration": token, "sms_code": sms})
	must(t, err)
	if good := !strings.Contains(fmt.Sprint(out["fields"]), "sms_code"); good != (tries < 5) { // the e-mail's is not given
		t.Errorf("%s: the right code after %d wrong ones: %d %v", name, tries, status, out)
	}
}

func TestJobsRunOnceOnTwoNodes(t *testing.T) {
	t.Parallel()
	a, b := nodes(t, nil)
	owner := a.enter(1, profile.Confirmed)
	const n = 12
	for i := range n {
		p := []*portal{a, b}[i%2]
		p.program(owner, bySMS).ask("POST", "/api/v1/applications", object{"service": certificate, "answers": own()}, "Idempotency-Key", itoa(i))
	}
	settle(t, a)
	texts := map[string]int{}
	for _, m := range a.box.Messages(demoPhone(1)) {
		texts[m.Text]++
	}
	for text, times := range texts {
		if times != 1 {
			t.Errorf("sent %d times: %s", times, text)
		}
	}
	if len(texts) < n {
		t.Errorf("%d messages of %d applications", len(texts), n)
	}
}

func TestVersionPublishedHereIsSeenThere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, b := nodes(t, func(first *Config) { first.Services = dir })
	raw, err := services.FS.ReadFile(certificate + "/service.yaml")
	must(t, err)
	reader := newClient(t, b.web.URL)
	version := func() int { return int(reader.ask("GET", "/api/v1/services/"+certificate, nil)["version"].(float64)) }
	shipped := version()
	text := strings.Replace(string(raw), fmt.Sprintf("\nversion: %d\n", shipped), fmt.Sprintf("\nversion: %d\n", shipped+1), 1)
	must(t, os.MkdirAll(filepath.Join(dir, certificate), 0o755))
	must(t, os.WriteFile(filepath.Join(dir, certificate, "service.yaml"), []byte(text), 0o600))
	testkit.Eventually(t, "the next version on the other node", func() bool { return version() == shipped+1 })
	var n int
	must(t, b.house.stores.db.SQL().QueryRowContext(context.Background(), "SELECT count(*) FROM catalog_versions WHERE service_id = $1", certificate).Scan(&n))
	if n != 2 {
		t.Errorf("%d versions are kept", n)
	}
}
