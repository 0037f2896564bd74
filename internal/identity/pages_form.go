package identity

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"okno/internal/kit/id"
	"okno/internal/kit/web"
)

// formsPath is where a form that was held is sent again.
const formsPath = "/session/form"

// formView is a form that was held: its fields are hidden, those that a person
// has typed are shown.
type formView struct {
	Path   string
	Fields []formField
}

type formField struct{ Name, Value string }

// shown reports whether the field says something to a person.
func (f formField) shown() bool {
	return f.Value != "" && !strings.HasPrefix(f.Name, "_") && !slices.Contains([]string{"to", "version", "kind"}, f.Name)
}

// typed are the values that a person knows again.
func (v formView) typed() []string {
	var all []string
	for _, f := range v.Fields {
		if f.shown() {
			all = append(all, cutRunes(f.Value, 200))
		}
	}
	return all
}

func (i *Identity) showForm(w http.ResponseWriter, r *http.Request) error {
	f, err := i.formOf(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	v := formView{Path: f.Path}
	var names []string
	for name := range f.Fields {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for _, value := range f.Fields[name] {
			v.Fields = append(v.Fields, formField{name, value})
		}
	}
	return web.Render(w, r, web.Page{Title: title(r.Context(), "identity.form.title"), Body: formBody(v)})
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
