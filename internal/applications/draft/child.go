package draft

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"okno/internal/applications/cases"
	"okno/internal/forms"
	"okno/internal/kit/errs"
	"okno/internal/profile"
)

// Children tell whose parent a person is.
type Children interface {
	// Holdings are everybody and everything that belongs with the owner.
	Holdings(ctx context.Context, owner string) (profile.Holdings, error)
}

// children are those on whose behalf the owner may act: known to the civil
// registry as theirs. Another parent in whose profile the child is not confirmed
// has none of them.
func (r *Room) children(ctx context.Context, owner string) ([]cases.Child, error) {
	if r.Children == nil {
		return nil, nil
	}
	held, err := r.Children.Holdings(ctx, owner)
	if err != nil || !held.Consented {
		return nil, err
	}
	var out []cases.Child
	for _, h := range held.Of(profile.HoldingChild) {
		if h.State == profile.CheckConfirmed {
			v := h.Values
			out = append(out, cases.Child{
				ID: h.ID, LastName: v["last_name"], FirstName: v["first_name"], MiddleName: v["middle_name"], BirthDate: v["birth_date"],
			})
		}
	}
	return out, nil
}

// child is one of them. Error: ErrNotFound.
func (r *Room) child(ctx context.Context, owner, childID string) (*cases.Child, error) {
	all, err := r.children(ctx, owner)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all, func(c cases.Child) bool { return c.ID == childID })
	if i < 0 {
		return nil, ErrNotFound
	}
	return &all[i], nil
}

// childOr is the child that is named, nil for none.
func (r *Room) childOr(ctx context.Context, owner, childID string) (*cases.Child, error) {
	if childID == "" {
		return nil, nil
	}
	return r.child(ctx, owner, childID)
}

// ageFits tells by whom, at which age, a service can't be asked.
func ageFits(s *forms.Service, f forms.Facts) *errs.Error {
	who, path := forms.WhoSelf, "profile.birth_date"
	if f.ForChild() {
		who, path = forms.WhoChild, "child.birth_date"
	}
	w, ok := s.For(who)
	born, _ := f.Known[path].Value.(string)
	switch {
	case !ok && who == forms.WhoSelf:
		return ErrForChild
	case !ok:
		return ErrNotForChild
	case !w.Fits(born, f.Today) && who == forms.WhoSelf:
		return ErrAge
	case !w.Fits(born, f.Today):
		return ErrChildAge
	}
	return nil
}

// childFacts are the facts for acting for the child: as they stand in the profile
// now, with their source. A child that is not there any more is known by what the
// draft has noted, so that the form never turns into one for the parent.
func childFacts(f forms.Facts, c *cases.Child) forms.Facts {
	if c == nil {
		return f
	}
	for _, k := range f.Known["profile.children"].Each {
		if k.Correct == "/cabinet/profile/holdings/"+c.ID {
			return f.WithChild(k)
		}
	}
	return f.WithChild(forms.Known{Value: map[string]any{
		"last_name": c.LastName, "first_name": c.FirstName, "middle_name": c.MiddleName, "birth_date": c.BirthDate,
	}})
}

// stillTheirs checks, before an application is sent, that the child is the
// owner's still.
func (r *Room) stillTheirs(ctx context.Context, w *work) error {
	if w.Child == nil {
		return nil
	}
	_, err := r.child(ctx, w.Owner, w.Child.ID)
	if errs.IsKind(err, errs.NotFound) {
		return ErrChild
	}
	return err
}

// lastLooked is how many earlier applications are looked through for one on the
// same behalf.
const lastLooked = 5

// sameChild reports whether two applications are for the same person.
func sameChild(a, b *cases.Child) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.ID == b.ID
}

// childKey holds the child among the answers, as foundKey does.
const childKey = "_child"

// withChild is the answers as they are stored.
func withChild(a forms.Answers, c *cases.Child) forms.Answers {
	if c == nil {
		return a
	}
	out := maps.Clone(a)
	if out == nil {
		out = forms.Answers{}
	}
	out[childKey] = c
	return out
}

// takeChild parts it from the person's answers.
func takeChild(a forms.Answers) (*cases.Child, error) {
	kept, ok := a[childKey]
	if !ok {
		return nil, nil
	}
	delete(a, childKey)
	c := &cases.Child{}
	raw, err := json.Marshal(kept)
	if err == nil {
		err = json.Unmarshal(raw, c)
	}
	return c, err
}
