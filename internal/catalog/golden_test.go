package catalog

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"okno/internal/forms"
)

// golden is what a service makes of answers: the pages that are shown, what it
// costs, how long it takes, and where it ends early. Whatever does not end early
// can be sent.
type golden struct {
	name       string
	answers    forms.Answers
	child      bool // begun for a child
	steps      string
	fee        int64 // −1: not known yet
	days       int
	working    bool
	stop       string // Russian title of the early end
	eligible   string
	calculated forms.Answers
}

const today = "2026-11-21"

func someone(last, born string) map[string]any {
	return map[string]any{"last_name": last, "first_name": "Анна", "birth_date": born}
}

// profiled is what the profile of a grown-up holds, under the fields' places.
func profiled() map[string]forms.Known {
	out := map[string]forms.Known{}
	for path, v := range map[string]any{
		"profile.person": someone("Соколова", "1988-04-12"), "profile.sex": "female", "profile.birth_place": "Москва",
		"profile.snils": "11223344595", "profile.inn": "500100732259", "profile.phone": "+79001234567",
		"profile.passport": map[string]any{"series": "4508", "number": "123456", "issued_on": "2008-05-01", "issued_by": "УВД", "unit_code": "770-001"},
		"profile.address":  map[string]any{"region": "Москва", "city": "Москва", "street": "Образцовая", "house": "1"},
		"profile.account":  map[string]any{"bic": "044525225", "account": "40817810838000000012"},
	} {
		out[path] = forms.Known{Value: v, Origin: forms.Text{RU: "профиль", EN: "profile"}}
	}
	return out
}

func file() []any {
	return []any{map[string]any{"id": "f1", "name": "скан.pdf", "size": 1000.0, "type": "pdf"}}
}

func photo() []any {
	return []any{map[string]any{"id": "f2", "name": "фото.jpg", "size": 1000.0, "type": "jpg"}}
}

func with(base forms.Answers, more forms.Answers) forms.Answers {
	out := maps.Clone(base)
	maps.Copy(out, more)
	return out
}

func criminal() []golden {
	base := forms.Answers{"for_whom": "self", "changed_name": false, "moved": false, "purpose": "work", "way": "electronic", "truth": true}
	child := with(base, forms.Answers{"for_whom": "child", "child": someone("Соколова", "2019-02-11"), "child_certificate": "I-МЮ 123456", "relation": "parent"})
	return []golden{
		{name: "for oneself", answers: base, steps: "who applicant names places purpose", days: 10, working: true},
		{name: "for a child of one's own", child: true, answers: with(base, forms.Answers{"relation": "parent"}), steps: "applicant child names places purpose", days: 10, working: true},
		{name: "for a child", answers: child, steps: "who applicant child names places purpose", days: 10, working: true},
		{
			name: "changed name, moved", answers: with(base, forms.Answers{
				"changed_name": true, "moved": true,
				"previous_names": []any{map[string]any{"last_name": "Петрова", "first_name": "Анна", "until": "2012-06-01"}},
				"places":         []any{map[string]any{"region": "Тверская область", "from_year": 2001.0, "to_year": 2010.0}},
			}),
			steps: "who applicant names places purpose", days: 30,
		},
		{name: "for another adult", answers: forms.Answers{"for_whom": "other"}, steps: "who", stop: "Взрослый подаёт заявление сам", days: 30},
	}
}

func passport() []golden {
	base := forms.Answers{
		"kind": "ten", "abroad": false, "changed_name": false, "secret": false,
		"jobs":  []any{map[string]any{"kind": "work", "name": "ООО «Образец»", "position": "инженер", "from": "2015-01-12"}},
		"photo": photo(), "had_passport": false, "at_home": true, "truth": true,
	}
	return []golden{
		{name: "ten years", answers: base, steps: "kind applicant names work photo receive", fee: 600000, days: 30},
		{
			name: "five years, elsewhere", answers: with(base, forms.Answers{"kind": "five", "at_home": false, "city": "Тверь"}),
			steps: "kind applicant names photo receive", fee: 200000, days: 90,
		},
		{name: "for a child", child: true, answers: with(base, forms.Answers{"kind": "five", "relation": "parent"}), steps: "kind applicant child names photo receive", fee: 100000, days: 30},
		{name: "abroad", answers: forms.Answers{"kind": "ten", "abroad": true}, steps: "kind", fee: 600000, stop: "Обратитесь в консульство"},
	}
}

func residence() []golden {
	base := forms.Answers{
		"sort": "permanent", "address": map[string]any{"region": "Москва", "city": "Москва", "house": "2"}, "since": "2026-11-01",
		"ground": "own", "registered": true, "deregister": true, "with_children": false, "office": "centre", "truth": true,
	}
	return []golden{
		{name: "own home", answers: base, steps: "sort applicant home before children visit", days: 3, working: true},
		{
			name: "somebody else's home", answers: with(base, forms.Answers{
				"ground": "others",
				"owners": []any{map[string]any{"person": someone("Петров", "1960-01-01"), "snils": "11223344595"}},
			}),
			steps: "sort applicant home before children visit", days: 6, working: true,
		},
		{
			name: "for a child", child: true, answers: with(base, forms.Answers{"child_other_parent": true, "child_registered": false}),
			steps: "sort applicant child home before visit", days: 3, working: true,
		},
		{name: "for a time", answers: forms.Answers{"sort": "temporary"}, steps: "sort", stop: "Вам нужна другая услуга", days: 6, working: true, eligible: forms.EligibleUnknown},
	}
}

func benefit() []golden {
	base := forms.Answers{
		"relation": "parent", "lives_in_russia": true,
		"children":   []any{map[string]any{"person": someone("Соколова", "2019-02-11"), "certificate": "I-МЮ 123456", "disabled": false}},
		"has_spouse": false, "alone": "only", "no_income": false,
		"incomes": []any{map[string]any{"whose": "mine", "kind": "salary", "amount": 36000000.0}},
		"flats":   1.0, "cars": 1.0, "way": "account", "truth": true,
	}
	steps := "applicant children family income property payment"
	return []golden{
		{name: "small income", answers: base, steps: steps, days: 10, working: true, calculated: forms.Answers{"family_size": int64(2), "per_head": int64(1500000)}},
		{
			name: "large income", answers: with(base, forms.Answers{"incomes": []any{map[string]any{"whose": "mine", "kind": "salary", "amount": 360000000.0}}}),
			steps: steps, days: 10, working: true, eligible: forms.EligibleNo,
		},
		{
			name: "disabled child, two cars", answers: with(base, forms.Answers{
				"cars":     2.0,
				"children": []any{map[string]any{"person": someone("Соколова", "2019-02-11"), "certificate": "I-МЮ 123456", "disabled": true}},
			}),
			steps: steps, days: 5, working: true, eligible: forms.EligibleNo,
		},
		{
			name: "grandmother", answers: forms.Answers{"relation": "other", "lives_in_russia": true}, steps: "applicant", stop: "Пособие назначают родителям и опекунам",
			days: 10, working: true, eligible: forms.EligibleUnknown,
		},
	}
}

func extract() []golden {
	object := map[string]any{"kind": "flat", "by": "number", "cadastral": "77:01:0001001:1234"}
	base := forms.Answers{"sort": "object", "objects": []any{object, object}, "purpose": "deal", "form": "electronic", "truth": true}
	return []golden{
		{name: "two flats", answers: base, steps: "sort objects applicant delivery", fee: 70000, days: 3, working: true},
		{name: "on paper", answers: with(base, forms.Answers{"form": "paper"}), steps: "sort objects applicant delivery", fee: 174000, days: 5, working: true},
		{
			name: "everything that I own", answers: forms.Answers{"sort": "owner", "whose": "mine", "from": "2000-01-01", "to": today, "purpose": "self", "form": "electronic", "truth": true},
			steps: "sort period applicant delivery", fee: 58000, days: 3, working: true,
		},
		{name: "what somebody else owns", answers: forms.Answers{"sort": "owner", "whose": "foreign"}, steps: "sort", fee: 58000, days: 3, working: true, stop: "Такую выписку выдают только владельцу"},
	}
}

func licence() []golden {
	base := forms.Answers{
		"reason": "lost", "disqualified": false, "categories": []any{"b"}, "stolen": "lost", "photo_way": "office",
		"international": false, "office": "police", "truth": true,
	}
	return []golden{
		{name: "lost", answers: base, steps: "reason licence applicant photo receive", fee: 300000, days: 3, working: true},
		{name: "expired, to a service centre", answers: with(base, forms.Answers{
			"reason": "expired", "has_medical": true, "medical": file(), "medical_on": "2026-10-01",
			"glasses": false, "international": true, "office": "centre",
		}), steps: "reason licence applicant health photo receive", fee: 460000, days: 15, working: true},
		{
			name: "expired without the doctor", answers: with(base, forms.Answers{"reason": "expired", "has_medical": false}),
			steps: "reason licence applicant health", fee: -1, stop: "Сначала пройдите медицинский осмотр",
		},
		{
			name: "disqualified", answers: forms.Answers{"reason": "lost", "disqualified": true}, steps: "reason", fee: -1, days: 3, working: true,
			stop: "Сейчас права не заменят", eligible: forms.EligibleNo,
		},
	}
}

func subsidy() []golden {
	base := forms.Answers{
		"registered": true, "right": "own", "area": 54.5, "income": 18000000.0, "alone": false,
		"family": []any{map[string]any{"person": someone("Соколов", "2014-06-21"), "relation": "child", "income": 0.0}},
		"bill":   900000.0, "bills": file(), "debt": false, "truth": true,
	}
	steps := "home applicant family bill payment"
	return []golden{
		{
			name: "large bill", answers: base, steps: steps, days: 10, working: true,
			calculated: forms.Answers{"people": int64(2), "month_income": int64(3000000), "own_part": int64(660000), "subsidy": int64(240000)},
		},
		{name: "small bill, debt", answers: with(base, forms.Answers{"bill": 500000.0, "debt": true}), steps: steps, days: 20, working: true, eligible: forms.EligibleNo},
		{
			name: "not registered there", answers: forms.Answers{"registered": false, "right": "own", "area": 30.0}, steps: "home",
			days: 10, working: true, stop: "Субсидию дают по месту прописки", eligible: forms.EligibleUnknown,
		},
	}
}

func deduction() []golden {
	base := forms.Answers{
		"year": 2025.0, "resident": true, "taxed": true, "kinds": []any{"treatment"},
		"employers": []any{map[string]any{"name": "ООО «Образец»", "inn": "7707083893", "income": 100000000.0, "tax": 13000000.0}},
		"expenses":  []any{map[string]any{"kind": "treatment", "for_whom": "self", "payee": "Поликлиника", "paid_on": "2025-03-01", "amount": 10000000.0, "papers": file()}},
		"truth":     true,
	}
	return []golden{
		{name: "treatment", answers: base, steps: "year applicant income expenses refund", days: 30, calculated: forms.Answers{"refund": int64(1300000)}},
		{
			name: "a home", answers: with(base, forms.Answers{"kinds": []any{"home"}, "cadastral": "77:01:0001001:1234", "price": 500000000.0, "home_papers": file()}),
			steps: "year applicant income home refund", days: 90, calculated: forms.Answers{"property": int64(200000000), "refund": int64(13000000)},
		},
		{
			name: "not a resident", answers: forms.Answers{"year": 2025.0, "resident": false, "taxed": true, "kinds": []any{"home"}}, steps: "year",
			days: 90, stop: "Вычет дают налоговым резидентам", eligible: forms.EligibleUnknown,
		},
	}
}

func TestGolden(t *testing.T) {
	t.Parallel()
	s := shipped(t)
	for id, cases := range map[string][]golden{
		"criminal-record-certificate": criminal(), "foreign-passport": passport(), "residence-registration": residence(), "child-benefit": benefit(),
		"egrn-extract": extract(), "driver-licence-replacement": licence(), "housing-subsidy": subsidy(), "tax-deduction": deduction(),
	} {
		for _, g := range cases {
			t.Run(id+"/"+g.name, func(t *testing.T) {
				t.Parallel()
				g.check(t, forms.Fill(s.byID[id], g.answers, g.facts()))
			})
		}
	}
}

// facts are those of Anna Sokolova, and of her daughter where it is asked for her.
func (g golden) facts() forms.Facts {
	f := forms.Facts{Today: today, Level: "confirmed", Audience: "citizen", Known: profiled()}
	if !g.child {
		return f
	}
	return f.WithChild(forms.Known{Value: map[string]any{
		"last_name": "Соколова", "first_name": "Варвара", "birth_date": "2019-02-11", "certificate": "I-МЮ 123456",
	}})
}

func (g golden) check(t *testing.T, r *forms.Result) {
	t.Helper()
	var steps []string
	for _, x := range r.Steps {
		steps = append(steps, x.Step.ID)
	}
	if got := strings.Join(steps, " "); got != g.steps {
		t.Errorf("steps %q, want %q", got, g.steps)
	}
	stop, fee := "", r.Decided.Fee
	if r.Stopped != nil {
		stop = r.Stopped.Stop.Title.RU
	}
	if !r.Decided.FeeKnown {
		fee = -1
	}
	if stop != g.stop || fee != g.fee || r.Decided.Days != g.days || r.Decided.Working != g.working {
		t.Errorf("stop %q, fee %d, days %d (working %v)", stop, fee, r.Decided.Days, r.Decided.Working)
	}
	if want := g.eligible; r.Decided.Eligible != want && (want != "" || r.Decided.Eligible != forms.EligibleYes) {
		t.Errorf("eligible %s, want %q", r.Decided.Eligible, want)
	}
	if g.stop == "" && !r.Ready() {
		t.Errorf("can't be sent: missing %v, wrong %v", names(r.Missing), names(r.Wrong))
	}
	sent := r.Submission()
	for _, name := range slices.Sorted(maps.Keys(g.calculated)) {
		if diff := cmp.Diff(g.calculated[name], sent[name]); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func names(list []forms.Wrong) []string {
	var out []string
	for _, w := range list {
		out = append(out, w.Name+" "+w.Key)
	}
	return out
}

// TestResultsPrint fills the document of each service for its first case: no
// expression in it may stay without a value.
func TestResultsPrint(t *testing.T) {
	t.Parallel()
	s := shipped(t)
	for id, cases := range map[string][]golden{
		"criminal-record-certificate": criminal(), "foreign-passport": passport(), "residence-registration": residence(), "child-benefit": benefit(),
		"egrn-extract": extract(), "driver-licence-replacement": licence(), "housing-subsidy": subsidy(), "tax-deduction": deduction(),
	} {
		for i, g := range cases {
			if i > 0 && !g.child {
				continue
			}
			r := forms.Fill(s.byID[id], g.answers, g.facts())
			for _, lang := range []forms.Lang{forms.RU, forms.EN} {
				issued := forms.Issue(s.byID[id], r, forms.Printer{Lang: lang})
				for _, p := range append(issued.Paragraphs, issued.Title) {
					if p == "" || strings.Contains(p, ": —") || strings.Contains(p, "— —") {
						t.Errorf("%s, %s, %s: %q", id, g.name, lang, p)
					}
				}
				if text := strings.Join(issued.Paragraphs, " "); g.child && !strings.Contains(text, "Соколова Варвара") {
					t.Errorf("%s, %s: the document does not say for which child: %q", id, lang, text)
				}
			}
		}
	}
}
