package draft

import (
	"errors"
	"net/http"

	"okno/internal/forms"
	"okno/internal/kit/i18n"
	"okno/internal/kit/web"
)

// changesView is what has changed about a service.
type changesView struct {
	id, service   string
	gone          bool
	again, others []forms.Change
}

func (r *Room) pageChanges(w http.ResponseWriter, req *http.Request) error {
	ctx := req.Context()
	d, err := r.load(ctx, req.PathValue("id"))
	if err != nil {
		return r.unopened(w, req, err)
	}
	if !d.news() {
		return web.Redirect(w, req, d.resume())
	}
	v := changesView{id: d.ID, service: d.service.Title.In(lang(ctx)), gone: d.carried.gone}
	v.again, v.others = again(d.carried.changes)
	return web.Render(w, req, web.Page{
		Title: i18n.T(ctx, "applications.draft.changes.title"), Section: "applications", Back: "/cabinet", Body: changesPage(v),
	})
}

func (r *Room) postChanges(w http.ResponseWriter, req *http.Request) error {
	d, err := r.accept(req.Context(), req.PathValue("id"))
	if errors.Is(err, ErrSent) {
		return web.Redirect(w, req, base(req.PathValue("id"))+"/sent")
	}
	if err != nil {
		return r.unopened(w, req, err)
	}
	return web.Redirect(w, req, d.resume())
}

// unopened shows the page of a draft whose service is withdrawn, with a way on;
// other errors are what they are.
func (r *Room) unopened(w http.ResponseWriter, req *http.Request, err error) error {
	if !errors.Is(err, ErrWithdrawn) {
		return err
	}
	ctx := req.Context()
	d, rerr := r.row(ctx, req.PathValue("id"))
	if rerr != nil {
		return rerr
	}
	row := Row{ServiceID: d.ServiceID, Version: d.Version}
	r.name(ctx, &row)
	return web.Render(w, req, web.Page{
		Title: i18n.T(ctx, "applications.draft.withdrawn.title"), Status: http.StatusConflict, Section: "applications",
		Back: "/cabinet", Body: withdrawnPage(d.ID, row.Title.In(lang(ctx))),
	})
}
