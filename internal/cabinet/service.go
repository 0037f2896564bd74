package cabinet

import (
	"context"
	"maps"
	"slices"

	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/db"
)

// Wishes are what a person wants of recommendations.
type Wishes struct {
	Off    bool
	Hidden []string // ids of services
}

// Wishes of who asks.
func (r *Room) Wishes(ctx context.Context) (Wishes, error) {
	actor := identity.ActorOf(ctx)
	if !actor.SignedIn() {
		return Wishes{}, identity.ErrSignIn
	}
	c, err := r.choices.of(ctx, actor.ID)
	return Wishes{Off: c.off, Hidden: slices.Sorted(maps.Keys(c.hidden))}, err
}

// Recommend switches recommendations on or off: off, nothing is reckoned. With
// again what was hidden is shown again.
func (r *Room) Recommend(ctx context.Context, on, again bool) error {
	actor := identity.ActorOf(ctx)
	if !actor.SignedIn() {
		return identity.ErrSignIn
	}
	now, err := r.choices.of(ctx, actor.ID)
	if err != nil || now.off == !on && (!again || len(now.hidden) == 0) {
		return err
	}
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		act, change := "cabinet.recommendations_off", r.choices.put
		if on {
			act, change = "cabinet.recommendations_on", r.choices.drop
		}
		if err := change(ctx, tx, actor.ID, choiceOff); err != nil {
			return err
		}
		if again {
			if err := r.choices.dropHidden(ctx, tx, actor.ID); err != nil {
				return err
			}
		}
		return r.Audit.Write(ctx, tx, actor.Entry(act, actor.ID, "person:"+actor.ID))
	})
}

// Hide shows a service no more among what is offered. Error: ErrNoService.
func (r *Room) Hide(ctx context.Context, serviceID string) error {
	actor := identity.ActorOf(ctx)
	if !actor.SignedIn() {
		return identity.ErrSignIn
	}
	if !slices.ContainsFunc(r.Catalog.Services(), func(s *forms.Service) bool { return s.ID == serviceID }) {
		return ErrNoService
	}
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := r.choices.put(ctx, tx, actor.ID, choiceHide+serviceID); err != nil {
			return err
		}
		return r.Audit.Write(ctx, tx, actor.Entry("cabinet.recommendation_hidden", actor.ID, "service:"+serviceID))
	})
}

// Offered is what is offered to who asks.
func (r *Room) Offered(ctx context.Context) (Offers, error) {
	h, err := r.Home(ctx)
	return h.Offers, err
}

// Export is what the room keeps of the owner.
func (r *Room) Export(ctx context.Context, owner string) (map[string]any, error) {
	c, err := r.choices.of(ctx, owner)
	return map[string]any{"recommendations": map[string]any{"off": c.off, "hidden": slices.Sorted(maps.Keys(c.hidden))}}, err
}

// Erase forgets it.
func (r *Room) Erase(ctx context.Context, tx *db.Tx, owner string) error {
	return r.choices.erase(ctx, tx, owner)
}
