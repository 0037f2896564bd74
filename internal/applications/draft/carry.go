package draft

import (
	"context"
	"slices"

	"okno/internal/forms"
	"okno/internal/kit/db"
)

// carried is what became of a draft whose service has changed since.
type carried struct {
	from    int // the version with which the draft was filled in
	changes []forms.Change
	gone    bool // that version is not there any more: what differs is not known
}

// news reports whether the holder has to see what has changed.
func (w *work) news() bool {
	return w.carried != nil && (w.carried.gone || len(w.carried.changes) > 0)
}

// current puts a draft onto the service as it is offered now: answers that still
// fit stay, what broke is asked again. It is kept with the next change of the
// draft. Error: ErrWithdrawn.
func (r *Room) current(ctx context.Context, w *work) error {
	now, ok := r.Services.Service(w.ServiceID)
	switch {
	case w.Number != "":
		return nil // an application keeps the version that it was sent with
	case !ok || len(now.Form.Steps) == 0:
		return ErrWithdrawn
	case now.Version == w.Version:
		return nil
	}
	old, err := r.Services.Version(ctx, w.ServiceID, w.Version)
	c := &carried{from: w.Version, gone: err != nil}
	if c.gone {
		old = now
	}
	w.Answers, c.changes = forms.Carry(old, now, w.Answers)
	w.Step = carriedStep(now, w.Step)
	w.Version, w.carried = now.Version, c
	return nil
}

// carriedStep is the furthest step in the new version. Where it is gone, the
// person goes on at the first step that is not complete.
func carriedStep(s *forms.Service, step string) string {
	if s.Step(step) != nil {
		return step
	}
	for i := range s.Form.Steps {
		if slices.Contains(s.Form.Steps[i].Was, step) {
			return s.Form.Steps[i].ID
		}
	}
	return stepCheck
}

// accept keeps a draft as it was carried over: the holder has seen what changed.
func (r *Room) accept(ctx context.Context, draftID string) (*work, error) {
	w, err := r.unsent(ctx, draftID)
	if err != nil || w.carried == nil {
		return w, err
	}
	from := w.carried.from
	err = r.save(ctx, w, func(ctx context.Context, tx *db.Tx) error {
		return r.note(ctx, tx, "applications.draft_carried", w.Draft)
	})
	if err == nil {
		r.Log.InfoContext(ctx, "draft carried over", "draft", w.ID, "service", w.ServiceID, "from", from, "to", w.Version)
		w.carried = nil
	}
	return w, err
}

// again are the changes that ask for something, others are the rest.
func again(changes []forms.Change) (asked, others []forms.Change) {
	for _, c := range changes {
		if c.Again {
			asked = append(asked, c)
		} else {
			others = append(others, c)
		}
	}
	return asked, others
}
