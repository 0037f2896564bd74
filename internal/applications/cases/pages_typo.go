package cases

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"okno/internal/identity"
	"okno/internal/kit/secret"
	"okno/internal/kit/web"
)

func (c *Cases) mountTypos(rt *web.Router) {
	rt.Handle("GET "+citizenBase+"{number}/typo/{document}", identity.Citizen(), c.showTypo)
	rt.Handle("POST "+citizenBase+"{number}/typo/{document}", identity.Citizen(), c.postTypo)
}

func (c *Cases) showTypo(w http.ResponseWriter, r *http.Request) error {
	v, err := c.myCard(r)
	if err != nil {
		return err
	}
	if documentID := r.PathValue("document"); !v.mayName(documentID) {
		if v.documentTitle(documentID) == "" {
			return ErrNotFound
		}
		return web.Redirect(w, r, v.base) // the card says what became of it
	}
	return web.Render(w, r, v.typoWeb(r.PathValue("document"), http.StatusOK))
}

func (v view) typoWeb(documentID string, status int) web.Page {
	return web.Page{
		Title: v.t("applications.typo.title"), Status: status, Error: len(v.faults) > 0, Section: "applications", Back: v.base,
		BackText: v.t("applications.cancel.back"), Body: typoPage(v, documentID),
	}
}

func (c *Cases) postTypo(w http.ResponseWriter, r *http.Request) error {
	values, err := web.Form(w, r)
	if err != nil {
		return err
	}
	documentID := r.PathValue("document")
	err = c.AskTypo(r.Context(), dealOf(r, values), documentID, values.Get("typo"))
	if !errors.Is(err, ErrFields) {
		return c.back(w, r, citizenBase, err)
	}
	v, cerr := c.myCard(r)
	if cerr != nil {
		return cerr
	}
	v.blame(err, values)
	return web.Render(w, r, v.typoWeb(documentID, http.StatusUnprocessableEntity))
}

func (c *Cases) deskFix(ctx context.Context, d Deal, v url.Values) error {
	text := Corrected{Title: v.Get("title"), Paragraphs: strings.Split(strings.ReplaceAll(v.Get("paragraphs"), "\r\n", "\n"), "\n")}
	for i := 0; v.Has(typoRow(i)); i++ {
		text.Rows = append(text.Rows, v.Get(typoRow(i)))
	}
	return c.FixTypo(ctx, d, v.Get("typo_id"), text)
}

// loadPaper reads the text of the document whose mistake waits.
func (c *Cases) loadPaper(ctx context.Context, v *view) error {
	for _, t := range v.Typos {
		if !t.Open() {
			continue
		}
		key, err := c.Sealer.Key(ctx, v.ID, secret.Case)
		if err == nil {
			v.paper, err = c.textNow(ctx, key, v.Case, v.Card, t.Document)
		}
		if err == nil && t.Prepared != nil {
			v.paper = reworded(v.paper, *t.Prepared)
		}
		return err
	}
	return nil
}
