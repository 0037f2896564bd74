package desk

import (
	"context"
	"encoding/csv"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"okno/internal/identity"
	"okno/internal/kit/audit"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/kit/ui"
	"okno/internal/kit/web"
)

func (r *Room) systemPage(w http.ResponseWriter, req *http.Request) error {
	ctx := req.Context()
	v, err := r.system(ctx)
	if err != nil {
		return err
	}
	v.Retried = web.Query(req, "retried") != ""
	return web.Render(w, req, web.Page{Title: i18n.T(ctx, "desk.system.title"), Section: "system", Wide: true, Body: systemBody(v)})
}

func (r *Room) retryJob(w http.ResponseWriter, req *http.Request) error {
	jobID, err := strconv.ParseInt(req.PathValue("id"), 10, 64)
	if err != nil || jobID <= 0 {
		return ErrNoJob
	}
	if err := r.retry(req.Context(), jobID); err != nil {
		return err
	}
	return web.Redirect(w, req, "/desk/system?retried=1")
}

// journalView is a page of the journal.
type journalView struct {
	search
	found
	zone  *time.Location
	names map[string]string // login names of staff among the actors
}

func searchOf(req *http.Request) search {
	s := search{
		Act: web.Query(req, "act"), Actor: web.Query(req, "actor"), Owner: web.Query(req, "owner"),
		Object: web.Query(req, "object"), From: web.Query(req, "from"), To: web.Query(req, "to"),
	}
	if n, err := strconv.ParseInt(web.Query(req, "before"), 10, 64); err == nil && n > 0 {
		s.Before = db.Time(n)
	}
	return s
}

func (r *Room) journalPage(w http.ResponseWriter, req *http.Request) error {
	ctx := req.Context()
	s := searchOf(req)
	f, err := r.look(ctx, "desk.journal_looked", s, journalPage)
	if err != nil {
		return err
	}
	v := journalView{search: s, found: f, zone: r.Zone, names: map[string]string{}}
	for _, l := range f.Lines {
		if !named(l) || v.names[l.Actor] != "" {
			continue
		}
		if name, err := r.people.name(ctx, l.Actor); err == nil {
			v.names[l.Actor] = name
		}
	}
	return web.Render(w, req, web.Page{Title: i18n.T(ctx, "desk.journal.title"), Section: "journal", Wide: true, Body: journalBody(v)})
}

// named reports whether the actor is staff, whose login name may be shown.
func named(l audit.Line) bool {
	return l.Actor != "" && l.Actor != identity.SystemID && l.Role != "citizen" && l.Role != ""
}

// exportJournal writes the journal as CSV in UTF-8 with the mark that
// spreadsheets look for.
func (r *Room) exportJournal(w http.ResponseWriter, req *http.Request) error {
	f, err := r.look(req.Context(), "desk.journal_exported", searchOf(req), exportMost)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="journal.csv"`)
	h.Set("Cache-Control", "no-store")
	if _, err := w.Write([]byte("\uFEFF")); err != nil {
		return nil // the browser went away
	}
	out := csv.NewWriter(w)
	out.Comma, out.UseCRLF = ';', true // a Russian system's spreadsheets put commas into one cell
	_ = out.Write([]string{"at", "id", "act", "actor", "role", "owner", "object", "ip", "agent", "request", "details"})
	for _, l := range f.Lines {
		_ = out.Write(csvRow(l))
	}
	out.Flush()
	return nil
}

func (v journalView) table(ctx context.Context) ui.TableParams {
	t := func(key string) string { return i18n.T(ctx, key) }
	p := ui.TableParams{Classes: "okno-table--sticky okno-small", Head: []ui.Cell{
		{Text: t("desk.journal.at")},
		{Text: t("desk.journal.act")},
		{Text: t("desk.journal.actor")},
		{Text: t("desk.journal.owner")},
		{Text: t("desk.journal.object")},
		{Text: t("desk.journal.details")},
	}}
	for _, l := range v.Lines {
		p.Rows = append(p.Rows, []ui.Cell{
			{HTML: stamp(l, v.zone)},
			{HTML: narrow("act", l.Act, actWords(ctx, l.Act))},
			{HTML: v.actor(ctx, l)},
			{HTML: narrow("owner", l.Owner, tail(l.Owner))},
			{HTML: narrow("object", l.Object, objectName(l.Object))},
			{HTML: lineDetails(l)},
		})
	}
	return ui.Stacked(p)
}

// clear reports whether nothing is searched for.
func (s search) clear() bool { return len(s.values()) == 0 }

// tail is the end of an id, which tells ids apart for the eye.
func tail(id string) string {
	if len(id) <= 12 {
		return id
	}
	return "…" + id[len(id)-8:]
}

// objectName is kind:id with a short id.
func objectName(object string) string {
	kind, rest, ok := strings.Cut(object, ":")
	if !ok {
		return tail(object)
	}
	return kind + " " + tail(rest)
}

func escape(s string) string { return url.QueryEscape(s) }

func (v journalView) actor(ctx context.Context, l audit.Line) templ.Component {
	switch {
	case l.Actor == "":
		return words(i18n.T(ctx, "desk.journal.nobody"))
	case l.Actor == identity.SystemID:
		return words(i18n.T(ctx, "desk.journal.system"))
	}
	shown := v.names[l.Actor]
	if shown == "" {
		shown = tail(l.Actor)
	}
	return actorCell(l, shown, i18n.T(ctx, roleKey(identity.RoleName(l.Role))))
}

// linePairs are the parts of a line that are opened on demand.
func linePairs(ctx context.Context, l audit.Line) []ui.Pair {
	pairs := ui.Pairs(
		i18n.T(ctx, "desk.journal.ip"), l.IP, i18n.T(ctx, "desk.journal.agent"), l.Agent,
		i18n.T(ctx, "desk.journal.request"), l.Request, i18n.T(ctx, "desk.journal.line"), l.ID,
	)
	for _, k := range slices.Sorted(maps.Keys(l.Details)) {
		pairs = append(pairs, ui.Pairs(k, l.Details[k])...)
	}
	return pairs
}
