package agency

import (
	"slices"
	"strings"
)

// What a template is for.
const (
	ForApprove = "approve"
	ForRefuse  = "refuse"
	ForAsk     = "ask"
)

// Outcomes are what templates are for, in the order of pages.
func Outcomes() []string { return []string{ForApprove, ForRefuse, ForAsk} }

// Template are ready words of a decision or an ask.
type Template struct {
	ID      string
	Service string // "" for all services of the agency
	Outcome string
	Title   string
	Body    string
}

// Places are what may stand in curly brackets in a template.
func Places() []string {
	return []string{"number", "service", "agency", "submitted", "deadline", "today"}
}

// Unknown is the first place in the words that nobody fills, "" for none.
func (t Template) Unknown() string {
	rest := t.Body
	for {
		_, after, ok := strings.Cut(rest, "{")
		if !ok {
			return ""
		}
		name, tail, closed := strings.Cut(after, "}")
		if !closed || !slices.Contains(Places(), name) {
			if len(name) > 20 {
				name = name[:20]
			}
			return strings.ToValidUTF8(name, "")
		}
		rest = tail
	}
}

// Fill puts values into the places.
func (t Template) Fill(values map[string]string) string {
	pairs := make([]string, 0, 2*len(values))
	for _, name := range Places() {
		pairs = append(pairs, "{"+name+"}", values[name])
	}
	return strings.NewReplacer(pairs...).Replace(t.Body)
}

// TemplatesFor are the templates of an outcome for a service.
func (r Rules) TemplatesFor(service, outcome string) []Template {
	var all []Template
	for _, t := range r.Templates {
		if t.Outcome == outcome && (t.Service == "" || t.Service == service) {
			all = append(all, t)
		}
	}
	return all
}
