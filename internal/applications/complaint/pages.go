package complaint

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"

	"okno/internal/applications/upload"
	"okno/internal/identity"
	"okno/internal/kit/i18n"
	"okno/internal/kit/id"
	"okno/internal/kit/web"
)

// Addresses of the pages.
const (
	listPath  = "/cabinet/complaints"
	cardBase  = "/cabinet/complaints/"
	draftBase = "/cabinet/complaint-drafts/"
	caseBase  = "/cabinet/applications/"
)

// maxForm is how much a draft with its files may weigh, in bytes.
const maxForm = 60 << 20

// doUnfile begins the value of the buttons that take a file off.
const doUnfile = "unfile:"

// Mount adds the pages and the operations of the API.
func (r *Complaints) Mount(rt *web.Router) {
	citizen := identity.Citizen()
	rt.Handle("GET "+listPath, citizen, r.showList)
	rt.Handle("GET "+caseBase+"{number}/complain", citizen, r.showBegin)
	rt.Handle("POST "+caseBase+"{number}/complain", citizen, r.postBegin)
	rt.Handle("GET "+draftBase+"{id}", citizen, r.showDraft)
	rt.Handle("POST "+draftBase+"{id}", citizen, r.postDraft)
	rt.Handle("GET "+draftBase+"{id}/check", citizen, r.showCheck)
	rt.Handle("POST "+draftBase+"{id}/send", citizen, r.postSend)
	rt.Handle("POST "+draftBase+"{id}/delete", citizen, r.postDelete)
	rt.Handle("GET "+draftBase+"{id}/files/{file}", citizen, r.getMyFile)
	rt.Handle("GET "+cardBase+"{number}", citizen, r.showMine)
	rt.Handle("GET "+cardBase+"{number}/card", citizen, r.showPart)
	rt.Handle("GET "+cardBase+"{number}/withdraw", citizen, r.showWithdraw)
	rt.Handle("POST "+cardBase+"{number}/withdraw", citizen, r.postWithdraw)
	rt.Handle("POST "+cardBase+"{number}/appeal", citizen, r.postAppeal)
	rt.Handle("GET "+cardBase+"{number}/files/{file}", citizen, r.getMyFile)
	r.mountDesk(rt)
	r.mountAPI(rt)
}

func (r *Complaints) showList(w http.ResponseWriter, req *http.Request) error {
	ctx := req.Context()
	all, err := r.List(ctx)
	if err != nil {
		return err
	}
	rows := make([]rowView, len(all))
	for i, c := range all {
		rows[i] = r.row(ctx, c)
	}
	return web.Render(w, req, web.Page{
		Title: i18n.T(ctx, "applications.complaint.list.title"), Section: "applications", Back: "/cabinet/applications",
		BackText: i18n.T(ctx, "applications.complaint.list.back"), Body: listBody(rows),
	})
}

// showBegin says what a complaint means, and where complaints stand already.
func (r *Complaints) showBegin(w http.ResponseWriter, req *http.Request) error {
	ctx := req.Context()
	card, err := r.Cases.Mine(ctx, req.PathValue("number"))
	if err != nil {
		return err
	}
	about, err := r.About(ctx, card.ID)
	if err != nil {
		return err
	}
	b := beginView{number: card.Number, title: textIn(ctx, card.Service.Title), grounds: r.Grounds(card.Status), id: id.Token()}
	a, _ := r.Offices.ByCode(card.Agency)
	b.agency = a.Title.In(i18n.Lang(ctx))
	for _, c := range about {
		c.Left = r.left(c)
		b.about = append(b.about, r.row(ctx, c))
		b.busy = b.busy || c.Status.Open() && c.LateAt.IsZero()
	}
	return web.Render(w, req, web.Page{
		Title: i18n.T(ctx, "applications.complaint.begin.title"), Section: "applications", Back: caseBase + card.Number,
		BackText: i18n.T(ctx, "applications.complaint.begin.back"), Body: beginBody(b),
	})
}

func (r *Complaints) postBegin(w http.ResponseWriter, req *http.Request) error {
	if _, err := web.Form(w, req); err != nil {
		return err
	}
	c, err := r.Begin(req.Context(), req.PathValue("number"))
	if err != nil {
		return err
	}
	return web.Redirect(w, req, draftBase+c.ID)
}

func (r *Complaints) postAppeal(w http.ResponseWriter, req *http.Request) error {
	if _, err := web.Form(w, req); err != nil {
		return err
	}
	c, err := r.Appeal(req.Context(), req.PathValue("number"))
	if err != nil {
		return err
	}
	return web.Redirect(w, req, draftBase+c.ID)
}

// draftView is a draft with the case as it stands now.
func (r *Complaints) draftView(req *http.Request) (view, error) {
	ctx := req.Context()
	card, err := r.Draft(ctx, req.PathValue("id"))
	if err != nil {
		return view{}, err
	}
	k, err := r.Cases.State(ctx, card.CaseNumber)
	if err != nil {
		return view{}, err
	}
	card.Words.Status = k.Status
	return r.view(ctx, card, draftBase+card.ID), nil
}

func (r *Complaints) showDraft(w http.ResponseWriter, req *http.Request) error {
	v, err := r.draftView(req)
	if err != nil {
		return err
	}
	return web.Render(w, req, v.draftPage(http.StatusOK))
}

func (v view) draftTitle() string {
	if v.Step == 2 {
		return v.t("applications.complaint.draft.appeal_title")
	}
	return v.t("applications.complaint.draft.title")
}

func (v view) draftPage(status int) web.Page {
	return web.Page{
		Title: v.draftTitle(), Status: status, Error: len(v.faults) > 0, Section: "applications", Back: listPath,
		BackText: v.t("applications.complaint.list.title"), Body: draftBody(v),
	}
}

func (r *Complaints) postDraft(w http.ResponseWriter, req *http.Request) error {
	values, files, done, err := web.Files(w, req, maxForm)
	if err != nil {
		return err
	}
	defer done()
	sent, closeAll, err := sentFiles(files["files"])
	defer closeAll()
	if err != nil {
		return err
	}
	ctx, draftID, do := req.Context(), req.PathValue("id"), values.Get("_do")
	err = r.Save(ctx, draftID, Form{Ground: values.Get("ground"), Text: values.Get("text"), Wants: values.Get("wants"), Files: sent})
	if err != nil && !errors.Is(err, ErrFields) {
		return err
	}
	if fileID, ok := strings.CutPrefix(do, doUnfile); ok {
		if err := r.Unfile(ctx, draftID, fileID); err != nil {
			return err
		}
		return web.Redirect(w, req, draftBase+draftID)
	}
	if do == "later" {
		return web.Redirect(w, req, listPath)
	}
	if err == nil {
		return web.Redirect(w, req, draftBase+draftID+"/check")
	}
	v, derr := r.draftView(req)
	if derr != nil {
		return derr
	}
	v.blame(err, values)
	return web.Render(w, req, v.draftPage(http.StatusUnprocessableEntity))
}

// sentFiles opens the files of a posted form; a box without a file sends an
// empty one, which is none.
func sentFiles(posted []*multipart.FileHeader) (sent []upload.File, closeAll func(), err error) {
	var open []io.Closer
	closeAll = func() {
		for _, f := range open {
			_ = f.Close()
		}
	}
	for _, h := range posted {
		if h.Filename == "" && h.Size == 0 {
			continue
		}
		f, err := h.Open()
		if err != nil {
			return nil, closeAll, err
		}
		open = append(open, f)
		sent = append(sent, upload.File{Name: h.Filename, Size: h.Size, Body: f})
	}
	return sent, closeAll, nil
}

// showCheck shows all that will be sent; what is not complete leads back.
func (r *Complaints) showCheck(w http.ResponseWriter, req *http.Request) error {
	v, err := r.draftView(req)
	if err != nil {
		return err
	}
	if r.faults(v.Ground, v.Words.Status, v.Words) != nil {
		return web.Redirect(w, req, v.base)
	}
	return web.Render(w, req, web.Page{
		Title: v.t("applications.complaint.check.title"), Section: "applications", Back: v.base, BackText: v.t("applications.complaint.check.back"), Body: checkBody(v),
	})
}

func (r *Complaints) postSend(w http.ResponseWriter, req *http.Request) error {
	if _, err := web.Form(w, req); err != nil {
		return err
	}
	number, err := r.Send(req.Context(), req.PathValue("id"))
	if errors.Is(err, ErrFields) { // the case has moved on: the ground does not fit any more
		return web.Redirect(w, req, draftBase+req.PathValue("id"))
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, req, cardBase+number)
}

func (r *Complaints) postDelete(w http.ResponseWriter, req *http.Request) error {
	if _, err := web.Form(w, req); err != nil {
		return err
	}
	if err := r.Delete(req.Context(), req.PathValue("id")); err != nil {
		return err
	}
	return web.Redirect(w, req, listPath)
}

func (r *Complaints) myView(req *http.Request) (view, error) {
	card, err := r.Mine(req.Context(), req.PathValue("number"))
	if err != nil {
		return view{}, err
	}
	v := r.view(req.Context(), card, cardBase+card.Number)
	v.key = id.Token()
	return v, nil
}

func (r *Complaints) showMine(w http.ResponseWriter, req *http.Request) error {
	v, err := r.myView(req)
	if err != nil {
		return err
	}
	return web.Render(w, req, web.Page{
		Title: v.t("applications.complaint.card.title") + " " + v.Number, Section: "applications", Back: listPath, BackText: v.t("applications.complaint.list.title"), Body: citizenCard(v),
	})
}

func (r *Complaints) showPart(w http.ResponseWriter, req *http.Request) error {
	v, err := r.myView(req)
	if err != nil {
		return err
	}
	return web.Fragment(w, req, citizenState(v))
}

func (r *Complaints) showWithdraw(w http.ResponseWriter, req *http.Request) error {
	v, err := r.myView(req)
	if err != nil {
		return err
	}
	if !v.can(Withdraw) { // it has an answer meanwhile
		return web.Redirect(w, req, v.base)
	}
	return web.Render(w, req, web.Page{
		Title: v.t("applications.complaint.withdraw.title"), Section: "applications", Back: v.base, BackText: v.t("applications.complaint.withdraw.back"), Body: withdrawBody(v),
	})
}

func (r *Complaints) postWithdraw(w http.ResponseWriter, req *http.Request) error {
	values, err := web.Form(w, req)
	if err != nil {
		return err
	}
	d := dealOf(req, values)
	if err := r.Withdraw(req.Context(), d); err != nil {
		return err
	}
	return web.Redirect(w, req, cardBase+d.Number)
}

// dealOf reads the hidden fields of a form.
func dealOf(req *http.Request, values map[string][]string) Deal {
	first := func(name string) string {
		if len(values[name]) == 0 {
			return ""
		}
		return values[name][0]
	}
	version, _ := strconv.ParseInt(first("_version"), 10, 64)
	return Deal{Number: req.PathValue("number"), Version: version, Key: first("_key")}
}

func (r *Complaints) getMyFile(w http.ResponseWriter, req *http.Request) error {
	which := req.PathValue("number")
	if which == "" {
		which = req.PathValue("id")
	}
	f, body, err := r.MyFile(req.Context(), which, req.PathValue("file"))
	if err != nil {
		return err
	}
	return attach(w, f.Name, f.Size, body)
}

// attach sends a file to be saved, never to be shown.
func attach(w http.ResponseWriter, name string, size int64, body io.ReadCloser) error {
	defer func() { _ = body.Close() }()
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Content-Length", strconv.FormatInt(size, 10))
	_, err := io.Copy(w, body)
	return err
}
