package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is a server of the benchmark: it dies with it.
type process struct {
	cmd    *exec.Cmd
	addr   string
	admin  string
	socket string // folder of PostgreSQL's socket
	log    *bytes.Buffer
	ready  time.Duration // from start to ready
}

// start runs a program and waits until its probe is answered.
func start(ctx context.Context, p *process, probe string, env []string, program string, args ...string) error {
	p.cmd = exec.CommandContext(ctx, program, args...)
	p.log = &bytes.Buffer{}
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	begin := time.Now()
	if err := p.cmd.Start(); err != nil {
		return err
	}
	for time.Since(begin) < time.Minute {
		if up(probe) {
			p.ready = time.Since(begin)
			return nil
		}
		time.Sleep(5 * time.Millisecond)
	}
	return errors.Join(fmt.Errorf("%s does not get ready: %s", filepath.Base(program), tail(p.log.String())), p.stop())
}

// up: a probe is an address of HTTP, or host:port that only has to be open.
func up(probe string) bool {
	if !strings.HasPrefix(probe, "http") {
		c, err := net.DialTimeout("tcp", probe, time.Second)
		if err != nil {
			return false
		}
		return c.Close() == nil
	}
	resp, err := http.Get(probe)
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

func tail(s string) string { return s[max(0, len(s)-600):] }

func (p *process) stop() error {
	if p == nil || p.cmd == nil || p.cmd.Process == nil {
		return nil
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	done := make(chan struct{})
	go func() { _ = p.cmd.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(25 * time.Second):
		_ = p.cmd.Process.Kill()
		<-done
	}
	return nil
}

// rss is the resident memory in bytes, and own the part of it that is no page of
// a file (VmRSS and RssAnon of proc(5)): pages of the program and of SQLite's
// mapped database are in memory anyway, and the kernel takes them back at will.
func (p *process) rss() (all, own int64) {
	raw, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	for s := range strings.Lines(string(raw)) {
		for name, to := range map[string]*int64{"VmRSS:": &all, "RssAnon:": &own} {
			if v, ok := strings.CutPrefix(s, name); ok {
				n, _ := strconv.ParseInt(strings.Fields(v)[0], 10, 64)
				*to = n << 10
			}
		}
	}
	return all, own
}

// cpu is the processor time used so far (utime and stime of proc(5), in ticks of 10 ms).
func (p *process) cpu() time.Duration {
	raw, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	_, rest, _ := strings.Cut(string(raw), ") ")
	f := strings.Fields(rest)
	if len(f) < 13 {
		return 0
	}
	u, _ := strconv.ParseInt(f[11], 10, 64)
	s, _ := strconv.ParseInt(f[12], 10, 64)
	return time.Duration(u+s) * 10 * time.Millisecond
}

// collect makes the portal give back memory that nobody uses.
func (p *process) collect() {
	for range 2 {
		if resp, err := http.Post("http://"+p.admin+"/debug/gc", "", nil); err == nil {
			_ = resp.Body.Close()
		}
	}
}

func freeAddr() string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "127.0.0.1:0"
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// generate runs a generator process against the server and adds what the
// server spent.
func (b *bench) generate(ctx context.Context, p *process, j job) (figures, error) {
	j.Addr, j.Out = p.addr, filepath.Join(b.dir, "out.json")
	spec := filepath.Join(b.dir, "job.json")
	if err := writeJSON(spec, j); err != nil {
		return figures{}, err
	}
	return b.spent(ctx, p, j.Out, "load", spec)
}

// spent runs a process of our own against the server and adds what the server spent.
func (b *bench) spent(ctx context.Context, p *process, out, role, spec string) (figures, error) {
	before := p.cpu()
	cmd := exec.CommandContext(ctx, b.self, role, spec)
	if out, err := cmd.CombinedOutput(); err != nil {
		return figures{}, fmt.Errorf("generator: %w: %s", err, tail(string(out)))
	}
	var f figures
	raw, err := os.ReadFile(out)
	if err == nil {
		err = json.Unmarshal(raw, &f)
	}
	f.CPU = float64((p.cpu() - before).Microseconds()) / float64(max(f.All, 1))
	return f, err
}

// fetch gets an answer with its headers as the portal writes them.
func fetch(addr, path, cookie string, gzip bool) (page, error) {
	req, err := http.NewRequest(http.MethodGet, "http://"+addr+path, nil)
	if err != nil {
		return page{}, err
	}
	if cookie != "" {
		req.Header.Set("Cookie", cookie)
	}
	req.Header.Set("Accept-Encoding", "identity")
	if gzip {
		req.Header.Set("Accept-Encoding", "gzip")
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return page{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: status %d", path, resp.StatusCode)
	}
	h := resp.Header
	h.Del("Date")
	return page{h, body}, err
}
