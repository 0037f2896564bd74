package forms

import (
	"slices"
	"testing"
)

func TestPartsOfAnApplication(t *testing.T) {
	t.Parallel()
	s := mustLoad(t, example(t))
	names := func(relation string) (out []string) {
		for _, p := range Fill(s, Answers{"relation": relation}, Facts{Today: "2026-01-15"}).Parts() {
			out = append(out, p.ID)
		}
		return out
	}
	if got := names("parent"); !slices.Equal(got, []string{"incomes"}) {
		t.Errorf("a parent needs %v", got)
	}
	if got := names("guardian"); !slices.Equal(got, []string{"incomes", "custody"}) {
		t.Errorf("a guardian needs %v", got)
	}
	p := s.OfPart("custody")
	if p == nil || p.ID != "child-benefit/custody" || p.Agency != "social" || p.Page.Duration.WorkingDays != 3 || p.Page.Refusal[0].Code != "none" || p.Result.At.Line > 0 {
		t.Errorf("the service of a part: %+v", p)
	}
	if service, part := CutPart(p.ID); service != s.ID || part != "custody" || s.OfPart("nobody") != nil {
		t.Errorf("cut: %q %q", service, part)
	}
}

func TestAnAgencySeesItsAnswersOnly(t *testing.T) {
	t.Parallel()
	s := mustLoad(t, example(t))
	file := func(id string) any {
		return []any{map[string]any{"id": id, "name": "a.pdf", "size": int64(1), "type": "pdf"}}
	}
	r := Fill(s, Answers{"relation": "guardian", "guardianship": file("f1"), "income": int64(5), "family_size": int64(2)}, Facts{Today: "2026-01-15"})
	only := r.Only(s.Part("custody").Sees)
	for _, section := range Summary(s, only, Printer{Lang: RU, Words: func(key string, _ ...any) string { return key }}) {
		for _, row := range section.Rows {
			if !slices.Contains([]string{"person", "relation", "guardianship"}, row.Field) {
				t.Errorf("%s is shown", row.Field)
			}
		}
	}
	if got := only.Files(); !slices.Equal(got, []string{"f1"}) {
		t.Errorf("files: %v", got)
	}
	if got := r.Only(s.Part("incomes").Sees).Files(); len(got) != 0 {
		t.Errorf("files of the other part: %v", got)
	}
	if len(r.Files()) != 1 || len(r.Steps) <= len(only.Steps) {
		t.Error("the whole result was changed")
	}
}
