package forms

import (
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// keyPlace is a key of a service file with the bytes it takes.
type keyPlace struct {
	name       string
	start, end int // of the key itself
	flow       bool
	indent     string
	value      ast.Node
	optional   bool
}

// keysOf lists all keys of a file; optional are those that the language lets be
// left out.
func keysOf(t *testing.T, text string) []keyPlace {
	t.Helper()
	file, err := parser.ParseBytes([]byte(text), 0)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(text, "\n")
	starts := make([]int, len(lines)+1)
	for i, l := range lines {
		starts[i+1] = starts[i] + len(l)
	}
	var out []keyPlace
	var visit func(n ast.Node, typ reflect.Type, flow bool)
	visit = func(n ast.Node, typ reflect.Type, flow bool) {
		for typ.Kind() == reflect.Pointer {
			typ = typ.Elem()
		}
		if seq, ok := n.(*ast.SequenceNode); ok && typ.Kind() == reflect.Slice {
			for _, v := range seq.Values {
				visit(v, typ.Elem(), flow || seq.IsFlowStyle)
			}
			return
		}
		if typ.Kind() == reflect.Slice {
			typ = typ.Elem()
		}
		entries, ok := pairs(n)
		if m, isMap := n.(*ast.MappingNode); isMap {
			flow = flow || m.IsFlowStyle
		}
		if !ok || typ.Kind() != reflect.Struct {
			return
		}
		for _, e := range entries {
			at := e.Key.GetToken().Position
			name := e.Key.GetToken().Value
			line := []rune(lines[at.Line-1])
			start := starts[at.Line-1] + len(string(line[:at.Column-1]))
			k := keyPlace{name: name, start: start, end: start + len(name), flow: flow, indent: strings.Repeat(" ", at.Column-1), value: e.Value, optional: name == "unverified"}
			if text[k.start:k.end] != name {
				t.Fatalf("line %d: %q is not %q", at.Line, text[k.start:k.end], name)
			}
			for _, m := range membersOf(typ) {
				if m.key == name {
					k.optional = k.optional || !m.required
					visit(e.Value, typ.Field(m.index).Type, flow)
				}
			}
			out = append(out, k)
		}
	}
	visit(file.Docs[0].Body, reflect.TypeFor[Service](), false)
	return out
}

// faulty are the ways in which one key can be wrong.
func (k keyPlace) faulty(text string) map[string]string {
	copyOf := k.name + ": x\n" + k.indent
	if k.flow {
		copyOf = k.name + ": x, "
	}
	return map[string]string{
		"misnamed":   text[:k.start] + "zz" + text[k.start:],
		"duplicated": text[:k.start] + copyOf + text[k.start:],
		"retyped":    text[:k.end] + ": [{zz: [1]}, {zz: 2}]" + k.rest(text),
		"without":    text[:k.start] + "zz_" + k.name + text[k.end:],
	}
}

// rest is the text after the key's value, where that is on one line; a value of
// several lines stays, below the new one, which is no YAML any more.
func (k keyPlace) rest(text string) string {
	tail := text[k.end:]
	if k.flow {
		depth, quote := 0, byte(0)
		for i := range len(tail) {
			switch c := tail[i]; {
			case quote != 0:
				if c == quote {
					quote = 0
				}
			case c == '"' || c == '\'':
				quote = c
			case c == '{' || c == '[':
				depth++
			case (c == '}' || c == ']') && depth == 0, c == ',' && depth == 0:
				return tail[i:]
			case c == '}' || c == ']':
				depth--
			}
		}
	}
	if i := strings.IndexByte(tail, '\n'); i >= 0 {
		return tail[i:]
	}
	return tail
}

// TestOneFaultIsRefused makes every sort of fault at keys of the shipped services
// and of the example: each is refused with a place and a reason. A mutant that
// loads is one whose key could be left out.
func TestOneFaultIsRefused(t *testing.T) {
	t.Parallel()
	lang, err := newLanguage()
	if err != nil {
		t.Fatal(err)
	}
	dirs, err := os.ReadDir("../../services")
	if err != nil {
		t.Fatal(err)
	}
	var total atomic.Int64
	t.Run("of", func(t *testing.T) {
		for i, dir := range dirs {
			data, err := os.ReadFile("../../services/" + dir.Name() + "/service.yaml")
			if err != nil {
				continue
			}
			t.Run(dir.Name(), func(t *testing.T) {
				t.Parallel()
				total.Add(mutated(t, lang, dir.Name(), string(data), rand.New(rand.NewPCG(4, uint64(i)))))
			})
		}
	})
	if total.Load() < 1000 {
		t.Errorf("only %d mutants", total.Load())
	}
	t.Logf("%d mutants", total.Load())
}

// mutated makes the faults of one service and tells how many there were.
func mutated(t *testing.T, lang *language, id, text string, r *rand.Rand) (n int64) {
	t.Helper()
	keys := keysOf(t, text)
	r.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	seen := map[string]int{}
	for _, k := range keys {
		if seen[k.name]++; seen[k.name] > 1 {
			continue // one place for each key of each file is enough
		}
		for how, mutant := range k.faulty(text) {
			n++
			refusedMutant(t, lang, id, k, how, mutant)
		}
	}
	return n
}

func refusedMutant(t *testing.T, lang *language, id string, k keyPlace, how, mutant string) {
	t.Helper()
	file := id + "/service.yaml"
	s, faults := load(lang, fstest.MapFS{file: {Data: []byte(mutant)}}, file, Options{})
	if s != nil || len(faults) == 0 {
		t.Errorf("%s: %s %s was taken", id, k.name, how)
		return
	}
	for _, f := range faults {
		if f.Line < 1 || f.Col < 1 || f.What == "" || f.Code == "" || f.File != file {
			t.Errorf("%s: %s %s: a fault without place or reason: %+v", id, k.name, how, f)
		}
	}
}

// TestKeysLeftOut takes keys away: those that are required are missed, the others
// load or are missed for a reason that is told.
func TestKeysLeftOut(t *testing.T) {
	t.Parallel()
	text := example(t)
	for _, k := range keysOf(t, text) {
		if !k.flow {
			continue // lines are taken away by TestNoLineBreaksTheLinter
		}
		rest := k.rest(text)
		mutant := text[:k.start] + strings.TrimPrefix(strings.TrimPrefix(rest, ","), " ")
		mutant = strings.Replace(mutant, ", }", "}", 1)
		s, faults := loadText(mutant)
		if s != nil && !k.optional && !slices.Contains([]string{"ru", "en"}, k.name) {
			t.Errorf("%s at %d could be left out", k.name, k.start)
		}
		if (s == nil) == (len(faults) == 0) {
			t.Errorf("%s at %d: service %v, faults %v", k.name, k.start, s != nil, faults)
		}
	}
}
