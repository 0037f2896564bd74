package profile

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"okno/internal/identity"
	"okno/internal/kit/errs"
	"okno/internal/kit/i18n"
	"okno/internal/kit/ui"
	"okno/internal/kit/web"
)

// field is one question of a form.
type field struct {
	Name         string // also the end of the keys profile.field.… and profile.hint.…
	Kind         string // "", date, sex
	Autocomplete string
	Inputmode    string
	Width        string
	Optional     bool
	Hint         bool
}

// applicantFields are those of the first page of a registration.
func applicantFields() []field {
	return append(nameFields(),
		field{Name: "phone", Autocomplete: "tel", Inputmode: "tel", Width: ui.Width20, Hint: true},
		field{Name: "email", Autocomplete: "email", Inputmode: "email", Hint: true},
	)
}

func nameFields() []field {
	return []field{
		{Name: "last_name", Autocomplete: "family-name"},
		{Name: "first_name", Autocomplete: "given-name"},
		{Name: "middle_name", Autocomplete: "additional-name", Optional: true},
	}
}

// questions are the fields of a section as its page asks them.
func (s Section) questions() []field {
	switch s {
	case SectionPerson:
		return append(nameFields(),
			field{Name: "birth_date", Kind: "date", Autocomplete: "bday", Hint: true}, field{Name: "sex", Kind: "sex"})
	case SectionPassport:
		return []field{
			{Name: "series", Inputmode: "numeric", Width: ui.Width5, Hint: true},
			{Name: "number", Inputmode: "numeric", Width: ui.Width10, Hint: true},
			{Name: "issued_on", Kind: "date"},
			{Name: "issued_by", Hint: true},
			{Name: "unit_code", Inputmode: "numeric", Width: ui.Width10, Hint: true},
		}
	case SectionSNILS:
		return []field{{Name: "snils", Inputmode: "numeric", Width: ui.Width20, Hint: true}}
	case SectionINN:
		return []field{{Name: "inn", Inputmode: "numeric", Width: ui.Width20, Hint: true, Optional: true}}
	case SectionAddress:
		return []field{
			{Name: "region", Autocomplete: "address-level1", Hint: true},
			{Name: "city", Autocomplete: "address-level2"},
			{Name: "street", Autocomplete: "address-line1", Optional: true},
			{Name: "house", Width: ui.Width10},
			{Name: "flat", Width: ui.Width5, Optional: true},
			{Name: "index", Autocomplete: "postal-code", Inputmode: "numeric", Width: ui.Width10, Optional: true},
		}
	}
	return nil
}

// label is the field's name, with a word where it may stay empty.
func (f field) label(ctx context.Context) string {
	text := i18n.T(ctx, "profile.field."+f.Name)
	if f.Optional {
		return i18n.T(ctx, "profile.optional", "Label", text)
	}
	return text
}

func (f field) hint(ctx context.Context) string {
	if !f.Hint {
		return ""
	}
	return i18n.T(ctx, "profile.hint."+f.Name)
}

// form is a form as it is shown: values as they were typed, faults in words.
type form struct {
	Values Values
	Faults map[string]string
	Lost   string // a text above the form: conflict, too many, fresh factor
}

// read takes the fields out of a posted form; a date's three boxes become one text.
func read(in url.Values, fields []field) Values {
	v := Values{}
	for _, f := range fields {
		v[f.Name] = in.Get(f.Name)
		if f.Kind == "date" {
			v[f.Name] = strings.Join([]string{in.Get(f.Name + "-day"), in.Get(f.Name + "-month"), in.Get(f.Name + "-year")}, ".")
		}
	}
	return v
}

// boxes are the three boxes of a date, from YYYY-MM-DD or from what was typed.
func boxes(name, value string) map[string]string {
	parts := strings.SplitN(value, ".", 3)
	if day, ok := ParseDate(value); ok && !strings.Contains(value, ".") {
		parts = []string{day[8:], day[5:7], day[:4]}
	}
	for len(parts) < 3 {
		parts = append(parts, "")
	}
	return map[string]string{name + "-day": parts[0], name + "-month": parts[1], name + "-year": parts[2]}
}

// anchors are the fields with the ids to which an error summary leads.
func anchors(fields []field) []ui.Field {
	out := make([]ui.Field, len(fields))
	for i, f := range fields {
		out[i] = ui.Field{Name: f.Name}
		if f.Kind == "date" {
			out[i].ID = f.Name + "-day"
		}
	}
	return out
}

// faultsOf turns an error into texts by field; ok is false for an error that
// has a page of its own.
func faultsOf(ctx context.Context, err error) (faults map[string]string, ok bool) {
	e, is := errs.As(err)
	if !is || (e.Kind != errs.Invalid && e.Kind != errs.TooMany && e.Kind != errs.Conflict) {
		return nil, false
	}
	faults = map[string]string{}
	for _, f := range e.Fields {
		if faults[f.Name] == "" {
			faults[f.Name] = i18n.T(ctx, f.Key, f.Args...)
		}
	}
	if len(faults) == 0 {
		faults[""] = i18n.T(ctx, e.Key, e.Args...)
	}
	return faults, true
}

// statusOf is that of a page with faults.
func statusOf(faults map[string]string) int {
	if len(faults) > 0 {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

// answerCheck answers a field that was left: its fault or "".
func answerCheck(w http.ResponseWriter, r *http.Request, name string, err error) error {
	faults, _ := faultsOf(r.Context(), err)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	return json.NewEncoder(w).Encode(map[string]string{name: faults[name]})
}

// checkedField is the name of the field that was left: the boxes of a date are
// one field, and they are checked when the year is there.
func checkedField(in url.Values) string {
	name := in.Get("_field")
	for _, box := range []string{"-day", "-month", "-year"} {
		name = strings.TrimSuffix(name, box)
	}
	return name
}

// me is the account that asks.
func me(ctx context.Context) string { return identity.ActorOf(ctx).ID }

// mountAccount adds what a citizen does with all data at once, and the texts.
func (p *Profile) mountAccount(rt *web.Router) {
	rt.Handle("GET /terms", web.Public, p.pageDocument(ConsentTerms))
	rt.Handle("GET /consent", web.Public, p.pageDocument(ConsentPersonalData))
	rt.Handle("GET /cabinet/profile/consents", identity.Citizen(), p.pageConsents)
	rt.Handle("POST /cabinet/profile/consents", identity.Citizen(), p.postConsents)
	rt.Handle("GET /cabinet/profile/export", identity.Fresh(identity.Citizen()), p.pageExport)
	rt.Handle("GET /cabinet/profile/delete", identity.Fresh(identity.Citizen()), p.pageDelete)
	rt.Handle("POST /cabinet/profile/delete", identity.Fresh(identity.Citizen()), p.postDelete)
	rt.Handle("GET /account-deleted", web.Public, p.pageDeleted)
}
