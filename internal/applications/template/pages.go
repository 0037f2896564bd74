package template

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/errs"
	"okno/internal/kit/i18n"
	"okno/internal/kit/id"
	"okno/internal/kit/web"
)

// basePath is the address of the list.
const basePath = "/cabinet/templates"

// Mount adds the pages and the operations of the API.
func (r *Room) Mount(rt *web.Router) {
	me := identity.Citizen()
	rt.Handle("GET "+basePath, me, r.pageList)
	rt.Handle("GET "+basePath+"/new", me, r.pageNew)
	rt.Handle("POST "+basePath, me, r.postNew)
	rt.Handle("GET "+basePath+"/{id}", me, r.pageOne)
	rt.Handle("POST "+basePath+"/{id}", me, r.postRename)
	rt.Handle("POST "+basePath+"/{id}/delete", me, r.postDelete)
	rt.Handle("POST "+basePath+"/{id}/begin", me, r.postBegin)
	r.operations(rt.API)
}

func in(ctx context.Context, t forms.Text) string { return t.In(forms.Lang(i18n.Lang(ctx))) }

func say(ctx context.Context, key string, args ...any) string { return i18n.T(ctx, key, args...) }

// listView is the page of templates.
type listView struct {
	all  []Template
	said string
	once string
}

func (r *Room) pageList(w http.ResponseWriter, req *http.Request) error {
	ctx := req.Context()
	all, err := r.List(ctx)
	if err != nil {
		return err
	}
	v := listView{all: all, once: id.New()}
	switch web.Query(req, "said") {
	case "saved":
		v.said = say(ctx, "applications.template.said_saved")
	case "renamed":
		v.said = say(ctx, "applications.template.said_renamed")
	case "deleted":
		v.said = say(ctx, "applications.template.said_deleted")
	}
	return web.Render(w, req, web.Page{
		Title: say(ctx, "applications.template.title"), Section: "applications", Back: "/cabinet/applications", Body: listPage(v),
	})
}

// nameView is a page with a name to type: of a new template or of one that is there.
type nameView struct {
	title, service, action string
	name, fault            string
	from                   Source
	one                    *Template
}

func (v nameView) page() web.Page {
	p := web.Page{Title: v.title, Section: "applications", Back: basePath, Body: namePage(v)}
	if v.fault != "" {
		p.Error, p.Status = true, http.StatusUnprocessableEntity
	}
	return p
}

func (r *Room) newView(ctx context.Context, from Source) (nameView, error) {
	seed, err := r.seed(ctx, from)
	if err != nil {
		return nameView{}, err
	}
	return nameView{
		title: say(ctx, "applications.template.new"), service: in(ctx, seed.Service.Title), action: basePath, from: from, name: in(ctx, seed.Service.Title),
	}, nil
}

func (r *Room) pageNew(w http.ResponseWriter, req *http.Request) error {
	v, err := r.newView(req.Context(), Source{Draft: web.Query(req, "draft"), Number: web.Query(req, "number")})
	if err != nil {
		return err
	}
	return web.Render(w, req, v.page())
}

func (r *Room) postNew(w http.ResponseWriter, req *http.Request) error {
	form, err := web.Form(w, req)
	if err != nil {
		return err
	}
	from := Source{Draft: form.Get("draft"), Number: form.Get("number")}
	_, err = r.Save(req.Context(), form.Get("name"), from)
	if errs.IsKind(err, errs.Invalid) || errors.Is(err, ErrMany) {
		v, verr := r.newView(req.Context(), from)
		if verr != nil {
			return verr
		}
		return r.blame(w, req, v, form, err)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, req, basePath+"?said=saved")
}

func (r *Room) blame(w http.ResponseWriter, req *http.Request, v nameView, form url.Values, err error) error {
	e, _ := errs.As(err)
	v.name, v.fault = form.Get("name"), say(req.Context(), e.Key, e.Args...)
	return web.Render(w, req, v.page())
}

func (r *Room) oneView(ctx context.Context, templateID string) (nameView, error) {
	t, err := r.One(ctx, templateID)
	return nameView{
		title: say(ctx, "applications.template.change"), service: in(ctx, t.Title), action: basePath + "/" + t.ID, name: t.Name, one: &t,
	}, err
}

func (r *Room) pageOne(w http.ResponseWriter, req *http.Request) error {
	v, err := r.oneView(req.Context(), req.PathValue("id"))
	if err != nil {
		return err
	}
	return web.Render(w, req, v.page())
}

func (r *Room) postRename(w http.ResponseWriter, req *http.Request) error {
	form, err := web.Form(w, req)
	if err != nil {
		return err
	}
	err = r.Rename(req.Context(), req.PathValue("id"), form.Get("name"))
	if errs.IsKind(err, errs.Invalid) {
		v, verr := r.oneView(req.Context(), req.PathValue("id"))
		if verr != nil {
			return verr
		}
		return r.blame(w, req, v, form, err)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, req, basePath+"?said=renamed")
}

func (r *Room) postDelete(w http.ResponseWriter, req *http.Request) error {
	if err := r.Delete(req.Context(), req.PathValue("id")); err != nil {
		return err
	}
	return web.Redirect(w, req, basePath+"?said=deleted")
}

func (r *Room) postBegin(w http.ResponseWriter, req *http.Request) error {
	form, err := web.Form(w, req)
	if err != nil {
		return err
	}
	once := form.Get("_once")
	draftID, err := r.Begin(req.Context(), req.PathValue("id"), once[:min(len(once), 100)])
	if err != nil {
		return err
	}
	return web.Redirect(w, req, "/cabinet/drafts/"+draftID)
}

// kept says when a template was made.
func (t Template) kept(ctx context.Context) string {
	return say(ctx, "applications.template.kept", "When", i18n.Date(i18n.Lang(ctx), t.CreatedAt.Time().In(time.UTC)))
}
