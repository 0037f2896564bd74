package forms

import (
	"fmt"
	"math/rand/v2"
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
}

func makeService(t *testing.T, r *rand.Rand) made {
	t.Helper()
	m := made{}
	var text strings.Builder
	for i := range 2 + r.IntN(5) {
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
	}
	m.service = mustLoad(t, withForm(text.String(), ""))
	return m
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
	for _, f := range m.fields {
		show := true
		if f.needs >= 0 {
			other := m.fields[f.needs]
			v := answers[other.id]
			known := out[other.id] && (v == "a" || v == "b")
			show = known && (v == "a") != f.negated
		}
		out[f.id] = show
	}
	return out
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
