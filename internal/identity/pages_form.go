package identity

import (
	"net/http"
	"slices"
	"strings"

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
