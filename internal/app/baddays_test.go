package app

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/testkit"
	"okno/internal/profile"
	"okno/internal/sandbox/party"
)

// looks is a citizen at a portal of its own process, by page and by program.
type looks struct{ page, api *client }

func citizenOf(t *testing.T, p *process, cookie, token string) looks {
	t.Helper()
	page := newClient(t, p.url)
	page.cookie(cookie)
	return looks{page, newClient(t, p.url).as(token)}
}

// submits wants the status of an application that is sent by API.
func (l looks) submits(key string) (int, object) {
	status, out, err := l.api.try(http.MethodPost, "/api/v1/applications", object{"service": certificate, "answers": own()}, "Idempotency-Key", key)
	must(l.api.t, err)
	return status, out
}

// unavailable wants the honest page: 503, when to come again, in the frame.
func (r reply) unavailable(t *testing.T, where string) {
	t.Helper()
	if r.status != http.StatusServiceUnavailable || r.header.Get("Retry-After") == "" || !strings.Contains(string(r.body), "</html>") {
		t.Errorf("%s: %d, Retry-After %q, %.300s", where, r.status, r.header.Get("Retry-After"), r.body)
	}
}

// populated enters one confirmed citizen.
func populated(t *testing.T, p *portal) (cookie, token string) {
	t.Helper()
	owner := p.enter(0, profile.Confirmed)
	return session(t, p.house, owner, bySMS), bearer(t, p.house, owner, bySMS)
}

func TestDatabaseLost(t *testing.T) {
	t.Parallel()
	box, server := newBox(t), newCluster(t)
	cfg := outside(t, box, t.TempDir(), server.url("okno"), server.url("keys"))
	first := startPortal(t, db.Postgres, box, cfg)
	cookie, token := populated(t, first)
	p := newProcess(t, cfg)
	p.start()
	anna := citizenOf(t, p, cookie, token)
	if r := anna.page.get("/cabinet"); r.status != http.StatusOK {
		t.Fatalf("before: %d", r.status)
	}
	server.stop()
	testkit.Eventually(t, "not ready", func() bool { return p.ready() == http.StatusServiceUnavailable })
	for _, path := range []string{"/cabinet", "/cabinet/applications", "/cabinet/profile", "/cabinet/drafts/new?service=" + certificate} {
		anna.page.get(path).unavailable(t, path)
	}
	anna.page.post("/cabinet/drafts", url.Values{"service": {certificate}}).unavailable(t, "POST /cabinet/drafts")
	if status, out := anna.submits("lost"); status != http.StatusServiceUnavailable || out["code"] != "unavailable" {
		t.Errorf("API: %d %v", status, out)
	}
	if r := newClient(t, p.url).get("/services/" + certificate); r.status != http.StatusOK {
		t.Errorf("a page that needs no database: %d", r.status)
	}
	server.start()
	testkit.Eventually(t, "ready again", func() bool { return p.ready() == http.StatusOK })
	if r := anna.page.get("/cabinet"); r.status != http.StatusOK {
		t.Errorf("after: %d %.300s", r.status, r.body)
	}
	if status, out := anna.submits("lost"); status != http.StatusCreated {
		t.Errorf("after: %d %v", status, out)
	}
	testkit.Eventually(t, "jobs run again", func() bool { return len(box.Messages(demoPhone(0))) > 0 })
}

func TestDiskFull(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=24m"); err != nil {
		t.Skipf("a small disk can't be made here: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	box := newBox(t)
	cfg := outside(t, box, dir, "sqlite:"+filepath.Join(dir, "okno.db"), "sqlite:"+filepath.Join(dir, "keys.db"))
	_, tokens := populate(t, cfg, box, 1)
	p := newProcess(t, cfg)
	p.start()
	anna := looks{api: newClient(t, p.url).as(tokens[0])}
	if status, out := anna.submits("before"); status != http.StatusCreated {
		t.Fatalf("before: %d %v", status, out)
	}
	filler := filepath.Join(dir, "filler")
	fillDisk(t, filler)
	full := 0
	for i := range 40 {
		status, out := anna.submits("full" + itoa(i))
		if status == http.StatusServiceUnavailable && out["code"] == "unavailable" {
			full++
		} else if status != http.StatusCreated {
			t.Fatalf("on a full disk: %d %v", status, out)
		}
		if full == 3 {
			break
		}
	}
	if full < 3 {
		t.Fatalf("the disk was never full")
	}
	if r := newClient(t, p.url).get("/services"); r.status != http.StatusOK {
		t.Errorf("reading on a full disk: %d", r.status)
	}
	newClient(t, p.url).post("/login", url.Values{"name": {demoPhone(0)}, "password": {"wrong"}}).unavailable(t, "POST /login")
	must(t, os.Remove(filler))
	testkit.Eventually(t, "room again", func() bool { status, _ := anna.submits("after"); return status == http.StatusCreated })
}

// fillDisk leaves no byte free.
func fillDisk(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	must(t, err)
	for block := make([]byte, 4096); err == nil; {
		_, err = f.Write(block)
	}
	_ = f.Close()
}

// hasten makes what waits for its next try run now, as an administrator would.
func hasten(t *testing.T, p *portal) {
	t.Helper()
	ctx := context.Background()
	rows, err := p.house.queue.Dead(ctx, 100)
	must(t, err)
	for _, r := range rows {
		if r.State == "retryable" {
			_ = p.house.queue.Retry(ctx, r.ID) // it may have begun just now
		}
	}
}

// failing waits until so many jobs wait for another try.
func failing(t *testing.T, p *portal, n int64) {
	t.Helper()
	testkit.Eventually(t, "jobs that failed", func() bool {
		depth, err := p.house.queue.Depth(context.Background())
		must(t, err)
		return depth["retryable"] >= n
	})
}

func TestMessagesArriveLaterAndOnce(t *testing.T) {
	t.Parallel()
	for name, state := range map[string]party.State{"down": {Down: true}, "garbage": {Garbage: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, p *portal) {
				owner := p.enter(1, profile.Confirmed)
				for _, who := range []string{party.Mail, party.SMS} {
					must(t, p.box.Switch(who, state))
				}
				c := p.program(owner, bySMS)
				number := c.ask("POST", "/api/v1/applications", object{"service": certificate, "answers": own()}, "Idempotency-Key", "1")["number"].(string)
				failing(t, p, 1)
				for _, who := range []string{party.Mail, party.SMS} {
					must(t, p.box.Switch(who, party.State{}))
				}
				testkit.Eventually(t, "both messages", func() bool {
					hasten(t, p)
					return len(about(p, demoPhone(1), number)) > 0 && len(about(p, demoEmail("person1"), number)) > 0
				})
				settle(t, p)
				if s, m := about(p, demoPhone(1), number), about(p, demoEmail("person1"), number); len(s) != 1 || len(m) != 1 {
					t.Errorf("%d SMS, %d e-mails: %q %q", len(s), len(m), s, m)
				}
			})
		})
	}
}

// about are the messages to an address that name the application.
func about(p *portal, to, number string) (texts []string) {
	for _, m := range p.box.Messages(to) {
		if strings.Contains(m.Subject+m.Text, number) {
			texts = append(texts, m.Text)
		}
	}
	return texts
}

func TestRegistriesAnswerLater(t *testing.T) {
	t.Parallel()
	for name, state := range map[string]party.State{"down": {Down: true}, "garbage": {Garbage: true}, "refusing": {Refusal: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPortal(t, db.SQLite)
			a := newApplicant(t, p.web.URL, p.box, 5)
			a.register()
			a.signIn()
			must(t, p.box.Switch(party.Registries, state))
			a.fillProfile("simplified")
			failing(t, p, 1)
			out := a.ask("GET", "/api/v1/profile", nil)
			for _, c := range out["checks"].([]any) {
				if c.(object)["state"] != "waiting" {
					t.Errorf("while they are %s: %v", name, out["checks"])
				}
			}
			must(t, p.box.Switch(party.Registries, party.State{}))
			testkit.Eventually(t, "the level", func() bool {
				hasten(t, p)
				return a.ask("GET", "/api/v1/profile", nil)["level"] == "standard"
			})
		})
	}
}

// virus is what the test's own signature finds.
const virus = "OKNO-STANDARD-TEST-OF-THE-SCANNER-1"

// clamd runs Debian's scanner with one signature of ours.
func clamd(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command("/usr/sbin/clamd", "--foreground", "--config-file="+filepath.Join(dir, "clamd.conf"))
	out := &buffer{}
	cmd.Stdout, cmd.Stderr = out, out
	must(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	deadline := time.Now().Add(20 * time.Second)
	for {
		if c, err := net.Dial("unix", filepath.Join(dir, "clamd.sock")); err == nil {
			_ = c.Close()
			return cmd
		}
		if time.Now().After(deadline) {
			t.Fatalf("clamd does not start: %s", out)
		}
		<-time.After(50 * time.Millisecond)
	}
}

func TestScanner(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/usr/sbin/clamd"); err != nil {
		t.Skip("clamd is not installed: `make deps`")
	}
	dir := t.TempDir()
	must(t, os.Mkdir(filepath.Join(dir, "db"), 0o755))
	must(t, os.WriteFile(filepath.Join(dir, "db", "okno.ndb"), []byte("Okno.Test:0:*:"+hex.EncodeToString([]byte(virus))+"\n"), 0o644))
	must(t, os.WriteFile(filepath.Join(dir, "clamd.conf"), fmt.Appendf(nil, "LocalSocket %s/clamd.sock\nDatabaseDirectory %s/db\nFixStaleSocket yes\nForeground yes\n", dir, dir), 0o644))
	scanner := clamd(t, dir)
	box := newBox(t)
	cfg := configFor(t, db.SQLite, box)
	cfg.Clamd = filepath.Join(dir, "clamd.sock")
	p := startPortal(t, db.SQLite, box, cfg)
	must(t, p.house.applications.CheckScanner(identity.AsSystem(context.Background())))
	c := p.program(p.enter(1, profile.Confirmed), bySMS)
	draft := "/api/v1/drafts/" + c.ask("POST", "/api/v1/drafts", object{"service": certificate})["id"].(string)
	c.ask("PATCH", draft, object{"step": "who", "answers": object{"for_whom": "child"}})
	c.ask("PATCH", draft, object{"step": "child", "answers": object{"relation": "guardian"}})
	upload := func(body string) (int, object) {
		r := c.do("POST", draft+"/files?field=guardianship&name=a.pdf", "application/pdf", body)
		var out object
		must(t, json.Unmarshal(r.body, &out))
		return r.status, out
	}
	if status, out := upload(pdfFile); status != http.StatusCreated || out["state"] != "clean" {
		t.Errorf("clean: %d %v", status, out)
	}
	infected := strings.Replace(pdfFile, "trailer", "% "+virus+"\ntrailer", 1)
	if status, out := upload(infected); status != http.StatusUnprocessableEntity {
		t.Errorf("infected: %d %v", status, out)
	}
	must(t, scanner.Process.Kill())
	_ = scanner.Wait()
	if status, out := upload(pdfFile); status != http.StatusCreated || out["state"] != "checking" {
		t.Errorf("while the scanner is down: %d %v", status, out)
	}
	failing(t, p, 1)
	clamd(t, dir)
	testkit.Eventually(t, "the file is let go", func() bool {
		hasten(t, p)
		files := c.ask("GET", draft, nil)["files"].([]any)
		for _, f := range files {
			if f.(object)["state"] != "clean" {
				return false
			}
		}
		return len(files) == 2
	})
}
