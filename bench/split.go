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
	"runtime/pprof"
	"strconv"
	"strings"
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

// split is where the time of one cabinet page goes, in this process: the whole
// by the clock, the parts by the processor's samples. What a part waits for
// (PostgreSQL) is SQL's.
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
	for i := range 200 { // statements get prepared
		handler.ServeHTTP(httptest.NewRecorder(), home(i))
	}
	whole, shares, err := b.profile(handler, home)
	if err != nil {
		return err
	}
	text, rest := "", 1.0
	for _, p := range parts {
		share := shares[p.name]
		if p.name == "SQL" && b.engine == "postgres" {
			continue
		}
		rest -= share
		text += fmt.Sprintf(", %s %.0f", p.name, share*whole)
	}
	last := "the rest (HTTP, garbage)"
	if b.engine == "postgres" {
		last = "SQL with waiting, and the rest"
	}
	b.report.add(b.engine, "one cabinet home in process, µs", fmt.Sprintf("%.0f%s, %s %.0f", whole, text, last, rest*whole), "", true)
	begin, n := time.Now(), 0
	for ; time.Since(begin) < b.length/4; n++ {
		r := httptest.NewRequest(http.MethodGet, "/services/"+serviceID+"?n="+strconv.Itoa(n), nil)
		handler.ServeHTTP(httptest.NewRecorder(), r)
	}
	b.report.add(b.engine, "one render of a service page with its compression, µs", fmt.Sprintf("%.0f", float64(time.Since(begin).Microseconds())/float64(n)), "", true)
	return nil
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

// profile gives the time of a request in microseconds and the share of each part.
func (b *bench) profile(h http.Handler, next func(int) *http.Request) (float64, map[string]float64, error) {
	var raw bytes.Buffer
	if err := pprof.StartCPUProfile(&raw); err != nil {
		return 0, nil, err
	}
	begin, n := time.Now(), 0
	var used time.Duration
	for ; time.Since(begin) < 2*b.length; n++ {
		r, w := next(n+200), httptest.NewRecorder()
		start := time.Now()
		h.ServeHTTP(w, r)
		used += time.Since(start)
		if w.Code != http.StatusOK {
			return 0, nil, fmt.Errorf("status %d", w.Code)
		}
	}
	pprof.StopCPUProfile()
	file := filepath.Join(b.dir, "cabinet-"+b.engine+".pprof")
	if err := os.WriteFile(file, raw.Bytes(), 0o600); err != nil {
		return 0, nil, err
	}
	out, err := exec.Command("go", "tool", "pprof", "-traces", file).Output()
	if err != nil {
		return 0, nil, fmt.Errorf("go tool pprof: %w", err)
	}
	return float64(used.Microseconds()) / float64(n), shares(string(out)), nil
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
