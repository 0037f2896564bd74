package draft

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"okno/internal/forms"
	"okno/internal/kit/errs"
	"okno/internal/kit/web"
)

// Limits of what one page may send.
const (
	maxPlain = 1 << 20   // texts of a usual page
	maxRows  = 16 << 20  // texts of a page with a long group
	maxBody  = 300 << 20 // texts and files
	longList = 50        // items from which a group is long
)

func (r *Room) postStep(w http.ResponseWriter, req *http.Request) error {
	ctx := req.Context()
	d, err := r.kept(ctx, req.PathValue("id"))
	if err != nil {
		return r.unopened(w, req, err)
	}
	step := d.service.Step(stepOf(req))
	if step == nil {
		return ErrNotFound
	}
	if d.Number != "" {
		return web.Redirect(w, req, d.resume())
	}
	in, err := r.receive(w, req, d, step)
	if err != nil {
		return err
	}
	r.findAddress(ctx, d, step, in)
	out, err := r.apply(ctx, d, step, in)
	if errors.Is(err, ErrSent) {
		return web.Redirect(w, req, base(d.ID)+"/sent")
	}
	if err != nil {
		return err
	}
	if r.outdated(d) && !out.conflict && !out.refused {
		return web.Redirect(w, req, base(d.ID)) // what was typed is kept; now to what has changed
	}
	return r.answerStep(w, req, d, step, in, out)
}

// answerStep leads on, or shows the page again with what stands in the way.
func (r *Room) answerStep(w http.ResponseWriter, req *http.Request, d *work, step *forms.Step, in *posted, out outcome) error {
	result := d.fill()
	if out.hidden() || place(result, step.ID) < 0 {
		return web.Redirect(w, req, d.resume())
	}
	v := newStepView(req.Context(), d, result, step.ID)
	v.back = backToCheck(req)
	v.raw = shownAgain(d.service, in, out)
	v.openRow(in.row)
	v.pastes, v.suggested = in.paste, in.suggested
	v.fileFaults(in.faults)
	switch {
	case out.conflict, out.refused:
		if out.conflict {
			v.conflicting(out)
		}
		v.blame(out.wrong)
		return v.render(w, req)
	case len(in.faults) > 0:
		if in.command.leaves() {
			v.blame(out.wrong)
		}
		return v.render(w, req)
	case len(out.pasted) > 0:
		v.blamePaste(in, out)
		return v.render(w, req)
	case !in.command.leaves():
		if len(in.suggested) > 0 {
			return v.render(w, req)
		}
		if out.typed() {
			v.blameRow(in, out)
			return v.render(w, req)
		}
		return web.Redirect(w, req, d.stay(result, step, in, v.back))
	}
	return r.leave(w, req, d, v, in, out)
}

// leave goes on to the next page, or says why not.
func (r *Room) leave(w http.ResponseWriter, req *http.Request, d *work, v *stepView, in *posted, out outcome) error {
	faults, fresh := split(out.wrong)
	switch {
	case in.command.name == doSave && !out.typed():
		return web.Redirect(w, req, "/cabinet")
	case len(faults) > 0:
		v.blame(faults)
		return v.render(w, req)
	case len(fresh) > 0:
		address := stepPath(d.ID, v.step.Step.ID) + "?more=1"
		if v.back {
			address += "&back=check"
		}
		return web.Redirect(w, req, address+"#"+url.PathEscape(v.anchor(fresh[0])))
	}
	return web.Redirect(w, req, d.next(v.result, v.step.Step.ID, v.back))
}

// next is the address after a step that is complete.
func (w *work) next(r *forms.Result, step string, back bool) string {
	if s := r.Stopped; s != nil && (s.Step == step || s.Step == "" && r.Next(step) == "") {
		return base(w.ID) + "/stop"
	}
	if !back {
		return stepPath(w.ID, after(r, step))
	}
	if open := r.Open(); open != "" {
		return withBack(stepPath(w.ID, open), true)
	}
	return base(w.ID) + "/check"
}

func (v *stepView) status() int {
	switch {
	case v.conflict:
		return http.StatusConflict
	case len(v.items) > 0 && v.raw != nil:
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

func (v *stepView) render(w http.ResponseWriter, req *http.Request) error {
	return web.Render(w, req, web.Page{
		Title: v.in(v.step.Step.Title) + " — " + v.in(v.work.service.Title), Status: v.status(), Error: len(v.items) > 0,
		Section: "applications", Back: v.backHref(), Body: v.work.owned(stepPage(v)),
	})
}

// split parts real faults from fields that have just appeared.
func split(wrong []forms.Wrong) (faults, fresh []forms.Wrong) {
	for _, w := range wrong {
		if revealed(w) {
			fresh = append(fresh, w)
		} else {
			faults = append(faults, w)
		}
	}
	return faults, fresh
}

// target is the part of the page to which a command leads.
func target(in *posted) string {
	c := in.command
	group, _ := itemOf(c.arg)
	switch c.name {
	case doAdd:
		return "#" + url.PathEscape(group) + ".last"
	case doRemove:
		return "#" + url.PathEscape(group)
	case doUnfile:
		for name, ids := range in.raw {
			if slices.Contains(ids, c.arg) && name != "_do" {
				return "#" + url.PathEscape(name)
			}
		}
	}
	return "#" + url.PathEscape(c.arg)
}

// shownAgain is what was sent as the page shows it again: with the item that was
// added, without the one that was removed.
func shownAgain(s *forms.Service, in *posted, out outcome) map[string][]string {
	raw := out.raw
	if in.command.name == doRemove {
		kept := make(map[string][]string, len(raw))
		for name, values := range raw {
			if !strings.HasPrefix(name, in.command.arg+".") {
				kept[name] = values
			}
		}
		raw = kept
	}
	return forms.Renumber(s, raw)
}

// receive reads what a step's page sent; files are checked, scanned and stored
// as they come, sealed.
func (r *Room) receive(w http.ResponseWriter, req *http.Request, d *work, step *forms.Step) (*posted, error) {
	in := &posted{raw: map[string][]string{}}
	var err error
	if strings.HasPrefix(req.Header.Get("Content-Type"), "multipart/form-data") {
		err = r.receiveParts(w, req, d, step, in)
	} else {
		err = receiveForm(w, req, step, in)
	}
	if err != nil {
		return nil, err
	}
	in.seen = first(in.raw, "_seen")
	in.command = commandOf(first(in.raw, "_do"))
	in.row = first(in.raw, "_row")
	in.takePastes(step)
	if g := tableOf(d.service, in.command.arg); g != nil {
		in.titles = titles(req.Context(), g)
	}
	return in, nil
}

func first(raw map[string][]string, name string) string {
	if v := raw[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// commandOf reads the pressed button, add:children; an unknown one means next.
func commandOf(s string) command {
	name, arg, _ := strings.Cut(s, ":")
	switch name {
	case doSave, doAdd, doRemove, doUnfile, doUpload, doAttach, doChoose, doLookup, doFind, doTake, doRow, doPaste, doReplace:
		return command{name, arg}
	}
	return command{name: doNext}
}

// room for the texts of a step's page, in bytes.
func textLimit(step *forms.Step) int64 {
	for i := range step.Groups {
		if step.Groups[i].Repeat.Max >= longList {
			return maxRows
		}
	}
	return maxPlain
}

func receiveForm(w http.ResponseWriter, req *http.Request, step *forms.Step, in *posted) error {
	req.Body = http.MaxBytesReader(w, req.Body, textLimit(step))
	if err := req.ParseForm(); err != nil {
		return unread(err)
	}
	in.raw = req.PostForm
	return nil
}

// unread is why a body could not be read.
func unread(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) || errors.Is(err, multipart.ErrMessageTooLarge) {
		return web.ErrTooLarge.Wrap(err)
	}
	return web.ErrBadForm.Wrap(err)
}

func (r *Room) receiveParts(w http.ResponseWriter, req *http.Request, d *work, step *forms.Step, in *posted) error {
	req.Body = http.MaxBytesReader(w, req.Body, maxBody)
	parts, err := req.MultipartReader()
	if err != nil {
		return unread(err)
	}
	left := textLimit(step)
	for {
		p, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return unread(err)
		}
		if left, err = r.receivePart(req, d, step, in, p, left); err != nil {
			return err
		}
	}
}

// receivePart takes one field or file; left is how much text may still come.
func (r *Room) receivePart(req *http.Request, d *work, step *forms.Step, in *posted, p *multipart.Part, left int64) (int64, error) {
	name := p.FormName()
	if p.Header.Get("Content-Type") == "" && p.FileName() == "" {
		text, err := io.ReadAll(io.LimitReader(p, left+1))
		if err != nil {
			return 0, unread(err)
		}
		if left -= int64(len(text)); left < 0 {
			return 0, web.ErrTooLarge
		}
		in.raw[name] = append(in.raw[name], string(text))
		return left, nil
	}
	field := fieldOf(d.service, step, name)
	if p.FileName() == "" || field == nil || !isFile(field) {
		return left, drain(p) // no file was chosen, or nobody asked for one
	}
	f, err := r.takeIn(req.Context(), d, field, name, p.FileName(), p)
	if errs.IsKind(err, errs.Invalid) {
		in.faults = append(in.faults, fileFault{field: name, err: err})
		return left, drain(p)
	}
	if err != nil {
		return 0, broken(err)
	}
	in.taken = append(in.taken, f)
	return left, nil
}

// drain reads on to the next part.
func drain(p *multipart.Part) error {
	if _, err := io.Copy(io.Discard, p); err != nil {
		return unread(err)
	}
	return nil
}

// broken: the sender stopped in the middle of a file, or it is our fault.
func broken(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) || errors.Is(err, io.ErrUnexpectedEOF) {
		return unread(err)
	}
	return err
}

// showFields answers with the questions as they are after what was typed, for
// the script that shows at once what an answer makes necessary. It keeps nothing.
func showFields(w http.ResponseWriter, req *http.Request, d *work, step *forms.Step, in *posted) error {
	d.Answers, _ = forms.Check(d.service, step.ID, in.raw, d.Answers, d.facts)
	result := d.fill()
	if place(result, step.ID) < 0 {
		w.WriteHeader(http.StatusNoContent) // the whole page goes: sending says so
		return nil
	}
	v := newStepView(req.Context(), d, result, step.ID)
	v.raw = forms.Renumber(d.service, in.raw)
	w.Header().Set("Cache-Control", "no-store")
	return web.Fragment(w, req, stepFields(v))
}

// concerns reports whether a fault is one of the box that was left; the three
// boxes of a date have their faults in common.
func concerns(x forms.Wrong, name string) bool {
	if x.Name == name {
		return true
	}
	whole := dateOf(name)
	return whole != "" && (x.Name == whole || dateOf(x.Name) == whole)
}

// dateOf is the name of the date that a box belongs to, "" for another box.
func dateOf(name string) string {
	for _, part := range []string{".day", ".month", ".year"} {
		if whole, ok := strings.CutSuffix(name, part); ok {
			return whole
		}
	}
	return ""
}
