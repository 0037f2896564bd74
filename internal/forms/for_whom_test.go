package forms

import (
	"strings"
	"testing"
)

const childStep = `    - id: s
      title: {ru: Шаг, en: Step}
      fields:
        - {id: who, kind: person, label: {ru: Кто, en: Who}, fill: [child.person, profile.person]}
        - {id: snils, kind: snils, required: false, label: {ru: СНИЛС, en: SNILS}, fill: [child.snils, profile.snils]}
        - {id: passport, kind: passport_rf, when: '!has(facts.child.person)', label: {ru: Паспорт, en: Passport}, fill: [profile.passport]}
`

func TestAgesOfForWhom(t *testing.T) {
	t.Parallel()
	child, self := ForWhom{Who: WhoChild}, ForWhom{Who: WhoSelf, From: 14}
	for _, c := range []struct {
		who         ForWhom
		born, today string
		fits        bool
	}{
		{child, "2009-01-02", "2027-01-01", true},
		{child, "2009-01-01", "2027-01-01", false},
		{ForWhom{Who: WhoChild, Under: 14}, "2012-02-29", "2026-02-28", true},
		{ForWhom{Who: WhoChild, Under: 14}, "2012-02-29", "2026-03-01", false},
		{self, "2012-02-29", "2026-02-28", false},
		{self, "2012-02-29", "2026-03-01", true},
		{self, "", "2026-03-01", true},
	} {
		if got := c.who.Fits(c.born, c.today); got != c.fits {
			t.Errorf("%+v born %s on %s: %v", c.who, c.born, c.today, got)
		}
	}
	plain := mustLoad(t, withForm(childStepOf("profile"), ""))
	if _, ok := plain.For(WhoChild); ok {
		t.Error("a service that names nobody is asked for a child")
	}
	if _, ok := plain.For(WhoSelf); !ok {
		t.Error("a service that names nobody is not for the person")
	}
}

func childStepOf(root string) string {
	text := strings.ReplaceAll(childStep, "child.person, profile", root)
	return strings.NewReplacer("child.snils, profile", root, "!has(facts.child.person)", "facts.level == \"confirmed\"").Replace(text)
}

func TestFilledInFromTheChild(t *testing.T) {
	t.Parallel()
	s := mustLoad(t, withForm(childStep, "for_whom: [{who: self}, {who: child, under: 14}]"))
	parent := Facts{Today: "2026-11-21", Level: "confirmed", Known: map[string]Known{
		"profile.person": {Value: map[string]any{"last_name": "Соколова", "first_name": "Анна", "birth_date": "1988-04-12"}},
		"profile.snils":  {Value: "11223344595"},
	}}
	register := Text{RU: "ЗАГС", EN: "Civil registry"}
	f := parent.WithChild(Known{Origin: register, Correct: "/cabinet/profile/holdings/1", Value: map[string]any{
		"last_name": "Соколов", "first_name": "Олег", "birth_date": "2019-02-11", "sex": "male", "certificate": "I-МЮ 123456",
	}})
	r := Fill(s, nil, f)
	who := r.Steps[0].Fields[0]
	if m, _ := who.Value.(map[string]any); m["first_name"] != "Олег" || who.Source.Origin != register || who.Source.Path != "child.person" {
		t.Errorf("%+v", who)
	}
	for _, x := range r.Steps[0].Fields {
		if x.Name == "snils" && x.Value != nil {
			t.Errorf("the parent's number stands for the child's: %v", x.Value)
		}
		if x.Name == "passport" {
			t.Error("a child is asked for a passport")
		}
	}
	if r := Fill(s, nil, parent); r.Steps[0].Fields[1].Value != "11223344595" || parent.ForChild() || !f.ForChild() {
		t.Errorf("for the person: %+v", r.Steps[0].Fields[1])
	}
}

func TestFaultsOfForWhomAndRecommend(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, at, want string }{
		{"for_whom: [{who: self}, {who: self}]", "{who: self}]", "stands twice"},
		{"for_whom: [{who: child, under: 21}]", "{who: child", "nobody acts for a child of 21"},
		{"for_whom: [{who: child, from: 18}]", "{who: child", "at least 18 and under 18"},
		{"for_whom: [{who: neighbour}]", "neighbour", "neighbour"},
		{"recommend: [{why: {ru: а, en: a}}]", "{why", "when, after or expires"},
		{"recommend: [{when: 'facts.level == \"standard\"', expires: 3, why: {ru: а, en: a}}]", "{when", "when, after or expires"},
		{"recommend: [{when: a.x == \"1\", why: {ru: а, en: a}}]", "a.x", "not known before the service is begun"},
		{"recommend: [{when: has(facts.child.person), why: {ru: а, en: a}}]", "has(", "not known before the service is begun"},
		{"recommend: [{when: \"true\", why: {ru: а, en: a}}]", "true", "the same for everybody"},
		{"recommend: [{when: 'facts.level == \"standard\"', why: {ru: '${a.x}', en: a}}]", "a.x", "not known before the service is begun"},
		{"recommend: [{after: tiny, why: {ru: а, en: a}}]", "{after", "can't follow itself"},
		{"recommend: [{expires: 3, why: {ru: а, en: a}}]", "{expires", "has no end"},
	} {
		text := withForm(step("s", field("id: x, kind: text")), c.text)
		s, faults := loadText(text)
		if s != nil || !hasFault(faults, text, faults[0].Code, c.at, c.want) {
			t.Errorf("%s: want %q, have\n%s", c.text, c.want, listed(faults))
		}
	}
	if s, faults := loadText(withForm(childStep, "")); s != nil || !strings.Contains(listed(faults), "not asked for a child") {
		t.Errorf("a child's data in a service for nobody's child:\n%s", listed(faults))
	}
}

func TestWhyItIsRecommended(t *testing.T) {
	t.Parallel()
	s := mustLoad(t, withForm(step("s", field("id: x, kind: text")), `recommend:
  - when: facts.profile.children.exists(c, age(c.birth_date, facts.today) < 7)
    why: {ru: 'Детей в профиле: ${facts.profile.children.size()}', en: '${facts.profile.children.size()} children'}
  - {after: [another], why: {ru: а, en: a}}
`))
	rule := &s.Recommend[0]
	born := func(day string) Facts {
		return Facts{Today: "2026-11-21", Known: map[string]Known{"profile.children": {Value: []any{map[string]any{"birth_date": day}}}}}
	}
	w := WhysOf(born("2020-01-01"))
	if !w.Holds(rule) || w.Why(rule, Printer{Lang: RU}) != "Детей в профиле: 1" || w.Why(rule, Printer{Lang: EN}) != "1 children" {
		t.Errorf("%v %q", w.Holds(rule), w.Why(rule, Printer{Lang: RU}))
	}
	if WhysOf(born("2010-01-01")).Holds(rule) || WhysOf(Facts{Today: "2026-11-21"}).Holds(rule) || w.Holds(&s.Recommend[1]) {
		t.Error("it is recommended without a reason")
	}
}
