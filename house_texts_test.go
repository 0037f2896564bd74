package okno_test

import (
	"go/ast"
	"go/token"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// How a key is recognised in Go and in the Go that templ makes. A string
// "prefix.name…" whose prefix is that of a locale folder is a key
//
//   - where a key is expected: the key argument of T, errs.New… and WithField, an
//     argument for a parameter named key (so closures like t(key, args…) count),
//     a field or a constant whose name ends with Key;
//   - or if it has three parts or more and its first two parts begin a known key,
//     unless it names an act, an event or a job (see named).
//
// A key counts as used if it stands as a string anywhere in the program or its
// data, or begins with a string to which the program adds something with +, as
// in "applications.status." + s. Keys that are put together in another way are
// named, by their beginning, in ru.yaml: "# dynamic: applications.status." and
// the code must hold a string that begins with it.

// texts are one locale folder.
type texts struct {
	dir     string
	prefix  string
	ru, en  map[string]any
	dynamic []string
}

var (
	dynamicLine = regexp.MustCompile(`(?m)^# dynamic: (.+)$`)
	keyShape    = regexp.MustCompile(`^[a-z][a-z0-9]*(\.[a-z0-9_]+)+$`)
	keyInData   = regexp.MustCompile(`[a-z][a-z0-9]*(\.[a-z0-9_]+)+`)
	placeholder = regexp.MustCompile(`\{\{\s*\.(\w+)`)
)

func readTexts(t *testing.T, h *house) []*texts {
	t.Helper()
	var all []*texts
	for _, p := range h.other {
		if !strings.HasPrefix(p, "internal/") || !strings.HasSuffix(p, "/locale/ru.yaml") || strings.HasPrefix(p, "internal/sandbox/") {
			continue
		}
		x := &texts{dir: path.Dir(p), prefix: path.Base(path.Dir(path.Dir(p)))}
		if room := roomOf(p); room != "" {
			x.prefix = room
		}
		x.ru, x.en = readYAML(t, p), readYAML(t, x.dir+"/en.yaml")
		raw, _ := os.ReadFile(p) // read a line ago
		for _, m := range dynamicLine.FindAllStringSubmatch(string(raw), -1) {
			x.dynamic = append(x.dynamic, strings.Fields(m[1])...)
		}
		all = append(all, x)
	}
	return all
}

func readYAML(t *testing.T, p string) map[string]any {
	t.Helper()
	raw, err := os.ReadFile(p)
	if err != nil {
		t.Errorf("%v. Every text is there in Russian and in English.", err)
		return nil
	}
	m := map[string]any{}
	if err := yaml.Unmarshal(raw, &m); err != nil {
		t.Errorf("%s: %v", p, err)
	}
	return m
}

func TestTextsInBothLanguages(t *testing.T) {
	t.Parallel()
	h, err := load()
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range readTexts(t, h) {
		for key, ru := range x.ru {
			if !strings.HasPrefix(key, x.prefix+".") && !(strings.HasPrefix(x.dir, "internal/kit/") && strings.HasPrefix(key, "kit.")) {
				t.Errorf("%s: key %s. Keys begin with their room: %s.", x.dir, key, x.prefix)
			}
			en, ok := x.en[key]
			if !ok {
				t.Errorf("%s/en.yaml: %s is missing. Translate it.", x.dir, key)
				continue
			}
			checkForms(t, x.dir+"/ru.yaml: "+key, ru, "one", "few", "many", "other")
			checkForms(t, x.dir+"/en.yaml: "+key, en, "one", "other")
			if a, b := placeholders(ru), placeholders(en); !slices.Equal(a, b) {
				t.Errorf("%s: %s has placeholders %v in ru.yaml and %v in en.yaml. Use the same ones.", x.dir, key, a, b)
			}
		}
		for key := range x.en {
			if _, ok := x.ru[key]; !ok {
				t.Errorf("%s/ru.yaml: %s is missing. Translate it.", x.dir, key)
			}
		}
	}
}

// gloss are Russian words that an English text may hold: one in brackets behind the
// English for it, as it stands on the paper, and what is given as an example.
var (
	gloss    = regexp.MustCompile(`\([А-ЯЁ]+\)|(?i)for example.*$`)
	cyrillic = regexp.MustCompile(`[А-Яа-яЁё]+`)
)

// TestEnglishIsEnglish: who reads English is not left with a word that can't be read.
func TestEnglishIsEnglish(t *testing.T) {
	t.Parallel()
	h, err := load()
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range readTexts(t, h) {
		for key, en := range x.en {
			for _, text := range formsOf(en) {
				if word := cyrillic.FindString(gloss.ReplaceAllString(text, "")); word != "" {
					t.Errorf("%s/en.yaml: %s says %s. Say it in English, with the Russian in brackets at most.", x.dir, key, word)
				}
			}
		}
	}
}

// formsOf are the text, or its plural forms.
func formsOf(v any) []string {
	if s, ok := v.(string); ok {
		return []string{s}
	}
	var all []string
	if m, ok := v.(map[string]any); ok {
		for _, f := range m {
			if s, ok := f.(string); ok {
				all = append(all, s)
			}
		}
	}
	return all
}

// checkForms wants exactly the plural forms of the language.
func checkForms(t *testing.T, at string, v any, want ...string) {
	t.Helper()
	m, ok := v.(map[string]any)
	if !ok {
		return
	}
	for _, form := range want {
		if s, _ := m[form].(string); s == "" {
			t.Errorf("%s: plural form %s is missing. Give %s.", at, form, strings.Join(want, ", "))
		}
	}
	if len(m) > len(want) {
		t.Errorf("%s has a form too many. Give %s.", at, strings.Join(want, ", "))
	}
}

func placeholders(v any) []string {
	text := ""
	switch v := v.(type) {
	case string:
		text = v
	case map[string]any:
		for _, s := range v {
			text += " " + toString(s)
		}
	}
	var names []string
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		if m[1] != "Count" { // "one" often needs no number
			names = append(names, m[1])
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func toString(v any) string { s, _ := v.(string); return s }

// usage is where keys stand in the program.
type usage struct {
	strings    map[string]bool   // every string with a dot
	beginnings map[string]string // what is added to → where
	keys       map[string]string // what must be a key → where
}

func readUsage(h *house, all []*texts) usage {
	u := usage{strings: map[string]bool{}, beginnings: map[string]string{}, keys: map[string]string{}}
	prefixes, families := known(all)
	params := map[string]map[string]int{} // by folder
	for _, s := range h.files {
		if s.support() || !strings.HasPrefix(s.dir, "internal/") || s.under("internal/sandbox") {
			continue
		}
		if params[s.dir] == nil {
			params[s.dir] = keyParams(h, s.dir)
		}
		other := named(s)
		begins := beginnings(s)
		literals(s, func(lit *ast.BasicLit, text string) {
			first, _, dotted := strings.Cut(text, ".")
			if dotted {
				u.strings[text] = true
			}
			if begins[lit] && dotted && prefixes[first] {
				u.beginnings[text] = h.at(lit)
			}
			if begins[lit] || other[lit] {
				return
			}
			if parts := strings.SplitN(text, ".", 3); len(parts) == 3 && keyShape.MatchString(text) && families[parts[0]+"."+parts[1]] {
				u.keys[text] = h.at(lit)
			}
		})
		keyPlaces(s, params[s.dir], func(lit *ast.BasicLit) {
			text, _ := strconv.Unquote(lit.Value) // the parser has checked it
			if begins[lit] {
				return
			}
			if first, _, _ := strings.Cut(text, "."); keyShape.MatchString(text) && prefixes[first] {
				u.keys[text] = h.at(lit)
			}
		})
	}
	for _, p := range h.other {
		if ext := path.Ext(p); (ext == ".yaml" || ext == ".json") && strings.HasPrefix(p, "internal/") && !strings.Contains(p, "/locale/") {
			raw, _ := os.ReadFile(p) // a file that is gone uses no key
			for _, k := range keyInData.FindAllString(string(raw), -1) {
				u.strings[k] = true
			}
		}
	}
	return u
}

// beginnings are the strings to which something is added.
func beginnings(s *source) map[*ast.BasicLit]bool {
	found := map[*ast.BasicLit]bool{}
	ast.Inspect(s.ast, func(n ast.Node) bool {
		if b, ok := n.(*ast.BinaryExpr); ok && b.Op == token.ADD {
			if lit, ok := b.X.(*ast.BasicLit); ok {
				found[lit] = true
			}
		}
		return true
	})
	return found
}

// named are the strings that name acts, events, jobs and listeners: what a
// method Kind returns, arguments of On, Entry and Look, fields Act and Name.
func named(s *source) map[*ast.BasicLit]bool {
	found := map[*ast.BasicLit]bool{}
	all := func(n ast.Node) {
		ast.Inspect(n, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok {
				found[lit] = true
			}
			return true
		})
	}
	ast.Inspect(s.ast, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Name.Name == "Kind" {
				all(n)
			}
		case *ast.CallExpr:
			if sel, ok := n.Fun.(*ast.SelectorExpr); ok && slices.Contains([]string{"On", "Entry", "Look"}, sel.Sel.Name) {
				for _, a := range n.Args {
					all(a)
				}
			}
		case *ast.KeyValueExpr:
			if id, ok := n.Key.(*ast.Ident); ok && (id.Name == "Act" || id.Name == "Name") {
				all(n.Value)
			}
		}
		return true
	})
	return found
}

// known are the prefixes of keys and their first two parts.
func known(all []*texts) (prefixes, families map[string]bool) {
	prefixes, families = map[string]bool{}, map[string]bool{}
	for _, x := range all {
		for key := range x.ru {
			parts := strings.SplitN(key, ".", 3)
			prefixes[parts[0]] = true
			if len(parts) == 3 {
				families[parts[0]+"."+parts[1]] = true
			}
		}
	}
	return prefixes, families
}

// keyParams finds the functions and closures of a package that take a string
// parameter named key: name → its position.
func keyParams(h *house, dir string) map[string]int {
	found := map[string]int{}
	for _, s := range h.files {
		if s.dir != dir || s.test {
			continue
		}
		ast.Inspect(s.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				addKeyParam(found, n.Name, n.Type)
			case *ast.AssignStmt:
				for i, right := range n.Rhs {
					if f, ok := right.(*ast.FuncLit); ok && i < len(n.Lhs) {
						if id, ok := n.Lhs[i].(*ast.Ident); ok {
							addKeyParam(found, id, f.Type)
						}
					}
				}
			}
			return true
		})
	}
	return found
}

func addKeyParam(found map[string]int, name *ast.Ident, f *ast.FuncType) {
	i := 0
	for _, p := range f.Params.List {
		for _, n := range p.Names {
			if t, ok := p.Type.(*ast.Ident); ok && n.Name == "key" && t.Name == "string" {
				found[name.Name] = i
			}
			i++
		}
	}
}

// keyPlaces calls f for the strings that stand where a key is expected.
func keyPlaces(s *source, byParam map[string]int, f func(*ast.BasicLit)) {
	str := func(e ast.Expr) {
		if lit, ok := e.(*ast.BasicLit); ok && strings.HasPrefix(lit.Value, `"`) {
			f(lit)
		}
	}
	ast.Inspect(s.ast, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if i := keyArgument(n, byParam); i >= 0 && i < len(n.Args) {
				str(n.Args[i])
			}
		case *ast.KeyValueExpr:
			if id, ok := n.Key.(*ast.Ident); ok && strings.HasSuffix(id.Name, "Key") {
				str(n.Value)
			}
		case *ast.ValueSpec:
			for i, id := range n.Names {
				if strings.HasSuffix(id.Name, "Key") && i < len(n.Values) {
					str(n.Values[i])
				}
			}
		}
		return true
	})
}

// keyArgument is the position of the key among a call's arguments, or -1.
func keyArgument(c *ast.CallExpr, byParam map[string]int) int {
	name, pkg := "", ""
	switch fun := c.Fun.(type) {
	case *ast.Ident:
		name = fun.Name
	case *ast.SelectorExpr:
		name = fun.Sel.Name
		if x, ok := fun.X.(*ast.Ident); ok {
			pkg = x.Name
		}
	}
	switch {
	case name == "T" || name == "WithField" || pkg == "errs" && name == "New":
		return 1
	case pkg == "errs" && strings.HasPrefix(name, "New"):
		return 0
	}
	if i, ok := byParam[name]; ok {
		return i
	}
	return -1
}

func TestTextsMissingAndUnused(t *testing.T) {
	t.Parallel()
	h, err := load()
	if err != nil {
		t.Fatal(err)
	}
	all := readTexts(t, h)
	u := readUsage(h, all)
	have := map[string]bool{}
	for _, x := range all {
		for key := range x.ru {
			have[key] = true
		}
	}
	for key, at := range u.keys {
		if !have[key] {
			t.Errorf("%s: text %s is missing. Add it to ru.yaml and en.yaml of its room.", at, key)
		}
	}
	for with, at := range u.beginnings {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(have)), func(key string) bool { return strings.HasPrefix(key, with) }) && strings.Count(with, ".") > 1 {
			t.Errorf("%s: no text begins with %s. Add them to ru.yaml and en.yaml of its room.", at, with)
		}
	}
	for _, x := range all {
		for _, d := range x.dynamic {
			if !u.begins(d) {
				t.Errorf("%s/ru.yaml: `# dynamic: %s` and no string in the code begins so. Delete it.", x.dir, d)
			}
		}
		for key := range x.ru {
			if !u.strings[key] && !u.composed(key) && !slices.ContainsFunc(x.dynamic, func(d string) bool { return strings.HasPrefix(key, d) }) {
				t.Errorf("%s: text %s is not used. Delete it, or write `# dynamic: %s` if it is put together at run time.", x.dir, key, beginning(key))
			}
		}
	}
}

func (u usage) begins(with string) bool {
	for s := range u.strings {
		if strings.HasPrefix(s, with) {
			return true
		}
	}
	return false
}

// composed reports whether the key begins as a string does that is added to.
// A room's name alone is no beginning.
func (u usage) composed(key string) bool {
	for with := range u.beginnings {
		if strings.HasPrefix(key, with) && len(with) > strings.Index(key, ".")+1 {
			return true
		}
	}
	return false
}

func beginning(key string) string { return key[:strings.LastIndex(key, ".")+1] }

// words are three Cyrillic letters and more in a row of small letters: alphabets,
// single letters of a number plate and patterns are no words.
var words = regexp.MustCompile(`[А-Яа-яЁё]?[а-яё]{3,}`)

func TestWordsStandInLocaleFiles(t *testing.T) {
	t.Parallel()
	each(t, func(h *house, s *source) {
		// What the demo prints is for readers of both languages at once.
		if s.support() || s.room == "" && !s.under("internal/app") || s.path == "internal/app/demo.go" {
			return
		}
		data := marked(h, s)
		literals(s, func(lit *ast.BasicLit, text string) {
			if words.MatchString(text) && !data[h.fset.Position(lit.Pos()).Line] {
				t.Errorf("%s: %.40q. Words for people stand in locale files; if it is data, end its line with `// data: why`.", h.at(lit), text)
			}
		})
	})
}

// marked are the lines that end with a comment "// data: …".
func marked(h *house, s *source) map[int]bool {
	lines := map[int]bool{}
	for _, g := range s.ast.Comments {
		for _, c := range g.List {
			if strings.HasPrefix(c.Text, "// data: ") {
				lines[h.fset.Position(c.Pos()).Line] = true
			}
		}
	}
	return lines
}
