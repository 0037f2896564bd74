package catalog

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"okno/internal/forms"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/testkit"
	"okno/services"
)

func schema() testkit.Schema { return testkit.Of(Migrations()) }

// files are the embedded services as files that a test may change.
func files(t testing.TB) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	err := fs.WalkDir(services.FS, ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			data, _ := fs.ReadFile(services.FS, name)
			out[name] = &fstest.MapFile{Data: data}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func open(t testing.TB, d *db.DB, clk clock.Clock, f fs.FS, change func(*Deps)) *Catalog {
	t.Helper()
	deps := Deps{DB: d, Clock: clk, Log: slog.New(slog.DiscardHandler), Files: f}
	if change != nil {
		change(&deps)
	}
	c, err := New(deps)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const taxFile = "tax-deduction/service.yaml"

// edit replaces words in a file, as an author would.
func edit(f fstest.MapFS, name string, oldnew ...string) {
	text := strings.NewReplacer(oldnew...).Replace(string(f[name].Data))
	f[name] = &fstest.MapFile{Data: []byte(text), ModTime: f[name].ModTime.Add(1)}
}

// look refreshes twice: a changed file is read when it has rested.
func look(t testing.TB, c *Catalog) {
	t.Helper()
	for range 2 {
		if err := c.Refresh(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
}

func version(t testing.TB, c *Catalog, id string) int {
	t.Helper()
	s, ok := c.Service(id)
	if !ok {
		t.Fatalf("%s is not on the shelf", id)
	}
	return s.Version
}

func TestPublish(t *testing.T) {
	t.Parallel()
	clk := clock.NewFake(testkit.Start)
	testkit.Each(t, schema(), clk, func(t *testing.T, d *db.DB) {
		f, dropped := files(t), 0
		c := open(t, d, clk, f, func(deps *Deps) { deps.OnPublish = func() { dropped++ } })
		if n := len(c.Services()); n != 8 {
			t.Fatalf("%d services, refused: %v", n, c.Refused())
		}
		edit(f, taxFile, "version: 1\ntitle", "version: 2\ntitle", "{ru: Налоговый вычет, en: Tax deduction}", "{ru: Возврат налога, en: Tax refund}")
		if err := c.Refresh(context.Background()); err != nil || version(t, c, "tax-deduction") != 1 {
			t.Errorf("published before the file rested (%v)", err)
		}
		look(t, c)
		if version(t, c, "tax-deduction") != 2 || dropped != 1 {
			t.Errorf("version %d, dropped %d, refused %v", version(t, c, "tax-deduction"), dropped, c.Refused())
		}
		found := c.Search("возврат налога", Filter{})
		if len(found) == 0 || found[0].Service.Title.EN != "Tax refund" {
			t.Errorf("the index was not made anew: %v", found)
		}
		old, err := c.Version(context.Background(), "tax-deduction", 1)
		if err != nil || old.Title.EN != "Tax deduction" {
			t.Errorf("version 1: %v %v", old, err)
		}
		if _, err := c.Version(context.Background(), "tax-deduction", 7); !errors.Is(err, ErrNoVersion) {
			t.Errorf("version 7: %v", err)
		}
	})
}

func TestRefusedVersionLeavesTheRunningOne(t *testing.T) {
	t.Parallel()
	clk := clock.NewFake(testkit.Start)
	testkit.Each(t, schema(), clk, func(t *testing.T, d *db.DB) {
		for _, x := range []struct {
			name, want string
			change     []string
		}{
			{"broken", `tax-deduction/service.yaml:`, []string{"version: 1\ntitle", "version: 2\ntitle", "kind: inn, label", "kind: innn, label"}},
			{"same number", "version 1 is published with other contents; write version: 2", []string{"{ru: Налоговый вычет, en: Tax deduction}", "{ru: Другое, en: Other}"}},
			{"unknown agency", `agency "fsn" is not known; did you mean "fns"?`, []string{"agency: fns", "agency: fsn"}},
			{"no yaml", "YAML", []string{"page:", "page: ["}},
		} {
			f := files(t)
			c := open(t, d, clk, f, nil)
			edit(f, taxFile, x.change...)
			look(t, c)
			s, _ := c.Service("tax-deduction")
			if s.Version != 1 || s.Title.EN != "Tax deduction" || len(c.Services()) != 8 {
				t.Errorf("%s: runs %d %q", x.name, s.Version, s.Title.EN)
			}
			if r := c.Refused(); len(r) == 0 || !strings.Contains(r[0].String(), x.want) {
				t.Errorf("%s: refused %v", x.name, r)
			}
			f[taxFile] = files(t)[taxFile]
			look(t, c)
			if r := c.Refused(); len(r) != 0 {
				t.Errorf("%s: mended, but still %v", x.name, r)
			}
		}
	})
}

// A version whose golden cases come out otherwise is not published: the portal
// goes on with the one that runs, until the case or the rule is mended.
func TestBrokenGoldenCaseStopsThePublication(t *testing.T) {
	t.Parallel()
	f := files(t)
	s := siteOf(t, f)
	const casesFile = "tax-deduction/cases.yaml"
	edit(f, taxFile, "version: 1\ntitle", "version: 2\ntitle", "{ru: Налоговый вычет, en: Tax deduction}", "{ru: Новое название, en: New title}")
	edit(f, casesFile, `"refund": 1300000`, `"refund": 1300001`)
	look(t, s.catalog)
	offered := func() (page, api string) {
		return s.get(t, "/services/tax-deduction", "ru").Body.String(), s.get(t, "/api/v1/services/tax-deduction", "ru").Body.String()
	}
	page, api := offered()
	if version(t, s.catalog, "tax-deduction") != 1 || !strings.Contains(page, "Налоговый вычет") || strings.Contains(api, "Новое название") {
		t.Errorf("the broken version runs: %.300s", api)
	}
	refused := s.catalog.Refused()
	if len(refused) == 0 || !strings.Contains(refused[0].String(), casesFile) || !strings.Contains(refused[0].String(), "refund") {
		t.Errorf("refused %v", refused)
	}
	edit(f, casesFile, `"refund": 1300001`, `"refund": 1300000`)
	look(t, s.catalog)
	if page, _ = offered(); version(t, s.catalog, "tax-deduction") != 2 || !strings.Contains(page, "Новое название") || len(s.catalog.Refused()) > 0 {
		t.Errorf("mended, but not published: %v", s.catalog.Refused())
	}
}

func TestOlderFileIsNoNews(t *testing.T) {
	t.Parallel()
	clk := clock.NewFake(testkit.Start)
	testkit.Each(t, schema(), clk, func(t *testing.T, d *db.DB) {
		f := files(t)
		edit(f, taxFile, "version: 1\ntitle", "version: 3\ntitle")
		open(t, d, clk, f, nil)
		old := open(t, d, clk, files(t), nil) // the program of yesterday
		if version(t, old, "tax-deduction") != 3 {
			t.Errorf("runs version %d", version(t, old, "tax-deduction"))
		}
		if r := old.Refused(); len(r) != 1 || !strings.Contains(r[0].What, "version 1 is older than the published 3") {
			t.Errorf("refused %v", r)
		}
	})
}

func TestOtherNodeAndRestart(t *testing.T) {
	t.Parallel()
	clk := clock.NewFake(testkit.Start)
	testkit.Each(t, schema(), clk, func(t *testing.T, d *db.DB) {
		f := files(t)
		one, two := open(t, d, clk, f, nil), open(t, d, clk, files(t), nil)
		edit(f, taxFile, "version: 1\ntitle", "version: 2\ntitle")
		look(t, one)
		ctx, stop := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() { defer close(done); _ = two.Run(ctx) }()
		testkit.Eventually(t, "the other node has the version", func() bool {
			clk.Advance(pollEvery)
			return version(t, two, "tax-deduction") == 2
		})
		stop()
		<-done
		delete(f, taxFile)
		again := open(t, d, clk, f, nil)
		if version(t, again, "tax-deduction") != 2 {
			t.Error("a published service is gone after a restart without its file")
		}
		if s, err := again.Version(context.Background(), "tax-deduction", 1); err != nil || s.Version != 1 {
			t.Errorf("version 1 after a restart: %v", err)
		}
	})
}

func TestProductionRefusesSamples(t *testing.T) {
	t.Parallel()
	clk := clock.NewFake(testkit.Start)
	d := testkit.Open(t, db.SQLite, schema(), clk)
	open(t, d, clk, files(t), nil) // a demo has published them
	var log bytes.Buffer
	c := open(t, d, clk, files(t), func(deps *Deps) {
		deps.Config.Mode, deps.Log = Production, slog.New(slog.NewTextHandler(&log, nil))
	})
	serveOnce(t, c)
	if n := strings.Count(log.String(), "facts are not verified"); n == 0 || n > 8 || n != strings.Count(log.String(), "level=ERROR") {
		t.Errorf("%d lines for 8 services: %s", n, log.String())
	}
	if n := len(c.Services()); n != 0 {
		t.Errorf("%d services with unverified facts are shown", n)
	}
	if r := c.Refused(); len(r) == 0 || r[0].Code != "unverified" {
		t.Errorf("refused %v", r)
	}
}

func TestFolder(t *testing.T) {
	t.Parallel()
	clk := clock.NewFake(testkit.Start)
	d := testkit.Open(t, db.SQLite, schema(), clk)
	folder := t.TempDir()
	c := open(t, d, clk, services.FS, func(deps *Deps) { deps.Config.Folder = folder })
	text, _ := fs.ReadFile(services.FS, taxFile)
	own := filepath.Join(folder, "own-service")
	if err := os.Mkdir(own, 0o750); err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(text), "id: tax-deduction", "id: own-service", 1)
	if err := os.WriteFile(filepath.Join(own, "service.yaml"), []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	look(t, c)
	if n := len(c.Services()); n != 9 {
		t.Errorf("%d services, refused %v", n, c.Refused())
	}
	if _, ok := c.Service("own-service"); !ok {
		t.Error("the folder's service is not there")
	}
}

func TestLint(t *testing.T) {
	t.Parallel()
	if faults := Lint(services.FS, Demo); len(faults) > 0 {
		t.Errorf("%v", faults)
	}
	faults := Lint(services.FS, Production)
	if len(faults) == 0 {
		t.Fatal("production takes unverified facts")
	}
	for _, f := range faults {
		if f.Code != "unverified" || f.Line == 0 {
			t.Errorf("%v", f)
		}
	}
	f := files(t)
	edit(f, guideFile, "code: family", "code: documents")
	edit(f, taxFile, "categories: [taxes]", "categories: [taxis]")
	all := Lint(f, Demo)
	text := ""
	for _, x := range all {
		text += x.String() + "\n"
	}
	for _, want := range []string{"category documents stands twice", `category "taxis" is not known; did you mean "taxes"?`} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in:\n%s", want, text)
		}
	}
}

func TestClosed(t *testing.T) {
	t.Parallel()
	s := &forms.Service{Level: "confirmed", Audience: []string{"citizen"}, Regions: []string{"77"}}
	for _, c := range []struct {
		v    Visitor
		want Reason
	}{
		{Visitor{}, Open},
		{Visitor{SignedIn: true, Level: "standard"}, NeedConfirmed},
		{Visitor{SignedIn: true, Level: "confirmed"}, Open},
		{Visitor{SignedIn: true, Level: "confirmed", Region: "16"}, OtherRegion},
		{Visitor{SignedIn: true, Level: "confirmed", Region: "77"}, Open},
		{Visitor{SignedIn: true, Level: "confirmed", Audience: "business"}, OtherAudience},
	} {
		if got := Closed(s, c.v); got != c.want {
			t.Errorf("%+v: %q, want %q", c.v, got, c.want)
		}
	}
}

// serveOnce begins to serve the catalogue and ends it at once.
func serveOnce(t *testing.T, c *Catalog) {
	t.Helper()
	over, end := context.WithCancel(context.Background())
	end()
	if err := c.Run(over); err != nil {
		t.Fatal(err)
	}
}

// TestRefusalsAreLoggedOnceServed: a command that opens the catalogue and serves
// nobody has nothing to say about services; a portal says it once, and again when
// the files change.
func TestRefusalsAreLoggedOnceServed(t *testing.T) {
	t.Parallel()
	clk := clock.NewFake(testkit.Start)
	testkit.Each(t, schema(), clk, func(t *testing.T, d *db.DB) {
		var log bytes.Buffer
		f := files(t)
		edit(f, taxFile, "title:", "titel:")
		c := open(t, d, clk, f, func(deps *Deps) { deps.Log = slog.New(slog.NewTextHandler(&log, nil)) })
		if n := len(c.Refused()); n == 0 || strings.Contains(log.String(), "refused") {
			t.Fatalf("%d refused; before anybody is served the log says %s", n, log.String())
		}
		told := func() int { return strings.Count(log.String(), "service refused") }
		serveOnce(t, c)
		if told() != len(c.Refused()) {
			t.Fatalf("of %d faults the log says %s", len(c.Refused()), log.String())
		}
		before := told()
		if err := c.Refresh(context.Background()); err != nil || told() != before {
			t.Errorf("%v: told again: %s", err, log.String())
		}
		edit(f, taxFile, "titel:", "tilte:")
		look(t, c)
		if told() <= before {
			t.Errorf("what changed is not told: %s", log.String())
		}
	})
}
