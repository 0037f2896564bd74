package forms

import "slices"

// Where a value comes from.
const (
	FromNowhere    = ""
	FromTyped      = "typed"
	FromKnown      = "known"
	FromCalculated = "calculated"
)

// Source says where a value comes from. Path, Origin and AsOf are set for
// FromKnown.
type Source struct {
	From   string
	Path   string
	Origin Text
	AsOf   string // RFC 3339, empty when not known
	// Correct names where a mistake in it is put right (see Known.Correct).
	Correct string
}

// Result is a form filled from answers and facts. It is made by Fill and not
// changed afterwards.
type Result struct {
	Service *Service
	// Steps are the steps which the person sees, in order. After an early end
	// there are no further ones.
	Steps []StepState
	// Missing are the required answers that are not there yet; Wrong are the
	// answers that can't stay. Both in the order of the form.
	Missing []Wrong
	Wrong   []Wrong
	// Stopped is the early end, nil without one.
	Stopped *Stopped
	// Decided is what the rules say.
	Decided Decided
	// Lookups are the questions to registries that have no answer in the facts, or
	// none but silence.
	Lookups []Lookup

	scope *scope
}

// StepState is a visible step with its values.
type StepState struct {
	Step   *Step
	Fields []FieldState
	Groups []GroupState
	// Missing and Wrong count the mistakes of the step.
	Missing, Wrong int
	// Touched is true when the person has answered anything here.
	Touched bool
}

// Complete reports whether nothing is missing or wrong in the step.
func (s StepState) Complete() bool { return s.Missing == 0 && s.Wrong == 0 }

// FieldState is a visible field with its value.
type FieldState struct {
	Field *Field
	// Name is the field's name in the page: phone, children.0.snils.
	Name string
	// Value is the answer in canonical form, nil for none.
	Value  any
	Source Source
	// Offered are the options that can be chosen now.
	Offered []*Option
	// Missing is true for a required answer that is not there.
	Missing bool
	Wrong   []Wrong
	// Changed is true where something else is known than what was answered:
	// Provided, from ProvidedBy. The officer sees both.
	Changed    bool
	Provided   any
	ProvidedBy Source
	// Candidates are known values that can be taken as a whole; posted as
	// <name>.pick. Picked is the key of the one that was taken, empty for none.
	Candidates []Candidate
	Picked     string
	// Lookup is the question to a registry which the answer raises, nil for none.
	Lookup *Lookup
	// Asked is what came of it: AskedFound, AskedNone, AskedSilent.
	Asked string

	given bool // the person answered, or left it empty on purpose
}

// Boxes are the contents of the field's boxes, by part: as sent if raw (which
// may be nil) has the field, so that mistakes can be mended where they were
// made; the value otherwise.
func (f FieldState) Boxes(raw map[string][]string) map[string][]string {
	sent := map[string][]string{}
	for _, in := range f.Field.Inputs() {
		if values, ok := raw[joinPart(f.Name, in.Part)]; ok {
			sent[in.Part] = values
		}
	}
	if len(sent) > 0 {
		return sent
	}
	return f.Field.Boxes(f.Value)
}

// GroupState is a visible group with its items.
type GroupState struct {
	Group *Group
	// Items has at least repeat.min members, the last of them may be empty.
	Items  []ItemState
	Source Source
	Wrong  []Wrong
}

// CanAdd reports whether one more item may be added.
func (g GroupState) CanAdd() bool { return len(g.Items) < g.Group.Repeat.Max }

// CanRemove reports whether an item may be taken away.
func (g GroupState) CanRemove() bool { return len(g.Items) > g.Group.Repeat.Min }

// ItemState is one item of a group.
type ItemState struct{ Fields []FieldState }

// Stopped is an early end: which step led to it, and what to show.
type Stopped struct {
	Step string // empty for the form's own
	Stop *Stop
}

// Ready reports whether the form can be sent.
func (r *Result) Ready() bool {
	return len(r.Missing) == 0 && len(r.Wrong) == 0 && r.Stopped == nil && len(r.Steps) > 0
}

// Step finds a visible step, nil if it is hidden or not known.
func (r *Result) Step(id string) *StepState {
	if i := r.index(id); i >= 0 {
		return &r.Steps[i]
	}
	return nil
}

func (r *Result) index(id string) int {
	return slices.IndexFunc(r.Steps, func(s StepState) bool { return s.Step.ID == id })
}

// Next is the step after the given one; empty when it was the last (the
// summary comes next) or when the form has ended early. For a step that is not
// visible it is the first open one.
func (r *Result) Next(step string) string {
	i := r.index(step)
	switch {
	case i < 0:
		return r.Open()
	case i+1 < len(r.Steps):
		return r.Steps[i+1].Step.ID
	}
	return ""
}

// Previous is the step before the given one, empty for the first.
func (r *Result) Previous(step string) string {
	if i := r.index(step); i > 0 {
		return r.Steps[i-1].Step.ID
	}
	return ""
}

// Open is the first step that is not complete, empty when all are.
func (r *Result) Open() string {
	for _, s := range r.Steps {
		if !s.Complete() {
			return s.Step.ID
		}
	}
	return ""
}

// Submission is what is sent: the values of all visible fields, also those
// filled in and calculated, without empty ones. The map is the caller's own.
func (r *Result) Submission() Answers {
	out := Answers{}
	for k, v := range r.scope.a {
		if v != nil {
			out[k] = copied(v)
		}
	}
	return out
}

func copied(v any) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = copied(v[i])
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, x := range v {
			out[k] = copied(x)
		}
		return out
	}
	return v
}
