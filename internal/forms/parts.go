package forms

import (
	"slices"
	"strings"
)

// Part is what another agency does for an application: it sees the answers that
// it needs, has a term of its own and gives an opinion. Parts run in parallel,
// or after each other.
type Part struct {
	ID       string   `key:"id,required" format:"id" doc:"Unique among parts."`
	Agency   string   `key:"agency,required" format:"code" doc:"Code of the agency that does it; another than that of the service."`
	Title    Text     `key:"title,required" doc:"What it is: people follow the application by it."`
	Task     Text     `key:"task,required" doc:"What that agency has to find out or do."`
	When     Expr     `key:"when" type:"bool" doc:"The part is needed only if this holds."`
	After    []string `key:"after" format:"id" doc:"Ids of parts that come first; the agency reads their opinions. None: it begins at once."`
	Term     Duration `key:"term,required" doc:"How long that agency has, from when its part begins."`
	Sees     []string `key:"sees,required" format:"field" doc:"Fields and groups whose answers and files that agency may see. It sees nothing else."`
	Ground   string   `key:"ground" format:"id" doc:"Code of the ground for refusal (page.refusal) that a negative opinion is: then nothing else can be decided. None: the opinion is weighed."`
	Negative []Ground `key:"negative,required" doc:"Grounds of a negative opinion, of which the officer chooses."`
	At       Pos      `key:"-"`
}

// partMark stands between the id of a service and that of its part.
const partMark = "/"

// CutPart tells apart the id of a service and that of a part of it, "" for none.
func CutPart(id string) (service, part string) {
	service, part, _ = strings.Cut(id, partMark)
	return service, part
}

// ServiceID is the id under which the part of a service goes.
func (p *Part) ServiceID(service string) string { return service + partMark + p.ID }

// Part finds a part by its id, nil if there is none.
func (s *Service) Part(id string) *Part {
	for i := range s.Parts {
		if s.Parts[i].ID == id {
			return &s.Parts[i]
		}
	}
	return nil
}

// OfPart is the service as the agency of a part knows it: its form has the fields
// and lists that it may have corrected, and no document comes of it. Answers are checked by
// the whole service. nil if there is no such part.
func (s *Service) OfPart(id string) *Service {
	p := s.Part(id)
	if p == nil {
		return nil
	}
	out := &Service{
		ID: p.ServiceID(s.ID), Version: s.Version, Title: p.Title, Short: p.Task, Agency: p.Agency, Level: s.Level,
		Page: Page{Duration: p.Term, Refusal: p.Negative}, fields: map[string]*Field{}, groups: map[string]*Group{},
	}
	for i := range s.Form.Steps {
		step := Step{ID: s.Form.Steps[i].ID, Title: s.Form.Steps[i].Title}
		for _, f := range s.Form.Steps[i].Fields {
			if slices.Contains(p.Sees, f.ID) {
				step.Fields = append(step.Fields, f)
				out.fields[f.ID] = s.fields[f.ID]
			}
		}
		for _, g := range s.Form.Steps[i].Groups {
			if slices.Contains(p.Sees, g.ID) {
				step.Groups = append(step.Groups, g)
				out.groups[g.ID] = s.groups[g.ID]
			}
		}
		if len(step.Fields)+len(step.Groups) > 0 {
			out.Form.Steps = append(out.Form.Steps, step)
		}
	}
	return out
}

// Parts are the parts that are needed for the answers, in the order of the file.
func (r *Result) Parts() []*Part {
	var out []*Part
	for i := range r.Service.Parts {
		if p := &r.Service.Parts[i]; p.When.holds(r.scope) {
			out = append(out, p)
		}
	}
	return out
}

// Only is the result with no other fields and groups than these: what somebody
// may see who may not see all.
func (r *Result) Only(ids []string) *Result {
	out := *r
	out.Steps = nil
	for i := range r.Steps {
		step := r.Steps[i]
		step.Fields = kept(step.Fields, func(f FieldState) bool { return slices.Contains(ids, f.Field.ID) })
		step.Groups = kept(step.Groups, func(g GroupState) bool { return slices.Contains(ids, g.Group.ID) })
		if len(step.Fields)+len(step.Groups) > 0 {
			out.Steps = append(out.Steps, step)
		}
	}
	return &out
}

func kept[T any](all []T, keep func(T) bool) []T {
	var out []T
	for _, x := range all {
		if keep(x) {
			out = append(out, x)
		}
	}
	return out
}

// Files are the ids of the files that were attached to the answers of the result.
func (r *Result) Files() []string {
	var out []string
	add := func(fields []FieldState) {
		for i := range fields {
			for _, x := range items(fields[i].Value) {
				if m, ok := x.(map[string]any); ok && isFile(fields[i].Field) {
					fileID, _ := m["id"].(string)
					out = append(out, fileID)
				}
			}
		}
	}
	for i := range r.Steps {
		add(r.Steps[i].Fields)
		for j := range r.Steps[i].Groups {
			for k := range r.Steps[i].Groups[j].Items {
				add(r.Steps[i].Groups[j].Items[k].Fields)
			}
		}
	}
	return out
}

func isFile(f *Field) bool { return f.Kind == "file" || f.Kind == "photo" }

// parts checks what is said of other agencies.
func (l *linter) parts() {
	s, seen := l.s, map[string]bool{}
	if len(s.Parts) > 0 && s.Opens != "" {
		l.add(s.Parts[0].At, "key", "leave out opens or parts", "a service that opens a page has no parts")
	}
	for i := range s.Parts {
		p := &s.Parts[i]
		l.unique(seen, "part", p.ID, p.At)
		l.codesAt(p.At, "agency", p.Agency, l.o.Agencies)
		if p.Agency == s.Agency {
			l.add(p.At, "value", "name another agency, or leave the part out", "part %q: the agency of the service does that itself", p.ID)
		}
		if n := count(p.Term.WorkingDays > 0, p.Term.CalendarDays > 0, p.Term.Minutes > 0); n != 1 && p.Term.At.Line > 0 {
			l.add(p.Term.At, "value", "give exactly one", "term needs working_days, calendar_days or minutes")
		}
		l.known(p.Sees, p.At)
		if p.Ground != "" && !slices.ContainsFunc(s.Page.Refusal, func(g Ground) bool { return g.Code == p.Ground }) {
			l.add(p.At, "value", "add it to page.refusal", "part %q: there is no ground %q", p.ID, p.Ground)
		}
		grounds := map[string]bool{}
		for _, g := range p.Negative {
			l.unique(grounds, "ground", g.Code, g.At)
		}
		l.after(p)
	}
}

// after looks at what comes before a part: parts that exist, no circle, and all
// of it together no longer than the whole.
func (l *linter) after(p *Part) {
	for _, id := range p.After {
		if l.s.Part(id) == nil {
			l.add(p.At, "value", nearest(id, l.partIDs()), "after: there is no part %q", id)
			return
		}
	}
	days, circle := l.s.chain(p, nil)
	if circle {
		l.add(p.At, "cycle", "let one of them begin without the other", "part %q waits for itself", p.ID)
		return
	}
	if whole := l.s.Page.Duration.calendar(); whole > 0 && days > whole {
		l.add(p.At, "limit", "shorten the terms, or lengthen duration", "part %q can end after the time limit of the service", p.ID)
	}
}

func (l *linter) partIDs() []string {
	var out []string
	for i := range l.s.Parts {
		out = append(out, l.s.Parts[i].ID)
	}
	return out
}

// chain is how many calendar days the part takes with all that comes before it;
// circle: it waits for itself.
func (s *Service) chain(p *Part, below []string) (days float64, circle bool) {
	if slices.Contains(below, p.ID) {
		return 0, true
	}
	var before float64
	for _, id := range p.After {
		q := s.Part(id)
		if q == nil {
			continue
		}
		d, circle := s.chain(q, append(below, p.ID))
		if circle {
			return 0, true
		}
		before = max(before, d)
	}
	return before + p.Term.calendar(), false
}

// calendar is a term in calendar days, to compare terms of different kinds: five
// working days take a week.
func (d Duration) calendar() float64 {
	return float64(d.WorkingDays)*7/5 + float64(d.CalendarDays) + float64(d.Minutes)/(24*60)
}
