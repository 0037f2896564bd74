package forms

import (
	"strings"
	"testing"
)

const (
	kindField  = `id: kind, kind: choice, options: [{value: a, label: {ru: А, en: A}}, {value: b, label: {ru: Б, en: B}}]`
	countField = `id: count, kind: number, min: 0, max: 10`
)

// flows are forms with one fault in what their conditions mean together; code is
// empty where there is none.
var flows = []struct{ name, steps, rules, code, what string }{
	{"fine", step("s", field(kindField), field(`id: x, kind: text, when: 'a.kind == "a"'`)), "", "", ""},
	{"excludes itself", step("s", field(kindField), field(`id: x, kind: text, when: 'a.kind == "a" && a.kind == "b"'`)), "", "contradiction", "never hold"},
	{"numbers exclude each other", step("s", field(countField), field(`id: x, kind: text, when: 'a.count > 5 && a.count < 3'`)), "", "contradiction", "never hold"},
	{"between whole numbers", step("s", field(countField), field(`id: x, kind: text, when: 'a.count > 5 && a.count < 6'`)), "", "contradiction", "never hold"},
	{"beyond the bounds", step("s", field(countField), field(`id: x, kind: text, when: 'a.count > 10'`)), "", "contradiction", "never hold"},
	{"at the bound", step("s", field(countField), field(`id: x, kind: text, when: 'a.count >= 10'`)), "", "", ""},
	{"against its step", step("s", field(kindField)) + whenStep("t", `a.kind == "a"`, field(`id: x, kind: text, when: 'a.kind == "b"'`)), "", "unreachable", "field x is never shown"},
	{"against what it needs", step("s", field(kindField), field(`id: y, kind: yesno, when: 'a.kind == "a"'`), field(`id: x, kind: text, when: 'a.y && a.kind == "b"'`)), "", "unreachable", "field x"},
	{"other audience", step("s", field(kindField), field(`id: x, kind: text, when: 'facts.audience == "business"'`)), "", "contradiction", "never hold"},
	{"same age", step("s", field(`id: born, kind: date`), field(`id: x, kind: text, when: 'age(a.born, facts.today) < 14 && age(a.born, facts.today) > 18'`)), "", "contradiction", "never hold"},
	{"two ages", step("s", field(`id: born, kind: date`), field(`id: died, kind: date`), field(`id: x, kind: text, when: 'age(a.born, facts.today) < 14 && age(a.died, facts.today) > 18'`)), "", "", ""},
	{"after the end of all", step("s", field(kindField)) + "      stop: [" + stopIf(`a.kind == "a" || a.kind == "b"`) + "]\n" + step("t", field("id: x, kind: text")), "", "deadend", "they are stopped"},
	{"step behind the ends", step("s", field(kindField)) + "      stop: [" + stopIf(`a.kind == "a"`) + "]\n" + whenStep("t", `a.kind == "a"`, field("id: x, kind: text")), "", "unreachable", "step t is never shown"},
	{"end without a way", step("s", field(kindField)) + "      stop: [{when: 'a.kind == \"a\"', title: {ru: Нет, en: No}, text: {ru: Нет, en: No}}]\n", "", "deadend", "instead"},
	{"jump to nothing", step("s", field(kindField)) + "      jump: [{to: u}]\n" + step("t", field("id: x, kind: text")), "", "value", `no step "u"`},
	{"jump back", step("s", field(kindField)) + step("t", field("id: x, kind: text")) + "      jump: [{when: 'a.kind == \"a\"', to: s}]\n", "", "cycle", "does not come later"},
	{"jump over", step("s", field(kindField)) + "      jump: [{to: u}]\n" + step("t", field("id: x, kind: text")) + step("u", field("id: z, kind: text")), "", "unreachable", "step t is never shown"},
	{"jump for some", step("s", field(kindField)) + "      jump: [{when: 'a.kind == \"a\"', to: u}]\n" + step("t", field("id: x, kind: text")) + step("u", field("id: z, kind: text")), "", "", ""},
	{"jump contradicts", step("s", field(kindField)) + "      jump: [{when: 'a.kind == \"a\"', to: u}]\n" + whenStep("t", `a.kind == "a"`, field("id: x, kind: text")) + step("u", field("id: z, kind: text")), "", "unreachable", "step t"},
	{"nothing to choose", step("s", field(kindField), field(`id: x, kind: choice, options: [{value: a, when: 'a.kind == "a"', label: {ru: А, en: A}}, {value: b, when: 'a.kind == "a"', label: {ru: Б, en: B}}]`)), "", "deadend", "leave no option"},
	{"option never offered", step("s", field(kindField), field(`id: x, kind: choice, when: 'a.kind == "b"', options: [{value: a, when: 'a.kind == "a"', label: {ru: А, en: A}}, {value: b, label: {ru: Б, en: B}}]`)), "", "unreachable", "option a of x"},
	{"checks exclude each other", step("s", field(`id: x, kind: number, checks: [{rule: a.x > 5, message: {ru: а, en: a}}, {rule: a.x < 5, message: {ru: б, en: b}}]`)), "", "contradiction", "keeps all its checks"},
	{"nobody", step("s", field(countField)), "decide: {eligibility: [{rule: a.count > 5, why: {ru: а, en: a}}, {rule: a.count < 5, why: {ru: б, en: b}}]}", "contradiction", "nobody can have"},
	{"fee after the last", step("s", field(countField)), "decide: {fee: [{amount: 5}, {when: a.count > 3, amount: 7}]}", "unreachable", "variant 2"},
	{"fee twice", step("s", field(countField)), "decide: {fee: [{when: a.count > 3, amount: 5}, {when: a.count > 4, amount: 7}, {amount: 1}]}", "unreachable", "variant 2"},
	{"no deadline", step("s", field(countField)), "decide: {deadline: [{when: a.count > 3, working_days: 5}, {when: a.count < 3, working_days: 7}]}", "deadend", "fit no variant"},
	{"each has a deadline", step("s", field(countField)), "decide: {deadline: [{when: a.count > 3, working_days: 5}, {when: a.count <= 3, working_days: 7}]}", "", ""},
	{"asked twice", step("s", field("id: x, kind: snils, fill: profile.snils")) + step("t", field("id: y, kind: snils, fill: profile.snils")), "", "twice", "asks again what x"},
	{"same label", step("s", field("id: x, kind: text"), "        - {id: y, kind: text, label: {ru: Поле x, en: Y}}\n"), "", "twice", "asks again what x"},
	{"asked of one or the other", step("s", field(kindField), field(`id: x, kind: snils, fill: profile.snils, when: 'a.kind == "a"'`), field(`id: y, kind: snils, fill: profile.snils, when: 'a.kind == "b"'`)), "", "", ""},
}

func whenStep(id, when string, fields ...string) string {
	return "    - id: " + id + "\n      title: {ru: Шаг, en: Step}\n      when: '" + when + "'\n      fields:\n" + strings.Join(fields, "")
}

func stopIf(when string) string {
	return "{when: '" + when + "', title: {ru: Нет, en: No}, text: {ru: Нет, en: No}, instead: [{text: {ru: Да, en: Yes}}]}"
}

func TestWhatConditionsMeanTogether(t *testing.T) {
	t.Parallel()
	for _, c := range flows {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, faults := loadText(withForm(c.steps, c.rules))
			if c.code == "" {
				if s == nil {
					t.Errorf("refused:\n%s", listed(faults))
				}
				return
			}
			if len(faults) == 0 || faults[0].Code != c.code || !strings.Contains(faults[0].String(), c.what) || faults[0].Line < 2 {
				t.Errorf("want %s %q, have:\n%s", c.code, c.what, listed(faults))
			}
		})
	}
}

// TestJumps: a jump passes over the steps between, and nobody asks them.
func TestJumps(t *testing.T) {
	t.Parallel()
	three := strings.Replace(kindField, "}]", "}, {value: c, label: {ru: В, en: C}}]", 1)
	s := mustLoad(t, withForm(step("s", field(three))+"      jump: [{when: 'a.kind == \"a\"', to: u}, {when: 'a.kind == \"b\"', to: end}]\n"+
		step("t", field("id: x, kind: text"))+step("u", field("id: z, kind: text")), ""))
	for kind, want := range map[string]string{"a": "s u", "b": "s", "": "s t u"} {
		a := Answers{"x": "x", "z": "z"}
		if kind != "" {
			a["kind"] = kind
		}
		r := Fill(s, a, today)
		var got []string
		for _, step := range r.Steps {
			got = append(got, step.Step.ID)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: steps %v, want %s", kind, got, want)
		}
		if _, sent := r.Submission()["x"]; sent != (kind == "") {
			t.Errorf("%q: what was passed over was sent: %v", kind, sent)
		}
	}
}
