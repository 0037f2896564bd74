// Package okno_test keeps the law of the house: the order of rooms, the roles of
// files, the marks of columns, the texts. It reads sources only and needs no
// build; each fault says what to do about it. CONTRIBUTING.md has the why.
package okno_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// rooms in their order: a room may call those before it, none after.
var rooms = []string{
	"notify", "reference", "forms", "identity", "agency", "signature", "profile", "organisation",
	"vault", "catalog", "payments", "appointments", "applications", "exchange", "login", "support",
	"cabinet", "desk",
}

// vendors are packages of a room that speak to the outside.
var vendors = []string{"internal/notify/smtp", "internal/notify/smpp", "internal/notify/webpush"}

const (
	maxFunction = 120
	maxFile     = 600
)

// source is one Go file.
type source struct {
	path      string // from the root, with slashes
	dir       string
	room      string // "" outside the rooms
	test      bool   // _test.go
	generated bool
	lines     int
	ast       *ast.File
	imports   map[string]string // path → name it is used by
}

// support is code that only tests and their tools link: testkit, the …test
// packages, scripts and load generators.
func (s *source) support() bool {
	base := path.Base(s.dir)
	return s.test || base == "testkit" || strings.HasSuffix(base, "test") || s.under("scripts") || s.under("bench")
}

func (s *source) under(folder string) bool {
	return s.dir == folder || strings.HasPrefix(s.dir, folder+"/")
}

// kit reports whether the file is a tool without a word of the domain.
func (s *source) kit() bool { return s.under("internal/kit") }

// house is everything that the rules read.
type house struct {
	fset  *token.FileSet
	files []*source
	other []string // paths of files that are not Go
}

var load = sync.OnceValues(readHouse)

func readHouse() (*house, error) {
	h := &house{fset: token.NewFileSet()}
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		p = filepath.ToSlash(p)
		if d.IsDir() {
			if name := d.Name(); name == "node_modules" || name == "testdata" || name == "out" || p != "." && strings.HasPrefix(name, ".") ||
				slices.Contains([]string{"bin", "tmp", "data", "docs"}, p) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(p, ".go") {
			h.other = append(h.other, p)
			return nil
		}
		s, err := h.read(p)
		h.files = append(h.files, s)
		return err
	})
	return h, err
}

func (h *house) read(p string) (*source, error) {
	raw, err := os.ReadFile(p)
	if err != nil {
		return nil, err
	}
	file, err := parser.ParseFile(h.fset, p, raw, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	s := &source{
		path: p, dir: path.Dir(p), room: roomOf(p), test: strings.HasSuffix(p, "_test.go"),
		generated: ast.IsGenerated(file), lines: strings.Count(string(raw), "\n"), ast: file,
		imports: map[string]string{},
	}
	for _, imp := range file.Imports {
		p, _ := strconv.Unquote(imp.Path.Value) // the parser has checked it
		name := path.Base(p)
		if imp.Name != nil {
			name = imp.Name.Name
		}
		s.imports[p] = name
	}
	return s, nil
}

// roomOf is the room that a path or an import path below internal/ belongs to.
func roomOf(p string) string {
	p = strings.TrimPrefix(p, "okno/")
	parts := strings.Split(p, "/")
	if len(parts) > 1 && parts[0] == "internal" && slices.Contains(rooms, parts[1]) {
		return parts[1]
	}
	return ""
}

// each runs f on every Go file.
func each(t *testing.T, f func(h *house, s *source)) {
	t.Helper()
	h, err := load()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range h.files {
		f(h, s)
	}
}

// at is the place of a node, as path:line.
func (h *house) at(n ast.Node) string {
	p := h.fset.Position(n.Pos())
	return p.Filename + ":" + strconv.Itoa(p.Line)
}

func TestOrderOfRooms(t *testing.T) {
	t.Parallel()
	each(t, func(_ *house, s *source) {
		for imp := range s.imports {
			if !strings.HasPrefix(imp, "okno/") {
				continue
			}
			to := roomOf(imp)
			switch {
			case s.room != "" && !s.test && slices.Index(rooms, to) > slices.Index(rooms, s.room):
				t.Errorf("%s imports %s: %s stands after %s. Announce by an event, or move the flow to the higher room.", s.path, imp, to, s.room)
			case s.room != "" && !s.test && isTop(imp):
				t.Errorf("%s imports %s: a room knows neither app nor sandbox nor cmd. Take what you need through Deps.", s.path, imp)
			case s.kit() && (to != "" || isTop(imp)):
				t.Errorf("%s imports %s: the kit knows no word of the domain. Hand the thing in, or move the code to its room.", s.path, imp)
			case s.under("cmd") && strings.HasPrefix(imp, "okno/internal/") && imp != "okno/internal/app":
				t.Errorf("%s imports %s: main is one call to app. Move the code to internal/app.", s.path, imp)
			}
		}
	})
}

func isTop(imp string) bool {
	for _, top := range []string{"okno/internal/app", "okno/internal/sandbox", "okno/cmd"} {
		if imp == top || strings.HasPrefix(imp, top+"/") {
			return true
		}
	}
	return false
}

func TestEveryPackageHasItsPlace(t *testing.T) {
	t.Parallel()
	known := append([]string{"app", "sandbox", "kit"}, rooms...)
	seen := map[string]bool{}
	each(t, func(_ *house, s *source) {
		parts := strings.Split(s.dir, "/")
		if len(parts) > 1 && parts[0] == "internal" && !slices.Contains(known, parts[1]) && !seen[parts[1]] {
			seen[parts[1]] = true
			t.Errorf("internal/%s is no room. Add it to the order in house_test.go and docs/design.md, or move it to the room of its noun.", parts[1])
		}
	})
}

func TestTestCodeStaysInTests(t *testing.T) {
	t.Parallel()
	each(t, func(_ *house, s *source) {
		if s.support() {
			return
		}
		for imp := range s.imports {
			base := path.Base(imp)
			if imp == "testing" || strings.HasPrefix(imp, "okno/") && (base == "testkit" || strings.HasSuffix(base, "test")) {
				t.Errorf("%s imports %s: it would be linked into the program. Move the code to a _test.go file or a …test package.", s.path, imp)
			}
		}
	})
}

func TestPackageComments(t *testing.T) {
	t.Parallel()
	commented, written := map[string]bool{}, map[string]bool{}
	each(t, func(_ *house, s *source) {
		pkg := s.dir + " " + s.ast.Name.Name
		if s.test && s.dir != "." {
			return
		}
		written[pkg] = written[pkg] || !s.generated
		commented[pkg] = commented[pkg] || s.ast.Doc != nil && len(s.ast.Doc.Text()) > 40
	})
	for pkg, byHand := range written {
		if byHand && !commented[pkg] {
			t.Errorf("package %s has no comment. Say in doc.go what it is for, its nouns, and what it does not do.", pkg)
		}
	}
}

func TestSizes(t *testing.T) {
	t.Parallel()
	each(t, func(h *house, s *source) {
		if s.generated {
			return
		}
		if s.lines > maxFile {
			t.Errorf("%s has %d lines, more than %d. Look for the noun that wants a file of its own.", s.path, s.lines, maxFile)
		}
		for _, d := range s.ast.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if n := h.fset.Position(f.End()).Line - h.fset.Position(f.Pos()).Line + 1; n > maxFunction {
				t.Errorf("%s: %s has %d lines, more than %d. Cut it by its steps.", h.at(f), f.Name.Name, n, maxFunction)
			}
			if f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s: func init. Make it in New, where one can see it.", h.at(f))
			}
		}
	})
	h, err := load()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range h.other {
		if raw, err := os.ReadFile(p); strings.HasSuffix(p, ".templ") && (err != nil || strings.Count(string(raw), "\n") > maxFile) {
			t.Errorf("%s has more than %d lines (%v). Give a part of the page a file of its own.", p, maxFile, err)
		}
	}
}

// calls are the functions of the standard library that rules speak of.
func calls(s *source, f func(call *ast.CallExpr, name string)) {
	ast.Inspect(s.ast, func(n ast.Node) bool {
		c, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		sel, ok := c.Fun.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := sel.X.(*ast.Ident); ok {
			for p, name := range s.imports {
				if name == x.Name {
					f(c, p+"."+sel.Sel.Name)
				}
			}
		}
		return true
	})
}

func TestClockAndOutput(t *testing.T) {
	t.Parallel()
	now := []string{"time.Now", "time.Since", "time.Until"}
	each(t, func(h *house, s *source) {
		if s.under("internal/kit/clock") && !s.test {
			return
		}
		calls(s, func(c *ast.CallExpr, name string) {
			inside := s.room != "" || s.kit() || s.under("internal/app")
			switch {
			case name == "time.Sleep" && !s.under("bench"): // a load generator's people pause
				t.Errorf("%s: time.Sleep. Wait for a channel, a timer of kit/clock, or a condition by testkit.Eventually.", h.at(c))
			case slices.Contains(now, name) && inside && !s.support():
				t.Errorf("%s: %s. Take the time from kit/clock, so that a test can set it; in a transaction tx.Now().", h.at(c), name)
			case (strings.HasPrefix(name, "fmt.Print") || strings.HasPrefix(name, "log.")) && (s.room != "" || s.kit()) && !s.support():
				t.Errorf("%s: %s. Log with the *slog.Logger of Deps, without personal data.", h.at(c), name)
			}
		})
	})
}

// webFiles may know HTTP.
var webFiles = regexp.MustCompile(`^(pages|api|module|client)([_.]|$)`)

func TestHTTPStaysAtTheEdge(t *testing.T) {
	t.Parallel()
	each(t, func(h *house, s *source) {
		if s.room == "" || s.support() || slices.Contains(vendors, s.dir) {
			return
		}
		if _, ok := s.imports["net/http"]; ok && !webFiles.MatchString(path.Base(s.path)) {
			t.Errorf("%s imports net/http: only pages*, api*, module*, client* and vendors do. Hand over plain values.", s.path)
		}
		calls(s, func(c *ast.CallExpr, name string) {
			if name == "net/http.NewServeMux" || name == "net/http.HandleFunc" || name == "net/http.Handle" {
				t.Errorf("%s: %s. Routes go through web.Router, which asks for their permission.", h.at(c), name)
			}
		})
	})
}

// statement is how a string begins that is SQL.
var statement = regexp.MustCompile(`^\s*(SELECT|INSERT (OR \w+ )?INTO|UPDATE \w+\s+SET|DELETE FROM|CREATE (UNIQUE )?(TABLE|INDEX)|ALTER TABLE|DROP (TABLE|INDEX)|WITH \w+ AS|PRAGMA)\b`)

func TestSQLStaysInStores(t *testing.T) {
	t.Parallel()
	each(t, func(h *house, s *source) {
		base := path.Base(s.path)
		if s.room == "" && !s.under("internal/app") || s.support() || strings.HasPrefix(base, "store") || s.generated && strings.HasSuffix(s.dir, "db") {
			return
		}
		literals(s, func(lit *ast.BasicLit, text string) {
			if statement.MatchString(text) {
				t.Errorf("%s: SQL outside store*.go. Move it to queries.sql (or store.go where sqlc can't).", h.at(lit))
			}
		})
		for imp := range s.imports {
			if room := roomOf(imp); strings.HasSuffix(imp, "db") && room != "" && room != s.room {
				t.Errorf("%s imports %s: no room reads another room's tables. Call its use case.", s.path, imp)
			}
		}
	})
}

// literals are the strings of a file, without import paths and struct tags.
func literals(s *source, f func(lit *ast.BasicLit, text string)) {
	tags := map[*ast.BasicLit]bool{}
	ast.Inspect(s.ast, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.Field:
			if n.Tag != nil {
				tags[n.Tag] = true
			}
		case *ast.BasicLit:
			if text, err := strconv.Unquote(n.Value); n.Kind == token.STRING && err == nil && !tags[n] {
				f(n, text)
			}
		}
		return true
	})
}
