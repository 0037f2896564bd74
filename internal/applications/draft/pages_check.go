package draft

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"okno/internal/forms"
	"okno/internal/kit/errs"
	"okno/internal/kit/web"
)

// checkField tells the script what is wrong with the field that was left, what a
// registry says of it, and what it fills. It keeps nothing.
func (r *Room) checkField(w http.ResponseWriter, req *http.Request) error {
	ctx := req.Context()
	d, err := r.kept(ctx, req.PathValue("id"))
	if err != nil {
		return err
	}
	step := d.service.Step(stepOf(req))
	if step == nil {
		return ErrNotFound
	}
	in := &posted{}
	if err := receiveForm(w, req, step, in); err != nil {
		return err
	}
	if first(in.raw, "_fields") != "" {
		return showFields(w, req, d, step, in)
	}
	name := first(in.raw, "_field")
	answers, wrong := forms.Check(d.service, step.ID, in.raw, d.Answers, d.facts)
	if r.lookAbout(ctx, d, answers, name) {
		answers, wrong = forms.Check(d.service, step.ID, in.raw, d.Answers, d.facts)
	}
	out := map[string]any{name: ""}
	for _, x := range wrong {
		if concerns(x, name) && out[name] == "" && !missing(x) {
			out[name] = message(ctx, x)
		}
	}
	if state := fieldWith(forms.Fill(d.service, answers, d.facts), name); state != nil && state.Lookup != nil {
		out["_said"] = map[string]string{state.Name: saidOf(ctx, state)}
		out["_fill"] = filledBy(state, in.raw)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	return json.NewEncoder(w).Encode(out)
}

// fieldWith is the field to which a box belongs, nil for none.
func fieldWith(r *forms.Result, box string) (state *forms.FieldState) {
	r.EachField(func(f *forms.FieldState) {
		if f.Name == box || strings.HasPrefix(box, f.Name+".") {
			state = f
		}
	})
	return state
}

// lookAbout asks the registry about the field of a box; true if it has answered.
func (r *Room) lookAbout(ctx context.Context, w *work, answers forms.Answers, box string) bool {
	state := fieldWith(forms.Fill(w.service, answers, w.facts), box)
	if r.Registries == nil || state == nil || state.Lookup == nil || state.Asked != forms.AskedSilent {
		return false
	}
	w.learn(*state.Lookup, r.find(ctx, *state.Lookup))
	return true
}

// filledBy are the boxes which stand empty and which the registry fills.
func filledBy(f *forms.FieldState, raw map[string][]string) map[string]string {
	out := map[string]string{}
	if f.Asked != forms.AskedFound {
		return out
	}
	for part, values := range f.Field.Boxes(f.Value) {
		name := joined(f.Name, part)
		if len(values) == 1 && values[0] != "" && strings.TrimSpace(first(raw, name)) == "" {
			out[name] = values[0]
		}
	}
	return out
}

// saidOf is what came of asking a registry, in words; "" while nothing was asked.
func saidOf(ctx context.Context, f *forms.FieldState) string {
	switch f.Asked {
	case forms.AskedSilent:
		return say(ctx, "applications.draft.registry.silent")
	case forms.AskedNone:
		if len(f.Wrong) == 0 {
			return say(ctx, "applications.draft.registry.none")
		}
	case forms.AskedFound:
		return say(ctx, "applications.draft.registry.found")
	}
	return ""
}

// addresses answers a search while typing, each line with the boxes that it fills.
func (r *Room) addresses(w http.ResponseWriter, req *http.Request) error {
	type line struct {
		Text string            `json:"text"`
		Fill map[string]string `json:"fill"`
	}
	list, err := r.suggestions(req.Context(), strings.TrimSpace(cutKey(web.Query(req, "q"))))
	if errs.IsKind(err, errs.TooMany) {
		return err
	}
	found := []line{} // a silent register suggests nothing; the boxes are there
	for _, a := range list {
		found = append(found, line{a.Text, a.Parts()})
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	return json.NewEncoder(w).Encode(found)
}
