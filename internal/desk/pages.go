package desk

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"okno/internal/applications/cases"
	"okno/internal/identity"
	"okno/internal/kit/i18n"
	"okno/internal/kit/id"
	"okno/internal/kit/web"
)

// homePage is the queue, or leads to the page of the role.
func (r *Room) homePage(w http.ResponseWriter, req *http.Request) error {
	a := identity.ActorOf(req.Context())
	switch {
	case a.Has(identity.Officer, identity.Head):
		return r.queuePage(w, req)
	case a.Has(identity.MFCOperator):
		return web.Redirect(w, req, "/desk/mfc")
	case a.Has(identity.SupportOperator, identity.SupportSpecialist, identity.SupportChief):
		return web.Redirect(w, req, "/desk/tickets")
	case a.Has(identity.Administrator):
		return web.Redirect(w, req, "/desk/system")
	case a.Has(identity.Auditor):
		return web.Redirect(w, req, "/desk/journal")
	}
	ctx := req.Context()
	return web.Render(w, req, web.Page{Title: i18n.T(ctx, "desk.none.title"), Section: "desk", Body: noneBody()})
}

func choiceOf(req *http.Request) choice {
	c := choiceFrom(req.URL.RawQuery)
	c.After = web.Query(req, "after")
	return c
}

func (r *Room) queuePage(w http.ResponseWriter, req *http.Request) error {
	ctx := req.Context()
	typed, wrong := web.Query(req, "q"), ""
	if typed != "" {
		if number, ok := id.ParseNumber(typed); ok {
			return web.Redirect(w, req, "/desk/applications/"+number)
		}
		wrong = i18n.T(ctx, "desk.error.number")
	}
	v, err := r.queue(ctx, choiceOf(req))
	if err != nil {
		return err
	}
	v.Wrong = wrong
	return r.renderQueue(w, req, v, typed)
}

func (r *Room) renderQueue(w http.ResponseWriter, req *http.Request, v queueView, typed string) error {
	v.key = id.New
	p := web.Page{
		Title: i18n.T(req.Context(), "desk.queue.title"), Section: "desk", Wide: true, Body: queueBody(v, typed), Error: v.Wrong != "",
	}
	if p.Error {
		p.Status = http.StatusUnprocessableEntity
	}
	return web.Render(w, req, p)
}

func (r *Room) queueFragment(w http.ResponseWriter, req *http.Request) error {
	v, err := r.queue(req.Context(), choiceOf(req))
	if err != nil {
		return err
	}
	v.key = id.New
	return web.Fragment(w, req, queueList(v))
}

// take takes the case that was pointed at, or the most urgent free one.
func (r *Room) take(w http.ResponseWriter, req *http.Request) error {
	f, err := web.Form(w, req)
	if err != nil {
		return err
	}
	ctx := req.Context()
	number, key := f.Get("number"), f.Get("key")
	if number == "" {
		number, err = r.TakeNext(ctx, f.Get("agency"), key)
	} else {
		err = r.Cases.Take(ctx, cases.Deal{Number: number, Key: key})
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, req, "/desk/applications/"+number)
}

// holder says who has the case, or offers to take it.
func (v queueView) holder(ctx context.Context, row cases.QueueRow) templ.Component {
	switch {
	case row.Mine:
		return words(i18n.T(ctx, "desk.queue.me"))
	case row.AssignedTo == "" && row.Status == cases.Accepted:
		return takeButton(row.Number, v.key())
	case row.AssignedTo == "":
		return words(i18n.T(ctx, "desk.queue.nobody"))
	case v.Names[row.AssignedTo] == "":
		return words(i18n.T(ctx, "desk.queue.colleague"))
	}
	return words(v.Names[row.AssignedTo])
}
