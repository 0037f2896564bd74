package forms

import (
	"slices"
	"strings"
	"testing"
)

func reasonsOf(t *testing.T, s *Service, a Answers, lang Lang) map[string]Reason {
	t.Helper()
	out := map[string]Reason{}
	for _, reason := range Explain(Fill(s, a, today), printer(t, lang)).Reasons {
		out[reason.About] = reason
		for _, text := range append([]string{reason.Rule, reason.Outcome, reason.Why}, reason.Change...) {
			if strings.ContainsAny(text, "[{") || strings.Contains(text, "forms.") || strings.Contains(text, "_") {
				t.Errorf("%s: %q", lang, text)
			}
		}
	}
	return out
}

func TestExplainExample(t *testing.T) {
	t.Parallel()
	s := mustLoad(t, example(t))
	a := filledExample()
	a["income"] = int64(360000000)
	got := reasonsOf(t, s, a, RU)
	right := got[AboutRight]
	if right.Met || right.Rule != "«Доход на человека в месяц» меньше 17\u00a0000\u00a0₽" || !slices.Equal(right.Change, []string{right.Rule}) {
		t.Errorf("right: %+v", right)
	}
	if len(right.Used) != 1 || right.Used[0].Value != "100\u00a0000\u00a0₽" || right.Used[0].How != "«Доход семьи за год» : 12 : «Сколько человек в семье»" {
		t.Errorf("used: %+v", right.Used)
	}
	if right.At.Line == 0 || right.Why == "" || right.Mend == "" {
		t.Errorf("right: %+v", right)
	}
	want := "5 рабочих дней — если в списке «Дети, на которых нужно пособие» есть хотя бы одна запись, где «Есть ли инвалидность» — да"
	if d := got[AboutDeadline]; d.Outcome != "10 рабочих дней" || !slices.Equal(d.Change, []string{want}) {
		t.Errorf("deadline: %+v", d)
	}
	reasonsOf(t, s, a, EN)
}

func TestExplainStop(t *testing.T) {
	t.Parallel()
	s := mustLoad(t, example(t))
	got := reasonsOf(t, s, Answers{"relation": "other"}, EN)[AboutStop]
	if !got.Met || got.Rule != "“What are you to the children” is “None of these”" ||
		!slices.Equal(got.Change, []string{"“What are you to the children” is not “None of these”"}) || got.Mend == "" {
		t.Errorf("%+v", got)
	}
}

// TestExplainEveryOperator: what a condition says, and the ways to turn it round.
func TestExplainEveryOperator(t *testing.T) {
	t.Parallel()
	fields := step("s", field(kindField), field(countField), field("id: sum, kind: money"), field("id: born, kind: date"),
		field("id: sure, kind: yesno"), field("id: more, kind: text, required: false"))
	for _, c := range []struct{ rule, says, change string }{
		{`a.kind == "a"`, "“Field kind” is “A”", "“Field kind” is “A”"},
		{`a.kind != "b"`, "“Field kind” is not “B”", "“Field kind” is not “B”"},
		{`a.kind in ["a", "b"] && a.count > 3`, "“Field kind” is one of: “A”, “B” and “Field count” is more than 3", "“Field count” is more than 3"},
		{`a.count > 3 || a.sum >= 500000`, "“Field count” is more than 3 or “Field sum” is at least 5000\u00a0₽", "“Field count” is more than 3|“Field sum” is at least 5000\u00a0₽"},
		{`!(a.count <= 3)`, "“Field count” is more than 3", "“Field count” is more than 3"},
		{`!(a.sure && a.count < 3)`, "“Field sure”: no or “Field count” is at least 3", "“Field sure”: no|“Field count” is at least 3"},
		{`has(a.more)`, "“Field more” is given", "“Field more” is given"},
		{`age(a.born, facts.today) < 18`, "age (from: “Field born”; on: today's date) is less than 18", "age (from: “Field born”; on: today's date) is less than 18"},
		{`a.sum * 2 > 300000`, "“Field sum” × 2 is more than 3000\u00a0₽", "“Field sum” × 2 is more than 3000\u00a0₽"},
		{`a.count > 3 && !a.sure`, "“Field count” is more than 3 and “Field sure”: no", "“Field count” is more than 3; “Field sure”: no"},
	} {
		s := mustLoad(t, withForm(fields, `decide: {eligibility: [{rule: '`+c.rule+`', why: {ru: нет, en: no}}]}`))
		a := Answers{"kind": "b", "count": int64(1), "sum": int64(100), "born": "1990-01-01", "sure": true}
		got := reasonsOf(t, s, a, EN)[AboutRight]
		if got.Rule != c.says || !got.Met && strings.Join(got.Change, "|") != c.change {
			t.Errorf("%s\n says  %s\n turns %q", c.rule, got.Rule, got.Change)
		}
	}
}
