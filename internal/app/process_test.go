package app

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"okno/internal/kit/clock"
	"okno/internal/kit/testkit"
	"okno/internal/profile"
	"okno/internal/sandbox"
)

// program is the portal's binary, built once for the tests that kill it.
func program(t testing.TB) string {
	t.Helper()
	built.Do(func() {
		dir, err := os.MkdirTemp("", "okno-binary-")
		if err != nil {
			built.err = err
			return
		}
		built.path = filepath.Join(dir, "okno")
		if out, err := exec.Command("go", "build", "-o", built.path, "okno/cmd/okno").CombinedOutput(); err != nil {
			built.err = fmt.Errorf("build: %w: %s", err, out)
		}
	})
	must(t, built.err)
	return built.path
}

var built struct {
	sync.Once
	path string
	err  error
}

// TestMain removes the binary when all tests are done.
func TestMain(m *testing.M) {
	code := m.Run()
	if built.path != "" {
		_ = os.RemoveAll(filepath.Dir(built.path))
	}
	os.Exit(code)
}

// environ are the settings of cfg as a process takes them.
func environ(cfg Config) []string {
	vars := map[string]string{
		"MODE": cfg.Mode, "BASE_URL": cfg.BaseURL, "LISTEN": cfg.Listen, "ADMIN_LISTEN": cfg.AdminListen, "DATA": cfg.Data,
		"DATABASE": cfg.Database.Reveal(), "KEYS_DATABASE": cfg.KeysDatabase.Reveal(), "KEYSET": cfg.Keyset, "BLOBS": cfg.Blobs.Reveal(),
		"SMTP_ADDR": cfg.SMTP.Addr, "SMTP_USER": cfg.SMTP.User, "SMTP_PASSWORD": cfg.SMTP.Password.Reveal(), "SMTP_FROM": cfg.SMTP.From, "SMTP_TLS": cfg.SMTP.TLS,
		"SMS_ADDR": cfg.SMS.Addr, "SMS_SYSTEM_ID": cfg.SMS.SystemID, "SMS_PASSWORD": cfg.SMS.Password.Reveal(), "SMS_FROM": cfg.SMS.From,
		"REGISTRIES_URL": cfg.Registries.URL, "REGISTRIES_CLIENT": cfg.Registries.Client, "REGISTRIES_SECRET": cfg.Registries.Secret.Reveal(),
	}
	all := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "TMPDIR=" + os.TempDir()}
	for k, v := range vars {
		if v != "" {
			all = append(all, envPrefix+k+"="+v)
		}
	}
	return all
}

// address is one of this machine that nobody listens on.
func address(t testing.TB) string {
	t.Helper()
	port, err := testkit.Port()
	must(t, err)
	return "127.0.0.1:" + strconv.Itoa(port)
}

// process is a portal of its own process.
type process struct {
	t        testing.TB
	cfg      Config
	url      string
	cmd      *exec.Cmd
	out      *buffer
	wrapper  []string // such as strace
	binary   string   // "" is this version's
	ended    chan struct{}
	exitCode int
}

func newProcess(t testing.TB, cfg Config) *process {
	t.Helper()
	cfg.Listen = address(t)
	cfg.AdminListen = address(t)
	p := &process{t: t, cfg: cfg, url: "http://" + cfg.Listen, out: &buffer{}}
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("the portal's last words:\n%s", tail(p.out.String(), 4000))
		}
	})
	return p
}

func tail(s string, n int) string { return s[max(0, len(s)-n):] }

// start starts it and waits until it is ready.
func (p *process) start() {
	p.t.Helper()
	if p.binary == "" {
		p.binary = program(p.t)
	}
	args := append(append([]string{}, p.wrapper...), p.binary, "serve")
	p.cmd = exec.Command(args[0], args[1:]...)
	p.cmd.Env, p.cmd.Stdout, p.cmd.Stderr = environ(p.cfg), p.out, p.out
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	must(p.t, p.cmd.Start())
	p.ended = make(chan struct{})
	go func(cmd *exec.Cmd, ended chan struct{}) {
		_ = cmd.Wait()
		p.exitCode = cmd.ProcessState.ExitCode()
		close(ended)
	}(p.cmd, p.ended)
	deadline := time.Now().Add(30 * time.Second)
	for p.ready() != http.StatusOK {
		select {
		case <-p.ended:
			p.t.Fatalf("the portal ended: %s", tail(p.out.String(), 2000))
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("the portal is not ready: %s", tail(p.out.String(), 2000))
		}
	}
}

// ready is what /readyz says, 0 when nobody answers.
func (p *process) ready() int {
	c := &http.Client{Timeout: 5 * time.Second}
	res, err := c.Get("http://" + p.cfg.AdminListen + "/readyz")
	if err != nil {
		return 0
	}
	_ = res.Body.Close()
	return res.StatusCode
}

// kill ends it as a power cut would, with whatever wraps it.
func (p *process) kill() {
	if p.cmd == nil {
		return
	}
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
	<-p.ended
	p.cmd = nil
}

// cluster is a PostgreSQL server that syncs, as in production, and can be killed.
type cluster struct {
	t    testing.TB
	dir  string
	bin  string
	port int
	cred *syscall.Credential
	cmd  *exec.Cmd
}

func newCluster(t testing.TB) *cluster {
	t.Helper()
	dirs, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	if len(dirs) == 0 {
		t.Skip("no PostgreSQL of Debian is installed: `make deps`")
	}
	dir, err := os.MkdirTemp("", "okno-cluster-")
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	port, err := testkit.Port()
	must(t, err)
	c := &cluster{t: t, dir: dir, bin: dirs[len(dirs)-1], port: port}
	if os.Getuid() == 0 {
		c.cred = &syscall.Credential{Uid: 65534, Gid: 65534}
		must(t, os.Chown(dir, 65534, 65534))
	}
	init := exec.Command(filepath.Join(c.bin, "initdb"), "-D", dir+"/data", "-U", "okno", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
	init.SysProcAttr, init.Dir = &syscall.SysProcAttr{Credential: c.cred}, "/"
	if out, err := init.CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v: %s", err, out)
	}
	t.Cleanup(c.kill)
	c.start()
	for _, name := range []string{"okno", "keys"} {
		c.create(name)
	}
	return c
}

func (c *cluster) url(name string) string {
	return fmt.Sprintf("postgres://okno@127.0.0.1:%d/%s?sslmode=disable", c.port, name)
}

func (c *cluster) create(name string) {
	c.t.Helper()
	if out, err := exec.Command(filepath.Join(c.bin, "createdb"), "-h", "127.0.0.1", "-p", strconv.Itoa(c.port), "-U", "okno", name).CombinedOutput(); err != nil {
		c.t.Fatalf("createdb: %v: %s", err, out)
	}
}

// start starts the server and waits until it lets people in.
func (c *cluster) start() {
	c.t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for {
		c.cmd = exec.Command(filepath.Join(c.bin, "postgres"), "-D", c.dir+"/data", "-p", strconv.Itoa(c.port),
			"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=200")
		c.cmd.SysProcAttr, c.cmd.Dir = &syscall.SysProcAttr{Credential: c.cred, Setpgid: true}, "/"
		must(c.t, c.cmd.Start())
		ended := make(chan struct{})
		go func(cmd *exec.Cmd) { _ = cmd.Wait(); close(ended) }(c.cmd)
		if c.awake(ended, deadline) {
			return
		}
		// What a killed server left may hold its memory for a moment.
		if time.Now().After(deadline) {
			c.t.Fatal("PostgreSQL does not start")
		}
		<-time.After(100 * time.Millisecond)
	}
}

func (c *cluster) awake(ended chan struct{}, deadline time.Time) bool {
	for time.Now().Before(deadline) {
		select {
		case <-ended:
			return false
		case <-time.After(30 * time.Millisecond):
		}
		if exec.Command(filepath.Join(c.bin, "pg_isready"), "-q", "-h", "127.0.0.1", "-p", strconv.Itoa(c.port)).Run() == nil {
			return true
		}
	}
	return false
}

// kill ends the server as a power cut would; its children notice.
func (c *cluster) kill() { _ = syscall.Kill(-c.cmd.Process.Pid, syscall.SIGKILL) }

// stop ends the server as an administrator would, at once.
func (c *cluster) stop() { _ = syscall.Kill(c.cmd.Process.Pid, syscall.SIGINT) }

// populate fills databases that a process will serve, and gives bearers of n
// confirmed citizens.
func populate(t testing.TB, cfg Config, box *sandbox.Sandbox, n int) (owners, tokens []string) {
	t.Helper()
	h, err := Build(context.Background(), cfg, clock.System(), slog.New(slog.DiscardHandler), true)
	must(t, err)
	defer h.close()
	for i := range n {
		owner, err := enter(h, box, i, profile.Confirmed)
		must(t, err)
		owners, tokens = append(owners, owner), append(tokens, bearer(t, h, owner, bySMS))
	}
	_, oerr := makeTestStaff(h, "officer", "officer", "mvd", "")
	must(t, oerr)
	return owners, tokens
}

// adults are how many of the sandbox's first people are entered for load.
const adults = 8
