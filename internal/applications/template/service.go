package template

import (
	"context"
	"time"

	"okno/internal/applications/draft"
	"okno/internal/applications/template/templatedb"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
)

// mine is the permission of every use case: a citizen's own templates.
func mine(ctx context.Context) (identity.Actor, error) {
	a := identity.ActorOf(ctx)
	if !a.SignedIn() {
		return a, identity.ErrSignIn
	}
	if a.IsStaff() {
		return a, ErrNotFound
	}
	return a, nil
}

// Source names what a template is made of: one of the actor's drafts, or the
// number of an application.
type Source struct{ Draft, Number string }

// seed gives the answers of the source.
func (r *Room) seed(ctx context.Context, from Source) (draft.Seed, error) {
	if from.Number != "" {
		return r.Drafts.Sent(ctx, from.Number)
	}
	return r.Drafts.Typed(ctx, from.Draft)
}

// Save keeps the answers of a draft or an application under a name and gives the
// template's id. Errors: ErrName, ErrMany, ErrEmpty, those of the source.
func (r *Room) Save(ctx context.Context, typed string, from Source) (string, error) {
	me, err := mine(ctx)
	if err != nil {
		return "", err
	}
	seed, err := r.seed(ctx, from)
	if err != nil {
		return "", err
	}
	name, err := cleanName(typed)
	if err != nil {
		return "", err
	}
	if len(seed.Answers) == 0 {
		return "", ErrEmpty
	}
	key, err := r.Sealer.Key(ctx, me.ID, secret.Person)
	if err != nil {
		return "", err
	}
	raw, err := seed.Answers.Encode()
	if err != nil {
		return "", err
	}
	row := templatedb.InsertTemplateParams{OwnerID: me.ID, ID: id.New(), ServiceID: seed.Service.ID, Version: int64(seed.Service.Version)}
	row.NameSealed, row.AnswersSealed = key.SealString(place("name_sealed", row.ID), name), key.Seal(place("answers_sealed", row.ID), raw)
	return row.ID, r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		q := templatedb.New(tx)
		n, err := q.CountTemplates(ctx, me.ID)
		if err != nil {
			return err
		}
		if n >= maxTemplates {
			return ErrMany
		}
		row.CreatedAt = tx.Now()
		if err := q.InsertTemplate(ctx, row); err != nil {
			return err
		}
		return r.note(ctx, tx, me, "applications.template_saved", row.ID)
	})
}

func (r *Room) note(ctx context.Context, tx *db.Tx, me identity.Actor, act, templateID string) error {
	return r.Audit.Write(ctx, tx, me.Entry(act, me.ID, "template:"+templateID))
}

// List gives the actor's templates, the newest first.
func (r *Room) List(ctx context.Context) ([]Template, error) {
	me, err := mine(ctx)
	if err != nil {
		return nil, err
	}
	key, err := r.Sealer.Key(ctx, me.ID, secret.Person)
	if err != nil {
		return nil, err
	}
	all, err := r.store.list(ctx, me.ID, key)
	for i := range all {
		r.name(&all[i])
	}
	return all, err
}

// name adds what the catalogue says; a service that is gone keeps its id.
func (r *Room) name(t *Template) {
	t.Title.RU, t.Title.EN = t.ServiceID, t.ServiceID
	if s, ok := r.Services.Service(t.ServiceID); ok {
		t.Title, t.Offered = s.Title, len(s.Form.Steps) > 0
	}
}

// One is one of the actor's templates.
func (r *Room) One(ctx context.Context, templateID string) (Template, error) {
	me, err := mine(ctx)
	if err != nil {
		return Template{}, err
	}
	if !id.Valid(templateID) {
		return Template{}, ErrNotFound
	}
	key, err := r.Sealer.Key(ctx, me.ID, secret.Person)
	if err != nil {
		return Template{}, err
	}
	t, err := r.store.one(ctx, me.ID, templateID, key)
	r.name(&t)
	return t, err
}

// Rename gives a template another name. Errors: ErrNotFound, ErrName.
func (r *Room) Rename(ctx context.Context, templateID, typed string) error {
	t, err := r.One(ctx, templateID)
	if err != nil {
		return err
	}
	name, err := cleanName(typed)
	if err != nil || name == t.Name {
		return err
	}
	me := identity.ActorOf(ctx)
	key, err := r.Sealer.Key(ctx, me.ID, secret.Person)
	if err != nil {
		return err
	}
	sealed := key.SealString(place("name_sealed", t.ID), name)
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := changed(templatedb.New(tx).RenameTemplate(ctx, templatedb.RenameTemplateParams{OwnerID: me.ID, ID: t.ID, NameSealed: sealed})); err != nil {
			return err
		}
		return r.note(ctx, tx, me, "applications.template_renamed", t.ID)
	})
}

// Delete throws a template away.
func (r *Room) Delete(ctx context.Context, templateID string) error {
	me, err := mine(ctx)
	if err != nil {
		return err
	}
	if !id.Valid(templateID) {
		return ErrNotFound
	}
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := changed(templatedb.New(tx).DeleteTemplate(ctx, templatedb.DeleteTemplateParams{OwnerID: me.ID, ID: templateID})); err != nil {
			return err
		}
		return r.note(ctx, tx, me, "applications.template_deleted", templateID)
	})
}

// Begin begins a draft from a template and gives the draft's id. once is an
// idempotency key. Errors: ErrNotFound, ErrVersion, those of draft.Sow.
func (r *Room) Begin(ctx context.Context, templateID, once string) (string, error) {
	t, err := r.One(ctx, templateID)
	if err != nil {
		return "", err
	}
	s, err := r.Services.Version(ctx, t.ServiceID, t.Version)
	if err != nil {
		return "", ErrVersion.Wrap(err)
	}
	draftID, err := r.Drafts.Sow(ctx, draft.Seed{From: draft.FromTemplate, Ref: t.ID, Name: t.Name, Service: s, Answers: t.answers}, once)
	if err != nil {
		return "", err
	}
	me := identity.ActorOf(ctx)
	return draftID, r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return templatedb.New(tx).UseTemplate(ctx, templatedb.UseTemplateParams{OwnerID: me.ID, ID: t.ID, UsedAt: tx.Now()})
	})
}

// Export is all that is kept of the owner.
func (r *Room) Export(ctx context.Context, owner string) (map[string]any, error) {
	key, err := r.Sealer.Key(ctx, owner, secret.Person)
	if err != nil {
		return nil, err
	}
	all, err := r.store.list(ctx, owner, key)
	out := make([]map[string]any, len(all))
	for i, t := range all {
		out[i] = map[string]any{
			"name": t.Name, "service": t.ServiceID, "answers": t.answers, "created": t.CreatedAt.Time().Format(time.RFC3339),
		}
	}
	return map[string]any{"templates": out}, err
}

// Erase deletes all templates of the owner.
func (r *Room) Erase(ctx context.Context, tx *db.Tx, owner string) error {
	return templatedb.New(tx).DeleteTemplatesOf(ctx, owner)
}
