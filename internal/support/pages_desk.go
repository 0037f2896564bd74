package support

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"okno/internal/identity"
	"okno/internal/kit/i18n"
	"okno/internal/kit/id"
	"okno/internal/kit/ui"
	"okno/internal/kit/web"
)

// pageSize is how many tickets stand on a page of the desk.
const pageSize = 50

// ticketsView is a page of support's queue.
type ticketsView struct {
	Tab, Source, Next string
	Tickets           []Ticket
	Counts            map[State]int64
	Now               time.Time
	Me                string
	// Senior: may look at accounts and restrict them.
	Senior bool
	Zone   *time.Location
}

func (r *Room) ticketsView(req *http.Request) (ticketsView, error) {
	ctx := req.Context()
	f := Filter{Tab: web.Query(req, "tab"), After: web.Query(req, "after"), Limit: pageSize}
	list, next, err := r.Tickets(ctx, f)
	if err != nil {
		return ticketsView{}, err
	}
	counts, err := r.Counts(ctx)
	if err != nil {
		return ticketsView{}, err
	}
	v := ticketsView{
		Tab: f.Tab, Tickets: list, Counts: counts, Now: r.Clock.Now(), Me: identity.ActorOf(ctx).ID, Senior: identity.ActorOf(ctx).Restricts(), Zone: r.Zone,
		Source: "/desk/tickets/fragment?" + url.Values{"tab": {f.Tab}, "after": {f.After}}.Encode(),
	}
	if next != "" {
		v.Next = "/desk/tickets?" + url.Values{"tab": {f.Tab}, "after": {next}}.Encode()
	}
	return v, nil
}

func (r *Room) ticketsPage(w http.ResponseWriter, req *http.Request) error {
	if n := web.Query(req, "q"); n != "" {
		if number, ok := id.ParseNumber(n); ok {
			return web.Redirect(w, req, "/desk/tickets/"+number)
		}
		return ErrNoTicket
	}
	v, err := r.ticketsView(req)
	if err != nil {
		return err
	}
	return web.Render(w, req, web.Page{
		Title: i18n.T(req.Context(), "support.desk.title"), Section: "tickets", Wide: true, Body: ticketsBody(v),
	})
}

func (r *Room) ticketsFragment(w http.ResponseWriter, req *http.Request) error {
	v, err := r.ticketsView(req)
	if err != nil {
		return err
	}
	return web.Fragment(w, req, ticketsList(v))
}

// ticketView is a ticket's card.
type ticketView struct {
	Ticket
	Now    time.Time
	Me     string
	Senior bool
	Reply  string
	Faults map[string]string
	Zone   *time.Location
	// Restriction is what an objection is decided on.
	Restriction identity.Restriction
	Decidable   bool
	// Outcome is what became of the objection.
	Outcome string
}

func (r *Room) ticketPage(w http.ResponseWriter, req *http.Request) error {
	return r.renderTicket(w, req, "", nil)
}

func (r *Room) renderTicket(w http.ResponseWriter, req *http.Request, reply string, faults map[string]string) error {
	ctx := req.Context()
	t, err := r.Look(ctx, req.PathValue("number"))
	if err != nil {
		return err
	}
	v := ticketView{Ticket: t, Now: r.Clock.Now(), Me: identity.ActorOf(ctx).ID, Senior: identity.ActorOf(ctx).Restricts(), Reply: reply, Faults: faults, Zone: r.Zone}
	if v.Restriction, v.Decidable, err = r.objectedTo(ctx, t); err != nil {
		return err
	}
	if v.Outcome, err = r.outcomeOf(ctx, t); err != nil {
		return err
	}
	p := web.Page{
		Title: i18n.T(ctx, "support.ticket.title", "Number", t.Number), Section: "tickets",
		Back: "/desk/tickets", BackText: i18n.T(ctx, "support.desk.back"), Error: len(faults) > 0, Body: ticketBody(v),
	}
	if p.Error {
		p.Status = http.StatusUnprocessableEntity
	}
	return web.Render(w, req, p)
}

func (r *Room) ticketDeed(w http.ResponseWriter, req *http.Request) error {
	ctx := req.Context()
	f, err := web.Form(w, req)
	if err != nil {
		return err
	}
	number, deed := req.PathValue("number"), Deed(req.PathValue("deed"))
	switch deed {
	case Answer:
		if f.Get("decision") != "" {
			err = r.DecideObjection(ctx, number, f.Get("decision"), f.Get("reply"))
		} else {
			err = r.Reply(ctx, number, f.Get("reply"))
		}
	case Take, Return, Close:
		err = r.Do(ctx, number, deed)
	default:
		return web.ErrNoPage
	}
	if faults, ok := fields(ctx, err); ok {
		return r.renderTicket(w, req, f.Get("reply"), faults)
	}
	if err != nil {
		return err
	}
	if deed == Take {
		return web.Redirect(w, req, "/desk/tickets/"+number)
	}
	return web.Redirect(w, req, "/desk/tickets")
}

// tabs are the ways to look at the queue.
func (v ticketsView) tabs(ctx context.Context) []ui.FilterLink {
	count := map[string]string{
		TabOpen: strconv.FormatInt(v.Counts[Waiting]+v.Counts[Taken], 10), TabNew: strconv.FormatInt(v.Counts[Waiting], 10),
	}
	var links []ui.FilterLink
	for _, t := range []struct{ tab, key string }{
		{TabOpen, "support.desk.tab_open"},
		{TabNew, "support.desk.tab_new"},
		{TabMine, "support.desk.tab_mine"},
		{TabClosed, "support.desk.tab_closed"},
	} {
		links = append(links, ui.FilterLink{
			Text: i18n.T(ctx, t.key), Href: "/desk/tickets?tab=" + t.tab, Count: count[t.tab], Current: v.Tab == t.tab,
		})
	}
	return links
}

func (v ticketsView) table(ctx context.Context) ui.TableParams {
	t := func(key string) string { return i18n.T(ctx, key) }
	p := ui.TableParams{
		Classes: "okno-table--sticky", FirstCellIsHeader: true,
		Head: []ui.Cell{
			{Text: t("support.ticket.number")},
			{Text: t("support.ticket.kind")},
			{Text: t("support.ticket.sent")},
			{Text: t("support.ticket.due")},
			{Text: t("support.ticket.state")},
			{Text: t("support.ticket.holder")},
		},
	}
	lang := i18n.Lang(ctx)
	for _, k := range v.Tickets {
		p.Rows = append(p.Rows, []ui.Cell{
			{HTML: plainLink("/desk/tickets/"+k.Number, k.Number), Classes: "okno-nowrap"},
			{Text: kindText(ctx, k.Kind)},
			{Text: i18n.DateTime(lang, k.CreatedAt.Time().In(v.Zone))},
			{HTML: dueCell(k.Overdue(v.Now), i18n.DateTime(lang, k.DueAt.Time().In(v.Zone)))},
			{HTML: stateTag(k.State)},
			{Text: holder(ctx, k, v.Me)},
		})
	}
	return ui.Stacked(p)
}

// holder says who has the ticket, without names.
func holder(ctx context.Context, t Ticket, me string) string {
	switch t.TakenBy {
	case "":
		return i18n.T(ctx, "support.ticket.nobody")
	case me:
		return i18n.T(ctx, "support.ticket.me")
	}
	return i18n.T(ctx, "support.ticket.colleague")
}

func kindText(ctx context.Context, k Kind) string {
	switch k {
	case Security:
		return i18n.T(ctx, "support.kind.security")
	case SignIn:
		return i18n.T(ctx, "support.kind.sign_in")
	case Upload:
		return i18n.T(ctx, "support.kind.upload")
	case Form:
		return i18n.T(ctx, "support.kind.form")
	case Objection:
		return i18n.T(ctx, "support.kind.objection")
	default:
		return i18n.T(ctx, "support.kind.other")
	}
}

// stateTag is a state in words and colour.
func stateTag(s State) templ.Component {
	kind, key := ui.Neutral, "support.state.new"
	switch s {
	case Taken:
		kind, key = ui.Progress, "support.state.taken"
	case Answered:
		kind, key = ui.Done, "support.state.answered"
	case Closed:
		kind, key = ui.Done, "support.state.closed"
	case Waiting:
	}
	return tag(kind, key)
}

// facts are what the card says beside the text.
func (v ticketView) facts(ctx context.Context) []ui.Pair {
	t := func(key string) string { return i18n.T(ctx, key) }
	lang := i18n.Lang(ctx)
	subject := ""
	if key := v.Subject.key(); key != "" {
		subject = t(key)
	}
	email, author := v.Email, t("support.ticket.author_none")
	if email == "" {
		email = t("support.ticket.email_none")
	}
	switch {
	case v.Against != nil && v.Against.ByLink:
		author = t("support.objection.by_link")
	case v.Author != "":
		author = t("support.ticket.author_some")
	}
	pairs := ui.Pairs(t("support.ticket.kind"), kindText(ctx, v.Kind), t("support.ticket.subject"), subject, t("support.ticket.sent"), stamp(lang, v.CreatedAt.Time(), v.Zone))
	pairs = append(pairs, ui.Pair{Key: t("support.ticket.due"), Value: ui.HTML(dueCell(v.Overdue(v.Now), stamp(lang, v.DueAt.Time(), v.Zone)))})
	return append(pairs, ui.Pairs(
		t("support.ticket.holder"), holder(ctx, v.Ticket, v.Me), t("support.ticket.email"), email, t("support.ticket.author"), author,
		t("support.ticket.page"), v.From, t("support.ticket.lang"), languageName(ctx, v.Lang),
	)...)
}

func languageName(ctx context.Context, lang string) string {
	if lang == i18n.EN {
		return i18n.T(ctx, "support.ticket.lang_en")
	}
	return i18n.T(ctx, "support.ticket.lang_ru")
}

// hint says how the answer will go out.
func (v ticketView) hint(ctx context.Context) string {
	switch {
	case v.Email != "" && v.Author != "":
		return i18n.T(ctx, "support.ticket.reply_both")
	case v.Email != "":
		return i18n.T(ctx, "support.ticket.reply_mail")
	case v.Author != "":
		return i18n.T(ctx, "support.ticket.reply_notice")
	}
	return i18n.T(ctx, "support.ticket.reply_nowhere")
}

func splitLines(text string) []string {
	var out []string
	for l := range strings.SplitSeq(text, "\n") {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}
