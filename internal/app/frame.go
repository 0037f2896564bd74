package app

import (
	"context"
	"io"
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"okno/internal/identity"
	"okno/internal/kit/errs"
	"okno/internal/kit/i18n"
	"okno/internal/kit/ui"
	"okno/internal/kit/web"
	webassets "okno/web"
)

// frame makes the document around every page.
type frame struct {
	assets *webassets.Assets
	cfg    Config
	bundle *i18n.Bundle
	texts  map[string]ui.Texts // of components, by language
	shells shells
	// header is what the header calls a signed-in person, and the number of
	// notices that were not read; both come from rooms.
	header func(ctx context.Context, a identity.Actor) (name string, unread int)
	idle   int // seconds until a session ends by itself
}

// page puts a room's page into the frame.
func (f *frame) page(r *http.Request, p web.Page) templ.Component {
	ctx := r.Context()
	a := identity.ActorOf(ctx)
	o := particulars{title: f.title(ctx, p), here: "/"}
	if r.Method == http.MethodGet {
		o.here = r.URL.RequestURI()
	}
	if a.SignedIn() {
		o.name, o.unread = f.header(ctx, a)
	}
	if c, ok := f.shelled(r, p, a, o); ok {
		return c
	}
	return f.whole(f.params(r, p, a, o), p.Body)
}

// whole is the document around the body.
func (f *frame) whole(params ui.FrameParams, body templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		ctx = ui.WithTexts(ctx, f.texts[params.Lang])
		return ui.Frame(params).Render(templ.WithChildren(ctx, body), w)
	})
}

func (f *frame) title(ctx context.Context, p web.Page) string {
	title := p.Title + " — " + i18n.T(ctx, "app.name")
	if p.Error {
		return i18n.T(ctx, "app.error_prefix", "Title", title)
	}
	return title
}

func (f *frame) params(r *http.Request, p web.Page, a identity.Actor, o particulars) ui.FrameParams {
	ctx := r.Context()
	t := func(key string, args ...any) string { return i18n.T(ctx, key, args...) }
	lang := i18n.Lang(ctx)
	fp := ui.FrameParams{
		Lang: lang, Title: o.title, Description: p.Description,
		CSS: f.assets.Path("okno.css"), JS: f.assets.Path("okno.js"), Favicon: f.assets.Path("favicon.svg"),
		Preload: f.assets.Preload(lang), Wide: p.Wide, Aside: p.Aside, Head: webapp{f.assets}.head(p), AsideLabel: t("app.aside"),
		SkipText: t("app.skip"), Wordmark: t("app.name"), HomeHref: "/", HomeText: t("app.home"),
		NavLabel: t("app.nav"), MenuText: t("app.menu"), LanguageLabel: t("app.language"), ViewLabel: t("app.view"),
		FooterLabel: t("app.footer"), FooterText: f.operator(lang), Footer: footer(t),
	}
	if p.Description == "" {
		fp.Description = t("app.description")
		if !a.SignedIn() { // nobody who indexes is ever signed in
			fp.Robots = "noindex"
		}
	}
	if p.Back != "" {
		fp.Back = ui.BackLinkParams{Href: p.Back, Text: p.BackText}
	}
	f.preferences(r, o.here, &fp)
	f.person(ctx, a, p.Section, o, &fp)
	if f.cfg.Demo() {
		fp.Phase = ui.PhaseBannerParams{Tag: ui.Text(t("app.demo_tag")), HTML: demoBanner(t("app.demo_text"), f.cfg.SandboxURL, t("app.demo_link"))}
	}
	return fp
}

func (f *frame) operator(lang string) string {
	if lang == i18n.EN {
		return f.cfg.Operator.NameEN
	}
	return f.cfg.Operator.NameRU
}

func footer(t func(string, ...any) string) []ui.LinkItem {
	return []ui.LinkItem{
		{Text: t("app.help"), Href: "/help"},
		{Text: t("app.verify"), Href: "/verify"},
		{Text: t("app.feedback"), Href: "/feedback"},
		{Text: t("app.accessibility"), Href: "/accessibility"},
		{Text: t("app.privacy"), Href: "/privacy"},
	}
}

// preferences are links to the same page in another language or another look.
func (f *frame) preferences(r *http.Request, here string, fp *ui.FrameParams) {
	ctx := r.Context()
	link := func(name, value string) string {
		q := url.Values{name: {value}}
		if here != "/" { // where they come back to without being told
			q.Set("to", here)
		}
		return prefsPath + "?" + q.Encode()
	}
	for _, l := range []struct{ code, name string }{{i18n.RU, "Русский"}, {i18n.EN, "English"}} { // data: each language names itself
		fp.Languages = append(fp.Languages, ui.LanguageLink{Code: l.code, Name: l.name, Href: link("lang", l.code), Current: l.code == i18n.Lang(ctx)})
	}
	fp.HighContrast = viewCookie(r, 0) == "high"
	fp.LargeType = viewCookie(r, 1) == "large"
	toggle := func(on bool, name, value, offKey, onKey string) ui.ViewLink {
		if on {
			return ui.ViewLink{Text: i18n.T(ctx, offKey), Href: link(name, "off"), On: true}
		}
		return ui.ViewLink{Text: i18n.T(ctx, onKey), Href: link(name, value)}
	}
	fp.View = []ui.ViewLink{
		toggle(fp.HighContrast, "contrast", "high", "app.contrast_off", "app.contrast_on"),
		toggle(fp.LargeType, "type", "large", "app.type_off", "app.type_on"),
	}
}

func (f *frame) person(ctx context.Context, a identity.Actor, section string, o particulars, fp *ui.FrameParams) {
	t := func(key string, args ...any) string { return i18n.T(ctx, key, args...) }
	fp.Nav = navigation(a, section, t)
	if !a.SignedIn() {
		fp.Account = ui.Account{SignInText: t("app.sign_in"), SignInHref: "/login", RegisterText: t("app.register"), RegisterHref: "/register"}
		return
	}
	fp.Account = ui.Account{Name: o.name, Href: "/cabinet", SignOutText: t("app.sign_out"), SignOutHref: "/logout"}
	fp.Idle = ui.Idle{Seconds: f.idle, URL: identity.StayPath, Title: t("app.idle_title"), Text: t("app.idle_text"), Button: t("app.idle_button")}
	fp.LiveURL = livePath
	if a.IsStaff() {
		fp.Account.Href = "/desk"
		fp.Account.Links = []ui.LinkItem{
			{Text: staffNotices(t, o.unread), Href: "/desk/notices"},
			{Text: t("app.security"), Href: "/cabinet/security"},
		}
		return
	}
	fp.Account.Links = []ui.LinkItem{
		{Text: t("app.profile"), Href: "/cabinet/profile"},
		{Text: t("app.security"), Href: "/cabinet/security"},
	}
	fp.Bell = bell(ctx, o.unread)
}

// staffNotices says how many notices a member of staff has not read.
func staffNotices(t func(string, ...any) string, unread int) string {
	if unread == 0 {
		return t("app.notices")
	}
	return t("app.notices_unread", "Count", unread)
}

func bell(ctx context.Context, n int) ui.Bell {
	return ui.Bell{
		Href: "/cabinet/notices", Count: n, Text: i18n.T(ctx, "app.bell", "Count", n),
		LiveRef: "notices", LiveSrc: bellPath, LiveSaid: i18n.T(ctx, "app.bell_said"),
	}
}

// navigation lists what the person's roles open.
func navigation(a identity.Actor, section string, t func(string, ...any) string) []ui.NavItem {
	item := func(name, key, href string) ui.NavItem {
		return ui.NavItem{Text: t(key), Href: href, Active: section == name, Current: section == name}
	}
	switch {
	case !a.SignedIn():
		return []ui.NavItem{item("services", "app.services", "/services"), item("verify", "app.verify", "/verify"), item("help", "app.help", "/help")}
	case !a.IsStaff():
		return []ui.NavItem{
			item("cabinet", "app.cabinet", "/cabinet"), item("services", "app.services", "/services"),
			item("applications", "app.applications", "/cabinet/applications"), item("documents", "app.documents", "/cabinet/documents"),
			item("help", "app.help", "/help"),
		}
	}
	nav := []ui.NavItem{item("desk", "app.desk", "/desk")}
	for _, e := range []struct {
		name, key, href string
		roles           []identity.RoleName
	}{
		{"head", "app.head", "/desk/head", []identity.RoleName{"head"}},
		{"complaints", "app.complaints", "/desk/complaints", []identity.RoleName{"officer", "head"}},
		{"chain", "app.chain", "/desk/chain", []identity.RoleName{"head", "administrator"}},
		{"reports", "app.reports", "/desk/reports", []identity.RoleName{"head", "administrator"}},
		{"agency", "app.agency", "/desk/agency", []identity.RoleName{"head"}},
		{"mfc", "app.mfc", "/desk/mfc", []identity.RoleName{"mfc_operator"}},
		{"tickets", "app.tickets", "/desk/tickets", []identity.RoleName{"support_operator", "support_specialist", "support_chief"}},
		{"webhooks", "app.webhooks", "/desk/webhooks", []identity.RoleName{"administrator", "integrator"}},
		{"system", "app.system", "/desk/system", []identity.RoleName{"administrator"}},
		{"journal", "app.journal", "/desk/journal", []identity.RoleName{"auditor"}},
	} {
		if a.Has(e.roles...) {
			nav = append(nav, item(e.name, e.key, e.href))
		}
	}
	return nav
}

// errorPage is what an error looks like: what happened, what is safe, what to
// do next.
func (f *frame) errorPage(r *http.Request, e web.Fault) web.Page {
	ctx := r.Context()
	title := i18n.T(ctx, "app.fault_"+e.Kind.String())
	if e.Kind == errs.NotFound && e.Key == web.ErrNoPage.Key {
		title = i18n.T(ctx, "app.fault_no_page")
	}
	v := faultView{Title: title, Text: i18n.T(ctx, e.Key, e.Args...), Request: e.Request, ShowRequest: e.Kind == errs.Internal || e.Kind == errs.Unavailable}
	switch e.Key {
	case identity.ErrRestricted.Key:
		v.Restricted = true
	case identity.ErrNeedsKey.Key, identity.ErrNeedsProof.Key:
		title = i18n.T(ctx, "app.fault_key")
		v.Title, v.AddKey, v.Proof = title, e.Key == identity.ErrNeedsKey.Key, proofFor(r)
	}
	return web.Page{Title: title, Status: e.Status, Body: faultPage(v)}
}

// proofFor is where a member of staff proves by a key who they are, and goes on to
// the page that was asked for: to the desk where it was a form that was sent.
func proofFor(r *http.Request) string {
	to := "/desk"
	if r.Method == http.MethodGet && r.Header.Get("X-Fragment") == "" {
		to = r.URL.RequestURI()
	}
	return "/reauth?to=" + url.QueryEscape(to)
}

// wordsOfComponents are the words that components need, in every language: they
// are the same on each page.
func wordsOfComponents(b *i18n.Bundle) map[string]ui.Texts {
	all := map[string]ui.Texts{}
	for _, lang := range []string{i18n.RU, i18n.EN} {
		all[lang] = texts(i18n.With(context.Background(), b, lang))
	}
	return all
}

// texts are those of the context's language.
func texts(ctx context.Context) ui.Texts {
	t := func(key string, args ...any) string { return i18n.T(ctx, key, args...) }
	return ui.Texts{
		Error: t("app.ui.error"), Warning: t("app.ui.warning"), ProblemTitle: t("app.ui.problem"), Success: t("app.ui.success"),
		Important: t("app.ui.important"), Back: t("app.ui.back"), Breadcrumb: t("app.ui.breadcrumb"), Contents: t("app.ui.contents"),
		Menu: t("app.menu"), Pagination: t("app.ui.pagination"), Page: t("app.ui.page"), PreviousPage: t("app.ui.previous"), NextPage: t("app.ui.next"),
		Day: t("app.ui.day"), Month: t("app.ui.month"), Year: t("app.ui.year"),
		ShowPassword: t("app.ui.show"), HidePassword: t("app.ui.hide"), ShowPasswordLabel: t("app.ui.show_password"), HidePasswordLabel: t("app.ui.hide_password"),
		PasswordShown: t("app.ui.password_shown"), PasswordHidden: t("app.ui.password_hidden"),
		StepCompleted: t("app.ui.step_completed"), StepCurrent: t("app.ui.step_current"), StepUpcoming: t("app.ui.step_upcoming"), StepOf: t("app.ui.step_of"),
		ChooseFiles: t("app.ui.choose_files"), DropInstruction: t("app.ui.drop"), NoFileChosen: t("app.ui.no_file"),
		FilesChosen: plural(ctx, "app.ui.files_chosen"), EnteredDropZone: t("app.ui.entered_drop_zone"), LeftDropZone: t("app.ui.left_drop_zone"),
		CharactersDescription: t("app.ui.characters_description", "Count", 5, "N", "%{count}"),
		Copy:                  t("app.ui.copy"), Copied: t("app.ui.copied"),
		CharactersUnder: plural(ctx, "app.ui.characters_under"), CharactersOver: plural(ctx, "app.ui.characters_over"), CharactersAt: t("app.ui.characters_at"),
	}
}

// plural gives the forms of a text that scripts fill in, with %{count}.
func plural(ctx context.Context, key string) ui.Plural {
	p := ui.Plural{}
	for form, n := range map[string]int{"one": 1, "few": 2, "many": 5, "other": 5} {
		p[form] = i18n.T(ctx, key, "Count", n, "N", "%{count}")
	}
	return p
}

func viewCookie(r *http.Request, i int) string {
	c, err := r.Cookie(web.ViewCookies()[i])
	if err != nil {
		return ""
	}
	return c.Value
}
