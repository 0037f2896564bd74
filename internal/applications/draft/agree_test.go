package draft

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/net/html"

	"okno/internal/forms"
	"okno/internal/kit/db"
)

// madeUp is a service of one step whose questions depend on answers before them.
func madeUp(t *testing.T, r *rand.Rand, serviceID string) *forms.Service {
	t.Helper()
	raw, err := os.ReadFile("testdata/kinds/service.yaml")
	must(t, err)
	head, _, _ := strings.Cut(string(raw), "form:\n")
	var b strings.Builder
	b.WriteString(strings.Replace(head, "id: kinds\n", "id: "+serviceID+"\n", 1))
	b.WriteString("form:\n  steps:\n    - id: all\n      title: {ru: Всё, en: All}\n      fields:\n")
	for i := range 4 + r.IntN(9) {
		when := ""
		if i > 0 && r.IntN(3) > 0 {
			when = fmt.Sprintf(`, when: 'a.f%d %s "a"'`, r.IntN(i), []string{"==", "!="}[r.IntN(2)])
		}
		fmt.Fprintf(&b, "        - {id: f%d, kind: choice, required: false, label: {ru: Вопрос %d, en: Question %d}, options: [{value: a, label: {ru: А, en: A}}, {value: b, label: {ru: Б, en: B}}]%s}\n", i, i, i, when)
	}
	s, _ := forms.Load(fstest.MapFS{serviceID + "/service.yaml": {Data: []byte(b.String())}}, serviceID+"/service.yaml")
	if s == nil {
		return madeUp(t, r, serviceID) // a form that the linter rightly refuses
	}
	return s
}

// The script asks for the questions that an answer makes necessary and puts them
// on the page as they come: what comes must be what the engine shows for these
// answers, and what the page shows once they are kept.
func TestBrowserAndServerAgree(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 7))
		s := madeUp(t, r, fmt.Sprintf("made-up-%d", seed))
		b.services.all[s.ID] = s
		step := b.start(b.anna, s.ID)
		for range 4 {
			b.agree(t, r, s, step, fmt.Sprintf("seed %d", seed))
		}
	}
}

func (b *bundle) agree(t *testing.T, r *rand.Rand, s *forms.Service, step, where string) {
	t.Helper()
	page := b.get(b.anna, step)
	form := url.Values{"_seen": {page.fields().Get("_seen")}}
	answers := forms.Answers{}
	for _, name := range questions(page) { // a browser sends what it shows
		if v := []string{"", "a", "b"}[r.IntN(3)]; v != "" {
			form.Set(name, v)
			answers[name] = v
		} else {
			form.Set(name, "")
		}
	}
	var shown []string
	forms.Fill(s, answers, forms.Facts{}).EachField(func(f *forms.FieldState) { shown = append(shown, f.Name) })
	asked := url.Values{"_fields": {"1"}}
	for k, v := range form {
		asked[k] = v
	}
	if got := questions(b.post(b.anna, step+"/check", asked)); !slices.Equal(got, shown) {
		t.Fatalf("%s: the script is given %v, the engine shows %v for %v", where, got, shown, answers)
	}
	form.Set("_do", "save")
	b.post(b.anna, step, form)
	if got := questions(b.get(b.anna, step)); !slices.Equal(got, shown) {
		t.Fatalf("%s: the page shows %v, the engine %v for %v", where, got, shown, answers)
	}
}

// questions are the fields on a page, in their order.
func questions(p page) []string {
	var out []string
	for _, n := range p.find(func(n *html.Node) bool { return attr(n, "type") == "radio" }) {
		if name := attr(n, "name"); !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}
