package draft

import (
	"net/http"

	"github.com/a-h/templ"

	"okno/internal/applications/cases"
	"okno/internal/kit/errs"
	"okno/internal/kit/ui"
	"okno/internal/kit/web"
)

func (r *Room) postAskOwner(w http.ResponseWriter, req *http.Request) error {
	err := r.AskOwner(req.Context(), req.PathValue("id"))
	if errs.IsKind(err, errs.TooMany) {
		return r.notSent(w, req, req.PathValue("id"), cases.Wish{}, err)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, req, base(req.PathValue("id"))+"/check?asked=1#code")
}

// owned puts before a page for whom the actor works.
func owned(b *Behalf, page templ.Component) templ.Component {
	if b == nil {
		return page
	}
	return behalfPage(b, page)
}

// owned puts before a page of the draft for whom it is filled in.
func (w *work) owned(page templ.Component) templ.Component {
	if w.Child != nil {
		return childPage(w.Child, page)
	}
	return owned(w.behalf, page)
}

// statusOf is the page's status after a try to send; 0 for none.
func statusOf(err error) int {
	switch {
	case err == nil:
		return 0
	case errs.IsKind(err, errs.Conflict):
		return http.StatusConflict
	}
	return http.StatusUnprocessableEntity
}

// blameCode shows what is wrong with the owner's code at its box.
func (v *checkView) blameCode(err error) {
	e, ok := errs.As(err)
	if !ok || v.work.behalf == nil {
		return
	}
	for _, f := range e.Fields {
		if f.Name == "code" {
			v.codeFault = say(v.ctx, f.Key, f.Args...)
		}
	}
	if e.Kind == errs.TooMany {
		v.codeFault = say(v.ctx, e.Key, e.Args...)
	}
	if v.codeFault != "" {
		v.faults = append(v.faults, ui.ErrorItem{Href: "#code", Text: v.codeFault})
	}
}
