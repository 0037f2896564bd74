package draft

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"okno/internal/applications/cases"
	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/errs"
	"okno/internal/kit/i18n"
	"okno/internal/kit/web"
)

// Mount adds the pages and the operations of the API.
func (r *Room) Mount(rt *web.Router) {
	me := identity.CitizenOr(identity.MFCOperator)
	rt.Handle("GET /cabinet/drafts/new", me, r.pageNew)
	rt.Handle("POST /cabinet/drafts", me, r.postNew)
	rt.Handle("GET /cabinet/drafts/{id}", me, r.pageResume)
	rt.Handle("GET /cabinet/drafts/{id}/check", me, r.pageCheck)
	rt.Handle("POST /cabinet/drafts/{id}/send", me, r.postSend)
	rt.Handle("POST /cabinet/drafts/{id}/owner-code", me, r.postAskOwner)
	rt.Handle("GET /cabinet/drafts/{id}/sent", me, r.pageSent)
	rt.Handle("GET /cabinet/drafts/{id}/stop", me, r.pageStop)
	rt.Handle("GET /cabinet/drafts/{id}/begun", me, r.pageBegun)
	rt.Handle("POST /cabinet/drafts/{id}/begun", me, r.postBegun)
	rt.Handle("GET /cabinet/drafts/{id}/changes", me, r.pageChanges)
	rt.Handle("POST /cabinet/drafts/{id}/changes", me, r.postChanges)
	rt.Handle("GET /cabinet/drafts/{id}/delete", me, r.pageDelete)
	rt.Handle("POST /cabinet/drafts/{id}/delete", me, r.postDelete)
	rt.Handle("GET /cabinet/drafts/{id}/files/{file}", me, r.getFile)
	rt.Handle("GET /cabinet/drafts/{id}/{step}", me, r.pageStep)
	rt.Handle("POST /cabinet/drafts/{id}/{step}", me, r.postStep)
	rt.Handle("POST /cabinet/drafts/{id}/{step}/check", me, r.checkField)
	rt.Handle("GET /cabinet/dictionaries/{dictionary}", me, r.dictionary)
	rt.Handle("GET /cabinet/addresses", me, r.addresses)
	r.operations(rt.API)
}

// dictionary answers a search while typing: entries which hold the words.
func (r *Room) dictionary(w http.ResponseWriter, req *http.Request) error {
	ctx := req.Context()
	var d *forms.Dictionary
	if r.Dictionaries != nil {
		d = r.Dictionaries()[req.PathValue("dictionary")]
	}
	if d == nil {
		return ErrNotFound
	}
	type line struct {
		Text string `json:"text"`
	}
	found := []line{}
	for _, e := range d.Search(cutKey(web.Query(req, "q")), lang(ctx), matchesShown) {
		found = append(found, line{e.Text.In(lang(ctx))})
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	return json.NewEncoder(w).Encode(found)
}

// base is the address of a draft.
func base(draftID string) string { return "/cabinet/drafts/" + url.PathEscape(draftID) }

// reserved are the last parts of addresses that a step's id could be mistaken for.
func reserved(step string) bool {
	switch step {
	case "check", "send", "sent", "stop", "owner-code", "begun", "changes", "delete", "files":
		return true
	}
	return false
}

// stepPath is the address of a step's page.
func stepPath(draftID, step string) string {
	if step == stepCheck {
		return base(draftID) + "/check"
	}
	if reserved(step) {
		step = "_" + step
	}
	return base(draftID) + "/" + url.PathEscape(step)
}

// stepOf is the step that an address names.
func stepOf(req *http.Request) string {
	s := req.PathValue("step")
	if len(s) > 1 && s[0] == '_' && reserved(s[1:]) {
		return s[1:]
	}
	return s
}

// backToCheck: the page was opened from the checked answers and returns there.
func backToCheck(req *http.Request) bool { return web.Query(req, "back") == "check" }

func withBack(address string, back bool) string {
	if back {
		return address + "?back=check"
	}
	return address
}

func (r *Room) pageNew(w http.ResponseWriter, req *http.Request) error {
	ctx := req.Context()
	v, err := r.newView(ctx, web.Query(req, "service"), web.Query(req, "for"))
	if err != nil {
		return err
	}
	if v.service.Opens != "" {
		return web.Redirect(w, req, v.service.Opens)
	}
	return web.Render(w, req, web.Page{
		Title: v.title(), Section: "services", Back: "/services/" + url.PathEscape(v.service.ID), Body: owned(v.behalf, startPage(v)),
	})
}

func (r *Room) postNew(w http.ResponseWriter, req *http.Request) error {
	form, err := web.Form(w, req)
	if err != nil {
		return err
	}
	draftID, err := r.beginAs(req.Context(), form)
	if errs.IsKind(err, errs.Forbidden) {
		return web.Redirect(w, req, "/cabinet/drafts/new?service="+url.QueryEscape(form.Get("service")))
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, req, base(draftID))
}

// beginAs begins what the form asks for: a draft like an application that was
// sent, one that is filled in at once, or an empty one.
func (r *Room) beginAs(ctx context.Context, form url.Values) (string, error) {
	once := cutKey(form.Get("_once"))
	switch {
	case form.Get("for") != "":
		return r.StartFor(ctx, form.Get("for"), form.Get("service"), once)
	case form.Get("again") != "":
		return r.Again(ctx, form.Get("again"), once)
	case form.Get("mend") != "":
		return r.Mend(ctx, form.Get("mend"), once)
	case form.Get("change") != "":
		return r.Change(ctx, form.Get("change"), once)
	case form.Get("child") != "":
		return r.StartForChild(ctx, form.Get("service"), form.Get("child"), once)
	case form.Get("quick") != "":
		return r.Quick(ctx, form.Get("service"), once)
	}
	return r.Start(ctx, form.Get("service"), once)
}

func cutKey(s string) string { return s[:min(len(s), maxKey)] }

// pageResume leads to where the person stopped.
func (r *Room) pageResume(w http.ResponseWriter, req *http.Request) error {
	d, err := r.load(req.Context(), req.PathValue("id"))
	if err != nil {
		return r.unopened(w, req, err)
	}
	return web.Redirect(w, req, d.resume())
}

// resume is the address where a draft goes on.
func (w *work) resume() string {
	if w.Number != "" {
		return base(w.ID) + "/sent"
	}
	if w.news() {
		return base(w.ID) + "/changes"
	}
	if w.Begun != nil {
		return base(w.ID) + "/begun"
	}
	r := w.fill()
	if r.Stopped != nil {
		return base(w.ID) + "/stop"
	}
	return stepPath(w.ID, stepAt(r, reach(r, w.Step)))
}

func (r *Room) pageStep(w http.ResponseWriter, req *http.Request) error {
	ctx := req.Context()
	d, err := r.load(ctx, req.PathValue("id"))
	if err != nil {
		return r.unopened(w, req, err)
	}
	if d.news() {
		return web.Redirect(w, req, d.resume())
	}
	step, back := stepOf(req), backToCheck(req)
	if d.service.Step(step) == nil {
		return ErrNotFound
	}
	result := d.fill()
	at := place(result, step)
	if d.Number != "" || at < 0 || at > reach(result, d.Step) {
		return web.Redirect(w, req, d.resume())
	}
	v := newStepView(ctx, d, result, step)
	v.back, v.more = back, web.Query(req, "more") == "1"
	v.openRow(web.Query(req, "row"))
	v.page, _ = strconv.Atoi(web.Query(req, "rows"))
	v.blame(stored(&result.Steps[at], result, back))
	return v.render(w, req)
}

// stored is what is wrong with the answers of a step as they are kept; what is
// missing is told only to those who came to mend it.
func stored(step *forms.StepState, r *forms.Result, all bool) []forms.Wrong {
	var out []forms.Wrong
	for _, w := range append(r.Missing[:len(r.Missing):len(r.Missing)], r.Wrong...) {
		if w.Step == step.Step.ID && (all || !missing(w)) {
			out = append(out, w)
		}
	}
	return out
}

func (r *Room) pageCheck(w http.ResponseWriter, req *http.Request) error {
	d, err := r.load(req.Context(), req.PathValue("id"))
	if err != nil {
		return r.unopened(w, req, err)
	}
	result := d.fill()
	if d.Number != "" || d.news() || result.Stopped != nil {
		return web.Redirect(w, req, d.resume())
	}
	return r.renderCheck(w, req, d, result, nil, cases.Wish{})
}

// renderCheck shows the answers; failed says why they were not sent, nil where
// nobody has tried.
func (r *Room) renderCheck(w http.ResponseWriter, req *http.Request, d *work, result *forms.Result, failed error, wish cases.Wish) error {
	status := statusOf(failed)
	v := r.checkView(req.Context(), d, result)
	if v.closed == ErrSecure {
		var err error
		if v.proof.path, v.proof.holds, err = r.proofPath(req.Context(), base(d.ID)+"/check"); err != nil {
			return err
		}
	}
	v.confirmed = status == 0 && web.Query(req, "confirmed") != ""
	v.wish = wish
	v.blameCode(failed)
	v.blame(failed)
	v.failed, v.changed = status == http.StatusUnprocessableEntity, status == http.StatusConflict
	return web.Render(w, req, web.Page{
		Title: v.title(), Status: status, Error: status != 0, Section: "applications",
		Back: v.backHref(), Body: d.owned(checkPage(v)),
	})
}

func (r *Room) postSend(w http.ResponseWriter, req *http.Request) error {
	form, err := web.Form(w, req)
	if err != nil {
		return err
	}
	ctx, draftID := req.Context(), req.PathValue("id")
	seen, err := strconv.ParseInt(form.Get("_version"), 10, 64)
	if err != nil || seen < 1 {
		return web.ErrBadForm
	}
	wish := cases.Wish{Way: form.Get("way"), Office: form.Get("office")}
	_, err = r.sendWith(ctx, draftID, seen, fromPage, form.Get("_code"), wish)
	if errors.Is(err, cases.ErrTakenUp) {
		return r.tookUp(w, req, draftID)
	}
	if errors.Is(err, ErrConfirm) {
		return r.askPhone(w, req, draftID)
	}
	if err != nil {
		return r.notSent(w, req, draftID, wish, err)
	}
	return web.Redirect(w, req, base(draftID)+"/sent")
}

// tookUp leads to where it is said why the application can't be changed any more.
func (r *Room) tookUp(w http.ResponseWriter, req *http.Request, draftID string) error {
	d, err := r.row(req.Context(), draftID)
	if err != nil {
		return err
	}
	return web.Redirect(w, req, "/cabinet/applications/"+d.Origin.Number+"/change")
}

// onCheck reports whether the page of checked answers shows by itself what stands
// in the way. What it does not know of must not be lost on it.
func onCheck(err error) bool {
	known := []error{ErrNotReady, ErrStopped, ErrChanged, ErrOutdated, ErrLevel, ErrRegion, ErrAudience, ErrSign, ErrSecure, ErrSecureLevel, cases.ErrDelivery}
	return slices.ContainsFunc(known, func(e error) bool { return errors.Is(err, e) })
}

// notSent shows the checked answers again with what stands in the way.
func (r *Room) notSent(w http.ResponseWriter, req *http.Request, draftID string, wish cases.Wish, err error) error {
	if !onCheck(err) && len(fieldsOf(err)) == 0 && !errs.IsKind(err, errs.TooMany) {
		return err
	}
	d, lerr := r.load(req.Context(), draftID)
	if lerr != nil {
		return lerr
	}
	result := d.fill()
	if d.Number != "" || d.news() || result.Stopped != nil {
		return web.Redirect(w, req, d.resume())
	}
	return r.renderCheck(w, req, d, result, err, wish)
}

func (r *Room) pageSent(w http.ResponseWriter, req *http.Request) error {
	d, err := r.load(req.Context(), req.PathValue("id"))
	if err != nil {
		return err
	}
	if d.Number == "" {
		return web.Redirect(w, req, d.resume())
	}
	v := r.sentView(req.Context(), d)
	return web.Render(w, req, web.Page{Title: v.title(), Section: "applications", Body: d.owned(sentPage(v))})
}

func (r *Room) pageStop(w http.ResponseWriter, req *http.Request) error {
	ctx := req.Context()
	d, err := r.load(ctx, req.PathValue("id"))
	if err != nil {
		return err
	}
	result := d.fill()
	if d.Number != "" || d.news() || result.Stopped == nil {
		return web.Redirect(w, req, d.resume())
	}
	v := r.stopView(ctx, d, result)
	return web.Render(w, req, web.Page{Title: v.title, Section: "applications", Back: v.back, Body: stopPage(v)})
}

func (r *Room) pageDelete(w http.ResponseWriter, req *http.Request) error {
	ctx := req.Context()
	d, err := r.row(ctx, req.PathValue("id"))
	if err != nil {
		return err
	}
	if d.Number != "" {
		return web.Redirect(w, req, base(d.ID)+"/sent")
	}
	files, err := r.store.files(ctx, d.Owner, d.ID, d.key)
	if err != nil {
		return err
	}
	row := Row{ServiceID: d.ServiceID, Version: d.Version}
	r.name(ctx, &row)
	v := deleteView{ctx: ctx, id: d.ID, service: row.Title.In(lang(ctx)), files: len(files)}
	return web.Render(w, req, web.Page{
		Title: i18n.T(ctx, "applications.draft.delete.title"), Section: "applications", Back: "/cabinet", Body: deletePage(v),
	})
}

func (r *Room) postDelete(w http.ResponseWriter, req *http.Request) error {
	if err := r.Delete(req.Context(), req.PathValue("id")); err != nil {
		return err
	}
	return web.Redirect(w, req, "/cabinet")
}

// getFile sends a file as an attachment, which no browser shows or runs.
func (r *Room) getFile(w http.ResponseWriter, req *http.Request) error {
	f, body, err := r.Read(req.Context(), req.PathValue("id"), req.PathValue("file"))
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}))
	h.Set("Content-Length", strconv.FormatInt(f.Size, 10))
	h.Set("Cache-Control", "no-store")
	_, err = io.Copy(w, body)
	return err
}
