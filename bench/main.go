// Package main measures Okno: load and cost, each beside its bare limit in the
// same run. Generator and servers are processes of their own; runs of the
// portal and of the bare limit take turns, and the median counts.
//
// It is no test: it judges the machine it runs on as much as the program.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// options are what the command line says.
type options struct {
	people int
	cases  int
	// sessions are in store when their check is measured.
	sessions int
	quick    bool
	write    bool
	engines  string
	only     string
	data     string
	okno     string
	runs     int
	length   time.Duration
}

func main() {
	if len(os.Args) > 2 {
		if role, ok := roles()[os.Args[1]]; ok {
			exit(role(os.Args[2]))
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, parse())
	stop()
	exit(err)
}

// roles are the processes that a run starts of itself; each takes one file.
func roles() map[string]func(string) error {
	return map[string]func(string) error{"load": loadRole, "bare": bareRole, "door": doorRole, "inserter": inserterRole, "sink": sinkRole, "walk": walkRole}
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func parse() options {
	var o options
	flag.IntVar(&o.people, "people", 10000, "people with sessions")
	flag.IntVar(&o.cases, "cases", 5, "applications of each")
	flag.IntVar(&o.sessions, "sessions", 1_000_000, "sessions in store when their check is measured")
	flag.BoolVar(&o.quick, "quick", false, "three short runs and fewer people")
	flag.BoolVar(&o.write, "write", false, "write docs/benchmarks.md; of the sign-in or the volume alone docs/benchmarks-signin.md, docs/benchmarks-volume.md")
	flag.StringVar(&o.engines, "engines", "sqlite,postgres", "databases")
	flag.StringVar(&o.only, "only", "", "parts: sizes,catalogue,pages,split,cabinet,pause,submit,life,forms,rows,streams,volume,signin; all when empty")
	flag.StringVar(&o.data, "data", "", "folder to keep and use again; a temporary one when empty")
	flag.StringVar(&o.okno, "okno", "", "built program; it is built when empty")
	flag.IntVar(&o.runs, "runs", 0, "interleaved runs")
	flag.DurationVar(&o.length, "length", 0, "of one run")
	flag.Parse()
	short := map[bool]struct {
		runs   int
		length time.Duration
	}{false: {5, 4 * time.Second}, true: {3, 2 * time.Second}}[o.quick]
	if o.runs == 0 {
		o.runs = short.runs
	}
	if o.length == 0 {
		o.length = short.length
	}
	if o.quick && o.people == 10000 {
		o.people = 2000
	}
	if o.quick {
		o.sessions = min(o.sessions, 100_000)
	}
	return o
}

// wants reports whether a part is asked for.
func (o options) wants(part string) bool {
	return o.only == "" || strings.Contains(","+o.only+",", ","+part+",")
}
