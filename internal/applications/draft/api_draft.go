package draft

import (
	"context"

	"okno/internal/forms"
)

// draftBody is a draft as data: what is asked, what was answered, what is wrong.
type draftBody struct {
	ID      string      `json:"id"`
	Service string      `json:"service"`
	Version int64       `json:"version" doc:"Grows with each change"`
	Number  string      `json:"number,omitempty" doc:"The application's, once it was sent"`
	Child   string      `json:"child,omitempty" doc:"Name of the child on whose behalf it is"`
	Ready   bool        `json:"ready" doc:"Nothing is missing: it can be sent"`
	Steps   []stepBody  `json:"steps"`
	Faults  []faultBody `json:"faults" doc:"What is missing or wrong"`
	Stop    *stopBody   `json:"stop,omitempty" doc:"The service is not for this person"`
	Fee     *int64      `json:"fee,omitempty" doc:"Kopecks, once it is known"`
	Files   []fileBody  `json:"files"`
	// Changes are shown until an answer is sent: it is kept with the new version.
	Changes []changeBody `json:"changes,omitempty" doc:"What has changed about the service since the draft was saved; the next change of the draft keeps it with the new version"`
}

type changeBody struct {
	What    string `json:"what" enum:"added,removed,renamed,kind,options,limits,required,fee,deadline,eligibility,level"`
	Field   string `json:"field,omitempty"`
	Step    string `json:"step,omitempty"`
	Message string `json:"message"`
	Again   bool   `json:"again" doc:"An answer is needed before the draft can be sent"`
}

type stepBody struct {
	ID     string      `json:"id"`
	Title  string      `json:"title"`
	Done   bool        `json:"done"`
	Fields []fieldBody `json:"fields"`
	Groups []groupBody `json:"groups"`
}

type fieldBody struct {
	ID       string       `json:"id"`
	Kind     string       `json:"kind"`
	Label    string       `json:"label"`
	Hint     string       `json:"hint,omitempty"`
	Required bool         `json:"required"`
	Options  []optionBody `json:"options,omitempty"`
	Value    any          `json:"value,omitempty"`
	Source   string       `json:"source,omitempty" enum:"typed,known,calculated" doc:"Where the value comes from"`
}

type optionBody struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

type groupBody struct {
	ID    string        `json:"id"`
	Title string        `json:"title"`
	Min   int           `json:"min"`
	Max   int           `json:"max"`
	Items [][]fieldBody `json:"items"`
}

type faultBody struct {
	Name    string `json:"name"`
	Step    string `json:"step"`
	Message string `json:"message"`
}

type stopBody struct {
	Title string `json:"title"`
	Text  string `json:"text"`
}

type fileBody struct {
	ID    string `json:"id"`
	Field string `json:"field"`
	Name  string `json:"name"`
	Size  int64  `json:"size"`
	Type  string `json:"type"`
	State string `json:"state"`
}

func bodyOf(ctx context.Context, w *work) draftBody {
	b := draftBody{
		ID: w.ID, Service: w.ServiceID, Version: w.RowVersion, Number: w.Number,
		Steps: []stepBody{}, Faults: []faultBody{}, Files: []fileBody{},
	}
	if w.Number != "" {
		return b // the answers are the application's now
	}
	if w.carried != nil {
		for _, c := range w.carried.changes {
			b.Changes = append(b.Changes, changeBody{c.What, c.Field, c.Step, c.Message(printer(ctx)), c.Again})
		}
	}
	if w.Child != nil {
		b.Child = w.Child.Name()
	}
	r := w.fill()
	b.Ready = r.Ready() && !w.news() && maySend(w.service, w.facts) == nil
	for i := range r.Steps {
		b.Steps = append(b.Steps, stepBodyOf(ctx, &r.Steps[i]))
	}
	for _, x := range append(r.Missing[:len(r.Missing):len(r.Missing)], r.Wrong...) {
		b.Faults = append(b.Faults, faultBody{x.Name, x.Step, message(ctx, x)})
	}
	if r.Stopped != nil {
		b.Stop = &stopBody{r.Stopped.Stop.Title.In(lang(ctx)), r.Stopped.Stop.Text.In(r, printer(ctx))}
	}
	if r.Decided.FeeKnown {
		b.Fee = &r.Decided.Fee
	}
	for _, f := range w.files {
		b.Files = append(b.Files, fileBody{f.ID, f.Field, f.Name, f.Size, f.Type, string(f.Scan)})
	}
	return b
}

func stepBodyOf(ctx context.Context, s *forms.StepState) stepBody {
	b := stepBody{ID: s.Step.ID, Title: s.Step.Title.In(lang(ctx)), Done: s.Complete(), Fields: fieldBodies(ctx, s.Fields), Groups: []groupBody{}}
	for _, g := range s.Groups {
		x := groupBody{ID: g.Group.ID, Title: g.Group.Title.In(lang(ctx)), Min: g.Group.Repeat.Min, Max: g.Group.Repeat.Max, Items: [][]fieldBody{}}
		for _, item := range g.Items {
			x.Items = append(x.Items, fieldBodies(ctx, item.Fields))
		}
		b.Groups = append(b.Groups, x)
	}
	return b
}

func fieldBodies(ctx context.Context, fields []forms.FieldState) []fieldBody {
	out := make([]fieldBody, 0, len(fields))
	for i := range fields {
		f := &fields[i]
		b := fieldBody{
			ID: f.Field.ID, Kind: f.Field.Kind, Label: f.Field.Label.In(lang(ctx)), Hint: f.Field.Hint.In(lang(ctx)),
			Required: f.Field.IsRequired(), Value: f.Value, Source: f.Source.From,
		}
		for _, o := range f.Offered {
			b.Options = append(b.Options, optionBody{o.Value, o.Label.In(lang(ctx))})
		}
		out = append(out, b)
	}
	return out
}
