package forms

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func carried(t *testing.T, old, fresh string, rules [2]string, a Answers) (Answers, []string) {
	t.Helper()
	x, y := mustLoad(t, withForm(old, rules[0])), mustLoad(t, withForm(fresh, rules[1]))
	got, changes := Carry(x, y, a)
	var told []string
	for _, c := range changes {
		line := c.What + " " + c.Field
		if c.Again {
			line += " again"
		}
		for _, lang := range []Lang{RU, EN} {
			m := c.Message(printer(t, lang))
			if strings.HasPrefix(m, "[") || strings.Contains(m, "<no") || c.Label.RU != "" && !strings.Contains(m, c.Label.In(lang)) {
				t.Errorf("message %q", m)
			}
		}
		told = append(told, strings.TrimSpace(line))
	}
	return got, told
}

func TestCarry(t *testing.T) {
	t.Parallel()
	choice := func(id, options string) string {
		list := ""
		for _, o := range strings.Fields(options) {
			value, was, _ := strings.Cut(o, "=")
			list += "{value: " + value + ", label: {ru: " + value + ", en: " + value + "}"
			if was != "" {
				list += ", was: " + was
			}
			list += "}, "
		}
		return field("id: " + id + ", kind: choice, options: [" + list + "]")
	}
	for _, c := range []struct {
		name, old, fresh string
		rules            [2]string
		answers, want    Answers
		told             []string
	}{
		{"nothing changed", step("s", field("id: x, kind: text")), step("s", field("id: x, kind: text")), [2]string{}, Answers{"x": "a"}, Answers{"x": "a"}, nil},
		{"added", step("s", field("id: x, kind: text")), step("s", field("id: x, kind: text"), field("id: y, kind: text")), [2]string{}, Answers{"x": "a"}, Answers{"x": "a"}, []string{"added y again"}},
		{"removed", step("s", field("id: x, kind: text"), field("id: y, kind: text")), step("s", field("id: x, kind: text")), [2]string{}, Answers{"x": "a", "y": "b"}, Answers{"x": "a"}, []string{"removed y"}},
		{"renamed", step("s", field("id: x, kind: text")), step("t", field("id: y, kind: text, was: x")), [2]string{}, Answers{"x": "a"}, Answers{"y": "a"}, []string{"renamed y"}},
		{"another kind", step("s", field("id: x, kind: number")), step("s", field("id: x, kind: date")), [2]string{}, Answers{"x": int64(5)}, Answers{}, []string{"kind x again"}},
		{"kopecks are no number", step("s", field("id: x, kind: number")), step("s", field("id: x, kind: money")), [2]string{}, Answers{"x": int64(5)}, Answers{}, []string{"kind x again"}},
		{"a text is a name", step("s", field("id: x, kind: text")), step("s", field("id: x, kind: name")), [2]string{}, Answers{"x": "Анна"}, Answers{"x": "Анна"}, []string{"kind x"}},
		{"one of many", step("s", choice("x", "a b")), step("s", strings.Replace(choice("x", "a b"), "kind: choice,", "kind: choices,", 1)), [2]string{}, Answers{"x": "a"}, Answers{"x": []any{"a"}}, []string{"kind x"}},
		{"option gone", step("s", choice("x", "a b c")), step("s", choice("x", "b c")), [2]string{}, Answers{"x": "a"}, Answers{}, []string{"options x again"}},
		{"option stays", step("s", choice("x", "a b c")), step("s", choice("x", "b c")), [2]string{}, Answers{"x": "b"}, Answers{"x": "b"}, nil},
		{"option renamed", step("s", choice("x", "a b")), step("s", choice("x", "aa=a b")), [2]string{}, Answers{"x": "a"}, Answers{"x": "aa"}, nil},
		{"limits", step("s", field("id: x, kind: number")), step("s", field("id: x, kind: number, max: 3")), [2]string{}, Answers{"x": int64(5)}, Answers{}, []string{"limits x again"}},
		{"needed now", step("s", field("id: x, kind: text, required: false")), step("s", field("id: x, kind: text")), [2]string{}, Answers{}, Answers{}, []string{"required x again"}},
		{"rules", step("s", field("id: x, kind: number")), step("s", field("id: x, kind: number")), [2]string{"decide: {fee: [{amount: 5}]}", "decide: {fee: [{amount: 6}], deadline: [{working_days: 1}], eligibility: [{rule: a.x > 1, why: {ru: а, en: a}}]}"}, Answers{"x": int64(2)}, Answers{"x": int64(2)}, []string{"deadline", "eligibility", "fee"}},
		{"person of a child", step("s", field("id: x, kind: child")), step("s", field("id: x, kind: fio")), [2]string{}, Answers{"x": map[string]any{"last_name": "Ли", "first_name": "Ю", "birth_date": "2020-01-01"}}, Answers{"x": map[string]any{"last_name": "Ли", "first_name": "Ю"}}, []string{"kind x"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, told := carried(t, c.old, c.fresh, c.rules, c.answers)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(c.told, told); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCarryGroup(t *testing.T) {
	t.Parallel()
	group := func(id, extra, fields string) string {
		return "    - id: s\n      title: {ru: Шаг, en: Step}\n      groups:\n        - id: " + id + "\n          title: {ru: Ряды, en: Rows}\n" + extra +
			"          repeat: {max: 5, item: {ru: Ряд, en: Row}}\n          fields:\n" + fields
	}
	old := group("rows", "", "    "+field("id: x, kind: text")+"    "+field("id: y, kind: number"))
	fresh := group("lines", "          was: rows\n", "    "+field("id: z, kind: text, was: x")+"    "+field("id: y, kind: number, max: 2")+"    "+field("id: w, kind: text"))
	a := Answers{"rows": []any{map[string]any{"x": "a", "y": int64(1)}, map[string]any{"x": "b", "y": int64(9)}}}
	got, told := carried(t, old, fresh, [2]string{}, a)
	want := Answers{"lines": []any{map[string]any{"z": "a", "y": int64(1)}, map[string]any{"z": "b"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"renamed lines.z", "limits lines.y again", "added lines.w again"}, told); diff != "" {
		t.Error(diff)
	}
}

// TestCarryKeepsWhatFits: between made-up versions every answer is either carried
// or told of, and what was carried is taken by the new version.
func TestCarryKeepsWhatFits(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 9))
		old, fresh := makeService(t, r), makeService(t, r)
		a := old.answers(r)
		before := copied(map[string]any(a))
		got, changes := Carry(old.service, fresh.service, a)
		told := map[string]bool{}
		for _, c := range changes {
			told[c.Field] = true
		}
		for id, v := range a {
			if _, kept := got[id]; v != nil && !kept && !told[id] {
				t.Fatalf("seed %d: %s was lost in silence", seed, id)
			}
		}
		if !cmp.Equal(before, map[string]any(a)) {
			t.Fatalf("seed %d: the answers were changed", seed)
		}
		for _, w := range Fill(fresh.service, got, today).Wrong {
			t.Fatalf("seed %d: carried and then refused: %+v", seed, w)
		}
	}
}
