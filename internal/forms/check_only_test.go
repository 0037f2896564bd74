package forms

import (
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCheckOnly(t *testing.T) {
	t.Parallel()
	s := mustLoad(t, example(t))
	old := filledExample()
	next, wrong := CheckOnly(s, []string{"snils", "income"}, raw("snils=087-654-303 00", "income=120000", "_csrf=x"), old, today)
	if len(wrong) > 0 || next["snils"] != "08765430300" || next["income"] != int64(12000000) {
		t.Fatalf("%v %+v", next, wrong)
	}
	for _, id := range []string{"children", "truth", "relation", "has_spouse", "person"} {
		if !cmp.Equal(next[id], old[id]) {
			t.Errorf("%s was closed and changed: %v", id, next[id])
		}
	}
	next, wrong = CheckOnly(s, []string{"snils"}, raw("snils=087-654-303 00", "relation=other", "children.0.disabled=yes"), old, today)
	if len(wrong) != 2 || wrong[0].Key != "forms.error.not_asked" || next["relation"] != "parent" {
		t.Errorf("closed fields: %+v", wrong)
	}
	_, wrong = CheckOnly(s, []string{"snils"}, raw("snils=1"), old, today)
	if len(wrong) != 1 || wrong[0].Name != "snils" {
		t.Errorf("a wrong correction: %+v", wrong)
	}
	next, wrong = CheckOnly(s, []string{"children"}, raw("children.0.person.last_name=Ко", "children.0.person.first_name=Ян",
		"children.0.person.birth_date=1.1.2020", "children.0.certificate=I-БА 123456", "children.0.disabled=yes"), old, today)
	if len(wrong) > 0 || next["children"].([]any)[0].(map[string]any)["disabled"] != true {
		t.Errorf("a group: %v %+v", next["children"], wrong)
	}
}

const familyYAML = `    - id: s
      title: {ru: Шаг, en: Step}
      groups:
        - id: kids
          title: {ru: Дети, en: Children}
          repeat: {max: 3, item: {ru: Ребёнок, en: Child}}
          fill: [registry.children]
          fields:
            - {id: name, kind: name, label: {ru: Имя, en: Name}}
            - {id: school, kind: yesno, label: {ru: Учится, en: At school}}
            - {id: which, kind: text, label: {ru: Где, en: Where}, when: item.school}
            - {id: line, kind: calculated, as: text, label: {ru: Строка, en: Line}, value: 'item.name + "!"'}
          checks:
            - rule: a.kids.exists(k, k.school)
              message: {ru: Хоть один должен учиться, en: At least one must be at school}
`

func TestGroupFromRegistry(t *testing.T) {
	t.Parallel()
	s := mustLoad(t, withForm(familyYAML, ""))
	facts := today
	facts.Known = map[string]Known{"registry.children": {
		Value:  []any{map[string]any{"name": "Анна"}, map[string]any{"name": "1"}, "junk"},
		Origin: Text{RU: "ЗАГС", EN: "Civil registry"},
	}}
	g := Fill(s, nil, facts).Steps[0].Groups[0]
	if len(g.Items) != 3 || g.Source.From != FromKnown || g.CanAdd() || !g.CanRemove() {
		t.Fatalf("group %+v", g)
	}
	first := g.Items[0].Fields
	if first[0].Value != "Анна" || first[0].Source.Origin.EN != "Civil registry" || first[2].Value != "Анна!" {
		t.Errorf("first %+v", first)
	}
	if g.Items[1].Fields[0].Value != nil || !g.Items[1].Fields[0].Missing {
		t.Error("what the registry says in a wrong form must be asked")
	}
}

func TestGroupConditionsAndChecks(t *testing.T) {
	t.Parallel()
	s := mustLoad(t, withForm(familyYAML, ""))
	a, wrong := Check(s, "s", raw("kids.0.name=Ян", "kids.0.school=no", "kids.0.which=x"), nil, today)
	if len(wrong) != 1 || wrong[0].Name != "kids" || wrong[0].Message(EN, nil) != "At least one must be at school" {
		t.Fatalf("%+v", wrong)
	}
	if item := a["kids"].([]any)[0].(map[string]any); item["which"] != nil || item["school"] != false {
		t.Errorf("stored %v", item)
	}
	a, wrong = Check(s, "s", raw("kids.0.name=Ян", "kids.0.school=yes", "kids.0.which=Школа № 1"), a, today)
	if r := Fill(s, a, today); len(wrong) > 0 || !r.Ready() {
		t.Errorf("%+v %+v", wrong, r.Missing)
	}
	old := Answers{"kids": []any{}, "gone": "of an older version"}
	if r := Fill(s, old, today); r.Submission()["gone"] != nil {
		t.Error("an answer to no question was sent")
	}
}

func TestOneServiceForMany(t *testing.T) {
	t.Parallel()
	s := mustLoad(t, example(t))
	want := Fill(s, filledExample(), today).Submission()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 20 {
				if got := Fill(s, filledExample(), today).Submission(); !cmp.Equal(got, want) {
					t.Error("goroutines disturb each other")
					return
				}
			}
		})
	}
	all.Wait()
}
