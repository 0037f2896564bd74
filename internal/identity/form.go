package identity

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
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
	return []string{"password", "code", "credential", "secret", "subscription"}
}

// HoldForm is the edge's Hold: it keeps the form that the request has sent under
// the key of whoever sends it, and gives the page from which it is sent again. ""
// where nobody is known, nothing was typed, or it must not be kept.
func (i *Identity) HoldForm(r *http.Request) string {
	ctx := r.Context()
	owner := i.senderOf(ctx, r)
	if owner == "" || len(r.PostForm) == 0 || strings.HasPrefix(r.URL.Path, "/reauth") {
		return ""
	}
	for name := range r.PostForm {
		if slices.Contains(secretFields(), name) {
			return ""
		}
	}
	form, err := i.holdForm(ctx, owner, heldForm{Path: r.URL.RequestURI(), Fields: r.PostForm})
	if err != nil {
		i.Log.WarnContext(ctx, "a form was not held", "err", err)
		return ""
	}
	return formsPath + "/" + form
}

// senderOf is whose session the request came with, also one that has moved, has
// run out, or was ended: what is held opens only in a session of the same account.
func (i *Identity) senderOf(ctx context.Context, r *http.Request) string {
	if a := ActorOf(returned(ctx)); a.SignedIn() {
		return a.ID
	}
	c := credentialOf(r)
	if c.token == "" {
		return ""
	}
	row, found, err := one(i.store.read().SessionOf(ctx, id.Hash(c.token)))
	if err != nil || !found {
		return ""
	}
	return row.OwnerID
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
