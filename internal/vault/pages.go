package vault

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/kit/id"
	"okno/internal/kit/ui"
	"okno/internal/kit/web"
)

// pageSize is how many documents a page of the list has.
const pageSize = 20

// Mount adds the pages and the operations of the API.
func (v *Vault) Mount(rt *web.Router) {
	rt.Handle("GET /cabinet/documents", identity.Citizen(), v.showList)
	rt.Handle("GET /cabinet/documents/{id}/file", identity.Fresh(identity.Citizen()), v.getFile)
	rt.Handle("GET /verify", web.Public, v.showVerify)
	rt.Handle("POST /verify", web.Public, v.postVerify)
	rt.Handle("GET /v/{number}", web.Public, v.scanned)
	v.mountAPI(rt)
}

// listView is «Мои документы».
type listView struct {
	rows []rowView
	next string
}

// rowView is a document in the list.
type rowView struct {
	Document
	title, agency, issued, revoked, status string
	kind                                   ui.Kind
}

func (v *Vault) showList(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	docs, err := v.Documents(ctx, web.Query(r, "before"), pageSize+1)
	if err != nil {
		return err
	}
	var list listView
	if len(docs) > pageSize {
		docs = docs[:pageSize]
		list.next = "/cabinet/documents?before=" + docs[pageSize-1].ID
	}
	for _, d := range docs {
		list.rows = append(list.rows, v.row(ctx, d))
	}
	return web.Render(w, r, web.Page{Title: i18n.T(ctx, "vault.list.title"), Section: "documents", Body: listBody(list)})
}

func (v *Vault) row(ctx context.Context, d Document) rowView {
	lang := i18n.Lang(ctx)
	a, _ := v.Agencies.ByCode(d.Agency)
	s := d.StatusOn(db.DateOf(v.Clock.Now().In(a.Location())))
	return rowView{
		Document: d, title: in(lang, d.Title.RU, d.Title.EN), agency: a.Title.In(lang),
		issued: i18n.Date(lang, d.IssuedAt.Time().In(a.Location())), revoked: dateOf(lang, d.RevokedAt, a.Location()), status: statusText(ctx, s, d.ValidUntil), kind: statusKind(s),
	}
}

// dateOf is a day in words, "" for none.
func dateOf(lang string, at db.Time, zone *time.Location) string {
	if at.IsZero() {
		return ""
	}
	return i18n.Date(lang, at.Time().In(zone))
}

func in(lang, ru, en string) string {
	if lang == i18n.EN && en != "" {
		return en
	}
	return ru
}

func statusText(ctx context.Context, s Status, until db.Date) string {
	if s == Valid && until != "" {
		return i18n.T(ctx, "vault.status.valid_until", "Date", i18n.DateISO(i18n.Lang(ctx), string(until)))
	}
	return i18n.T(ctx, "vault.status."+string(s))
}

func statusKind(s Status) ui.Kind {
	switch s {
	case Valid:
		return ui.Done
	case Replaced:
		return ui.Neutral
	}
	return ui.Refused
}

func (v *Vault) getFile(w http.ResponseWriter, r *http.Request) error {
	d, body, err := v.Download(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	h := w.Header()
	h.Set("Content-Type", "application/pdf")
	h.Set("Content-Disposition", disposition(d))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.FormatInt(d.Size, 10))
	_, err = io.Copy(w, body)
	return err
}

func disposition(d Document) string {
	return mime.FormatMediaType("attachment", map[string]string{"filename": d.Number + ".pdf"})
}

// scanned is where the QR code of a document leads: short, so that the code is
// coarse and can be read from bad paper.
func (v *Vault) scanned(w http.ResponseWriter, r *http.Request) error {
	return web.Redirect(w, r, "/verify?number="+url.QueryEscape(r.PathValue("number")))
}

// verifyView is the check page.
type verifyView struct {
	number, fault string
	proof         *Proof
	// facts of the proof in words.
	kind, agency, issued, revoked, status string
	statusKind                            ui.Kind
	unknown                               bool
	// compared says what a compared file turned out to be: "", same, other.
	compared string
}

func (v *Vault) showVerify(w http.ResponseWriter, r *http.Request) error {
	number := web.Query(r, "number")
	if number == "" {
		return v.renderVerify(w, r, verifyView{}, http.StatusOK)
	}
	view, status, err := v.verified(r, number)
	if err != nil {
		return err
	}
	return v.renderVerify(w, r, view, status)
}

// verified looks a number up; what people can mend is shown on the page.
func (v *Vault) verified(r *http.Request, typed string) (verifyView, int, error) {
	ctx := r.Context()
	view := verifyView{number: typed}
	if number, ok := id.ParseOpen(typed); ok {
		view.number = number
	}
	proof, err := v.Verify(ctx, web.ClientIP(ctx).String(), typed)
	switch {
	case errors.Is(err, ErrNumber):
		view.fault = i18n.T(ctx, ErrNumber.Key)
		return view, http.StatusUnprocessableEntity, nil
	case errors.Is(err, ErrUnknown):
		view.unknown = true
		return view, http.StatusNotFound, nil
	case err != nil:
		return view, 0, err
	}
	lang := i18n.Lang(ctx)
	a, _ := v.Agencies.ByCode(proof.Agency)
	view.proof, view.kind, view.agency = &proof, in(lang, proof.Kind.RU, proof.Kind.EN), a.Title.In(lang)
	view.issued, view.revoked = dateOf(lang, proof.IssuedAt, a.Location()), dateOf(lang, proof.RevokedAt, a.Location())
	view.status, view.statusKind = statusText(ctx, proof.Status, proof.ValidUntil), statusKind(proof.Status)
	return view, http.StatusOK, nil
}

// postVerify compares a copy with the issued file, byte for byte. The copy is
// hashed and not kept.
func (v *Vault) postVerify(w http.ResponseWriter, r *http.Request) error {
	values, files, done, err := web.Files(w, r, maxPDF+(1<<20))
	if err != nil {
		return err
	}
	defer done()
	view, status, err := v.verified(r, values.Get("number"))
	if err != nil {
		return err
	}
	if posted := files["copy"]; view.proof != nil && len(posted) > 0 && posted[0].Size > 0 {
		f, err := posted[0].Open()
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		same, err := view.proof.Same(f)
		if err != nil {
			return err
		}
		view.compared = "other"
		if same {
			view.compared = "same"
		}
	}
	return v.renderVerify(w, r, view, status)
}

func (v *Vault) renderVerify(w http.ResponseWriter, r *http.Request, view verifyView, status int) error {
	ctx := r.Context()
	p := web.Page{Title: i18n.T(ctx, "vault.verify.title"), Status: status, Error: view.fault != "", Section: "verify", Body: verifyBody(view)}
	if view.number == "" {
		p.Description = i18n.T(ctx, "vault.verify.lead")
	}
	return web.Render(w, r, p)
}
