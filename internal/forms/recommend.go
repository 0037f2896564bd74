package forms

import (
	"slices"
	"strings"
)

// Recommend says when the cabinet recommends the service to somebody, and why.
// Exactly one of When, After and Expires is given.
type Recommend struct {
	When    Expr     `key:"when" type:"bool" doc:"Recommended while this holds of the facts (facts.profile.…, facts.today, facts.level); answers are not known yet."`
	After   []string `key:"after" format:"id" doc:"Recommended for 60 days after one of these services was approved."`
	Expires int      `key:"expires" min:"1" max:"365" doc:"Recommended so many days before the document that this service has issued to the person ends."`
	Why     Template `key:"why,required" doc:"The fact for which it is recommended, as the person reads it; ${…} may hold facts."`
	At      Pos      `key:"-"`
}

// Whys tells of many services whether facts speak for them: the facts are made
// ready once.
type Whys struct{ scope scope }

// WhysOf makes facts ready.
func WhysOf(f Facts) Whys { return Whys{scope{a: map[string]any{}, facts: f.tree()}} }

// Holds reports whether the condition holds of the facts. A rule without a
// condition does not: what it waits for is no fact of the profile.
func (w Whys) Holds(r *Recommend) bool { return r.When.met(&w.scope) }

// Why is the fact in words.
func (w Whys) Why(r *Recommend, p Printer) string { return r.Why.fill(p, &w.scope) }

// recommend checks the key recommend.
func (l *linter) recommend() {
	for i := range l.s.Recommend {
		r := &l.s.Recommend[i]
		if count(!r.When.IsZero(), len(r.After) > 0, r.Expires > 0) != 1 {
			l.add(r.At, "value", "give exactly one", "recommend needs when, after or expires")
		}
		if slices.Contains(r.After, l.s.ID) {
			l.add(r.At, "value", "name another service, or say when its document expires with expires", "recommend: the service can't follow itself")
		}
		if r.Expires > 0 && l.s.Result.ValidDays == 0 {
			l.add(r.At, "value", "give result.valid_days, or leave expires out", "recommend: the document of this service has no end")
		}
		if r.Expires > 0 && l.s.Result.ValidDays > 0 && r.Expires >= l.s.Result.ValidDays {
			l.add(r.At, "limit", "expires must be less than result.valid_days", "recommend: the document would be renewed on the day it is issued")
		}
	}
}

// recommends compiles the rules: they look at facts alone.
func (c *compilation) recommends() {
	for i := range c.s.Recommend {
		r := &c.s.Recommend[i]
		c.condition(&r.When, reach{before: everywhere})
		c.factsOnly(&r.When)
		c.template(&r.Why, reach{before: everywhere})
		for _, parts := range r.Why.parts {
			for j := range parts {
				c.factsOnly(&parts[j].expr)
			}
		}
		if !r.When.IsZero() && r.When.code != nil && c.constant(&r.When) {
			c.add(r.When.At, "unreachable", "look at facts: facts.profile.…", "recommend: the condition is the same for everybody")
		}
	}
}

// factsOnly refuses an expression that needs an answer.
func (c *compilation) factsOnly(e *Expr) {
	if len(e.refs) > 0 {
		c.add(e.At, "order", "use facts.…", "a.%s is not known before the service is begun", e.refs[0])
	}
	if strings.Contains(e.Source, "facts.child") {
		c.add(e.At, "order", "use facts.profile.children", "facts.child is not known before the service is begun")
	}
}

// lintRecommended finds services that a recommendation follows and that are not there.
func lintRecommended(s *Service, known map[string]bool, ids []string) []Fault {
	var out []Fault
	for _, r := range s.Recommend {
		for _, id := range r.After {
			if !known[id] {
				out = append(out, Fault{File: s.Path, Pos: r.At, Code: "value", What: "recommend: there is no service " + id, Hint: nearest(id, ids)})
			}
		}
	}
	return out
}
