package forms

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// bigForm has 20 steps of 10 fields, half of them conditional.
func bigForm() (text string, answers Answers) {
	var b strings.Builder
	answers = Answers{}
	for i := range 20 {
		var fields []string
		for j := range 10 {
			id := fmt.Sprintf("f%d_%d", i, j)
			line := "id: " + id + ", kind: text"
			if j%2 == 1 {
				line += fmt.Sprintf(`, when: 'a.f%d_0 == "x" && age("1990-01-01", facts.today) > 18'`, i)
			}
			fields = append(fields, field(line))
			answers[id] = "x"
		}
		b.WriteString(step(fmt.Sprintf("s%d", i), fields...))
	}
	return withForm(b.String(), ""), answers
}

func BenchmarkFill200Fields(b *testing.B) {
	text, answers := bigForm()
	s := mustLoad(b, text)
	b.ReportAllocs()
	for b.Loop() {
		if !Fill(s, answers, today).Ready() {
			b.Fatal("not ready")
		}
	}
}

// manyRows is a group of 1,000 people.
func manyRows() (text string, answers Answers) {
	text = withForm(`    - id: s
      title: {ru: Шаг, en: Step}
      groups:
        - id: rows
          title: {ru: Ряды, en: Rows}
          repeat: {max: 1000, item: {ru: Ряд, en: Row}}
          fields:
            - {id: who, kind: person, label: {ru: ФИО, en: Name}}
            - {id: snils, kind: snils, label: {ru: СНИЛС, en: SNILS}, when: 'age(item.who.birth_date, facts.today) >= 14'}
            - {id: sum, kind: money, label: {ru: Сумма, en: Sum}}
      fields:
        - {id: note, kind: text, required: false, label: {ru: а, en: b}}
`, "")
	var rows []any
	for range 1000 {
		rows = append(rows, map[string]any{
			"who":   map[string]any{"last_name": "Иванов", "first_name": "Иван", "birth_date": "1990-01-01"},
			"snils": "11223344595", "sum": int64(100),
		})
	}
	return text, Answers{"rows": rows}
}

func BenchmarkFill1000Rows(b *testing.B) {
	text, answers := manyRows()
	s := mustLoad(b, text)
	b.ReportAllocs()
	for b.Loop() {
		if !Fill(s, answers, today).Ready() {
			b.Fatal("not ready")
		}
	}
}

func BenchmarkCheck1000Rows(b *testing.B) {
	text, _ := manyRows()
	s := mustLoad(b, text)
	var pairs []string
	for i := range 1000 {
		p := fmt.Sprintf("rows.%d.", i)
		pairs = append(pairs, p+"who.last_name=Иванов", p+"who.first_name=Иван", p+"who.birth_date.day=1",
			p+"who.birth_date.month=1", p+"who.birth_date.year=1990", p+"snils=112-233-445 95", p+"sum=1")
	}
	form := raw(pairs...)
	b.ReportAllocs()
	for b.Loop() {
		if _, wrong := Check(s, "s", form, nil, today); len(wrong) > 0 {
			b.Fatal(wrong[0])
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	text := example(b)
	b.ReportAllocs()
	for b.Loop() {
		if s, _ := loadText(text); s == nil {
			b.Fatal("not loaded")
		}
	}
}

func BenchmarkCondition(b *testing.B) {
	s := mustLoad(b, example(b))
	r := Fill(s, filledExample(), today)
	e := s.fields["account"].When
	b.ReportAllocs()
	for b.Loop() {
		e.holds(r.scope)
	}
}

// BenchmarkFillLargestShipped fills and decides the shipped service with the most
// fields for its first golden case; BenchmarkCheckLargestShipped also reads what
// was posted for its longest step.
func BenchmarkFillLargestShipped(b *testing.B) {
	s, answers, facts := largest(b)
	b.ReportMetric(float64(len(s.fields)), "fields")
	b.ReportAllocs()
	for b.Loop() {
		if r := Fill(s, answers, facts); !r.Ready() {
			b.Fatal(r.Missing, r.Wrong)
		}
	}
}

func BenchmarkCheckLargestShipped(b *testing.B) {
	s, answers, facts := largest(b)
	r := Fill(s, answers, facts)
	step, form := "", map[string][]string{}
	for i := range r.Steps {
		sent := map[string][]string{}
		r.EachField(func(f *FieldState) {
			if f.Field.step == s.steps[r.Steps[i].Step.ID] && f.Field.kind.Name() != "file" {
				for part, values := range f.Boxes(nil) {
					sent[joinPart(f.Name, part)] = values
				}
			}
		})
		if len(sent) > len(form) {
			step, form = r.Steps[i].Step.ID, sent
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, wrong := Check(s, step, form, answers, facts); len(wrong) > 0 {
			b.Fatal(wrong[0])
		}
	}
}

func largest(b *testing.B) (*Service, Answers, Facts) {
	b.Helper()
	var most *Service
	for _, s := range shipped(b) {
		if most == nil || len(s.fields) > len(most.fields) {
			most = s
		}
	}
	cases, faults := LoadCases(os.DirFS("../../services"), most)
	if len(faults) > 0 {
		b.Fatal(faults)
	}
	return most, Answers(asMap(cases[0].Answers)), cases[0].facts(most, nil)
}
