package draft

import (
	"context"
	"errors"
	"slices"

	"okno/internal/applications/draft/draftdb"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/id"
)

// Behalf is somebody for whom the actor works under a mandate.
type Behalf struct {
	Mandate, Owner string
	// Who is the owner in initials.
	Who string
	// Services are those of the mandate; none: all of them.
	Services []string
	// Alone: sending needs no code of the owner's.
	Alone bool
	// Source is what an application is sent as: page or mfc.
	Source string
	// Since is when the mandate was given: drafts that were begun before it are
	// none of the helper's.
	Since, Until db.Time
}

// Opens reports whether the mandate opens a draft of the service, begun then.
func (b *Behalf) Opens(serviceID string, begun db.Time) bool {
	return b.Serves(serviceID) && begun >= b.Since
}

// Serves reports whether the mandate names the service.
func (b *Behalf) Serves(serviceID string) bool {
	return len(b.Services) == 0 || slices.Contains(b.Services, serviceID)
}

// Helpers tell for whom else the actor works. A mandate opens drafts of its
// services, and nothing else of its owner.
type Helpers interface {
	// Acting is for whom the actor has stepped in, nil for nobody.
	Acting(ctx context.Context) (*Behalf, error)
	// SendCode sends the owner a code for this draft as it stands; CheckCode takes
	// it. Errors of a code have the field "code".
	SendCode(ctx context.Context, b *Behalf, draftID string, version int64) error
	CheckCode(ctx context.Context, b *Behalf, draftID string, version int64, typed string) error
	// Tell tells the owner in the transaction of the change what was done.
	Tell(ctx context.Context, b *Behalf, serviceID, number string) (func(context.Context, *db.Tx) error, error)
}

// behalf is for whom the actor has stepped in, nil for nobody.
func (r *Room) behalf(ctx context.Context) (*Behalf, error) {
	if r.Helpers == nil {
		return nil, nil
	}
	return r.Helpers.Acting(ctx)
}

// held finds a draft of the actor's, or one that the mandate opens under which
// the actor works. Each look at another's draft is in the journal before it.
func (r *Room) held(ctx context.Context, draftID string) (draftdb.ApplicationsDraft, *Behalf, error) {
	me, err := owner(ctx)
	if err != nil && !errors.Is(err, ErrNotFound) || !id.Valid(draftID) {
		return draftdb.ApplicationsDraft{}, nil, errors.Join(err, ErrNotFound)
	}
	if err == nil {
		row, err := r.store.draft(ctx, me, draftID)
		if !errors.Is(err, ErrNotFound) {
			return row, nil, err
		}
	}
	b, err := r.behalf(ctx)
	if err != nil || b == nil {
		return draftdb.ApplicationsDraft{}, nil, errors.Join(err, ErrNotFound)
	}
	row, err := r.store.draft(ctx, b.Owner, draftID)
	if err != nil {
		return row, nil, err
	}
	if !b.Opens(row.ServiceID, row.CreatedAt) {
		return draftdb.ApplicationsDraft{}, nil, ErrNotFound
	}
	return row, b, r.Audit.Look(ctx, identity.ActorOf(ctx).Entry("applications.draft_looked", b.Owner, "draft:"+draftID))
}

// asOwner is the context in which facts of the owner are read: a helper has no
// right of their own to them, the mandate has checked it.
func (w *work) asOwner(ctx context.Context) context.Context {
	if w.behalf == nil {
		return ctx
	}
	return identity.AsSystem(ctx)
}

// StartFor begins a draft for the owner of the mandate under which the actor
// works. Errors: ErrNotFound for another mandate or service, those of Start.
func (r *Room) StartFor(ctx context.Context, mandate, serviceID, once string) (string, error) {
	_, b, err := r.beginner(ctx, mandate, serviceID)
	if err != nil {
		return "", err
	}
	s, err := r.service(serviceID)
	if err != nil {
		return "", err
	}
	f, err := r.facts(identity.AsSystem(ctx), b.Owner, s)
	if err != nil {
		return "", err
	}
	if err := mayDraft(s, f); err != nil {
		return "", err
	}
	return r.begin(ctx, b.Owner, s, nil, s.Form.Steps[0].ID, once)
}

// permitted checks, before a helper sends, that the owner agrees to this draft as
// it stands: by the mandate, or by a code.
func (r *Room) permitted(ctx context.Context, w *work, typed string) error {
	if w.behalf == nil || w.behalf.Alone {
		return nil
	}
	if typed == "" {
		return ErrCode.WithField("code", ErrCode.Key)
	}
	return r.Helpers.CheckCode(ctx, w.behalf, w.ID, w.RowVersion, typed)
}

// AskOwner sends the owner of a draft the code with which a helper may send it.
func (r *Room) AskOwner(ctx context.Context, draftID string) error {
	w, err := r.unsent(ctx, draftID)
	if err != nil {
		return err
	}
	if w.behalf == nil {
		return ErrNotFound
	}
	return r.Helpers.SendCode(ctx, w.behalf, w.ID, w.RowVersion)
}

// telling prepares to tell the owner that a helper has sent the draft.
func (r *Room) telling(ctx context.Context, w *work, number string) (func(context.Context, *db.Tx) error, error) {
	if w.behalf == nil {
		return func(context.Context, *db.Tx) error { return nil }, nil
	}
	return r.Helpers.Tell(ctx, w.behalf, w.ServiceID, number)
}

// beginner is who would own a draft: the actor, or the owner of the mandate for
// which it is begun.
func (r *Room) beginner(ctx context.Context, mandate, serviceID string) (string, *Behalf, error) {
	if mandate == "" {
		me, err := owner(ctx)
		return me, nil, err
	}
	b, err := r.behalf(ctx)
	if err == nil && (b == nil || b.Mandate != mandate || !b.Serves(serviceID)) {
		err = ErrNotFound
	}
	if err != nil {
		return "", nil, err
	}
	return b.Owner, b, nil
}
