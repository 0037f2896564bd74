package identity

import (
	"context"
	"encoding/json"
	"net/url"
	"time"

	"okno/internal/identity/identitydb"
	"okno/internal/kit/db"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
)

// A form that was sent when its sender had to prove first who they are is held
// for an hour, and no larger than that; each account has so many in ten minutes.
const (
	formLife   = time.Hour
	formLimit  = 256 << 10
	formsMost  = 30
	formsPer   = 10 * time.Minute
	formsScope = "forms"
)

// heldForm is what was sent, and to where.
type heldForm struct {
	Path   string     `json:"path"`
	Fields url.Values `json:"fields"`
}

func formPlace(row string) secret.Place { return secret.At("identity_forms", "form_sealed", row) }

// secretFields are never held: they prove something, or are typed anew in a moment.
func secretFields() []string {
	return []string{"password", "current", "code", "credential", "secret", "subscription"}
}

func (i *Identity) holdForm(ctx context.Context, owner string, f heldForm) (string, error) {
	raw, err := json.Marshal(f)
	if err != nil {
		return "", err
	}
	if len(raw) > formLimit {
		return "", ErrFields
	}
	if err := i.Limit(ctx, formsScope, owner, formsMost, formsPer); err != nil {
		return "", err
	}
	key, err := i.Sealer.Key(ctx, owner, secret.Person)
	if err != nil {
		return "", err
	}
	row := identitydb.InsertFormParams{OwnerID: owner, ID: id.New()}
	row.FormSealed = key.Seal(formPlace(row.ID), raw)
	return row.ID, i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		row.ExpiresAt = tx.Now().Add(formLife)
		return in(tx).InsertForm(ctx, row)
	})
}

// formOf opens a form of the actor's. ErrNotFound for any other, and for one whose
// hour is over.
func (i *Identity) formOf(ctx context.Context, form string) (heldForm, error) {
	var f heldForm
	a, err := signedIn(ctx)
	if err != nil {
		return f, err
	}
	row, found, err := one(i.store.read().FormOf(ctx, identitydb.FormOfParams{OwnerID: a.ID, ID: form}))
	if err != nil {
		return f, err
	}
	if !found || row.ExpiresAt <= db.At(i.Clock.Now()) {
		return f, ErrNotFound
	}
	key, err := i.Sealer.Key(ctx, a.ID, secret.Person)
	if err != nil {
		return f, err
	}
	raw, err := key.Open(formPlace(row.ID), row.FormSealed)
	if err != nil {
		return f, err
	}
	return f, json.Unmarshal(raw, &f)
}
