package forms

import (
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// Cases are the golden cases of a service: the file cases.yaml beside its
// service.yaml. Each says what must come of answers and facts. They are run by
// okno services test and whenever a folder is loaded; a broken one stops the
// publication.
type Cases struct {
	Cases []Case `key:"cases,required" doc:"The cases."`
}

// Case is one golden case.
type Case struct {
	Name     string `key:"name,required" doc:"What it shows."`
	Today    string `key:"today" format:"date" doc:"The day, in quotes; \"2026-01-15\" by default."`
	Level    string `key:"level" enum:"simplified|standard|confirmed" doc:"Level of the account; that of the service by default."`
	Audience string `key:"audience" enum:"citizen|business" doc:"For whom the person acts; the first of the service by default."`
	Region   string `key:"region" format:"region" doc:"Code of the region, in quotes."`
	Facts    any    `key:"facts" doc:"What is known, by path: {profile.snils: \"11223344595\"}."`
	Answers  any    `key:"answers" doc:"What was answered, by field, as the API takes it."`
	Want     Want   `key:"want,required" doc:"What must come of it; what is left out is not looked at."`
	At       Pos    `key:"-"`
}

// Want is what must come of a case.
type Want struct {
	Path         []string `key:"path" format:"id" doc:"The steps that are shown, in order."`
	Outcome      string   `key:"outcome" enum:"ready|incomplete|stopped" doc:"ready: can be sent; incomplete: answers are missing or wrong; stopped: an early end."`
	Missing      []string `key:"missing" doc:"Names of the answers that are missing."`
	Wrong        []string `key:"wrong" doc:"Names of the answers that can't stay."`
	Eligible     string   `key:"eligible" enum:"yes|no|unknown" doc:"Whether there is a right."`
	Grounds      []string `key:"grounds" format:"id" doc:"Codes of the grounds for refusal that are met."`
	Fee          *int     `key:"fee" min:"0" doc:"Kopecks."`
	WorkingDays  int      `key:"working_days" min:"1" doc:"Time limit in working days."`
	CalendarDays int      `key:"calendar_days" min:"1" doc:"Time limit in calendar days."`
	Parts        []string `key:"parts" format:"id" doc:"The parts of other agencies that are needed, in order."`
	Values       any      `key:"values" doc:"Values of fields, calculated ones too, by id."`
	At           Pos      `key:"-"`
}

// casesFile is the name of the file beside service.yaml.
const casesFile = "cases.yaml"

// defaultDay is the day of a case that names none.
const defaultDay = "2026-01-15"

// LoadCases reads the golden cases beside a service; no file means no cases.
func LoadCases(fsys fs.FS, s *Service) ([]Case, []Fault) {
	file := path.Join(path.Dir(s.Path), casesFile)
	if _, err := fs.ReadFile(fsys, file); err != nil {
		return nil, nil
	}
	var c Cases
	fs := readFile(fsys, file, reflect.ValueOf(&c).Elem())
	for i := range c.Cases {
		c.Cases[i].lint(s, fs)
	}
	return c.Cases, fs.sorted()
}

// lint finds names in a case that the service does not have.
func (c *Case) lint(s *Service, fs *faults) {
	l := &linter{faults: fs, s: s}
	known, more := asMap(c.Answers), asMap(c.Want.Values)
	if known == nil && c.Answers != nil || more == nil && c.Want.Values != nil || asMap(c.Facts) == nil && c.Facts != nil {
		fs.add(c.At, "type", "write field: value pairs", "answers, facts and values must be mappings")
		return
	}
	l.known(append(slices.Sorted(maps.Keys(known)), slices.Sorted(maps.Keys(more))...), c.At)
	for _, p := range slices.Sorted(maps.Keys(asMap(c.Facts))) {
		if _, ok := factPath(p); !ok {
			fs.add(c.At, "value", nearest(p, factNames()), "facts: %q is not known", p)
		}
	}
	for _, id := range c.Want.Parts {
		if s.Part(id) == nil {
			fs.add(c.Want.At, "value", "", "parts: there is no part %q", id)
		}
	}
	for _, id := range c.Want.Path {
		if _, ok := s.steps[id]; !ok {
			fs.add(c.Want.At, "value", nearest(id, l.stepIDs()), "path: there is no step %q", id)
		}
	}
}

func asMap(v any) map[string]any { m, _ := v.(map[string]any); return m }

// facts are what a case says is known.
func (c *Case) facts(s *Service, d Dictionaries) Facts {
	f := Facts{
		Today: cmp.Or(c.Today, defaultDay), Level: cmp.Or(c.Level, s.Level), Region: c.Region, Audience: c.Audience,
		Known: map[string]Known{}, Dictionaries: d,
	}
	if f.Audience == "" && len(s.Audience) > 0 {
		f.Audience = s.Audience[0]
	}
	for p, v := range asMap(c.Facts) {
		f.Known[p] = Known{Value: v}
	}
	return f
}

// RunCases runs golden cases and gives a fault for each thing that came out
// otherwise, with the place of the case.
func RunCases(s *Service, cases []Case, d Dictionaries) []Fault {
	fs := &faults{file: path.Join(path.Dir(s.Path), casesFile)}
	for i := range cases {
		c := &cases[i]
		r := Fill(s, Answers(asMap(copied(c.Answers))), c.facts(s, d))
		for _, x := range c.differences(r) {
			fs.add(c.At, "case", x.hint, "%s: %s is %s, should be %s", c.Name, x.what, x.got, x.want)
		}
	}
	return fs.sorted()
}

type difference struct{ what, got, want, hint string }

func (c *Case) differences(r *Result) []difference {
	w, d := &c.Want, &r.Decided
	var out []difference
	compare := func(looked bool, what string, got, want any, hint string) {
		if g, w := fmt.Sprint(got), fmt.Sprint(want); looked && g != w {
			out = append(out, difference{what, g, w, hint})
		}
	}
	problems := strings.Join(append(namesOf(r.Missing), namesOf(r.Wrong)...), ", ")
	compare(w.Outcome != "", "the outcome", outcomeOf(r), w.Outcome, hintOf("missing or wrong: ", problems))
	compare(w.Path != nil, "the path", pathOf(r), w.Path, "")
	compare(w.Missing != nil, "missing", namesOf(r.Missing), w.Missing, "")
	compare(w.Wrong != nil, "wrong", namesOf(r.Wrong), w.Wrong, "")
	compare(w.Eligible != "", "eligible", d.Eligible, w.Eligible, hintOf("missing or wrong: ", problems))
	compare(w.Grounds != nil, "the list of grounds", d.Grounds, w.Grounds, "")
	if w.Fee != nil {
		compare(true, "the fee", feeOf(d), *w.Fee, "")
	}
	compare(w.WorkingDays > 0, "the time limit", daysOf(d), daysOf(&Decided{Days: w.WorkingDays, Working: true}), "")
	compare(w.Parts != nil, "the list of parts", partsOfResult(r), w.Parts, "")
	compare(w.CalendarDays > 0, "the time limit", daysOf(d), daysOf(&Decided{Days: w.CalendarDays}), "")
	for _, id := range slices.Sorted(maps.Keys(asMap(w.Values))) {
		got, want := r.scope.a[id], asMap(w.Values)[id]
		compare(!same(got, want), "a."+id, got, want, "")
	}
	return out
}

func hintOf(what, list string) string {
	if list == "" {
		return ""
	}
	return what + list
}

func partsOfResult(r *Result) []string {
	var out []string
	for _, p := range r.Parts() {
		out = append(out, p.ID)
	}
	return out
}

func outcomeOf(r *Result) string {
	switch {
	case r.Stopped != nil:
		return "stopped"
	case r.Ready():
		return "ready"
	}
	return "incomplete"
}

func pathOf(r *Result) []string {
	var out []string
	for i := range r.Steps {
		out = append(out, r.Steps[i].Step.ID)
	}
	return out
}

func namesOf(list []Wrong) []string {
	var out []string
	for _, w := range list {
		out = append(out, w.Name)
	}
	return out
}

func feeOf(d *Decided) string {
	if !d.FeeKnown {
		return "not known"
	}
	return fmt.Sprint(d.Fee)
}

func daysOf(d *Decided) string {
	if d.Working {
		return fmt.Sprintf("%d working days", d.Days)
	}
	return fmt.Sprintf("%d calendar days", d.Days)
}

// anything reads a value of no fixed shape: what JSON can hold.
func (d *decoder) anything(n ast.Node) any {
	if d.refused(n, tags{key: "value"}) {
		return nil
	}
	switch n := n.(type) {
	case *ast.SequenceNode:
		out := make([]any, len(n.Values))
		for i := range n.Values {
			out[i] = d.anything(n.Values[i])
		}
		return out
	case *ast.BoolNode:
		return n.Value
	case *ast.IntegerNode:
		if i, ok := whole(n.Value); ok {
			return i
		}
		if u, ok := n.Value.(uint64); ok && u < 1<<53 {
			return int64(u)
		}
	case *ast.FloatNode:
		return n.Value
	}
	if entries, ok := pairs(n); ok {
		out := map[string]any{}
		for _, e := range entries {
			if key, _, ok := scalar(e.Key, d.lines); ok {
				out[key] = d.anything(e.Value)
			}
		}
		return out
	}
	s, _, ok := scalar(n, d.lines)
	if !ok {
		d.add(position(n), "type", "write a text, a number, true, false, a list or a mapping", "this value can't be read")
	}
	return s
}
