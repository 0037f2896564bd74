package forms

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

var fenced = regexp.MustCompile("(?s)```yaml (\\w+)\n(.*?)```")

func indented(text, by string) string {
	return by + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n"+by) + "\n"
}

// listItem makes a mapping an item of a list.
func listItem(text, by string) string {
	return by + "- " + strings.TrimPrefix(indented(text, by+"  "), by+"  ")
}

// TestExamplesOfElements loads every example of docs/services/elements.md.
func TestExamplesOfElements(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../../docs/services/elements.md")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, m := range fenced.FindAllStringSubmatch(string(doc), -1) {
		sort, text := m[1], m[2]
		n++
		head := "    - id: s\n      title: {ru: Шаг, en: Step}\n      fields:\n"
		switch sort {
		case "field":
			mustLoad(t, withForm(head+listItem(text, "        "), ""))
		case "fields":
			mustLoad(t, withForm(head+indented(text, "        "), ""))
		case "step":
			mustLoad(t, withForm(listItem(text, "    "), ""))
		case "steps":
			mustLoad(t, withForm(indented(text, "    "), ""))
		case "service":
			mustLoad(t, withKeys(text))
		case "cases":
			exampleCases(t, text)
		case "dictionary":
			id, _, _ := strings.Cut(strings.TrimPrefix(text, "id: "), "\n")
			if _, faults := LoadDictionaries(fstest.MapFS{"dictionaries/" + id + ".yaml": {Data: []byte(text)}}, ""); len(faults) > 0 {
				t.Error(listed(faults))
			}
		default:
			t.Errorf("an example of %q", sort)
		}
		if t.Failed() {
			t.Fatalf("in the example:\n%s", text)
		}
	}
	if n < 40 {
		t.Errorf("only %d examples", n)
	}
}

// withKeys is the small service with other keys at the top level.
func withKeys(text string) string {
	base, _, _ := strings.Cut(withForm("", ""), "\nform:")
	var kept []string
	keep := true
	for line := range strings.Lines(base + "\n") {
		if key, _, _ := strings.Cut(line, ":"); !strings.HasPrefix(line, " ") {
			keep = !strings.Contains("\n"+text, "\n"+key+":")
		}
		if keep {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "") + text
}

func exampleCases(t *testing.T, text string) {
	t.Helper()
	folder := fstest.MapFS{
		"child-benefit/service.yaml": {Data: []byte(example(t))}, "child-benefit/cases.yaml": {Data: []byte(text)},
	}
	if s, faults := Load(folder, "child-benefit/service.yaml"); s == nil {
		t.Error(listed(faults))
	}
}

// TestEveryElementHasAnExample: every kind and every key of the language stands in
// an example.
func TestEveryElementHasAnExample(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../../docs/services/elements.md")
	if err != nil {
		t.Fatal(err)
	}
	text := example(t)
	for _, m := range fenced.FindAllStringSubmatch(string(doc), -1) {
		text += m[2]
	}
	for _, k := range Kinds() {
		if !regexp.MustCompile(`kind: ` + k.Name() + `\b`).MatchString(text) {
			t.Errorf("no example of the kind %s", k.Name())
		}
	}
	seen := map[reflect.Type]bool{}
	var visit func(typ reflect.Type)
	visit = func(typ reflect.Type) {
		for typ.Kind() == reflect.Slice || typ.Kind() == reflect.Pointer {
			typ = typ.Elem()
		}
		if typ.Kind() != reflect.Struct || seen[typ] || typ == exprType {
			return
		}
		seen[typ] = true
		for _, m := range membersOf(typ) {
			if !regexp.MustCompile(`\b`+m.key+`:`).MatchString(text) && !elsewhere[m.key] {
				t.Errorf("no example of %s.%s", typ.Name(), m.key)
			}
			visit(typ.Field(m.index).Type)
		}
	}
	visit(reflect.TypeFor[Service]())
	visit(reflect.TypeFor[Cases]())
	visit(reflect.TypeFor[Dictionary]())
}

// elsewhere are keys whose example is another form of the same thing.
var elsewhere = map[string]bool{"opens": true}

// TestBrokenCaseStopsTheService: what comes out otherwise is told with its place,
// and the service is not loaded.
func TestBrokenCaseStopsTheService(t *testing.T) {
	t.Parallel()
	for want, cases := range map[string]string{
		"the outcome is stopped, should be ready": "cases:\n  - name: x\n    answers: {relation: other}\n    want: {outcome: ready}\n",
		"should be 5 working days":                "cases:\n  - name: x\n    want: {working_days: 5}\n",
		"the fee is 0, should be 7":               "cases:\n  - name: x\n    want: {fee: 7}\n",
		"a.per_head is <nil>, should be 5":        "cases:\n  - name: x\n    want: {values: {per_head: 5}}\n",
		`there is no field "relatoin"`:            "cases:\n  - name: x\n    answers: {relatoin: other}\n    want: {outcome: ready}\n",
		"there is no step":                        "cases:\n  - name: x\n    want: {path: [applicants]}\n",
		`unknown key "anwers"`:                    "cases:\n  - name: x\n    anwers: {}\n    want: {outcome: ready}\n",
		"is an empty list":                        "cases: []\n",
	} {
		s, faults := Load(fstest.MapFS{
			"child-benefit/service.yaml": {Data: []byte(example(t))}, "child-benefit/cases.yaml": {Data: []byte(cases)},
		}, "child-benefit/service.yaml")
		if s != nil || len(faults) == 0 || !strings.Contains(faults[0].String(), want) || !strings.HasPrefix(faults[0].String(), "child-benefit/cases.yaml:") || faults[0].Line < 1 {
			t.Errorf("want %q, have:\n%s", want, listed(faults))
		}
	}
}
