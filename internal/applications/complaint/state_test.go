package complaint

import (
	"slices"
	"testing"

	"okno/internal/applications/cases"
)

func TestTableOfStates(t *testing.T) {
	t.Parallel()
	for _, s := range Statuses() {
		if !slices.ContainsFunc(Moves(), func(m Move) bool { return m.To == s }) {
			t.Errorf("%s is never reached", s)
		}
		left := slices.ContainsFunc(Moves(), func(m Move) bool { return m.From == s && m.To != s })
		if left != (s.Open() || s == Draft) {
			t.Errorf("%s is left: %v", s, left)
		}
		if s.Open() {
			for _, deed := range Verdicts() {
				if _, ok := Step(s, deed, Staff); ok != (s == InWork) {
					t.Errorf("%s from %s: %v", deed, s, ok)
				}
				if _, ok := Step(s, deed, Citizen); ok {
					t.Errorf("a citizen may %s", deed)
				}
			}
		}
		if s.Upheld() && !s.Decided() || s.Decided() && s.Open() {
			t.Errorf("%s contradicts itself", s)
		}
	}
	if Status("x").Known() {
		t.Error("an unknown status is known")
	}
}

func TestGroundsAreComplete(t *testing.T) {
	t.Parallel()
	all, err := readGrounds(groundsFile)
	must(t, err)
	terms := map[string]int{"not_taken": 5, "typo": 5}
	for _, g := range all {
		want := terms[g.Code]
		if want == 0 {
			want = 15
		}
		if g.Days != want {
			t.Errorf("%s has %d days", g.Code, g.Days)
		}
	}
	r := &Complaints{grounds: all}
	for _, s := range cases.Statuses() {
		if n := len(r.Grounds(s)); (n == 0) != (s == cases.Cancelled) {
			t.Errorf("%s has %d grounds", s, n)
		}
	}
	for _, wrong := range []string{"- {code: x}", "- {code: x, days: 1, measure: nothing, title: {ru: a, en: b}}", "x", "- {colour: red}"} {
		if _, err := readGrounds([]byte(wrong)); err == nil {
			t.Errorf("%s is taken", wrong)
		}
	}
}
