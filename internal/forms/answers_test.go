package forms

import (
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"okno/internal/kit/i18n"
)

func TestDecodeAnswersRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "null", "[]", "1", `{"a":1} {}`, `{"a":`, "{\"a\":\"\xff\"}", `{"a":"\u0000"}`, `{"a\u0000":1}`,
		`{"a":` + strings.Repeat("[", 9) + strings.Repeat("]", 9) + `}`,
		`{"a":"` + strings.Repeat("x", maxAnswers) + `"}`,
	} {
		if a, err := DecodeAnswers([]byte(text)); err == nil {
			t.Errorf("%.40q was taken: %v", text, a)
		}
	}
}

func FuzzDecodeAnswers(f *testing.F) {
	s := mustLoad(f, example(f))
	data, _ := filledExample().Encode()
	f.Add(data)
	f.Add([]byte(`{"children":[1,{"person":{"last_name":3}},null],"income":1e99,"passport":[],"guardianship":[{"id":1}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := DecodeAnswers(data)
		if err != nil {
			return
		}
		r := Fill(s, a, today)
		again, err := r.Submission().Encode()
		if err != nil {
			t.Fatalf("the submission is no JSON: %v", err)
		}
		back, err := DecodeAnswers(again)
		if err != nil {
			t.Fatalf("the submission can't be read: %v", err)
		}
		if got := Fill(s, back, today).Submission(); !cmp.Equal(r.Submission(), got) {
			t.Fatal(cmp.Diff(r.Submission(), got))
		}
	})
}

func FuzzCheck(f *testing.F) {
	s := mustLoad(f, example(f))
	f.Add("applicant", "person.last_name=%D0%98&passport.number=12&snils=112-233-445+95&relation=parent")
	f.Add("children", "children.0.disabled=yes&children.9999999.person=x&children.count=-1&children.1.person.birth_date.day=9")
	f.Add("income", "income=1e9&family_size=-0&has_spouse=yes&spouse.=x&.=y")
	f.Add("payment", "way=account&account.bic=04&truth=on&phone=%00")
	f.Fuzz(func(t *testing.T, step, query string) {
		values, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		old := filledExample()
		before := copied(map[string]any(old))
		next, wrong := Check(s, step, values, old, today)
		if !cmp.Equal(before, map[string]any(old)) {
			t.Fatal("Check changed the answers it was given")
		}
		if _, err := next.Encode(); err != nil {
			t.Fatalf("no JSON: %v", err)
		}
		for _, w := range wrong {
			if w.Key == "" {
				t.Fatalf("a fault without a message: %+v", w)
			}
		}
		for key := range next {
			if s.fields[key] == nil && s.groups[key] == nil {
				t.Fatalf("%q was stored", key)
			}
		}
	})
}

var keyPattern = regexp.MustCompile(`"(forms\.[a-z_.]+[a-z])"`)

// TestTexts: each language has the same keys, each key used is there, and each
// key there is used.
func TestTexts(t *testing.T) {
	t.Parallel()
	b, err := i18n.New(Locale())
	if err != nil {
		t.Fatal(err)
	}
	ru := b.Keys("ru")
	if diff := cmp.Diff(ru, b.Keys("en")); diff != "" {
		t.Error(diff)
	}
	used := usedKeys(t)
	for _, key := range used {
		if !b.Has("ru", key) {
			t.Errorf("%s has no text", key)
		}
	}
	for _, key := range ru {
		if !slices.Contains(used, key) {
			t.Errorf("%s is not used", key)
		}
	}
}

func usedKeys(t *testing.T) []string {
	t.Helper()
	keys := []string{"forms.error.date_day", "forms.error.date_month", "forms.error.date_year"}
	files, _ := filepath.Glob("*.go")
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range keyPattern.FindAllStringSubmatch(string(data), -1) {
			keys = append(keys, m[1])
		}
	}
	for _, f := range append(FactPaths(), FactPath{Path: "today"}, FactPath{Path: "level"}, FactPath{Path: "region"}, FactPath{Path: "audience"}) {
		keys = append(keys, "forms.fact."+strings.ReplaceAll(f.Path, ".", "_"))
	}
	for _, root := range []string{"registry", "document", "earlier", "found"} {
		keys = append(keys, "forms.explain.from_"+root)
	}
	keys = append(keys, "forms.explain.year", "forms.explain.month", "forms.explain.plus_days", "forms.explain.plus_months", "forms.explain.plus_years")
	for _, what := range []string{
		ChangeAdded, ChangeRemoved, ChangeRenamed, ChangeKind, ChangeOptions, ChangeLimits, ChangeRequired, ChangeFee, ChangeDeadline, ChangeRight, ChangeLevel,
	} {
		keys = append(keys, "forms.change."+what)
	}
	for _, k := range Kinds() {
		for _, in := range k.Inputs(&Field{Places: []Place{{}}}) {
			if in.Label != "" {
				keys = append(keys, in.Label)
			}
			for _, o := range in.Options {
				if o.Label != "" {
					keys = append(keys, o.Label)
				}
			}
		}
		for _, p := range partsOf(k) {
			keys = append(keys, "forms.part."+k.Name()+"."+p.id)
		}
	}
	return keys
}
