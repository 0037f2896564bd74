package forms

import (
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
)

// What a reason is about.
const (
	AboutRight    = "eligibility"
	AboutFee      = "fee"
	AboutDeadline = "deadline"
	AboutStop     = "stop"
)

// Explanation says in plain words why it was decided so, and what would change
// it. It is made of the rules themselves: nobody has to write it.
type Explanation struct {
	Service string `json:"service"`
	Version int    `json:"version"` // of the service
	Rules   int    `json:"rules"`   // version of the rules
	Reasons []Reason
}

// Reason is one decision.
type Reason struct {
	About string `json:"about"`
	// Met is true for a condition that holds; Known is false while answers are
	// missing for it.
	Met   bool `json:"met"`
	Known bool `json:"known"`
	// Outcome is what was decided: a sum, a time, «право есть».
	Outcome string `json:"outcome"`
	// Rule is the condition in words, empty for one that always holds.
	Rule string `json:"rule,omitempty"`
	// Used are the answers and facts that the condition looks at.
	Used []Used `json:"used,omitempty"`
	// Change is what would change the outcome: each line by itself is enough.
	Change []string `json:"change,omitempty"`
	// Why and Mend are the service's own words; Ground is the code of the ground
	// for refusal.
	Why    string `json:"why,omitempty"`
	Mend   string `json:"mend,omitempty"`
	Ground string `json:"ground,omitempty"`
	// At is the place of the rule in the file of the service.
	At Pos `json:"at"`
}

// Used is an answer or a fact in a decision.
type Used struct {
	Label string `json:"label"`
	Value string `json:"value"`
	// How is how a calculated value was reckoned, in words.
	How string `json:"how,omitempty"`
	// Origin says who knows it, where it was not typed.
	Origin string `json:"origin,omitempty"`
}

// Explain gives the reasons for the decisions of a result, in the language of the
// printer.
func Explain(r *Result, p Printer) Explanation {
	x := &explainer{r: r, p: p}
	out := Explanation{Service: r.Service.ID, Version: r.Service.Version, Rules: r.Decided.Version}
	if r.Stopped != nil {
		out.Reasons = append(out.Reasons, x.stop(r.Stopped.Stop))
	}
	for i := range r.Service.Decide.Eligibility {
		out.Reasons = append(out.Reasons, x.right(&r.Service.Decide.Eligibility[i]))
	}
	if fee := x.fee(); fee != nil {
		out.Reasons = append(out.Reasons, *fee)
	}
	if days := x.deadline(); days != nil {
		out.Reasons = append(out.Reasons, *days)
	}
	return out
}

type explainer struct {
	r *Result
	p Printer
}

// reason fills what all reasons have: the condition, its answers, what would turn
// it round.
func (x *explainer) reason(about string, e *Expr, turn bool) Reason {
	met, known := e.decided(x.r.scope)
	out := Reason{About: about, Met: met, Known: known, At: e.At}
	if e.IsZero() || e.code == nil || e.code.tree() == nil {
		return out
	}
	t := x.teller(e)
	out.Rule = t.say(t.tree.Expr())
	out.Used = x.used(e, nil)
	if turn {
		out.Change = joined(t.changes(t.tree.Expr(), !met))
	}
	return out
}

func (x *explainer) teller(e *Expr) *teller {
	return &teller{p: x.p, s: x.r.Service, scope: x.r.scope, code: e.code, tree: e.code.tree()}
}

func (x *explainer) stop(s *Stop) Reason {
	out := x.reason(AboutStop, &s.When, true)
	out.Outcome, out.Why = s.Title.In(x.p.Lang), s.Text.In(x.r, x.p)
	if len(s.Instead) > 0 {
		out.Mend = s.Instead[0].Text.In(x.p.Lang)
	}
	return out
}

func (x *explainer) right(right *Right) Reason {
	out := x.reason(AboutRight, &right.Rule, true)
	switch {
	case !out.Known:
		out.Outcome, out.Change = x.p.word("forms.explain.right_unknown"), nil
	case out.Met:
		out.Outcome = x.p.word("forms.explain.right_yes")
	default:
		out.Outcome, out.Ground = x.p.word("forms.explain.right_no"), right.Ground
		out.Why, out.Mend = right.Why.In(x.r, x.p), right.Mend.In(x.p.Lang)
	}
	return out
}

// fee explains the variant that counts; the others say what it would take.
func (x *explainer) fee() *Reason {
	list := x.r.Service.Decide.Fee
	if len(list) == 0 {
		list = x.r.Service.Page.Cost
	}
	var whens []*Expr
	for i := range list {
		whens = append(whens, &list[i].When)
	}
	chosen := x.chosen(whens)
	if chosen < 0 || !x.r.Decided.FeeKnown {
		return nil
	}
	out := x.reason(AboutFee, whens[chosen], false)
	out.Outcome, out.Why = printMoney(x.r.Decided.Fee, x.p.Lang), list[chosen].Why.In(x.r, x.p)
	out.Used = append(out.Used, x.used(&list[chosen].Amount, out.Used)...)
	out.Change = x.others(whens, chosen, func(i int) string {
		if n, ok := list[i].Amount.integer(x.r.scope); ok && n != x.r.Decided.Fee {
			return printMoney(n, x.p.Lang)
		}
		return ""
	})
	return &out
}

func (x *explainer) deadline() *Reason {
	list := x.r.Service.Decide.Deadline
	var whens []*Expr
	for i := range list {
		whens = append(whens, &list[i].When)
	}
	chosen := x.chosen(whens)
	if chosen < 0 || x.r.Decided.Days == 0 {
		return nil
	}
	out := x.reason(AboutDeadline, whens[chosen], false)
	out.Outcome, out.Why = x.time(x.r.Decided.Days, x.r.Decided.Working), list[chosen].Why.In(x.r, x.p)
	out.Change = x.others(whens, chosen, func(i int) string {
		d := Decided{}
		if d.days(&list[i], x.r.scope); d.Days == 0 || d.Days == x.r.Decided.Days && d.Working == x.r.Decided.Working {
			return ""
		}
		return x.time(d.Days, d.Working)
	})
	return &out
}

func (x *explainer) time(days int, working bool) string {
	if x.p.Words == nil {
		return ""
	}
	if working {
		return x.p.Words("forms.explain.working_days", "Count", days)
	}
	return x.p.Words("forms.explain.calendar_days", "Count", days)
}

// chosen is the first variant that fits, −1 for none.
func (x *explainer) chosen(whens []*Expr) int {
	return slices.IndexFunc(whens, func(e *Expr) bool { return e.holds(x.r.scope) })
}

// others says for the variants that do not count what would make them.
func (x *explainer) others(whens []*Expr, chosen int, outcome func(i int) string) []string {
	var out []string
	for i, e := range whens {
		what := ""
		if i != chosen {
			what = outcome(i)
		}
		if what == "" {
			continue
		}
		for _, change := range x.toFit(whens, chosen, e) {
			out = append(out, x.p.sentence("forms.explain.variant", "Outcome", what, "Rule", change))
		}
	}
	return slices.Compact(out)
}

// toFit is what it takes for a variant to count: its own condition, or, for one
// which always fits, that of the chosen one not to hold.
func (x *explainer) toFit(whens []*Expr, chosen int, e *Expr) []string {
	turned, want := e, true
	if e.holds(x.r.scope) {
		turned, want = whens[chosen], false
	}
	if turned.IsZero() || turned.code == nil || turned.code.tree() == nil {
		return nil
	}
	t := x.teller(turned)
	return joined(t.changes(t.tree.Expr(), want))
}

// used are the answers that a condition looks at, without those that stand there.
func (x *explainer) used(e *Expr, already []Used) []Used {
	var out []Used
	for _, id := range e.refs {
		u := x.usedField(id)
		if u.Label != "" && !slices.Contains(already, u) && !slices.Contains(out, u) {
			out = append(out, u)
		}
	}
	return out
}

func (x *explainer) usedField(id string) Used {
	if g := x.r.Service.groups[id]; g != nil {
		return Used{Label: g.Title.In(x.p.Lang), Value: printNumber(float64(len(items(x.r.scope.a[id]))), 0, x.p.Lang)}
	}
	f := x.r.Service.fields[id]
	if f == nil {
		return Used{}
	}
	u := Used{Label: f.Label.In(x.p.Lang), Value: x.p.word("forms.word.empty")}
	if v := x.r.scope.a[id]; v != nil {
		u.Value = f.kind.Print(f, v, x.p)
	}
	if e := &f.Value; !e.IsZero() && e.code != nil && e.code.tree() != nil {
		t := x.teller(e)
		u.How = t.say(t.tree.Expr())
	}
	x.r.EachField(func(state *FieldState) {
		if state.Name == id {
			u.Origin = state.Source.Origin.In(x.p.Lang)
		}
	})
	return u
}

// change is a set of conditions that must hold together.
type change []string

func joined(all []change) []string {
	var out []string
	for _, c := range all {
		out = append(out, strings.Join(slices.Compact([]string(c)), "; "))
	}
	return slices.Compact(out)
}

// maxChanges bounds how many ways out are named.
const maxChanges = 4

// changes are the ways to give a condition the wanted outcome, as sets of
// conditions that would have to hold.
func (t *teller) changes(e ast.Expr, want bool) []change {
	if v, known := t.outcome(e); known && v == want {
		return []change{nil}
	}
	if e.Kind() == ast.CallKind {
		args := e.AsCall().Args()
		switch e.AsCall().FunctionName() {
		case operators.LogicalNot:
			return t.changes(args[0], !want)
		case operators.LogicalAnd, operators.LogicalOr:
			either := (e.AsCall().FunctionName() == operators.LogicalOr) == want
			return t.join(t.changes(args[0], want), t.changes(args[1], want), either)
		}
	}
	if want {
		return []change{{t.say(e)}}
	}
	return []change{{t.deny(e)}}
}

// join: either way is enough, or both are needed.
func (t *teller) join(a, b []change, either bool) []change {
	var out []change
	if either {
		out = slices.Concat(a, b)
		return out[:min(len(out), maxChanges)]
	}
	for _, x := range a {
		for _, y := range b {
			if len(out) < maxChanges {
				out = append(out, append(slices.Clone(x), y...))
			}
		}
	}
	return out
}

// outcome is what a part of the condition gives for these answers.
func (t *teller) outcome(e ast.Expr) (value, known bool) {
	env, err := t.code.env()
	if err != nil {
		return false, false
	}
	part := ast.NewCheckedAST(ast.NewAST(e, t.tree.SourceInfo()), t.tree.TypeMap(), t.tree.ReferenceMap())
	prog, err := env.PlanProgram(part, cel.CostLimit(maxCost))
	if err != nil {
		return false, false
	}
	v, _, err := prog.Eval(t.scope)
	if err != nil || v == nil {
		return false, false
	}
	value, known = v.Value().(bool)
	return value, known
}
