package cases

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"okno/internal/applications/upload"
	"okno/internal/identity"
	"okno/internal/kit/id"
	"okno/internal/kit/web"
)

// Addresses of the cards.
const (
	citizenBase = "/cabinet/applications/"
	deskBase    = "/desk/applications/"
)

// maxAnswer is how much one answer with its files may weigh, in bytes.
const maxAnswer = 60 << 20

// Mount adds the pages and the operations of the API.
func (c *Cases) Mount(rt *web.Router) {
	citizen := identity.Citizen()
	rt.Handle("GET "+citizenBase+"{number}", citizen, c.showMine)
	for part, body := range map[string]func(view) templ.Component{"card": citizenState, "ask": citizenAsk, "history": citizenHistory} {
		rt.Handle("GET "+citizenBase+"{number}/"+part, citizen, c.showPart(body))
	}
	rt.Handle("POST "+citizenBase+"{number}/answer", citizen, c.postAnswer)
	rt.Handle("GET "+citizenBase+"{number}/change", citizen, c.showChange)
	rt.Handle("GET "+citizenBase+"{number}/cancel", citizen, c.showCancel)
	rt.Handle("POST "+citizenBase+"{number}/cancel", citizen, c.postCancel)
	rt.Handle("POST "+citizenBase+"{number}/received", citizen, c.postReceived)
	rt.Handle("GET "+citizenBase+"{number}/files/{file}", citizen, c.getMyFile)
	c.mountDesk(rt)
	c.mountMessages(rt)
	c.mountTypos(rt)
	c.mountAPI(rt)
}

func (c *Cases) myCard(r *http.Request) (view, error) {
	card, err := c.Mine(r.Context(), r.PathValue("number"))
	if err != nil {
		return view{}, err
	}
	v := c.view(r.Context(), card, citizenBase)
	v.key = id.Token()
	s, offered := c.Services.Service(card.ServiceID)
	v.repeatable = offered && len(s.Form.Steps) > 0
	return v, nil
}

// myPage is the card with its messages, which count as read from then on.
func (c *Cases) myPage(r *http.Request) (view, error) {
	v, err := c.myCard(r)
	if err == nil {
		v.thread, err = c.thread(r.Context(), v.Case, Citizen)
	}
	return v, err
}

func (c *Cases) showMine(w http.ResponseWriter, r *http.Request) error {
	v, err := c.myPage(r)
	if err != nil {
		return err
	}
	if v.IsPart() && !v.asksNow() {
		return web.Redirect(w, r, citizenBase+v.Whole) // there its progress stands
	}
	if err := c.opened(r.Context(), v.Case); err != nil {
		return err
	}
	return web.Render(w, r, v.page(http.StatusOK))
}

func (v view) page(status int) web.Page {
	if v.IsPart() {
		return web.Page{
			Title: v.title() + " — " + v.Number, Status: status, Error: len(v.faults) > 0, Section: "applications",
			Back: citizenBase + v.Whole, BackText: v.t("applications.part.back"), Body: citizenPart(v),
		}
	}
	return web.Page{
		Title: v.title() + " — " + v.Number, Status: status, Error: len(v.faults) > 0, Section: "applications",
		Back: "/cabinet/applications", BackText: v.t("applications.card.back"), Body: citizenCard(v),
	}
}

// showPart answers with a part of the card, for a page that follows changes.
func (c *Cases) showPart(body func(view) templ.Component) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		v, err := c.myCard(r)
		if err != nil {
			return err
		}
		return web.Fragment(w, r, body(v))
	}
}

func (c *Cases) postAnswer(w http.ResponseWriter, r *http.Request) error {
	values, files, done, err := web.Files(w, r, maxAnswer)
	if err != nil {
		return err
	}
	defer done()
	sent, closeAll, err := sentFiles(files)
	defer closeAll()
	if err != nil {
		return err
	}
	reply := Reply{Text: values.Get("text"), Values: map[string][]string{}, Files: sent, Keep: true}
	for name, v := range values {
		if name != "text" && !strings.HasPrefix(name, "_") && !dropped(name, values[dropBox]) {
			reply.Values[name] = v
		}
	}
	reply.Files = slices.DeleteFunc(reply.Files, func(f Sent) bool { return dropped(f.Field, values[dropBox]) })
	if fileID, ok := strings.CutPrefix(values.Get("_do"), doUnfile); ok {
		err = c.Unfile(r.Context(), dealOf(r, values), fileID, reply)
		if err == nil {
			return c.showAnswer(w, r, nil, values, http.StatusOK)
		}
	} else {
		err = c.Reply(r.Context(), dealOf(r, values), reply)
	}
	if !errors.Is(err, ErrFields) {
		return c.back(w, r, citizenBase, err)
	}
	return c.showAnswer(w, r, err, values, http.StatusUnprocessableEntity)
}

// dropped reports whether a box is of an item that is to be taken out of its list.
func dropped(box string, items []string) bool {
	return slices.ContainsFunc(items, func(item string) bool { return strings.HasPrefix(box, item+".") })
}

// doUnfile begins the value of the buttons that throw a kept file away.
const doUnfile = "unfile:"

// showAnswer shows the card with what was typed and what is wrong with it.
func (c *Cases) showAnswer(w http.ResponseWriter, r *http.Request, err error, posted map[string][]string, status int) error {
	v, cerr := c.myPage(r)
	if cerr != nil {
		return cerr
	}
	v.blame(err, posted)
	return web.Render(w, r, v.page(status))
}

// sentFiles opens the files of a posted form; a box without a file sends an
// empty one, which is none.
func sentFiles(posted map[string][]*multipart.FileHeader) (sent []Sent, closeAll func(), err error) {
	var open []io.Closer
	closeAll = func() {
		for _, f := range open {
			_ = f.Close()
		}
	}
	for field, headers := range posted {
		if field == "files" {
			field = ""
		}
		for _, h := range headers {
			if h.Filename == "" && h.Size == 0 {
				continue
			}
			f, err := h.Open()
			if err != nil {
				return nil, closeAll, err
			}
			open = append(open, f)
			sent = append(sent, Sent{Field: field, File: upload.File{Name: h.Filename, Size: h.Size, Body: f}})
		}
	}
	return sent, closeAll, nil
}

// dealOf reads the hidden fields of a form.
func dealOf(r *http.Request, values map[string][]string) Deal {
	first := func(name string) string {
		if len(values[name]) == 0 {
			return ""
		}
		return values[name][0]
	}
	version, _ := strconv.ParseInt(first("_version"), 10, 64)
	return Deal{Number: r.PathValue("number"), Version: version, Key: first("_key")}
}

// back leads to the card after a change.
func (c *Cases) back(w http.ResponseWriter, r *http.Request, base string, err error) error {
	if err != nil {
		return err
	}
	return web.Redirect(w, r, base+r.PathValue("number"))
}

// showChange says what a change means, or why there can be none any more.
func (c *Cases) showChange(w http.ResponseWriter, r *http.Request) error {
	v, err := c.myCard(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, web.Page{
		Title: v.t("applications.change.title"), Section: "applications", Back: v.base, BackText: v.t("applications.cancel.back"), Body: changePage(v),
	})
}

func (c *Cases) showCancel(w http.ResponseWriter, r *http.Request) error {
	v, err := c.myCard(r)
	if err != nil {
		return err
	}
	if !v.can(Cancel) {
		return ErrMove
	}
	return web.Render(w, r, web.Page{
		Title: v.t("applications.cancel.title"), Section: "applications", Back: v.base, BackText: v.t("applications.cancel.back"), Body: cancelPage(v),
	})
}

func (c *Cases) postCancel(w http.ResponseWriter, r *http.Request) error {
	values, err := web.Form(w, r)
	if err != nil {
		return err
	}
	return c.back(w, r, citizenBase, c.Cancel(r.Context(), dealOf(r, values)))
}

func (c *Cases) getMyFile(w http.ResponseWriter, r *http.Request) error {
	f, body, err := c.MyFile(r.Context(), r.PathValue("number"), r.PathValue("file"))
	if err != nil {
		return err
	}
	return attach(w, f.Name, f.Type, f.Size, body)
}

// attach sends a file to be saved, never to be shown: what people upload must
// not run as a page of the portal.
func attach(w http.ResponseWriter, name string, t upload.Type, size int64, body io.ReadCloser) error {
	defer func() { _ = body.Close() }()
	h := w.Header()
	h.Set("Content-Type", contentType(t))
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Content-Length", strconv.FormatInt(size, 10))
	_, err := io.Copy(w, body)
	return err
}

func contentType(t upload.Type) string {
	switch t {
	case upload.PDF:
		return "application/pdf"
	case upload.JPG:
		return "image/jpeg"
	case upload.PNG:
		return "image/png"
	}
	return "application/octet-stream"
}
