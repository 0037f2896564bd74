package forms

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

func TestExampleLoads(t *testing.T) {
	t.Parallel()
	s := mustLoad(t, example(t))
	if s.ID != "child-benefit" || len(s.Form.Steps) != 4 || len(s.Unverified) != 1 {
		t.Errorf("loaded %q with %d steps and %d marks", s.ID, len(s.Form.Steps), len(s.Unverified))
	}
}

func TestLintOfFolder(t *testing.T) {
	t.Parallel()
	o := Options{
		Agencies: map[string]bool{"sfr": true, "fns": true, "social": true}, Categories: map[string]bool{"family": true, "benefits": true},
		LifeEvents: map[string]bool{"child-birth": true}, Production: true,
	}
	faults := Lint(os.DirFS("../../docs/services"), o)
	if len(faults) != 1 || faults[0].Code != "unverified" {
		t.Fatalf("faults: %v", faults)
	}
	if !isAt(faults[0], example(t), "unverified: true") || !strings.HasPrefix(faults[0].String(), "child-benefit/service.yaml:24:7: ") {
		t.Errorf("place: %s", faults[0])
	}
	o.Production = false
	faults = Lint(os.DirFS("../../docs/services"), o)
	if len(faults) != 1 || !strings.Contains(faults[0].What, "guardianship") {
		t.Errorf("a link to an unknown service: %v", faults)
	}
	o.Agencies = map[string]bool{"sfe": true, "fns": true, "social": true}
	if faults = Lint(os.DirFS("../../docs/services"), o); len(faults) == 0 || faults[0].Hint != `did you mean "sfe"?` {
		t.Errorf("an unknown agency: %v", faults)
	}
}

// mutations change the example by one fault each; at is the text at which the
// fault must be reported (its line, and its column if exact).
var mutations = []struct{ name, old, new, code, at, what string }{
	{"no version", "version: 1\ntitle", "title", "missing", "id: child-benefit", `"version" is missing`},
	{"version in quotes", "version: 1\ntitle", "version: '1'\ntitle", "type", "'1'", "whole number"},
	{"unknown key", "agency: sfr", "agencie: sfr", "key", "agencie", "unknown key"},
	{"missing english", "short:\n  ru: Ежемесячная выплата семьям с детьми до 17 лет\n  en: A monthly payment to families with children under 17", "short:\n  ru: Ежемесячная", "text", "ru: Ежемесячная", `"en" is missing`},
	{"missing russian", "title: {ru: О вас, en: About you}", "title: {en: About you}", "text", "{en: About you}", `"ru" is missing`},
	{"empty text", "title: {ru: О вас, en: About you}", "title: {ru: '', en: About you}", "text", "'', en", "empty"},
	{"text as string", "title: {ru: О вас, en: About you}", "title: О вас", "type", "О вас", "mapping"},
	{"level", "level: confirmed", "level: confirmd", "value", "confirmd", "not known"},
	{"kind", "kind: snils", "kind: snilz", "kind", "id: snils", "not known"},
	{"field twice", "- id: snils", "- id: passport", "id", "id: passport\n          kind: snils", "stands twice"},
	{"step twice", "- id: income\n      title", "- id: children\n      title", "id", "id: children\n      title: {ru: Доход", "stands twice"},
	{"cel syntax", "a.per_head < 1700000", "a.per_head <", "expr", "", "expression"},
	{"cel name", "when: a.has_spouse", "when: a.has_spose", "expr", ".has_spose", "undefined field"},
	{"cel type", `when: a.way == "account"`, "when: a.way == 5", "expr", "== 5", "overload"},
	{"cel not bool", "when: a.has_spouse", "when: a.income", "type", "a.income\n", "bool"},
	{"option in condition", `a.way == "account"`, `a.way == "acount"`, "value", `"acount"`, "no option"},
	{"later field", `when: a.relation == "guardian"`, "when: a.has_spouse", "order", ".has_spouse\n          accept", "asked later"},
	{"needs itself", "when: a.has_spouse\n", "when: has(a.spouse)\n", "cycle", "(a.spouse)", "needs itself"},
	{"no options", "          options:\n            - {value: account, label: {ru: На счёт в банке, en: To a bank account}}\n            - {value: post, label: {ru: На почте, en: At the post office}}\n", "          options: []\n", "missing", "id: way", `needs "options"`},
	{"option twice", "value: post", "value: account", "id", "{value: account, label: {ru: На почте", "stands twice"},
	{"group limits", "repeat: {min: 1, max: 20,", "repeat: {min: 21, max: 20,", "limit", "{min: 21", "min is 21"},
	{"group huge", "max: 20, item", "max: 2000, item", "limit", "2000", "out of range"},
	{"fill", "fill: [profile.snils]", "fill: [profile.snil]", "value", "id: snils", "not known"},
	{"fill kind", "fill: [profile.snils]", "fill: [profile.inn]", "type", "id: snils", "is a inn"},
	{"foreign key", "kind: snils\n", "kind: snils\n          count: 3\n", "key", "id: snils", "not for kind"},
	{"never shown", "when: a.has_spouse\n", "when: 1 > 2\n", "unreachable", "1 > 2", "never shown"},
	{"stops all", `- when: a.relation == "other"`, "- when: 2 > 1", "unreachable", "2 > 1", "everybody"},
	{"no result", "result:\n  title: {ru: Увед", "ask0:\n  title: {ru: Увед", "key", "ask0", "unknown key"},
	{"no notice", "  refused: {ru: Причина указана в решении, en: The reason is in the decision}\n", "", "missing", "#", "refused"},
	{"unknown result field", "fields: [person, snils, per_head]", "fields: [person, snilss]", "value", "title: {ru: Уведомление", "no field"},
	{"template open", "${a.children.size()}.\"\n      en", "${a.children.size().\"\n      en", "expr", "Заявителю", "not closed"},
	{"template name", "${a.person} назначено", "${a.persona} назначено", "expr", ".persona", "undefined field"},
	{"duration", "duration: {working_days: 10}", "duration: {working_days: 10, minutes: 5}", "value", "{working_days: 10, minutes", "duration"},
	{"id and folder", "id: child-benefit\n", "id: other-benefit\n", "", "", ""},
	{"tag", "when: a.has_spouse", "when: !a.has_spouse", "yaml", "!a.has_spouse", "tag"},
	{"anchor", "agency: sfr", "agency: &x sfr", "yaml", "&x", "anchors"},
	{"key twice", "agency: sfr", "agency: sfr\nagency: sfr", "yaml", "agency: sfr\ncategories", "already defined"},
	{"tab", "level: confirmed", "level:\n\tconfirmed", "yaml", "\tconfirmed", "YAML"},
	{"comma in braces", `{ru: "Подайте снова, когда доход`, `{ru: Подайте снова, когда доход`, "", "", ""},
	{"list item", "audience: [citizen]", "audience: [citizn]", "value", "citizn", "not known"},
	{"same twice", "categories: [family, benefits]", "categories: [family, family]", "id", "family]", "stands twice"},
	{"reserved id", "id: warning", "id: package", "id", "id: package", "expression language"},
	{"whole answers", "a.per_head < 1700000", "a == a", "expr", "a == a", "as a whole"},
	{"costly", "a.per_head < 1700000", "a.children.all(x, a.children.all(y, a.children.all(z, a.children.all(q, a.children.all(r, x.disabled == y.disabled)))))", "limit", "a.children.all(x", "cost too much"},
	{"fee as text", "amount: 0, why", "amount: 'a.person.last_name', why", "type", "a.person.last_name", "int"},
	{"consent filled in", "kind: consent\n", "kind: consent\n          fill: [earlier.truth]\n", "key", "id: truth", "can't be filled"},
	{"pattern without hint", "- id: warning\n          kind: note\n", "- id: code\n          kind: text\n          pattern: '[0-9]+'\n          label: {ru: Код, en: Code}\n        - id: warning\n          kind: note\n", "missing", "id: code", "needs a hint"},
	{"bad pattern", "- id: warning\n          kind: note\n", "- id: code\n          kind: text\n          pattern: '[0-9'\n          label: {ru: Код, en: Code}\n        - id: warning\n          kind: note\n", "value", "'[0-9'", "missing closing"},
	{"fee may stay open", "amount: 0, why", "amount: 'size(a.phone)', why", "absent", "size(a.phone)", "may have no answer"},
	{"part of the same agency", "agency: fns", "agency: sfr", "value", "id: incomes", "does that itself"},
	{"part waits for itself", "after: [incomes]", "after: [custody]", "cycle", "id: custody", "waits for itself"},
	{"parts wait for each other", "agency: fns\n", "agency: fns\n    after: [custody]\n", "cycle", "id: custody", "waits for itself"},
	{"part after an unknown one", "after: [incomes]", "after: [incom]", "value", "id: custody", "no part"},
	{"part longer than the whole", "term: {working_days: 5}", "term: {working_days: 11}", "limit", "id: incomes", "after the time limit"},
	{"parts in order longer than the whole", "term: {working_days: 3}", "term: {working_days: 6}", "limit", "id: custody", "after the time limit"},
	{"part without a term", "    term: {working_days: 5}\n", "", "missing", "id: incomes", `"term" is missing`},
	{"part sees an unknown field", "family_size, income]", "family_siz, income]", "value", "id: incomes", "no field"},
	{"part on an unknown ground", "ground: income", "ground: incom", "value", "id: incomes", "no ground"},
	{"part twice", "id: custody", "id: incomes", "id", "id: incomes\n    agency: social", "stands twice"},
	{"part on an unknown field", "when: a.relation == \"guardian\"\n    title", "when: a.relatio == \"guardian\"\n    title", "expr", ".relatio", "undefined field"},
	{"empty value", "hint: {ru: За последние 12 месяцев, en: For the last 12 months}", "hint:", "type", "", "empty"},
}

func TestEachFaultIsRefused(t *testing.T) {
	t.Parallel()
	source := example(t)
	for _, m := range mutations {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			if strings.Count(source, m.old) == 0 {
				t.Fatalf("the example has no %q", m.old)
			}
			mutant := strings.Replace(source, m.old, m.new, 1)
			s, faults := Load(fstest.MapFS{"services/child-benefit/service.yaml": {Data: []byte(mutant)}}, "services/child-benefit/service.yaml")
			if s != nil || len(faults) == 0 {
				t.Fatal("the fault was taken")
			}
			if m.code != "" && !hasFault(faults, mutant, m.code, m.at, m.what) {
				t.Errorf("want %s %q at %q, have:\n%s", m.code, m.what, m.at, listed(faults))
			}
		})
	}
}

func hasFault(faults []Fault, text, code, at, what string) bool {
	for _, f := range faults {
		if f.Code == code && strings.Contains(f.What, what) && f.Line > 0 && f.Col > 0 && isAt(f, text, at) {
			return true
		}
	}
	return false
}

func isAt(f Fault, text, at string) bool {
	lines := strings.SplitAfter(text, "\n")
	if f.Line > len(lines) {
		return false
	}
	rest := []rune(lines[f.Line-1])
	if f.Col-1 > len(rest) {
		return false
	}
	return strings.HasPrefix(string(rest[f.Col-1:])+strings.Join(lines[f.Line:], ""), at)
}

func listed(faults []Fault) string {
	var b strings.Builder
	for _, f := range faults {
		fmt.Fprintf(&b, "  [%s] %s\n", f.Code, f)
	}
	return b.String()
}

// TestNoLineBreaksTheLinter takes away line after line: what still loads must
// have been optional.
func TestNoLineBreaksTheLinter(t *testing.T) {
	t.Parallel()
	lines := strings.SplitAfter(example(t), "\n")
	for i := range lines {
		mutant := strings.Join(append(append([]string(nil), lines[:i]...), lines[i+1:]...), "")
		s, faults := loadText(mutant)
		if (s == nil) == (len(faults) == 0) {
			t.Errorf("without line %d: service %v, faults %v", i+1, s != nil, faults)
		}
		for _, f := range faults {
			if f.Line < 1 || f.Col < 1 || f.What == "" {
				t.Errorf("without line %d: a fault without place: %v", i+1, f)
			}
		}
	}
}

func TestPlaceInsideBlocks(t *testing.T) {
	t.Parallel()
	text := withForm(step("s", field("id: x, kind: number"),
		"        - id: y\n          kind: calculated\n          as: number\n          label: {ru: а, en: b}\n          value: |\n            a.x +\n              a.z\n"), "")
	_, faults := loadText(text)
	if len(faults) != 1 || !isAt(faults[0], text, ".z") {
		t.Errorf("faults: %v", faults)
	}
}

func TestServiceThatOpensAPage(t *testing.T) {
	t.Parallel()
	whole := withForm("", "opens: /cabinet/appointments")
	text, _, _ := strings.Cut(whole, "form:")
	_, faults := loadText(text)
	if len(faults) == 0 {
		t.Error("a service that opens a page has a result")
	}
	var kept []string
	for _, line := range strings.Split(text, "\n") {
		if !strings.HasPrefix(line, "result:") && !strings.HasPrefix(line, "notices:") {
			kept = append(kept, line)
		}
	}
	mustLoad(t, strings.Join(kept, "\n"))
	if _, faults := loadText(strings.Join(append(kept, "tacit_approval: true", ""), "\n")); len(faults) != 1 {
		t.Errorf("a service that opens a page issues a result by itself: %v", faults)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(example(f))
	f.Add("id: x\nform: {steps: [{id: a, fields: [{id: b, kind: text}]}]}")
	f.Add("? {a: [b")
	f.Add("- - - - &a *a\n")
	f.Add("form:\n  steps:\n    - when: |\n        a.\n")
	f.Fuzz(func(t *testing.T, text string) {
		s, faults := loadText(text)
		if (s == nil) == (len(faults) == 0) {
			t.Errorf("service %v, faults %v", s != nil, faults)
		}
	})
}

func TestDeliveryIsLinted(t *testing.T) {
	t.Parallel()
	s := mustLoad(t, withForm(familyYAML, "delivery: {ways: [office, post], keep_days: 10}\nnext: [{ru: Покажите, en: Show it}]"))
	if s.Delivery.Kept() != 10 || len(s.Next) != 1 {
		t.Errorf("%+v", s.Delivery)
	}
	if s := mustLoad(t, withForm(familyYAML, "delivery: {ways: [office]}")); s.Delivery.Kept() != 30 {
		t.Errorf("%+v", s.Delivery)
	}
	for _, wrong := range []string{"{ways: [pigeon]}", "{ways: [post, post]}", "{ways: [post], keep_days: 3}", "{keep_days: 3}", "{ways: [office], keep_days: 0}"} {
		if _, faults := loadText(withForm(familyYAML, "delivery: "+wrong)); len(faults) == 0 {
			t.Errorf("%s is taken", wrong)
		}
	}
}
