package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// bench is a run of the benchmark.
type bench struct {
	options
	self, dir string
	report    *report
	world     sinks

	// of the engine at hand
	engine string
	env    []string
	pg     *process
	people people
	portal *process
	bare   *process
}

func run(ctx context.Context, o options) error {
	b, err := prepare(ctx, o)
	if err != nil {
		return err
	}
	if o.data == "" {
		defer func() { _ = os.RemoveAll(b.dir) }()
	}
	if o.wants("sizes") {
		if err := b.sizes(); err != nil {
			return err
		}
	}
	if o.wants("catalogue") {
		if err := b.catalogue(ctx); err != nil {
			return err
		}
	}
	for engine := range strings.FieldsFuncSeq(o.engines, func(r rune) bool { return r == ',' }) {
		if err := b.onEngine(ctx, engine); err != nil {
			return fmt.Errorf("%s: %w", engine, err)
		}
	}
	switch {
	case !o.write:
		return nil
	case o.only == "signin" || o.only == "volume": // they fill a database of their own, for minutes
		return b.report.finish("docs/benchmarks-"+o.only+".md", "-only "+o.only+" -write")
	}
	return b.report.finish("docs/benchmarks.md", "-write")
}

func prepare(ctx context.Context, o options) (*bench, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	b := &bench{options: o, self: self, dir: o.data}
	if b.dir == "" {
		if b.dir, err = os.MkdirTemp("", "okno-bench-"); err != nil {
			return nil, err
		}
	}
	if err := os.MkdirAll(b.dir, 0o755); err != nil {
		return nil, err
	}
	if err := os.Chmod(b.dir, 0o755); err != nil { // PostgreSQL runs as another user
		return nil, err
	}
	if b.okno == "" {
		b.okno = filepath.Join(b.dir, "okno")
		cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", b.okno, "./cmd/okno")
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("build: %w: %s", err, out)
		}
	}
	fsync, err := syncTime(b.dir)
	if err != nil {
		return nil, err
	}
	b.report = newReport(fsync)
	b.world = sinks{SMTP: freeAddr(), SMPP: freeAddr()}
	return b, b.startSink(ctx)
}

func (b *bench) startSink(ctx context.Context) error {
	spec := filepath.Join(b.dir, "sink.json")
	if err := writeJSON(spec, b.world); err != nil {
		return err
	}
	return start(ctx, &process{}, b.world.SMPP, nil, b.self, "sink", spec)
}

// onEngine seeds a database and measures everything on it.
func (b *bench) onEngine(ctx context.Context, engine string) (err error) {
	b.engine = engine
	dir := filepath.Join(b.dir, engine)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	b.env = b.settings(dir)
	if engine == "postgres" {
		if b.pg, err = postgres(ctx, filepath.Join(dir, "server")); err != nil {
			return err
		}
		defer func() { _ = b.pg.stop() }()
		_ = b.pg.sql(ctx, "CREATE DATABASE okno") // it stands in a kept folder
		_ = b.pg.sql(ctx, "CREATE DATABASE bare")
		b.env = append(b.env, "OKNO_DATABASE="+b.pg.url("okno"))
	}
	begin := time.Now()
	if b.people, err = seed(ctx, b.env, b.options, filepath.Join(dir, "people.json")); err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	b.report.note("%s: %d people with %d applications each, made in %.0f s", engine, b.options.people, b.cases, time.Since(begin).Seconds())
	if b.wants("split") {
		if err := b.split(ctx); err != nil {
			return err
		}
	}
	if err := b.startPortal(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.portal.stop(), b.bare.stop()) }()
	return b.measure(ctx)
}

func (b *bench) settings(dir string) []string {
	return []string{
		"OKNO_MODE=demo", "OKNO_BASE_URL=http://localhost:8080", "OKNO_DATA=" + dir, "OKNO_SMTP_ADDR=" + b.world.SMTP, "OKNO_SMTP_TLS=none",
		"OKNO_SERVICES=" + benchServices,
		"OKNO_SMTP_FROM=no-reply@okno.example", "OKNO_SMS_ADDR=" + b.world.SMPP, "OKNO_SMS_SYSTEM_ID=bench", "OKNO_SMS_PASSWORD=bench", "OKNO_SMS_FROM=Okno",
	}
}

func (b *bench) startPortal(ctx context.Context) error {
	if err := b.serve(ctx); err != nil {
		return err
	}
	if b.wants("sizes") {
		time.Sleep(5 * time.Second)
		b.report.add(b.engine, "start to ready", fmt.Sprintf("%.2f s", b.portal.ready.Seconds()), "≤ 1 s", b.portal.ready <= time.Second)
		rss, own := b.portal.rss()
		b.report.add(b.engine, "memory of an idle portal", mb(rss)+", "+mb(own)+" of it its own, the rest pages of its files", "≤ 80 MB", rss <= 80e6)
	}
	return nil
}

func (b *bench) measure(ctx context.Context) error {
	for _, part := range []struct {
		name string
		run  func(context.Context) error
	}{
		{"sizes", b.firstPage},
		{"pages", b.pages},
		{"cabinet", b.cabinet},
		{"pause", b.pause},
		{"streams", b.streams},
		{"submit", b.submit},
		{"life", b.life},
		{"volume", b.volume},
		{"forms", b.forms},
		{"rows", b.rows},
		{"signin", b.signin},
	} {
		if !b.wants(part.name) {
			continue
		}
		if err := part.run(ctx); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	return nil
}

// startBare starts a server with the portal's own answers.
func (b *bench) startBare(ctx context.Context, pages map[string][]page) error {
	if err := b.bare.stop(); err != nil {
		return err
	}
	b.bare = &process{addr: freeAddr()}
	spec := filepath.Join(b.dir, "bare.json")
	if err := writeJSON(spec, answers{Addr: b.bare.addr, Pages: pages}); err != nil {
		return err
	}
	return start(ctx, b.bare, b.bare.addr, nil, b.self, "bare", spec)
}

// startDoor starts a server that hashes and does nothing else.
func (b *bench) startDoor(ctx context.Context, hash, page string) error {
	if err := b.bare.stop(); err != nil {
		return err
	}
	b.bare = &process{addr: freeAddr()}
	spec := filepath.Join(b.dir, "door.json")
	if err := writeJSON(spec, doorway{Addr: b.bare.addr, Hash: hash, Page: page}); err != nil {
		return err
	}
	return start(ctx, b.bare, b.bare.addr, nil, b.self, "door", spec)
}

// pair is the portal beside its bare limit.
type pair struct {
	portal, bare []figures
}

// compare runs both in turn.
func (b *bench) compare(ctx context.Context, j job) (pair, error) {
	var p pair
	if j.Warm == 0 {
		j.Warm = b.length / 4
	}
	j.Length = b.length
	for range b.runs {
		f, err := b.generate(ctx, b.portal, j)
		if err != nil {
			return p, err
		}
		p.portal = append(p.portal, f)
		if f, err = b.generate(ctx, b.bare, j); err != nil {
			return p, err
		}
		p.bare = append(p.bare, f)
	}
	return p, nil
}

// ratio is the median of the runs' own ratios, so that a busy machine spoils
// both sides of one.
func (p pair) ratio() float64 {
	all := make([]float64, len(p.portal))
	for i := range all {
		all[i] = p.portal[i].rate() / max(p.bare[i].rate(), 1e-9)
	}
	return median(all)
}

func (p pair) String() string {
	pick := func(all []figures, f func(figures) float64) float64 {
		xs := make([]float64, len(all))
		for i := range all {
			xs[i] = f(all[i])
		}
		return median(xs)
	}
	rate, cpu := figures.rate, func(f figures) float64 { return f.CPU }
	return fmt.Sprintf("%.2f (%.0f/s, p99 %.1f ms, %.0f µs CPU; bare %.0f/s, %.0f µs CPU; %d errors)", p.ratio(), pick(p.portal, rate),
		pick(p.portal, func(f figures) float64 { return f.P99 })/1e3, pick(p.portal, cpu), pick(p.bare, rate), pick(p.bare, cpu), p.errors())
}

func (p pair) errors() int {
	n := 0
	for _, f := range p.portal {
		n += f.Errors
	}
	return n
}

func median(xs []float64) float64 {
	xs = slices.Clone(xs)
	slices.Sort(xs)
	if len(xs) == 0 {
		return 0
	}
	return xs[len(xs)/2]
}

// browser are the headers of a request that a browser would send.
func browser(cookie string, gzip bool) string {
	h := "User-Agent: Mozilla/5.0 (bench)\r\nAccept: text/html\r\nAccept-Language: ru\r\n"
	if gzip {
		h += "Accept-Encoding: gzip\r\n"
	}
	if cookie != "" {
		h += "Cookie: " + cookie + "\r\n"
	}
	return h
}

// pages measures what anybody may see.
func (b *bench) pages(ctx context.Context) error {
	paths := []string{"/", "/services", "/services/" + serviceID}
	own := map[string][]page{}
	var heads []string
	for _, path := range paths {
		if _, err := fetch(b.portal.addr, path, "", true); err != nil { // the first one renders
			return err
		}
		p, err := fetch(b.portal.addr, path, "", true)
		if err != nil {
			return err
		}
		own[path] = []page{p}
		heads = append(heads, get(path, browser("", true)))
	}
	if err := b.startBare(ctx, own); err != nil {
		return err
	}
	for _, conns := range []int{100, 10000} {
		p, err := b.compare(ctx, job{Kind: "cycle", Conns: conns, Heads: heads})
		if err != nil {
			return err
		}
		b.report.add(b.engine, fmt.Sprintf("anonymous pages, %d connections", conns), p.String(), "≥ 0.8 of bare", p.ratio() >= 0.8 && p.errors() == 0)
	}
	return nil
}

// homes are requests for the cabinet of everybody, no two in a row for one person.
func (b *bench) homes(path string) []string {
	heads := make([]string, len(b.people.Cookies))
	for i, c := range b.people.Cookies {
		heads[i] = get(path, browser(c, false))
	}
	return heads
}

func (b *bench) cabinet(ctx context.Context) error {
	var some []page
	for i := range 20 {
		p, err := fetch(b.portal.addr, "/cabinet", b.people.Cookies[i*len(b.people.Cookies)/20], false)
		if err != nil {
			return err
		}
		some = append(some, p)
	}
	if err := b.startBare(ctx, map[string][]page{"/cabinet": some}); err != nil {
		return err
	}
	p, err := b.compare(ctx, job{Kind: "cycle", Conns: 100, Heads: b.homes("/cabinet")})
	if err != nil {
		return err
	}
	limit := map[string]float64{"sqlite": 0.3, "postgres": 0.2}[b.engine]
	b.report.add(b.engine, fmt.Sprintf("cabinet home of %d people, %d bytes", len(b.people.Cookies), len(some[0].Body)), p.String(),
		fmt.Sprintf("≥ %.1f of bare", limit), p.ratio() >= limit && p.errors() == 0)
	return nil
}

// pause is many people who read what they get: four of five requests are the
// cabinet, one is a public page.
func (b *bench) pause(ctx context.Context) error {
	heads := b.homes("/cabinet")
	for i := 0; i < len(heads); i += 5 {
		heads[i] = get("/services", browser(b.people.Cookies[i], false))
	}
	rand.Shuffle(len(heads), func(i, j int) { heads[i], heads[j] = heads[j], heads[i] })
	f, err := b.generate(ctx, b.portal, job{
		Kind: "cycle", Conns: 10000, Heads: heads, Pause: time.Second, Warm: 8 * time.Second, Length: max(b.length, 8*time.Second),
	})
	if err != nil {
		return err
	}
	limit := map[string]float64{"sqlite": 50, "postgres": 100}[b.engine]
	b.report.add(b.engine, "10,000 people, a second of pause, 80 % cabinet",
		fmt.Sprintf("mean %.0f ms, p99 %.0f ms, %.0f/s, %.0f µs CPU, %d errors %s", f.Mean/1e3, f.P99/1e3, f.rate(), f.CPU, f.Errors, f.Fault),
		fmt.Sprintf("mean ≤ %.0f ms, no error", limit), f.Mean/1e3 <= limit && f.Errors == 0)
	return nil
}

// streams is the memory of open pages.
func (b *bench) streams(ctx context.Context) error {
	each, err := b.weigh(ctx, "streams")
	if err != nil {
		return err
	}
	b.report.add(b.engine, "10,000 live streams, HTTP/1.1", fmt.Sprintf("%.1f KB each", each), "≤ 40 KB", each <= 40)
	return b.secureStreams(ctx)
}

// weigh holds 10,000 streams open and gives the memory of one in kilobytes.
func (b *bench) weigh(ctx context.Context, kind string) (float64, error) {
	n := 10000
	b.portal.collect()
	before, _ := b.portal.rss()
	out := filepath.Join(b.dir, "out.json")
	_ = os.Remove(out + ".open")
	done := make(chan error, 1)
	go func() {
		heads := make([]string, len(b.people.Cookies))
		for i, c := range b.people.Cookies {
			heads[i] = get(livePath, browser(c, false))
		}
		_, err := b.generate(ctx, b.portal, job{Kind: kind, Conns: n, Heads: heads, Cookies: b.people.Cookies, Path: livePath, Length: 8 * time.Second})
		done <- err
	}()
	for range 1800 {
		if _, err := os.Stat(out + ".open"); err == nil || len(done) > 0 {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	time.Sleep(time.Second)
	b.portal.collect()
	after, _ := b.portal.rss()
	each := float64(after-before) / float64(n) / 1024
	return each, <-done
}

// livePath is the stream of a person's changes.
const livePath = "/cabinet/live"
