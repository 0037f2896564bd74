package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// submit measures applications that are sent, beside bare inserts of the same rows.
func (b *bench) submit(ctx context.Context) error {
	if err := b.startInserter(ctx); err != nil {
		return err
	}
	before := b.backlog()
	p, err := b.compare(ctx, job{Kind: "submit", Conns: 64, Tokens: b.people.Bearers, Body: form})
	if err != nil {
		return err
	}
	b.report.add(b.engine, "submitting, 64 clients", p.String()+fault(p), "≥ 0.5 of bare durable inserts", p.ratio() >= 0.5 && p.errors() == 0)
	b.report.note("%s: jobs waiting before submitting %d, after %d", b.engine, before, b.backlog())
	return b.rest(ctx)
}

func fault(p pair) string {
	for _, f := range append(p.portal, p.bare...) {
		if f.Fault != "" {
			return " " + f.Fault
		}
	}
	return ""
}

// startInserter makes an empty database of the same schema for the bare limit.
func (b *bench) startInserter(ctx context.Context) error {
	h, err := build(ctx, b.env)
	if err != nil {
		return err
	}
	rows, err := rowsOf(ctx, h.Doors(), b.people.IDs[0])
	h.Close()
	if err != nil {
		return err
	}
	dir := filepath.Join(b.dir, b.engine+"-bare")
	env := append(b.settings(dir), "OKNO_DATA="+dir)
	if b.engine == "postgres" {
		env = append(env, "OKNO_DATABASE="+b.pg.url("bare"))
	}
	empty, err := build(ctx, env)
	if err != nil {
		return err
	}
	d := empty.Doors()
	p := pattern{Addr: freeAddr(), DB: d.DB.URL(), Keys: d.Keys.URL(), Engine: b.engine, Rows: rows}
	empty.Close()
	if err := b.bare.stop(); err != nil {
		return err
	}
	b.bare = &process{addr: p.Addr}
	spec := filepath.Join(b.dir, "inserter.json")
	if err := writeJSON(spec, p); err != nil {
		return err
	}
	return start(ctx, b.bare, p.Addr, nil, b.self, "inserter", spec)
}

// life measures whole lifecycles, without and with a question, and whether jobs
// keep up.
func (b *bench) life(ctx context.Context) error { return b.livesFrom(ctx, "", lifeRate) }

// livesFrom measures lifecycles, so many of which are to be reached a second.
func (b *bench) livesFrom(ctx context.Context, where string, reach int) error {
	if err := b.lives(ctx, "whole lifecycle over the API"+where+", 64 clients", reach, false); err != nil {
		return err
	}
	return b.lives(ctx, "whole lifecycle with a question and its answer"+where+", 64 clients", reach, true)
}

// lifeRate is how many lifecycles a second are to be reached with an empty store;
// where jobs pile up, lifeMore are asked for beyond that to see whether they last.
const (
	lifeRate = 200
	lifeMore = 5
)

// lives presses as hard as it can; where jobs then pile up, it asks for what is to
// be reached and looks whether they still do.
func (b *bench) lives(ctx context.Context, what string, reach int, ask bool) error {
	f, text, growing, err := b.livesAt(ctx, 0, ask)
	if err != nil {
		return err
	}
	if asked := reach + lifeMore; growing && f.rate() > float64(asked) {
		press := text
		if f, text, growing, err = b.livesAt(ctx, asked, ask); err != nil {
			return err
		}
		text = fmt.Sprintf("%d/s asked for: %s; pressed: %s", asked, text, press)
	}
	b.report.add(b.engine, what, text, fmt.Sprintf("≥ %d/s, backlog not growing", reach), f.rate() >= float64(reach) && !growing && f.Errors == 0)
	return nil
}

// livesAt runs lifecycles at a rate, 0 for as fast as they go, and tells whether the
// jobs that wait became more. It ends when all of them are done.
func (b *bench) livesAt(ctx context.Context, rate int, ask bool) (f figures, text string, growing bool, err error) {
	length := max(2*b.length, 6*time.Second)
	if rate > 0 {
		length *= 3 // a slow growth must show
	}
	depth := make(chan []int, 1)
	stop := make(chan struct{})
	go func() { depth <- b.watch(stop) }()
	f, err = b.generate(ctx, b.portal, job{
		Kind: "life", Conns: 64, Tokens: b.people.Bearers, Officer: b.people.Officers, Body: form, Ask: ask, Warm: 3 * time.Second, Length: length, Rate: rate,
	})
	close(stop)
	waiting := <-depth
	if err != nil {
		return f, "", false, err
	}
	third := len(waiting) / 3
	growing = len(waiting) > 6 && average(waiting[2*third:]) > 1.5*average(waiting[:third])+50
	begin := time.Now()
	if err := b.rest(ctx); err != nil {
		return f, "", false, err
	}
	text = fmt.Sprintf("%.0f/s, p99 %.0f ms, %.1f ms CPU each, jobs waiting %v, done %.1f s after the end, %d errors %s",
		f.rate(), f.P99/1e3, f.CPU/1e3, waiting, time.Since(begin).Seconds(), f.Errors, f.Fault)
	return f, strings.TrimSpace(text), growing, nil
}

func average(xs []int) float64 {
	sum := 0
	for _, x := range xs {
		sum += x
	}
	return float64(sum) / float64(max(len(xs), 1))
}

// watch counts waiting jobs each second.
func (b *bench) watch(stop <-chan struct{}) []int {
	var all []int
	for {
		select {
		case <-stop:
			return all
		case <-time.After(time.Second):
			all = append(all, b.backlog())
		}
	}
}

// backlog are the jobs that wait or run, as the operator's metrics tell.
func (b *bench) backlog() int {
	resp, err := http.Get("http://" + b.portal.admin + "/metrics")
	if err != nil {
		return -1
	}
	defer func() { _ = resp.Body.Close() }()
	raw, _ := io.ReadAll(resp.Body)
	n := 0
	for s := range strings.Lines(string(raw)) {
		if strings.HasPrefix(s, "okno_jobs{") && !strings.Contains(s, "discarded") {
			v, _ := strconv.ParseFloat(strings.TrimSpace(s[strings.LastIndexByte(s, ' ')+1:]), 64)
			n += int(v)
		}
	}
	return n
}

// rest waits until the jobs are done, so that the next measure begins in peace.
func (b *bench) rest(ctx context.Context) error {
	for range 600 {
		if ctx.Err() != nil || b.backlog() <= 8 {
			return ctx.Err()
		}
		time.Sleep(200 * time.Millisecond)
	}
	b.report.note("%s: jobs are still waiting after two minutes: %d", b.engine, b.backlog())
	return nil
}

// sizes are what needs no database.
func (b *bench) sizes() error {
	st, err := os.Stat(b.okno)
	if err != nil {
		return err
	}
	b.report.add("", "stripped binary", mb(st.Size()), "≤ 60 MB", st.Size() <= 60e6)
	return nil
}

func mb(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }

// firstPage weighs what a browser loads for the home page.
func (b *bench) firstPage(context.Context) error {
	if _, err := fetch(b.portal.addr, "/", "", true); err != nil {
		return err
	}
	zipped, err := fetch(b.portal.addr, "/", "", true)
	if err != nil {
		return err
	}
	plain, err := fetch(b.portal.addr, "/", "", false)
	if err != nil {
		return err
	}
	total, seen := len(zipped.Body), map[string]bool{}
	for _, part := range strings.Split(string(plain.Body), `"`) {
		if strings.HasPrefix(part, "/assets/") && !strings.Contains(part, "favicon") && !seen[part] {
			seen[part] = true
			p, err := fetch(b.portal.addr, part, "", true)
			if err != nil {
				return err
			}
			total += len(p.Body)
		}
	}
	if b.engine == "sqlite" {
		b.report.add("", "first page, compressed, with styles, scripts, fonts", fmt.Sprintf("%.1f KB (%d files)", float64(total)/1024, len(seen)+1), "≤ 120 KB", total <= 120<<10)
		b.report.add("", "its HTML", fmt.Sprintf("%.1f KB, %.1f KB compressed", float64(len(plain.Body))/1024, float64(len(zipped.Body))/1024), "≤ 15 KB", len(plain.Body) <= 15<<10)
	}
	return nil
}
