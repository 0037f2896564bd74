package app

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"okno/internal/kit/clock"
	"okno/internal/kit/db"
)

// soak says that the long tests are wanted.
func soak() bool { return os.Getenv("OKNO_SOAK") != "" }

// crowd are clients that submit until they are stopped, whatever happens.
type crowd struct {
	base    string
	tokens  []string
	mu      sync.Mutex
	numbers map[string]string // by key; "" until an answer came
	given   atomic.Int64
	faults  []string
	stop    chan struct{}
	done    sync.WaitGroup
}

const clients = 64

// gather starts the clients.
func gather(t testing.TB, base string, tokens []string) *crowd {
	t.Helper()
	c := &crowd{base: base, tokens: tokens, numbers: map[string]string{}, stop: make(chan struct{})}
	for n := range clients {
		caller := newClient(t, base).as(tokens[n%len(tokens)])
		c.done.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-c.stop:
					return
				default:
					c.submit(caller, n, i)
				}
			}
		})
	}
	return c
}

// submit sends one application with its key until there is a number.
func (c *crowd) submit(caller *client, n, i int) {
	key := fmt.Sprintf("%d-%d", n, i)
	c.note(key, "")
	for {
		status, out, err := caller.try(http.MethodPost, "/api/v1/applications", object{"service": certificate, "answers": own()}, "Idempotency-Key", key)
		number, _ := out["number"].(string)
		switch {
		case err == nil && status == http.StatusCreated && number != "":
			c.note(key, number)
			c.given.Add(1)
			return
		case err == nil && status < 500 && status != http.StatusTooManyRequests && status != http.StatusUnauthorized:
			c.fault("%s: %d %v", key, status, out)
			return
		}
		<-time.After(20 * time.Millisecond)
	}
}

// note keeps a number; another one under the same key is a fault.
func (c *crowd) note(key, number string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if old := c.numbers[key]; old != "" && old != number {
		c.faults = append(c.faults, fmt.Sprintf("%s: first %s, then %s", key, old, number))
	}
	c.numbers[key] = number
}

func (c *crowd) fault(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = append(c.faults, fmt.Sprintf(format, args...))
}

// wait lets n more numbers be given.
func (c *crowd) wait(t testing.TB, n int64) {
	t.Helper()
	for until, deadline := c.given.Load()+n, time.Now().Add(40*time.Second); c.given.Load() < until; <-time.After(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("only %d numbers were given; %v", c.given.Load(), c.faults)
		}
	}
}

// disperse ends the clients, each with its last number.
func (c *crowd) disperse() {
	close(c.stop)
	c.done.Wait()
}

// account compares what was said with what stands: every number once, nothing
// half, nothing more.
func (c *crowd) account(t testing.TB, cfg Config) {
	t.Helper()
	for _, f := range c.faults {
		t.Error(f)
	}
	d, err := db.Open(context.Background(), cfg.Database.Reveal(), db.Options{Clock: clock.System()})
	must(t, err)
	defer func() { _ = d.Close() }()
	count := func(what string) (n int) {
		must(t, d.SQL().QueryRowContext(context.Background(), "SELECT count(*) FROM "+what).Scan(&n))
		return n
	}
	for _, what := range []string{
		"applications_cases", "applications_queue", "applications_numbers", "(SELECT DISTINCT number FROM applications_cases) AS x",
		"(SELECT DISTINCT case_id FROM applications_events) AS x",
	} {
		if n := count(what); n != len(c.numbers) {
			t.Errorf("%d of %s, %d keys were sent", n, what, len(c.numbers))
		}
	}
	seen := map[string]bool{}
	for key, number := range c.numbers {
		if number == "" || seen[number] {
			t.Errorf("%s has number %q; given before: %v", key, number, seen[number])
		}
		seen[number] = true
	}
	t.Logf("%d applications", len(c.numbers))
}

// readBack opens some applications: what is sealed can be read.
func (c *crowd) readBack(t testing.TB) {
	t.Helper()
	for key, number := range c.numbers {
		var n, i int
		_, _ = fmt.Sscanf(key, "%d-%d", &n, &i)
		if n%8 == 0 {
			newClient(t, c.base).as(c.tokens[n%len(c.tokens)]).ask(http.MethodGet, "/api/v1/applications/"+number, nil)
		}
	}
}

// killing runs rounds of submitting clients with a death in the middle of each.
func killing(t *testing.T, cfg Config, rounds int, tokens []string, death func(p *process)) {
	p := newProcess(t, cfg)
	p.start()
	c := gather(t, p.url, tokens)
	for i := range rounds {
		c.wait(t, int64(40+17*i))
		death(p)
	}
	c.wait(t, 40)
	c.disperse()
	c.readBack(t)
	p.kill()
	c.account(t, cfg)
}

func portalDies(p *process) { p.kill(); p.start() }

// killed runs the deaths of the portal and of the database.
func killed(t *testing.T, rounds int) {
	t.Run("sqlite", func(t *testing.T) {
		box := newBox(t)
		dir := t.TempDir()
		cfg := outside(t, box, dir, "sqlite:"+filepath.Join(dir, "okno.db"), "sqlite:"+filepath.Join(dir, "keys.db"))
		_, tokens := populate(t, cfg, box, adults)
		killing(t, cfg, rounds, tokens, portalDies)
	})
	t.Run("postgres", func(t *testing.T) {
		box, server := newBox(t), newCluster(t)
		cfg := outside(t, box, t.TempDir(), server.url("okno"), server.url("keys"))
		_, tokens := populate(t, cfg, box, adults)
		killing(t, cfg, rounds, tokens, portalDies)
	})
	t.Run("postgres itself", func(t *testing.T) {
		box, server := newBox(t), newCluster(t)
		cfg := outside(t, box, t.TempDir(), server.url("okno"), server.url("keys"))
		_, tokens := populate(t, cfg, box, adults)
		killing(t, cfg, rounds, tokens, func(*process) { server.kill(); server.start() })
	})
}

func TestKilledInTheMiddle(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	killed(t, 2)
}

func TestSoakKilledTenTimes(t *testing.T) {
	if !soak() {
		t.Skip("OKNO_SOAK is not set: `make soak`")
	}
	killed(t, 10)
}

// syncs reads a trace: how many of the answers with a number had a finished sync
// of the journal since the answer before.
func syncs(trace []byte) (answers, synced int) {
	pending, fresh := map[string]bool{}, false
	for s := bufio.NewScanner(bytes.NewReader(trace)); s.Scan(); {
		line := s.Text()
		pid, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		rest = strings.TrimSpace(rest)
		journal := strings.Contains(rest, "okno.db-wal>") && regexp.MustCompile(`^(fsync|fdatasync)\(`).MatchString(rest)
		switch {
		case journal && strings.Contains(rest, "<unfinished"):
			pending[pid] = true
		case journal && strings.HasSuffix(rest, "= 0"), pending[pid] && strings.Contains(rest, "sync resumed>") && strings.HasSuffix(rest, "= 0"):
			fresh = true
			delete(pending, pid)
		case strings.Contains(rest, `"HTTP/1.1 201`):
			answers++
			if fresh {
				synced++
			}
			fresh = false
		}
	}
	return answers, synced
}

func TestSyncComesBeforeEachAnswer(t *testing.T) {
	if _, err := exec.LookPath("strace"); err != nil {
		t.Skip("strace is not installed (apt-get install strace)")
	}
	box, dir := newBox(t), t.TempDir()
	cfg := outside(t, box, dir, "sqlite:"+filepath.Join(dir, "okno.db"), "sqlite:"+filepath.Join(dir, "keys.db"))
	_, tokens := populate(t, cfg, box, 1)
	p := newProcess(t, cfg)
	out := filepath.Join(dir, "trace")
	p.wrapper = []string{"strace", "-f", "-y", "-s", "40", "-e", "trace=fsync,fdatasync,write", "-e", "signal=none", "-o", out}
	if exec.Command("strace", "-o", filepath.Join(dir, "probe"), "true").Run() != nil {
		t.Skip("strace may not trace here")
	}
	p.start()
	c := newClient(t, p.url).as(tokens[0])
	const n = 25
	for i := range n {
		c.ask(http.MethodPost, "/api/v1/applications", object{"service": certificate, "answers": own()}, "Idempotency-Key", itoa(i))
	}
	p.kill()
	trace, err := os.ReadFile(out)
	must(t, err)
	if answers, synced := syncs(trace); answers != n || synced != n {
		t.Errorf("%d answers, %d of them after a sync of the journal; sent %d", answers, synced, n)
	}
}
