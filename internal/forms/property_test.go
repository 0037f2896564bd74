package forms

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// madeField is a field of a made-up service; its condition is known apart from
// the engine, so that it can be judged without it.
type madeField struct {
	id, kind string
	needs    int // the field whose answer "a" shows this one, −1 for none
	negated  bool
}

// made is a made-up service with its model.
type made struct {
	service *Service
	steps   [][]int
	fields  []madeField
	// jumps and stops follow a step if the field before them is "a"; jumps lead to
	// a later step.
	jumps map[int]madeJump
	stops map[int]int
}

type madeJump struct{ field, to int }

func makeService(t *testing.T, r *rand.Rand) made {
	t.Helper()
	m := made{jumps: map[int]madeJump{}, stops: map[int]int{}}
	var text strings.Builder
	steps := 2 + r.IntN(5)
	for i := range steps {
		var fields []string
		var ids []int
		for range 1 + r.IntN(6) {
			f := madeField{id: fmt.Sprintf("f%d", len(m.fields)), kind: "choice", needs: -1}
			if r.IntN(3) == 0 {
				f.kind = "text"
			}
			f.needs, f.negated = m.earlierChoice(r), r.IntN(4) == 0
			fields = append(fields, f.yaml(m.fields))
			ids = append(ids, len(m.fields))
			m.fields = append(m.fields, f)
		}
		m.steps = append(m.steps, ids)
		text.WriteString(step(fmt.Sprintf("s%d", i), fields...))
		text.WriteString(m.turns(i, steps, r))
	}
	s, faults := loadText(withForm(text.String(), ""))
	if s == nil {
		for _, f := range faults {
			if !slices.Contains([]string{"unreachable", "contradiction", "deadend", "twice"}, f.Code) {
				t.Fatalf("%s\n%s", f, text.String())
			}
		}
		return makeService(t, r) // a form which the linter rightly refuses
	}
	m.service = s
	return m
}

// turns adds a jump or an early end to some steps.
func (m *made) turns(i, steps int, r *rand.Rand) string {
	f := m.earlierChoice(r)
	if f < 0 {
		return ""
	}
	when := fmt.Sprintf(`'a.%s == "a"'`, m.fields[f].id)
	switch r.IntN(4) {
	case 0:
		m.stops[i] = f
		return "      stop: [{when: " + when + ", title: {ru: Нет, en: No}, text: {ru: Нет, en: No}, instead: [{text: {ru: Да, en: Yes}}]}]\n"
	case 1:
		if i+2 >= steps {
			return ""
		}
		to := i + 2 + r.IntN(steps-i-2)
		m.jumps[i] = madeJump{f, to}
		return fmt.Sprintf("      jump: [{when: %s, to: s%d}]\n", when, to)
	}
	return ""
}

func (m *made) earlierChoice(r *rand.Rand) int {
	if len(m.fields) == 0 || r.IntN(2) == 0 {
		return -1
	}
	if i := r.IntN(len(m.fields)); m.fields[i].kind == "choice" {
		return i
	}
	return -1
}

func (f madeField) yaml(before []madeField) string {
	line := "id: " + f.id + ", kind: " + f.kind
	if f.kind == "choice" {
		line += ", " + optionsYAML
	}
	if f.needs >= 0 {
		operator := "=="
		if f.negated {
			operator = "!="
		}
		line += fmt.Sprintf(`, when: 'a.%s %s "a"'`, before[f.needs].id, operator)
	}
	return field(line)
}

// visible is the model: a field shows if the one it needs shows and fits.
func (m made) visible(answers Answers) map[string]bool {
	out := map[string]bool{}
	chosen := func(i int) bool { return out[m.fields[i].id] && answers[m.fields[i].id] == "a" }
	for i := 0; i < len(m.steps); i++ {
		for _, j := range m.steps[i] {
			out[m.fields[j].id] = m.shows(m.fields[j], answers, out)
		}
		if f, ok := m.stops[i]; ok && chosen(f) {
			break
		}
		if j, ok := m.jumps[i]; ok && chosen(j.field) {
			i = j.to - 1
		}
	}
	return out
}

func (m made) shows(f madeField, answers Answers, shown map[string]bool) bool {
	if f.needs < 0 {
		return true
	}
	other := m.fields[f.needs]
	v := answers[other.id]
	return shown[other.id] && (v == "a" || v == "b") && (v == "a") != f.negated
}

func (m made) answers(r *rand.Rand) Answers {
	a := Answers{}
	for _, f := range m.fields {
		switch r.IntN(6) {
		case 0:
		case 1:
			a[f.id] = []any{nil, 1.0, "zzz", true, []any{"a"}, map[string]any{"x": "y"}}[r.IntN(6)]
		default:
			a[f.id] = []any{"a", "b"}[r.IntN(2)]
		}
	}
	return a
}

func (m made) post(r *rand.Rand, step int) map[string][]string {
	out := map[string][]string{}
	for _, i := range m.steps[step] {
		out[m.fields[i].id] = []string{[]string{"a", "b", "", "zzz"}[r.IntN(4)]}
	}
	return out
}

func shownFields(r *Result) map[string]bool {
	out := map[string]bool{}
	for i := range r.Steps {
		for _, f := range r.Steps[i].Fields {
			out[f.Name] = true
		}
	}
	return out
}

func TestPropertiesOfFill(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 1))
		m := makeService(t, r)
		for range 20 {
			a := m.answers(r)
			before := copied(map[string]any(a))
			result := Fill(m.service, a, today)
			if !cmp.Equal(before, map[string]any(a)) {
				t.Fatalf("seed %d: Fill changed the answers", seed)
			}
			m.asksOnlyVisible(t, seed, a, result)
			again := Fill(m.service, a, today)
			if !cmp.Equal(result.Submission(), again.Submission()) || !cmp.Equal(result.Missing, again.Missing) || !cmp.Equal(result.Wrong, again.Wrong) {
				t.Fatalf("seed %d: two results for the same", seed)
			}
			sent := result.Submission()
			if !cmp.Equal(sent, Fill(m.service, sent, today).Submission()) {
				t.Fatalf("seed %d: what was sent fills to something else", seed)
			}
		}
	}
}

func (m made) asksOnlyVisible(t *testing.T, seed uint64, a Answers, result *Result) {
	t.Helper()
	valid := Answers{}
	for _, f := range m.fields {
		if s, ok := a[f.id].(string); ok && (f.kind == "text" || s == "a" || s == "b") {
			valid[f.id] = s
		}
	}
	want, got := m.visible(valid), shownFields(result)
	for _, f := range m.fields {
		if want[f.id] != got[f.id] {
			t.Fatalf("seed %d: field %s: shown %v, want %v\nanswers %v", seed, f.id, got[f.id], want[f.id], a)
		}
		if _, sent := result.Submission()[f.id]; sent && !want[f.id] {
			t.Fatalf("seed %d: the hidden %s was sent", seed, f.id)
		}
	}
}

// TestPropertiesOfCheck walks to and fro at random: an answer is replaced only
// by what was sent for its own field.
func TestPropertiesOfCheck(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 2))
		m := makeService(t, r)
		a := Answers{}
		for range 60 {
			i := r.IntN(len(m.steps))
			sent := m.post(r, i)
			next, _ := Check(m.service, fmt.Sprintf("s%d", i), sent, a, today)
			for id, old := range a {
				if _, touched := sent[id]; !touched && !cmp.Equal(next[id], old) {
					t.Fatalf("seed %d: %s was lost: %v → %v", seed, id, old, next[id])
				}
				if _, kept := next[id]; !kept {
					t.Fatalf("seed %d: %s is gone", seed, id)
				}
			}
			for id, v := range next {
				if values, ok := sent[id]; ok && v != nil && v != values[0] && v != a[id] {
					t.Fatalf("seed %d: %s became %v, sent was %v", seed, id, v, values)
				}
			}
			a = next
		}
	}
}

// TestThereAndBack: choosing otherwise and back gives the same submission.
func TestThereAndBack(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 3))
		m := makeService(t, r)
		a := Answers{}
		for _, f := range m.fields {
			a[f.id] = []any{"a", "b"}[r.IntN(2)]
		}
		before := Fill(m.service, a, today).Submission()
		f := m.fields[r.IntN(len(m.fields))]
		step := m.service.Form.Steps[m.service.fields[f.id].step].ID
		if _, shown := before[f.id]; !shown {
			continue
		}
		other, _ := Check(m.service, step, raw(f.id+"=b"), a, today)
		back, _ := Check(m.service, step, raw(fmt.Sprintf("%s=%v", f.id, a[f.id])), other, today)
		if got := Fill(m.service, back, today).Submission(); !cmp.Equal(got, before) {
			t.Fatalf("seed %d: %s", seed, cmp.Diff(before, got))
		}
	}
}

// TestLinterIsRight: what the linter calls never shown is shown by no answers, and
// a form that it takes has answers which show each step.
func TestLinterIsRight(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 5))
		m := makeService(t, r)
		shown := map[string]bool{}
		for range 3000 {
			a := Answers{}
			for _, f := range m.fields {
				a[f.id] = []any{"a", "b"}[r.IntN(2)]
			}
			for _, step := range Fill(m.service, a, today).Steps {
				shown[step.Step.ID] = true
			}
			if len(shown) == len(m.steps) {
				break
			}
		}
		if len(shown) != len(m.steps) {
			t.Errorf("seed %d: only %v of %d steps are ever shown, and the linter took it", seed, shown, len(m.steps))
		}
	}
}

// FuzzFill: whatever stands in the answers, filling ends, is the same twice, and
// sends nothing that is hidden or unknown.
func FuzzFill(f *testing.F) {
	s := mustLoad(f, example(f))
	good, err := filledExample().Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(good))
	f.Add(`{"children": [{"person": {"birth_date": 1}}, 5, null], "income": 1e300, "relation": ["x"]}`)
	f.Add(`{"passport": {"series": {"a": []}}, "way": "account", "account": "x", "truth": "yes"}`)
	f.Fuzz(func(t *testing.T, text string) {
		a, err := DecodeAnswers([]byte(text))
		if err != nil {
			return
		}
		x, y := Fill(s, a, today), Fill(s, a, today)
		if !cmp.Equal(x.Submission(), y.Submission()) {
			t.Error("two results for the same answers")
		}
		shown := shownFields(x)
		for id := range x.Submission() {
			if s.groups[id] == nil && !shown[id] {
				t.Errorf("the hidden %s was sent", id)
			}
		}
		Explain(x, Printer{Lang: EN})
		Summary(s, x, Printer{Lang: RU})
		Carry(s, s, a)
	})
}

// TestLongRule: a rule that would run long is refused when it is written; what gets
// past that by its facts is cut off and counts as not met.
func TestLongRule(t *testing.T) {
	t.Parallel()
	loops := "facts.registry.list.exists(a1, facts.registry.list.exists(b1, a1 + b1 < 0))"
	if _, faults := loadText(withForm(step("s", field("id: x, kind: text, when: '"+loops+"'")), "")); len(faults) != 1 || faults[0].Code != "limit" {
		t.Errorf("taken: %v", faults)
	}
	s := mustLoad(t, withForm(step("s", field("id: x, kind: text, required: false, when: '!facts.registry.list.exists(a1, a1 + 1 < 0)'")), ""))
	list := make([]any, 600_000)
	for i := range list {
		list[i] = int64(i)
	}
	f := today
	f.Known = map[string]Known{"registry.list": {Value: list}}
	if r := Fill(s, nil, f); len(r.Steps[0].Fields) != 0 {
		t.Error("the rule was met")
	}
}
