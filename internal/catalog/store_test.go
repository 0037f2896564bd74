package catalog

import (
	"context"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/testkit"
)

// many are n services that differ in name and words.
func many(t testing.TB, n int) fstest.MapFS {
	f := files(t)
	text := string(f[taxFile].Data)
	for i := range n {
		id := fmt.Sprintf("made-up-%04d", i)
		f[id+"/service.yaml"] = &fstest.MapFile{Data: []byte(strings.Replace(text, "id: tax-deduction", "id: "+id, 1))}
	}
	return f
}

func TestCompiledServicesAreReadBack(t *testing.T) {
	t.Parallel()
	clk := clock.NewFake(testkit.Start)
	testkit.Each(t, schema(), clk, func(t *testing.T, d *db.DB) {
		f := many(t, 20)
		first := open(t, d, clk, f, nil)
		count := func() int {
			rows, err := d.Reader().QueryContext(context.Background(), "SELECT COUNT(*) FROM catalog_compiled")
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = rows.Close() }()
			n := 0
			for rows.Next() {
				if err := rows.Scan(&n); err != nil {
					t.Fatal(err)
				}
			}
			return n
		}
		if n := count(); n != len(first.Services()) {
			t.Errorf("%d services are kept compiled, %d are offered", n, len(first.Services()))
		}
		second := open(t, d, clk, f, nil)
		for _, s := range first.Services() {
			if got, ok := second.Service(s.ID); !ok || got == s || len(got.Form.Steps) != len(s.Form.Steps) {
				t.Errorf("%s did not come back", s.ID)
			}
		}
		edit(f, taxFile, "version: 1\n", "version: 2\n")
		look(t, second)
		if v := version(t, second, "tax-deduction"); v != 2 {
			t.Errorf("version %d", v)
		}
		look(t, first) // the other node
		if v := version(t, first, "tax-deduction"); v != 2 {
			t.Errorf("the other node offers version %d", v)
		}
		if n := count(); n != len(first.Services()) {
			t.Errorf("%d compiled after the new version", n)
		}
	})
}

func TestWithdrawnServiceIsNotOffered(t *testing.T) {
	t.Parallel()
	clk := clock.NewFake(testkit.Start)
	d := testkit.Open(t, db.SQLite, schema(), clk)
	f := files(t)
	c := open(t, d, clk, f, nil)
	withdrawn := &fstest.MapFile{Data: append([]byte("withdrawn: [tax-deduction]\n"), f[guideFile].Data...), ModTime: testkit.Start}
	f[guideFile] = withdrawn
	look(t, c)
	if _, ok := c.Service("tax-deduction"); ok {
		t.Error("it is offered")
	}
	if s, err := c.Version(context.Background(), "tax-deduction", 1); err != nil || s == nil {
		t.Errorf("what was sent has lost its version: %v", err)
	}
}

func TestThousandServicesStartQuickly(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	t.Parallel()
	clk := clock.NewFake(testkit.Start)
	d := testkit.Open(t, db.SQLite, schema(), clk)
	f := many(t, 60) // a thousand are measured by hand: BenchmarkStart
	began := time.Now()
	open(t, d, clk, f, nil)
	first := time.Since(began)
	began = time.Now()
	c := open(t, d, clk, f, nil)
	again := time.Since(began)
	t.Logf("%d services: first start %v, next start %v", len(c.Services()), first, again)
	if again > first/2 {
		t.Errorf("the next start takes %v of %v", again, first)
	}
}

// BenchmarkStart is the start of a node with a thousand services: the store must
// make it ready in a second.
func BenchmarkStart(b *testing.B) {
	clk := clock.NewFake(testkit.Start)
	d := testkit.Open(b, db.SQLite, schema(), clk)
	f := many(b, 1000)
	began := time.Now()
	open(b, d, clk, f, nil)
	b.Logf("first start with lint and publishing: %v", time.Since(began))
	spent := processorTime(b)
	for b.Loop() {
		open(b, d, clk, f, nil)
	}
	b.ReportMetric((processorTime(b)-spent).Seconds()/float64(b.N), "cpu-s/op")
}

// BenchmarkLintOfThousand checks a thousand services in full: ten seconds at most.
func BenchmarkLintOfThousand(b *testing.B) {
	f := many(b, 1000)
	spent := processorTime(b)
	for b.Loop() {
		if faults := Lint(f, Demo); len(faults) > 0 {
			b.Fatal(faults[0])
		}
	}
	b.ReportMetric((processorTime(b)-spent).Seconds()/float64(b.N), "cpu-s/op")
}

// processorTime is what the process has spent on all processors: on a machine
// with much to do it says more than the clock.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkSearchOfThousand is one search among a thousand services.
func BenchmarkSearchOfThousand(b *testing.B) {
	clk := clock.NewFake(testkit.Start)
	c := open(b, testkit.Open(b, db.SQLite, schema(), clk), clk, many(b, 1000), nil)
	for b.Loop() {
		if len(c.Search("налоговый вычет", Filter{})) == 0 {
			b.Fatal("nothing is found")
		}
	}
}
