package bulk

import (
	"context"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"

	"github.com/a-h/templ"

	"okno/internal/applications/sheet"
	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/errs"
	"okno/internal/kit/i18n"
	"okno/internal/kit/ui"
	"okno/internal/kit/web"
)

// basePath is the address of the list.
const basePath = "/cabinet/batches"

// rowsShown is how many rows with faults the page shows; the file has all.
const rowsShown = 100

// Mount adds the pages and the operations of the API.
func (r *Room) Mount(rt *web.Router) {
	me := identity.Citizen()
	rt.Handle("GET "+basePath, me, r.pageList)
	rt.Handle("GET "+basePath+"/new", me, r.pageNew)
	rt.Handle("GET "+basePath+"/template", me, r.getTemplate)
	rt.Handle("POST "+basePath, me, r.postNew)
	rt.Handle("GET "+basePath+"/{id}", me, r.pageOne)
	rt.Handle("GET "+basePath+"/{id}/state", me, r.partState)
	rt.Handle("GET "+basePath+"/{id}/report", me, r.getReport)
	rt.Handle("POST "+basePath+"/{id}/send", me, r.act(r.Send))
	rt.Handle("POST "+basePath+"/{id}/stop", me, r.act(r.Stop))
	rt.Handle("POST "+basePath+"/{id}/delete", me, r.postDelete)
	r.operations(rt.API)
}

func say(ctx context.Context, key string, args ...any) string { return i18n.T(ctx, key, args...) }

func in(ctx context.Context, t forms.Text) string { return t.In(forms.Lang(i18n.Lang(ctx))) }

// listView are the person's batches, and what can be sent so.
type listView struct {
	all      []Batch
	services []*forms.Service
}

func (r *Room) pageList(w http.ResponseWriter, req *http.Request) error {
	ctx := req.Context()
	all, err := r.List(ctx)
	if err != nil {
		return err
	}
	v := listView{all: all}
	for _, s := range r.All() {
		if s.Bulk {
			v.services = append(v.services, s)
		}
	}
	return web.Render(w, req, web.Page{
		Title: say(ctx, "applications.bulk.title"), Section: "applications", Back: "/cabinet/applications", Body: listPage(v),
	})
}

// newView is the page where a table is handed in.
type newView struct {
	service *forms.Service
	fault   string
}

func (v newView) file(format string) string {
	return basePath + "/template?" + url.Values{"service": {v.service.ID}, "format": {format}}.Encode()
}

func (r *Room) pageNew(w http.ResponseWriter, req *http.Request) error {
	s, err := r.Service(web.Query(req, "service"))
	if err != nil {
		return err
	}
	return r.showNew(w, req, newView{service: s})
}

func (r *Room) showNew(w http.ResponseWriter, req *http.Request, v newView) error {
	p := web.Page{Title: in(req.Context(), v.service.Title), Section: "applications", Back: basePath, Body: newPage(v)}
	if v.fault != "" {
		p.Error, p.Status = true, http.StatusUnprocessableEntity
	}
	return web.Render(w, req, p)
}

func (r *Room) postNew(w http.ResponseWriter, req *http.Request) error {
	values, files, done, err := web.Files(w, req, sheet.MaxBytes+web.MaxForm)
	if err != nil {
		return err
	}
	defer done()
	s, err := r.Service(values.Get("service"))
	if err != nil {
		return err
	}
	if len(files["file"]) == 0 || files["file"][0].Size == 0 {
		return r.showNew(w, req, newView{service: s, fault: say(req.Context(), ErrFile.Key)})
	}
	head := files["file"][0]
	body, err := head.Open()
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(body, sheet.MaxBytes+1))
	if err != nil {
		return err
	}
	batchID, err := r.Take(req.Context(), s.ID, head.Filename, raw)
	if e, ok := errs.As(err); ok && (e.Kind == errs.Invalid || e.Kind == errs.TooMany || e.Kind == errs.Forbidden) {
		return r.showNew(w, req, newView{service: s, fault: say(req.Context(), e.Key, e.Args...)})
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, req, basePath+"/"+batchID)
}

// oneView is a batch with what is wrong in it.
type oneView struct {
	Batch
	bad  []Row
	more int // rows with faults that are not shown
}

func (r *Room) oneView(ctx context.Context, batchID string) (oneView, error) {
	b, rows, err := r.Rows(ctx, batchID)
	v := oneView{Batch: b}
	for _, x := range rows {
		if x.State != Bad {
			continue
		}
		if len(v.bad) == rowsShown {
			v.more++
			continue
		}
		v.bad = append(v.bad, x)
	}
	return v, err
}

// href is an address below the batch.
func (v oneView) href(part string) string { return basePath + "/" + v.ID + part }

func (v oneView) sentHref() string { return "/cabinet/applications?batch=" + v.ID }

// done is how many rows have been dealt with, of those that could be sent.
func (v oneView) done() int { return v.Sent + v.Before }

func (v oneView) toDo() int { return v.All - v.Bad }

// counts is what there is of what.
func (v oneView) counts(ctx context.Context) []ui.Pair {
	n := func(key string, count int) []string {
		if count == 0 {
			return nil
		}
		return []string{say(ctx, key), strconv.Itoa(count)}
	}
	var all []string
	for _, x := range [][]string{
		n("applications.bulk.count.all", v.All), n("applications.bulk.count.good", v.Good()), n("applications.bulk.count.sent", v.Sent),
		n("applications.bulk.count.before", v.Before), n("applications.bulk.count.bad", v.Bad),
	} {
		all = append(all, x...)
	}
	return ui.Pairs(all...)
}

func (v oneView) kind() ui.Kind {
	switch {
	case v.State == Done && v.Bad == 0:
		return ui.Done
	case v.State == Stopped, v.Bad > 0:
		return ui.Attention
	}
	return ui.Progress
}

// faults is the table of what is wrong, by row and column.
func (v oneView) faults(ctx context.Context) ui.TableParams {
	p := ui.TableParams{FirstCellIsHeader: true, Head: []ui.Cell{
		{Text: say(ctx, "applications.bulk.row")}, {Text: say(ctx, "applications.bulk.column")}, {Text: say(ctx, "applications.bulk.wrong")},
	}}
	for _, x := range v.bad {
		for _, f := range x.Faults {
			p.Rows = append(p.Rows, []ui.Cell{{Text: strconv.Itoa(x.Number)}, {Text: in(ctx, f.Column)}, {Text: in(ctx, f.Text)}})
		}
	}
	return ui.Stacked(p)
}

func (r *Room) pageOne(w http.ResponseWriter, req *http.Request) error {
	ctx := req.Context()
	v, err := r.oneView(ctx, req.PathValue("id"))
	if err != nil {
		return err
	}
	p := web.Page{Title: say(ctx, "applications.bulk.one"), Section: "applications", Back: basePath, Body: onePage(v)}
	if v.State == Running {
		p.Head = refresh()
	}
	return web.Render(w, req, p)
}

// partState answers with the part that changes while a batch is sent.
func (r *Room) partState(w http.ResponseWriter, req *http.Request) error {
	v, err := r.oneView(req.Context(), req.PathValue("id"))
	if err != nil {
		return err
	}
	return web.Fragment(w, req, oneState(v))
}

func (r *Room) act(deed func(ctx context.Context, batchID string) error) web.Handler {
	return func(w http.ResponseWriter, req *http.Request) error {
		if err := deed(req.Context(), req.PathValue("id")); err != nil {
			return err
		}
		return web.Redirect(w, req, basePath+"/"+req.PathValue("id"))
	}
}

func (r *Room) postDelete(w http.ResponseWriter, req *http.Request) error {
	if err := r.Delete(req.Context(), req.PathValue("id")); err != nil {
		return err
	}
	return web.Redirect(w, req, basePath)
}

func (r *Room) getTemplate(w http.ResponseWriter, req *http.Request) error {
	s, err := r.Service(web.Query(req, "service"))
	if err != nil {
		return err
	}
	format := formatOf(req)
	raw, err := r.Template(req.Context(), s, format)
	if err != nil {
		return err
	}
	return attach(w, s.ID+"."+format, format, raw)
}

func (r *Room) getReport(w http.ResponseWriter, req *http.Request) error {
	format := formatOf(req)
	raw, err := r.Report(req.Context(), req.PathValue("id"), format)
	if err != nil {
		return err
	}
	return attach(w, "rows."+format, format, raw)
}

func formatOf(req *http.Request) string {
	if web.Query(req, "format") == asCSV {
		return asCSV
	}
	return asXLSX
}

func attach(w http.ResponseWriter, name, format string, raw []byte) error {
	kind := "text/csv; charset=utf-8"
	if format == asXLSX {
		kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("Content-Length", strconv.Itoa(len(raw)))
	h.Set("Cache-Control", "no-store")
	_, err := w.Write(raw)
	return err
}

// refresh asks again in a while, where no script does.
func refresh() templ.Component {
	return templ.Raw(`<noscript><meta http-equiv="refresh" content="5"/></noscript>`)
}
