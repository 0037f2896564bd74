package support

import (
	"net/http"
	"net/url"

	"okno/internal/identity"
	"okno/internal/kit/i18n"
	"okno/internal/kit/id"
	"okno/internal/kit/web"
)

// section is the entry of the navigation that is marked.
const section = "help"

func (r *Room) mountPages(rt *web.Router) {
	help := web.Stored(r.helpPage)
	rt.Handle("GET /help", web.Public, func(w http.ResponseWriter, req *http.Request) error {
		if req.URL.RawQuery != "" { // searches are without number: they are not stored
			return r.helpPage(w, req)
		}
		return help(w, req)
	})
	rt.Handle("GET /help/{slug}", web.Public, web.Stored(r.articlePage))
	rt.Handle("GET /privacy", web.Public, web.Stored(r.privacyPage))
	rt.Handle("GET /accessibility", web.Public, web.Stored(r.accessibilityPage))
	rt.Handle("GET /feedback", web.Public, r.feedbackPage)
	rt.Handle("POST /feedback", web.Public, r.sendFeedback)
	rt.Handle("GET /feedback/{ticket}", web.Public, r.receiptPage)
	if r.Restrictions != nil {
		r.mountObjections(rt)
	}
	desk := identity.Staff(roles()...)
	rt.Handle("GET /desk/tickets", desk, r.ticketsPage)
	rt.Handle("GET /desk/tickets/fragment", desk, r.ticketsFragment)
	rt.Handle("GET /desk/tickets/{number}", desk, r.ticketPage)
	rt.Handle("POST /desk/tickets/{number}/{deed}", desk, r.ticketDeed)
}

func (r *Room) library(req *http.Request) library { return r.articles[i18n.Lang(req.Context())] }

func (r *Room) helpPage(w http.ResponseWriter, req *http.Request) error {
	ctx := req.Context()
	q := web.Query(req, "q")
	return web.Render(w, req, web.Page{
		Title: i18n.T(ctx, "support.help.title"), Description: i18n.T(ctx, "support.help.description"), Section: section,
		Body: helpBody(helpView{Query: q, Articles: r.library(req).search(q), Operator: r.Operator}),
	})
}

func (r *Room) articlePage(w http.ResponseWriter, req *http.Request) error {
	a, ok := r.library(req).article(req.PathValue("slug"))
	if !ok {
		return ErrNoArticle
	}
	var others []Article
	for _, o := range r.library(req).Help {
		if o.Slug != a.Slug {
			others = append(others, o)
		}
	}
	ctx := req.Context()
	return web.Render(w, req, web.Page{
		Title: a.Title, Description: a.Lead, Section: section, Back: "/help", BackText: i18n.T(ctx, "support.help.back"),
		Body: articleBody(a, Operator{}, others),
	})
}

func (r *Room) privacyPage(w http.ResponseWriter, req *http.Request) error {
	return r.about(w, req, r.library(req).Privacy)
}

func (r *Room) accessibilityPage(w http.ResponseWriter, req *http.Request) error {
	return r.about(w, req, r.library(req).Accessibility)
}

func (r *Room) about(w http.ResponseWriter, req *http.Request, a Article) error {
	return web.Render(w, req, web.Page{Title: a.Title, Description: a.Lead, Body: articleBody(a, r.Operator, nil)})
}

// feedbackView is the form with what was typed.
type feedbackView struct {
	ID, Text, Email, From string
	Subject               Subject
	Faults                map[string]string
	Operator              Operator
}

func (r *Room) feedbackPage(w http.ResponseWriter, req *http.Request) error {
	from := web.LocalPath(web.Query(req, "from"), "")
	if from == "" {
		from = refererPath(req)
	}
	return r.renderFeedback(w, req, feedbackView{ID: id.New(), From: from, Subject: subjectOf(web.Query(req, "about"))})
}

// refererPath is the page of this portal from which the person came.
func refererPath(req *http.Request) string {
	u, err := url.Parse(req.Referer())
	if err != nil || u.Host != req.Host || u.Path == "/feedback" {
		return ""
	}
	return web.LocalPath(u.Path, "")
}

func (r *Room) renderFeedback(w http.ResponseWriter, req *http.Request, v feedbackView) error {
	v.Operator = r.Operator
	p := web.Page{Title: i18n.T(req.Context(), "support.feedback.title"), Description: i18n.T(req.Context(), "support.feedback.description")}
	if len(v.Faults) > 0 {
		p.Error, p.Status = true, http.StatusUnprocessableEntity
	}
	p.Body = feedbackBody(v)
	return web.Render(w, req, p)
}

func (r *Room) sendFeedback(w http.ResponseWriter, req *http.Request) error {
	f, err := web.Form(w, req)
	if err != nil {
		return err
	}
	ctx := req.Context()
	m := Message{ID: f.Get("id"), Text: f.Get("text"), Email: f.Get("email"), From: f.Get("from"), IP: web.ClientIP(ctx).String(), Subject: subjectOf(f.Get("about"))}
	t, err := r.Send(ctx, m)
	if faults, ok := fields(ctx, err); ok {
		return r.renderFeedback(w, req, feedbackView{ID: m.ID, Text: m.Text, Email: m.Email, From: m.From, Subject: m.Subject, Faults: faults})
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, req, "/feedback/"+t.ID)
}

func (r *Room) receiptPage(w http.ResponseWriter, req *http.Request) error {
	ctx := req.Context()
	t, err := r.Receipt(ctx, req.PathValue("ticket"))
	if err != nil {
		return err
	}
	return web.Render(w, req, web.Page{
		Title: i18n.T(ctx, "support.receipt.title"), Body: receiptBody(t, r.when(i18n.Lang(ctx), t.DueAt)),
	})
}
