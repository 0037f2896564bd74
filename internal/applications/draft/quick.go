package draft

import (
	"context"

	"okno/internal/applications/cases"
	"okno/internal/forms"
)

// Known reports whether all that the service asks of the actor is known already:
// from the profile, the documents and earlier applications. Then one press leads
// to the page of checked answers. Consents are asked for each application, so
// they do not count.
func (r *Room) Known(ctx context.Context, serviceID string) (bool, error) {
	seed, err := r.known(ctx, serviceID)
	return seed != nil, err
}

// known is what a draft would be begun with, nil while something is missing; its
// service is nil where the profile alone will do.
func (r *Room) known(ctx context.Context, serviceID string) (*Seed, error) {
	me, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	s, err := r.service(serviceID)
	if err != nil {
		return nil, err
	}
	w, err := r.fallow(ctx, me, s, nil)
	if err != nil {
		return nil, err
	}
	if maySend(s, w.facts) != nil {
		return nil, nil
	}
	if allKnown(w.fill()) {
		return &Seed{}, nil
	}
	if r.Copies == nil {
		return nil, nil
	}
	last, err := r.Copies.Last(ctx, serviceID, lastLooked, func(c *cases.Copy) bool { return sameChild(c.Child, nil) })
	if err != nil || last == nil {
		return nil, err
	}
	seed := seedOf(last)
	w.plant(seed)
	for _, f := range seed.Files { // they are taken over only when the draft is begun
		w.facts.Files[f.ID] = forms.File{ID: f.ID, Name: f.Name, Size: f.Size, Type: f.Type}
	}
	if !allKnown(w.fill()) {
		return nil, nil
	}
	return &seed, nil
}

// allKnown: nothing but consents is missing.
func allKnown(r *forms.Result) bool {
	if r.Stopped != nil || len(r.Wrong) > 0 || len(r.Steps) == 0 {
		return false
	}
	for _, w := range r.Missing {
		if w.Key != "forms.error.consent" {
			return false
		}
	}
	return true
}

// Quick begins a draft that is filled in at once from what is known, as far as it
// goes, and gives its id. Nothing is sent: its holder checks it first. Errors: as
// of Start.
func (r *Room) Quick(ctx context.Context, serviceID, once string) (string, error) {
	seed, err := r.known(ctx, serviceID)
	if err != nil {
		return "", err
	}
	if seed != nil && seed.Service != nil {
		return r.Sow(ctx, *seed, once)
	}
	return r.start(ctx, serviceID, "", once, seed != nil)
}
