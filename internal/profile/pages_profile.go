package profile

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"okno/internal/identity"
	"okno/internal/kit/errs"
	"okno/internal/kit/i18n"
	"okno/internal/kit/web"
)

func (p *Profile) mountProfile(rt *web.Router) {
	rt.Handle("GET /cabinet/profile", identity.Citizen(), p.pageProfile)
	rt.Handle("GET /cabinet/profile/status", identity.Citizen(), p.fragmentStatus)
	rt.Handle("POST /cabinet/profile/recheck", identity.Citizen(), p.postRecheck)
	rt.Handle("GET /cabinet/profile/edit/{section}", identity.Citizen(), p.pageSection)
	rt.Handle("POST /cabinet/profile/edit/{section}", identity.Citizen(), p.postSection)
	rt.Handle("POST /cabinet/profile/edit/{section}/check", identity.Citizen(), p.checkSection)
}

func (p *Profile) pageProfile(w http.ResponseWriter, r *http.Request) error {
	c, err := p.Card(r.Context(), me(r.Context()))
	if err != nil {
		return err
	}
	return web.Render(w, r, web.Page{
		Title: i18n.T(r.Context(), "profile.title"), Section: "profile", Body: profilePage(c, web.Query(r, "saved") != ""),
	})
}

// fragmentStatus is the part of the page that changes by itself.
func (p *Profile) fragmentStatus(w http.ResponseWriter, r *http.Request) error {
	c, err := p.Card(r.Context(), me(r.Context()))
	if err != nil {
		return err
	}
	if r.Header.Get("X-Fragment") == "" {
		return web.Redirect(w, r, "/cabinet/profile")
	}
	return web.Fragment(w, r, profileData(c))
}

func (p *Profile) postRecheck(w http.ResponseWriter, r *http.Request) error {
	if err := p.Recheck(r.Context(), me(r.Context())); err != nil {
		return err
	}
	return web.Redirect(w, r, "/cabinet/profile")
}

// section is that of the address, with the profile it belongs to. Known data
// are opened for change after a fresh factor only.
func (p *Profile) section(r *http.Request) (Card, Section, error) {
	s := Section(r.PathValue("section"))
	if !s.Known() {
		return Card{}, s, web.ErrNoPage
	}
	c, err := p.Card(r.Context(), me(r.Context()))
	if err == nil && !c.Consented {
		err = ErrNoConsent
	}
	return c, s, err
}

func (p *Profile) pageSection(w http.ResponseWriter, r *http.Request) error {
	c, s, err := p.section(r)
	if err != nil {
		return err
	}
	if s != SectionAddress && c.Person.has(s) {
		if err := identity.NeedFresh(r.Context()); err != nil {
			return err
		}
	}
	f := form{Values: c.Person.values(s), Faults: c.refusals(r.Context(), s)}
	return p.showSection(w, r, c, s, f, http.StatusOK)
}

func (p *Profile) showSection(w http.ResponseWriter, r *http.Request, c Card, s Section, f form, status int) error {
	return web.Render(w, r, web.Page{
		Title: i18n.T(r.Context(), "profile.section."+string(s)), Section: "profile", Status: status,
		Error: len(f.Faults) > 0, Back: "/cabinet/profile", Body: sectionPage(c, s, f),
	})
}

func (p *Profile) postSection(w http.ResponseWriter, r *http.Request) error {
	in, err := web.Form(w, r)
	if err != nil {
		return err
	}
	c, s, err := p.section(r)
	if err != nil {
		return err
	}
	values := read(in, s.questions())
	version, _ := strconv.ParseInt(in.Get("version"), 10, 64)
	err = p.Save(r.Context(), c.Owner, Change{Section: s, Version: version, Values: values})
	if err == nil {
		return web.Redirect(w, r, p.after(r.Context(), c.Owner, s))
	}
	return p.sectionFailed(w, r, s, values, err)
}

// after is where a saved section leads: to the next one that is still empty,
// so that the first filling in goes on by itself.
func (p *Profile) after(ctx context.Context, owner string, s Section) string {
	c, err := p.Card(ctx, owner)
	if err == nil && !s.Optional() {
		for _, next := range Sections() {
			if !next.Optional() && !c.Person.has(next) {
				return "/cabinet/profile/edit/" + string(next)
			}
		}
	}
	return "/cabinet/profile?saved=1"
}

// sectionFailed shows the page again with everything that was typed.
func (p *Profile) sectionFailed(w http.ResponseWriter, r *http.Request, s Section, values Values, err error) error {
	ctx := r.Context()
	c, cerr := p.Card(ctx, me(ctx))
	if cerr != nil {
		return cerr
	}
	f := form{Values: values}
	switch {
	case errors.Is(err, ErrConflict):
		f.Lost = i18n.T(ctx, "profile.error.conflict")
		return p.showSection(w, r, c, s, f, http.StatusConflict)
	case errors.Is(err, identity.ErrFresh):
		f.Lost = i18n.T(ctx, "profile.error.fresh")
		return p.showSection(w, r, c, s, f, http.StatusUnauthorized)
	}
	faults, ok := faultsOf(ctx, err)
	if !ok {
		return err
	}
	f.Faults = faults
	return p.showSection(w, r, c, s, f, http.StatusUnprocessableEntity)
}

func (p *Profile) checkSection(w http.ResponseWriter, r *http.Request) error {
	in, err := web.Form(w, r)
	if err != nil {
		return err
	}
	c, s, err := p.section(r)
	if err != nil {
		return err
	}
	_, err = c.Person.apply(s, read(in, s.questions()), p.today())
	return answerCheck(w, r, checkedField(in), err)
}

// refusals are what the registries say of the section's fields.
func (c Card) refusals(ctx context.Context, s Section) map[string]string {
	out := map[string]string{}
	for _, check := range c.Checks {
		if check.State != CheckRefused && check.State != CheckTaken && check.State != CheckUnknown {
			continue
		}
		for _, name := range check.fields() {
			if inSection(s, name) && out[name] == "" {
				out[name] = check.says(ctx, name)
			}
		}
	}
	return out
}

// fields are those at which a check's outcome is shown: of a number that nobody
// knows, the number itself.
func (c Check) fields() []string {
	if len(c.Differs) > 0 {
		return c.Differs
	}
	switch c.Registry {
	case RegistryPassport:
		return []string{"number"}
	default:
		return []string{string(c.Registry)}
	}
}

// says is the outcome at a field, in words that say what to do.
func (c Check) says(ctx context.Context, name string) string {
	key := "profile.refused.differs"
	switch c.State {
	case CheckUnknown:
		key = "profile.refused.unknown"
	case CheckTaken:
		key = "profile.refused.taken"
	}
	return i18n.T(ctx, key, "Registry", i18n.T(ctx, "profile.registry."+string(c.Registry)), "Field", i18n.T(ctx, "profile.field."+name))
}

func inSection(s Section, name string) bool {
	for _, f := range s.fields() {
		if f == name {
			return true
		}
	}
	return false
}

func (p *Profile) pageDocument(kind ConsentKind) web.Handler {
	return web.Stored(func(w http.ResponseWriter, r *http.Request) error {
		d, ok := p.texts.get(kind, web.Query(r, "version"), i18n.Lang(r.Context()))
		if !ok {
			return web.ErrNoPage
		}
		return web.Render(w, r, web.Page{Title: d.Title, Body: documentPage(d)})
	})
}

func (p *Profile) pageConsents(w http.ResponseWriter, r *http.Request) error {
	all, err := p.Consents(r.Context(), me(r.Context()))
	if err != nil {
		return err
	}
	return web.Render(w, r, web.Page{
		Title: i18n.T(r.Context(), "profile.consents.title"), Section: "profile", Back: "/cabinet/profile", Body: consentsPage(all),
	})
}

func (p *Profile) postConsents(w http.ResponseWriter, r *http.Request) error {
	in, err := web.Form(w, r)
	if err != nil {
		return err
	}
	kind := ConsentKind(in.Get("kind"))
	switch in.Get("do") {
	case "give":
		err = p.GiveConsent(r.Context(), me(r.Context()), kind)
	case "withdraw":
		err = p.WithdrawConsent(r.Context(), me(r.Context()), kind)
	default:
		err = errs.NewInvalid("profile.error.fields")
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/cabinet/profile/consents")
}

func (p *Profile) pageExport(w http.ResponseWriter, r *http.Request) error {
	raw, err := p.ExportAll(r.Context(), me(r.Context()))
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="okno-data.json"`)
	h.Set("Cache-Control", "no-store")
	_, err = w.Write(raw)
	return err
}

func (p *Profile) pageDelete(w http.ResponseWriter, r *http.Request) error {
	return p.showDelete(w, r, form{})
}

func (p *Profile) showDelete(w http.ResponseWriter, r *http.Request, f form) error {
	kept, err := p.Kept(r.Context(), me(r.Context()))
	if err != nil {
		return err
	}
	return web.Render(w, r, web.Page{
		Title: i18n.T(r.Context(), "profile.delete.title"), Section: "profile", Back: "/cabinet/profile",
		Status: statusOf(f.Faults), Error: len(f.Faults) > 0, Body: deletePage(kept, f),
	})
}

func (p *Profile) postDelete(w http.ResponseWriter, r *http.Request) error {
	in, err := web.Form(w, r)
	if err != nil {
		return err
	}
	if in.Get("sure") != "yes" {
		return p.showDelete(w, r, form{Faults: map[string]string{"sure": i18n.T(r.Context(), "profile.error.empty.sure")}})
	}
	if err := p.Delete(r.Context(), me(r.Context())); err != nil {
		return err
	}
	return web.Redirect(w, r, "/account-deleted")
}

func (p *Profile) pageDeleted(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, web.Page{Title: i18n.T(r.Context(), "profile.deleted.title"), Body: deletedPage()})
}
