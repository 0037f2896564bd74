package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// parts of a request, told apart by the functions on the stack; the first that
// is found counts.
var parts = []struct {
	name  string
	marks []string
}{
	{"session", []string{"identity.(*Identity).Authenticate"}},
	{"unsealing", []string{"internal/kit/secret.(*DataKey)", "internal/kit/secret.newDataKey", "internal/kit/secret.(*Keyset)"}},
	{"SQL", []string{"database/sql.", "internal/kit/db."}},
	{"render", []string{"internal/kit/web.Render", "internal/kit/web.Fragment"}},
	{"rooms", []string{"internal/cabinet.", "internal/applications", "internal/profile.", "internal/notify."}},
}

// split is where the time of one cabinet page goes, in this process: all of its
// processor time, garbage counted in, and the parts by the processor's samples.
// Everybody has looked once before; what the first look of each costs is told
// by itself. What PostgreSQL works is not in it.
func (b *bench) split(ctx context.Context) error {
	h, err := build(ctx, b.env)
	if err != nil {
		return err
	}
	defer h.Close()
	h.Doors().Identity.Start(ctx)
	handler := h.Handler()
	time.Sleep(time.Second) // sessions are in step
	home := b.requests("/cabinet", true)
	for i := range 100 { // statements get prepared
		handler.ServeHTTP(httptest.NewRecorder(), home(i))
	}
	people := min(len(b.people.Cookies), 2000)
	first, err := b.answer(handler, home, 100, people-100)
	if err != nil {
		return err
	}
	b.report.add(b.engine, "one cabinet home in process at the first look of each, µs CPU", fmt.Sprintf("%.0f", first), "", true)
	again := func(i int) *http.Request { return home(i % people) }
	whole, shares, err := b.profile(handler, again)
	if err != nil {
		return err
	}
	text, rest := "", 1.0
	for _, p := range parts {
		rest -= shares[p.name]
		text += fmt.Sprintf(", %s %.0f", p.name, shares[p.name]*whole)
	}
	b.report.add(b.engine, "one cabinet home in process, µs CPU", fmt.Sprintf("%.0f%s, the rest (HTTP, garbage) %.0f", whole, text, rest*whole), "", true)
	n := int(b.length / (2 * time.Millisecond))
	one, err := b.answer(handler, func(i int) *http.Request {
		return httptest.NewRequest(http.MethodGet, "/services/"+serviceID+"?n="+strconv.Itoa(i), nil)
	}, 0, n)
	b.report.add(b.engine, "one render of a service page with its compression, µs CPU", fmt.Sprintf("%.0f", one), "", true)
	return err
}

// answer answers n requests and gives the processor time of one in microseconds.
func (b *bench) answer(h http.Handler, next func(int) *http.Request, from, n int) (float64, error) {
	runtime.GC()
	begin := ownCPU()
	for i := range n {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, next(from+i))
		if w.Code != http.StatusOK {
			return 0, fmt.Errorf("status %d", w.Code)
		}
	}
	return float64((ownCPU() - begin).Microseconds()) / float64(n), nil
}

// ownCPU is the processor time that this process has used.
func ownCPU() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func (b *bench) requests(path string, signedIn bool) func(int) *http.Request {
	return func(i int) *http.Request {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Header.Set("Accept-Language", "ru")
		if signedIn {
			r.Header.Set("Cookie", b.people.Cookies[i%len(b.people.Cookies)])
		}
		return r
	}
}

// profile gives the processor time of a request in microseconds and the share of
// each part.
func (b *bench) profile(h http.Handler, next func(int) *http.Request) (float64, map[string]float64, error) {
	var raw bytes.Buffer
	if err := pprof.StartCPUProfile(&raw); err != nil {
		return 0, nil, err
	}
	each, err := b.answer(h, next, 0, int(b.length/(200*time.Microsecond)))
	pprof.StopCPUProfile()
	if err != nil {
		return 0, nil, err
	}
	file := filepath.Join(b.dir, "cabinet-"+b.engine+".pprof")
	if err := os.WriteFile(file, raw.Bytes(), 0o600); err != nil {
		return 0, nil, err
	}
	out, err := exec.Command("go", "tool", "pprof", "-traces", file).Output()
	if err != nil {
		return 0, nil, fmt.Errorf("go tool pprof: %w", err)
	}
	return each, shares(string(out)), nil
}

// shares reads pprof's list of stacks.
func shares(traces string) map[string]float64 {
	sums, total := map[string]float64{}, 0.0
	for _, block := range strings.Split(traces, "-----------+-------------------------------------------------------")[1:] {
		first, _, _ := strings.Cut(strings.TrimSpace(block), " ")
		d, err := time.ParseDuration(first)
		if err != nil {
			continue
		}
		total += float64(d)
		for _, p := range parts {
			if containsAny(block, p.marks) {
				sums[p.name] += float64(d)
				break
			}
		}
	}
	for k := range sums {
		sums[k] /= max(total, 1)
	}
	return sums
}

func containsAny(s string, marks []string) bool {
	for _, m := range marks {
		if strings.Contains(s, m) {
			return true
		}
	}
	return false
}
