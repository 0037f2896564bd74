package webhook

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/i18n"
	"okno/internal/kit/ui"
	"okno/internal/kit/web"
)

// view is the list of an agency's endpoints.
type view struct {
	Agency    string
	Agencies  []ui.SelectItem
	Endpoints []Endpoint
	// Secret is shown once, after it was made.
	Secret string
	Typed  string
	Wrong  string
}

func (r *Room) view(ctx context.Context, agency string) (view, error) {
	mine := r.may(ctx)
	if len(mine) == 0 {
		return view{}, identity.ErrForbidden
	}
	v := view{Agency: cmp.Or(agency, mine[0])}
	if _, err := r.check(ctx, v.Agency); err != nil {
		return v, err
	}
	for _, code := range mine {
		v.Agencies = append(v.Agencies, ui.SelectItem{Value: code, Text: r.Agencies.Title(code, i18n.Lang(ctx))})
	}
	var err error
	v.Endpoints, err = r.store.endpoints(ctx, v.Agency)
	return v, err
}

func (r *Room) render(w http.ResponseWriter, req *http.Request, v view) error {
	p := web.Page{Title: i18n.T(req.Context(), "exchange.page.title"), Section: "webhooks", Wide: true, Body: listBody(v), Error: v.Wrong != ""}
	if p.Error {
		p.Status = http.StatusUnprocessableEntity
	}
	return web.Render(w, req, p)
}

func (r *Room) show(w http.ResponseWriter, req *http.Request) error {
	v, err := r.view(req.Context(), web.Query(req, "agency"))
	if err != nil {
		return err
	}
	return r.render(w, req, v)
}

func (r *Room) postAdd(w http.ResponseWriter, req *http.Request) error {
	f, err := web.Form(w, req)
	if err != nil {
		return err
	}
	ctx := req.Context()
	_, secret, err := r.Add(ctx, f.Get("agency"), f.Get("url"))
	return r.withSecret(w, req, f.Get("agency"), f.Get("url"), secret, err)
}

// withSecret shows the list with a new secret, or with what is wrong.
func (r *Room) withSecret(w http.ResponseWriter, req *http.Request, agency, typed, secret string, err error) error {
	e, ok := errs.As(err)
	if err != nil && !errors.Is(err, ErrURL) {
		return err
	}
	v, verr := r.view(req.Context(), agency)
	if verr != nil {
		return verr
	}
	if err != nil && ok {
		v.Typed, v.Wrong = typed, i18n.T(req.Context(), e.Fields[0].Key, e.Fields[0].Args...)
	}
	v.Secret = secret
	return r.render(w, req, v)
}

// logView is what was sent to an endpoint.
type logView struct {
	Endpoint
	Deliveries []Delivery
}

func (r *Room) showLog(w http.ResponseWriter, req *http.Request) error {
	ctx, agency := req.Context(), web.Query(req, "agency")
	if _, err := r.check(ctx, agency); err != nil {
		return err
	}
	row, err := r.store.endpoint(ctx, agency, req.PathValue("id"))
	if err != nil {
		return err
	}
	v := logView{Endpoint: endpointOf(row)}
	if v.Deliveries, err = r.store.log(ctx, agency, v.ID); err != nil {
		return err
	}
	return web.Render(w, req, web.Page{
		Title: i18n.T(ctx, "exchange.log.title"), Section: "webhooks", Wide: true, Back: listHref(agency), BackText: i18n.T(ctx, "exchange.page.title"),
		Body: logBody(v),
	})
}

func (r *Room) postDeed(w http.ResponseWriter, req *http.Request) error {
	f, err := web.Form(w, req)
	if err != nil {
		return err
	}
	ctx, agency, endpoint := req.Context(), f.Get("agency"), req.PathValue("id")
	switch req.PathValue("deed") {
	case "rotate":
		_, secret, err := r.Rotate(ctx, agency, endpoint)
		return r.withSecret(w, req, agency, "", secret, err)
	case "test":
		err = r.Test(ctx, agency, endpoint)
	case "pause":
		err = r.Switch(ctx, agency, endpoint, false)
	case "resume":
		err = r.Switch(ctx, agency, endpoint, true)
	case "replay":
		err = r.Replay(ctx, agency, f.Get("delivery"))
	default:
		err = ErrNone
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, req, logHref(agency, endpoint))
}

func listHref(agency string) string { return "/desk/webhooks?agency=" + url.QueryEscape(agency) }

func logHref(agency, endpoint string) string {
	return "/desk/webhooks/" + url.PathEscape(endpoint) + "?agency=" + url.QueryEscape(agency)
}

func stateTag(ctx context.Context, state string) (ui.Kind, string) {
	switch state {
	case Active:
		return ui.Done, i18n.T(ctx, "exchange.state.active")
	case Paused:
		return ui.Neutral, i18n.T(ctx, "exchange.state.paused")
	case Delivered:
		return ui.Done, i18n.T(ctx, "exchange.state.delivered")
	case Waiting:
		return ui.Progress, i18n.T(ctx, "exchange.state.waiting")
	}
	return ui.Refused, i18n.T(ctx, "exchange.state.failed")
}

func (v view) table(ctx context.Context) ui.TableParams {
	p := ui.TableParams{FirstCellIsHeader: true, Head: []ui.Cell{
		{Text: i18n.T(ctx, "exchange.page.url")}, {Text: i18n.T(ctx, "exchange.page.state")}, {Text: i18n.T(ctx, "exchange.page.action")},
	}}
	for _, e := range v.Endpoints {
		kind, text := stateTag(ctx, e.State)
		p.Rows = append(p.Rows, []ui.Cell{{HTML: endpointLink(e)}, {HTML: ui.StatusTag(kind, text)}, {HTML: endpointDeeds(e)}})
	}
	return ui.Stacked(p)
}

func (v logView) table(ctx context.Context) ui.TableParams {
	p := ui.TableParams{FirstCellIsHeader: true, Head: []ui.Cell{
		{Text: i18n.T(ctx, "exchange.log.message")},
		{Text: i18n.T(ctx, "exchange.log.made")},
		{Text: i18n.T(ctx, "exchange.page.state")},
		{Text: i18n.T(ctx, "exchange.log.tries")},
		{Text: i18n.T(ctx, "exchange.page.action")},
	}}
	for _, d := range v.Deliveries {
		kind, text := stateTag(ctx, d.State)
		p.Rows = append(p.Rows, []ui.Cell{
			{HTML: messageCell(d)}, {Text: stamp(d.MadeAt)}, {HTML: ui.StatusTag(kind, text)}, {HTML: triesCell(d)}, {HTML: replayButton(v.Endpoint, d)},
		})
	}
	return ui.Stacked(p)
}

func stamp(t db.Time) string { return t.Time().UTC().Format("02.01.2006 15:04:05") }

func tryLine(t Try) string {
	line := strconv.Itoa(t.Number) + ". " + stamp(t.At) + ", " + t.Took.Round(time.Millisecond).String()
	if t.Status > 0 {
		line += ", HTTP " + strconv.Itoa(t.Status)
	}
	return line
}
