package forms

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// filled is a whole set of answers to the example.
func filledExample() Answers {
	who := map[string]any{"last_name": "Иванова", "first_name": "Анна", "birth_date": "1990-02-01"}
	child := map[string]any{"last_name": "Иванов", "first_name": "Пётр", "birth_date": "2020-05-05"}
	return Answers{
		"person":   who,
		"passport": map[string]any{"series": "4503", "number": "123456", "issued_on": "2010-02-01", "issued_by": "УВД", "unit_code": "770-001"},
		"snils":    "11223344595", "relation": "parent",
		"children":    []any{map[string]any{"person": child, "certificate": "I-БА 123456", "disabled": false}},
		"family_size": 3.0, "income": 36000000.0, "has_spouse": false,
		"address": map[string]any{"region": "Москва", "city": "Москва", "house": "1"},
		"way":     "post", "truth": true,
	}
}

func TestFillOfExample(t *testing.T) {
	t.Parallel()
	s := mustLoad(t, example(t))
	r := Fill(s, filledExample(), today)
	if !r.Ready() {
		t.Fatalf("missing %+v, wrong %+v", r.Missing, r.Wrong)
	}
	d := r.Decided
	if !d.FeeKnown || d.Fee != 0 || d.Days != 10 || !d.Working || d.Eligible != EligibleYes {
		t.Errorf("decided %+v", d)
	}
	sent := r.Submission()
	if sent["per_head"] != int64(1000000) || sent["family_size"] != int64(3) {
		t.Errorf("sent %v", sent)
	}
	if _, ok := sent["guardianship"]; ok {
		t.Error("a hidden field was sent")
	}
	issued := Issue(s, r, printer(t, RU))
	want := "Заявителю Иванова Анна, 01.02.1990 назначено пособие. Детей: 1."
	if issued.Paragraphs[0] != want || len(issued.Rows) != 3 || issued.ValidDays != 365 {
		t.Errorf("issued %+v", issued)
	}
	sections := Summary(s, r, printer(t, EN))
	if len(sections) != 4 || sections[1].Lists[0].Items[0].Title != "Child 1" || sections[3].Rows[2].Value != "Not provided" {
		t.Errorf("summary %+v", sections)
	}
}

func TestNothingHappensBeforeAnAnswer(t *testing.T) {
	t.Parallel()
	s := mustLoad(t, example(t))
	r := Fill(s, nil, today)
	if r.Stopped != nil || r.Decided.Eligible != EligibleUnknown || len(r.Wrong) != 0 {
		t.Errorf("stopped %v, decided %+v, wrong %v", r.Stopped, r.Decided, r.Wrong)
	}
	if r.Step("income").Complete() || r.Open() != "applicant" {
		t.Errorf("open %q", r.Open())
	}
	if n := len(r.Step("children").Groups[0].Items); n != 1 {
		t.Errorf("%d children to begin with", n)
	}
}

func TestRules(t *testing.T) {
	t.Parallel()
	s := mustLoad(t, example(t))
	a := filledExample()
	a["income"] = int64(360000000)
	a["children"].([]any)[0].(map[string]any)["disabled"] = true
	d := Fill(s, a, today).Decided
	if d.Eligible != EligibleNo || len(d.Reasons) != 1 || d.Days != 5 {
		t.Errorf("decided %+v", d)
	}
	why := d.Reasons[0].Why.In(Fill(s, a, today), printer(t, RU))
	if why != "Доход на человека 100\u00a0000\u00a0₽ — выше прожиточного минимума" {
		t.Errorf("why: %q", why)
	}
	delete(a, "income")
	if d := Fill(s, a, today).Decided; d.Eligible != EligibleUnknown {
		t.Errorf("without income: %+v", d)
	}
}

func TestStop(t *testing.T) {
	t.Parallel()
	s := mustLoad(t, example(t))
	a := filledExample()
	a["relation"] = "other"
	r := Fill(s, a, today)
	if r.Stopped == nil || r.Stopped.Step != "applicant" || len(r.Steps) != 1 || r.Ready() || r.Next("applicant") != "" {
		t.Fatalf("stopped %+v after %d steps", r.Stopped, len(r.Steps))
	}
	if _, sent := r.Submission()["income"]; sent {
		t.Error("answers behind the stop were sent")
	}
	a["relation"] = "parent"
	if !Fill(s, a, today).Ready() {
		t.Error("going back lost answers")
	}
}

func TestSources(t *testing.T) {
	t.Parallel()
	s := mustLoad(t, example(t))
	facts := today
	origin := Text{RU: "профиль", EN: "profile"}
	facts.Known = map[string]Known{
		"profile.snils":   {Value: "112-233-445 95", Origin: origin, AsOf: "2026-01-01T00:00:00Z"},
		"profile.phone":   {Value: "+79131234567", Origin: origin},
		"profile.account": {Value: "not an account", Origin: origin},
	}
	find := func(a Answers, step, id string) FieldState {
		for _, f := range Fill(s, a, facts).Step(step).Fields {
			if f.Field.ID == id {
				return f
			}
		}
		t.Fatalf("no field %s", id)
		return FieldState{}
	}
	known := find(nil, "applicant", "snils")
	if known.Value != "11223344595" || known.Source.From != FromKnown || known.Source.Origin != origin || known.Source.AsOf == "" {
		t.Errorf("from the profile: %+v", known)
	}
	if same := find(Answers{"snils": "11223344595"}, "applicant", "snils"); same.Source.From != FromKnown {
		t.Errorf("the same as known: %+v", same.Source)
	}
	if other := find(Answers{"snils": "08765430300"}, "applicant", "snils"); other.Source.From != FromTyped {
		t.Errorf("typed: %+v", other.Source)
	}
	if cleared := find(Answers{"phone": nil}, "payment", "phone"); cleared.Value != nil {
		t.Errorf("cleared, and filled again: %+v", cleared)
	}
	bad := find(Answers{"way": "account"}, "payment", "account")
	if bad.Value != nil || len(bad.Wrong) != 0 || !bad.Missing {
		t.Errorf("a bad value of the profile: %+v", bad)
	}
}

func TestGroupsByCheck(t *testing.T) {
	t.Parallel()
	s := mustLoad(t, example(t))
	child := func(i, name, year string) []string {
		p := "children." + i + "."
		return []string{
			p + "person.last_name=" + name, p + "person.first_name=Ю", p + "person.birth_date=1.1." + year,
			p + "certificate=I-БА 123456", p + "disabled=no",
		}
	}
	a, wrong := Check(s, "children", raw(append(child("0", "Ли", "2015"), child("2", "Ко", "2000")...)...), nil, today)
	if len(wrong) != 1 || wrong[0].Name != "children.1.person" || wrong[0].Named(RU, printer(t, RU).Words) != "Ребёнок 2: ФИО и дата рождения" {
		t.Fatalf("wrong: %+v", wrong)
	}
	if n := len(a["children"].([]any)); n != 2 {
		t.Errorf("%d children kept", n)
	}
	a = AddItem(s, a, "children")
	a = RemoveItem(s, a, "children", 1)
	if n := len(a["children"].([]any)); n != 2 {
		t.Errorf("%d children after adding and removing", n)
	}
	if r := Fill(s, a, today); r.Step("children").Missing != 3 {
		t.Errorf("missing %+v", r.Missing)
	}
	_, wrong = Check(s, "children", raw("children.count=2000"), nil, today)
	if len(wrong) == 0 || wrong[0].Key != "forms.error.group_many" {
		t.Errorf("too many: %+v", wrong)
	}
	_, wrong = Check(s, "children", raw(append(child("0", "Ли", "2015"), "children.0.evil=1", "children.x=2")...), nil, today)
	if len(wrong) != 2 || wrong[0].Key != "forms.error.not_asked" || wrong[1].Key != "forms.error.not_asked" {
		t.Errorf("strangers: %+v", wrong)
	}
}

func TestDecisionsOfHiddenAnswers(t *testing.T) {
	t.Parallel()
	s := mustLoad(t, withForm(branching, `decide:
  fee: [{when: a.outer == "deep", amount: 100}, {amount: 'has(a.inner) ? 200 : 300'}]
`))
	for _, c := range []struct {
		a     Answers
		known bool
		fee   int64
	}{
		{Answers{}, false, 0},
		{Answers{"kind": "y"}, true, 300},
		{Answers{"kind": "x", "inner": "i", "outer": "flat"}, true, 200},
		{Answers{"kind": "x", "inner": "i", "outer": "deep", "last": "l"}, true, 100},
		{Answers{"kind": "x", "inner": "i"}, false, 0},
	} {
		if d := Fill(s, c.a, today).Decided; d.FeeKnown != c.known || d.Fee != c.fee {
			t.Errorf("%v: fee %d, known %v", c.a, d.Fee, d.FeeKnown)
		}
	}
}

const branching = `    - id: one
      title: {ru: Шаг, en: Step}
      fields:
        - {id: kind, kind: choice, label: {ru: а, en: a}, options: [{value: x, label: {ru: х, en: x}}, {value: y, label: {ru: у, en: y}, when: facts.level == "confirmed"}]}
        - {id: inner, kind: text, label: {ru: б, en: b}, when: a.kind == "x"}
    - id: two
      title: {ru: Шаг, en: Step}
      when: a.kind == "x"
      fields:
        - {id: outer, kind: text, label: {ru: в, en: c}}
    - id: three
      title: {ru: Шаг, en: Step}
      fields:
        - {id: last, kind: text, label: {ru: г, en: d}, when: "has(a.outer) && a.outer == 'deep'"}
        - {id: free, kind: text, required: false, label: {ru: д, en: e}}
`

func TestGoingBackLosesNothing(t *testing.T) {
	t.Parallel()
	s := mustLoad(t, withForm(branching, ""))
	a := Answers{}
	post := func(step string, pairs ...string) {
		t.Helper()
		var wrong []Wrong
		if a, wrong = Check(s, step, raw(pairs...), a, today); len(wrong) > 0 {
			t.Fatalf("%s: %+v", step, wrong)
		}
	}
	post("one", "kind=x", "inner=first")
	post("two", "outer=deep")
	post("three", "last=end")
	full := Fill(s, a, today).Submission()
	post("one", "kind=y", "inner=ignored")
	if got := Fill(s, a, today).Submission(); !cmp.Equal(got, Answers{"kind": "y"}) {
		t.Errorf("hidden answers were sent: %v", got)
	}
	if _, wrong := Check(s, "two", raw("outer=x"), a, today); len(wrong) != 1 || wrong[0].Key != "forms.error.step" {
		t.Errorf("a hidden step was taken: %+v", wrong)
	}
	if _, wrong := Check(s, "three", raw("last=x"), a, today); len(wrong) != 1 || wrong[0].Key != "forms.error.not_asked" {
		t.Errorf("a hidden field was taken: %+v", wrong)
	}
	if _, wrong := Check(s, "one", raw("kind=x"), nil, today); len(wrong) != 1 || wrong[0].Key != "forms.error.revealed" {
		t.Errorf("a field that has just appeared: %+v", wrong)
	}
	post("one", "kind=x")
	if got := Fill(s, a, today).Submission(); !cmp.Equal(got, full) {
		t.Error(cmp.Diff(full, got))
	}
	low := today
	low.Level = "standard"
	if _, wrong := Check(s, "one", raw("kind=y"), nil, low); len(wrong) != 1 || wrong[0].Key != "forms.error.option" {
		t.Errorf("an option not on offer was taken: %+v", wrong)
	}
}

func TestPagesInOrder(t *testing.T) {
	t.Parallel()
	s := mustLoad(t, withForm(branching, ""))
	r := Fill(s, Answers{"kind": "y"}, today)
	if r.Next("one") != "three" || r.Next("three") != "" || r.Previous("three") != "one" || r.Previous("one") != "" {
		t.Error("a hidden step stands in the way")
	}
	if r.Next("two") != r.Open() || r.Step("two") != nil {
		t.Error("a hidden step is shown")
	}
}

func TestCheckJSON(t *testing.T) {
	t.Parallel()
	s := mustLoad(t, example(t))
	a, wrong := CheckJSON(s, "income", map[string]any{"family_size": 4.0, "income": 100.0, "has_spouse": false}, filledExample(), today)
	if len(wrong) != 0 || a["family_size"] != int64(4) {
		t.Errorf("%v %+v", a, wrong)
	}
	_, wrong = CheckJSON(s, "income", map[string]any{"family_size": "4", "per_head": 1.0}, filledExample(), today)
	if len(wrong) != 2 || wrong[0].Key != "forms.error.number" || wrong[1].Key != "forms.error.not_asked" {
		t.Errorf("%+v", wrong)
	}
	old := filledExample()
	a, wrong = CheckJSON(s, "children", nil, old, today)
	if len(wrong) != 0 || !cmp.Equal(a["children"], old["children"]) {
		t.Errorf("%v %+v", a["children"], wrong)
	}
	_, wrong = CheckJSON(s, "children", map[string]any{"children": []any{"x", map[string]any{"evil": 1.0}}}, old, today)
	if len(wrong) == 0 {
		t.Error("strange items were taken")
	}
	forged := []any{map[string]any{"id": "f1", "name": "x", "size": 1.0, "type": "pdf"}}
	a = filledExample()
	a["relation"] = "guardian"
	_, wrong = CheckJSON(s, "applicant", map[string]any{"relation": "guardian", "guardianship": forged}, a, today)
	if len(wrong) != 1 || wrong[0].Key != "forms.error.file_unknown" {
		t.Errorf("a forged file: %+v", wrong)
	}
}

func TestFunctions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		as, expr string
		want     any
	}{
		{"number", `age("2000-02-29", "2018-02-28")`, int64(17)},
		{"number", `age("2000-02-29", "2018-03-01")`, int64(18)},
		{"number", `days("2026-01-01", "2026-12-31")`, int64(364)},
		{"number", `days("0001-01-01", "2026-01-01")`, int64(739616)},
		{"date", `plus_days("2026-02-28", 1)`, "2026-03-01"},
		{"date", `plus_months("2026-01-31", 1)`, "2026-02-28"},
		{"date", `plus_months("2026-03-31", -1)`, "2026-02-28"},
		{"date", `plus_years("2024-02-29", 1)`, "2025-02-28"},
		{"number", `year("2026-11-21") * 100 + month("2026-11-21")`, int64(202611)},
		{"number", `sum([1, 2, 3])`, int64(6)},
		{"text", `money(150000)`, "1500\u00a0₽"},
		{"text", `day("2026-11-21")`, "21.11.2026"},
		{"number", `math.greatest(1, 2)`, int64(2)},
		{"text", `facts.?region.orValue("77")`, "77"},
		{"yesno", `facts.registry.x == 1 || true`, true},
		{"text", `facts.profile.last_name`, nil},
		{"number", `1 / 0`, nil},
		{"number", `age("yesterday", "2026-01-01")`, nil},
		{"date", `plus_days("2026-01-01", 999999999)`, nil},
	} {
		s := mustLoad(t, withForm(step("s", field("id: x, kind: calculated, as: "+c.as+", value: '"+c.expr+"'")), ""))
		if got := Fill(s, nil, today).Steps[0].Fields[0].Value; got != c.want {
			t.Errorf("%s = %v, want %v", c.expr, got, c.want)
		}
	}
}

// TestFixedTemplates: a text that names no value needs no result.
func TestFixedTemplates(t *testing.T) {
	t.Parallel()
	s := mustLoad(t, strings.Replace(withForm(`
    - id: a
      title: {ru: Шаг, en: Step}
      fields: [{id: name, kind: text, label: {ru: Имя, en: Name}}]`, ""),
		"accepted: {ru: а, en: a}", "accepted: {ru: \"Здравствуйте, ${a.name}\", en: \"Hello, ${a.name}\"}", 1))
	if text, ok := s.Notices.Accepted.Fixed(EN); ok {
		t.Errorf("%q is said to be fixed", text)
	}
	for lang, want := range map[Lang]string{RU: "б", EN: "b", "xx": "б"} {
		if text, ok := s.Notices.Approved.Fixed(lang); !ok || text != want {
			t.Errorf("%s: %q, %v", lang, text, ok)
		}
	}
}
