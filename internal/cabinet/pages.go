package cabinet

import (
	"net/http"
	"net/url"
	"slices"

	"okno/internal/identity"
	"okno/internal/kit/i18n"
	"okno/internal/kit/web"
)

func (r *Room) homePage(w http.ResponseWriter, req *http.Request) error {
	ctx := req.Context()
	h, err := r.Home(ctx)
	if err != nil {
		return err
	}
	notices, err := r.current(ctx, identity.ActorOf(ctx).ID)
	if err != nil {
		return err
	}
	v := r.view()
	return web.Render(w, req, web.Page{
		Title: i18n.T(ctx, "cabinet.home.title"), Section: "cabinet",
		Body: homeBody(v, h), Aside: noticesAside(v, notices),
	})
}

// homeFragment is the part of the home page that changes by itself.
func (r *Room) homeFragment(w http.ResponseWriter, req *http.Request) error {
	h, err := r.Home(req.Context())
	if err != nil {
		return err
	}
	return web.Fragment(w, req, homeParts(r.view(), h))
}

func (r *Room) noticesFragment(w http.ResponseWriter, req *http.Request) error {
	ctx := req.Context()
	notices, err := r.current(ctx, identity.ActorOf(ctx).ID)
	if err != nil {
		return err
	}
	return web.Fragment(w, req, noticeCards(r.view(), notices))
}

// allNotices is how many notices the page shows.
const allNotices = 200

func (r *Room) noticesPage(w http.ResponseWriter, req *http.Request) error {
	ctx := req.Context()
	all, err := r.Notices.Notices(ctx, identity.ActorOf(ctx).ID, allNotices)
	if err != nil {
		return err
	}
	return web.Render(w, req, web.Page{
		Title: i18n.T(ctx, "cabinet.notices.title"), Section: "cabinet", Back: "/cabinet", BackText: i18n.T(ctx, "cabinet.back"),
		Body: noticesBody(r.view(), unreadFirst(all)),
	})
}

// noticePage marks a notice as read and goes where it leads; one that leads
// nowhere is shown.
func (r *Room) noticePage(w http.ResponseWriter, req *http.Request) error {
	ctx := req.Context()
	owner := identity.ActorOf(ctx).ID
	all, err := r.Notices.Notices(ctx, owner, allNotices)
	if err != nil {
		return err
	}
	for _, n := range all {
		if n.ID != req.PathValue("id") {
			continue
		}
		if !n.Read {
			if err := r.Notices.MarkRead(ctx, owner, n.ID); err != nil {
				return err
			}
		}
		if n.Link != "" {
			return web.Redirect(w, req, web.LocalPath(n.Link, "/cabinet/notices"))
		}
		return web.Render(w, req, web.Page{
			Title: n.Subject, Section: "cabinet", Back: "/cabinet/notices", BackText: i18n.T(ctx, "cabinet.notices.back"),
			Body: noticeBody(r.view(), n),
		})
	}
	return ErrNoNotice
}

// readNotices marks one notice as read, or all of them.
func (r *Room) readNotices(w http.ResponseWriter, req *http.Request) error {
	f, err := web.Form(w, req)
	if err != nil {
		return err
	}
	owner := identity.ActorOf(req.Context()).ID
	if one := f.Get("id"); one != "" {
		err = r.Notices.MarkRead(req.Context(), owner, one)
	} else {
		err = r.Notices.MarkRead(req.Context(), owner)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, req, "/cabinet/notices")
}

// hideOffer shows a service no more among what is offered.
func (r *Room) hideOffer(w http.ResponseWriter, req *http.Request) error {
	f, err := web.Form(w, req)
	if err != nil {
		return err
	}
	if err := r.Hide(req.Context(), f.Get("service")); err != nil {
		return err
	}
	return web.Redirect(w, req, "/cabinet#offers")
}

// settings are how the person sees the portal now.
type settings struct {
	Wishes
	Lang           string
	Contrast, Type bool
	Saved          bool
}

func (r *Room) settingsPage(w http.ResponseWriter, req *http.Request) error {
	ctx := req.Context()
	wishes, err := r.Wishes(ctx)
	if err != nil {
		return err
	}
	s := settings{
		Wishes: wishes, Lang: i18n.Lang(ctx), Contrast: viewCookie(req, 0) == "high", Type: viewCookie(req, 1) == "large",
		Saved: web.Query(req, "saved") != "",
	}
	return web.Render(w, req, web.Page{
		Title: i18n.T(ctx, "cabinet.settings.title"), Section: "cabinet", Back: "/cabinet", BackText: i18n.T(ctx, "cabinet.back"),
		Body: settingsBody(s),
	})
}

func viewCookie(req *http.Request, i int) string {
	c, err := req.Cookie(web.ViewCookies()[i])
	if err != nil {
		return ""
	}
	return c.Value
}

// saveSettings keeps the language with the account, so that letters speak it,
// and leaves the cookies of the view to /prefs.
func (r *Room) saveSettings(w http.ResponseWriter, req *http.Request) error {
	f, err := web.Form(w, req)
	if err != nil {
		return err
	}
	ctx := req.Context()
	lang := f.Get("lang")
	if !i18n.Known(lang) {
		lang = i18n.Lang(ctx)
	}
	if err := r.Languages.SetLang(ctx, identity.ActorOf(ctx).ID, lang); err != nil {
		return err
	}
	if err := r.Recommend(ctx, !slices.Contains(f["recommend"], "off"), slices.Contains(f["recommend"], "again")); err != nil {
		return err
	}
	return web.Redirect(w, req, "/prefs?"+url.Values{
		"lang": {lang}, "contrast": {onOff(f["view"], "contrast", "high")}, "type": {onOff(f["view"], "type", "large")},
		"to": {"/cabinet/settings?saved=1"},
	}.Encode())
}

func onOff(chosen []string, name, on string) string {
	if slices.Contains(chosen, name) {
		return on
	}
	return "off"
}
