package cases

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"okno/internal/agency"
	"okno/internal/applications/upload"
	"okno/internal/identity"
	"okno/internal/kit/errs"
	"okno/internal/kit/id"
	"okno/internal/kit/web"
)

func (c *Cases) mountDesk(rt *web.Router) {
	staff := identity.Staff(identity.Officer, identity.Head)
	rt.Handle("GET "+deskBase+"{number}", staff, c.showTheirs)
	rt.Handle("GET "+deskBase+"{number}/files/{file}", staff, c.getTheirFile)
	rt.Handle("GET "+deskBase+"{number}/documents/{document}", staff, c.getTheirDocument)
	deeds := map[string]func(ctx context.Context, d Deal, v url.Values) error{
		"take":    func(ctx context.Context, d Deal, _ url.Values) error { return c.Take(ctx, d) },
		"return":  func(ctx context.Context, d Deal, _ url.Values) error { return c.Return(ctx, d) },
		"assign":  func(ctx context.Context, d Deal, v url.Values) error { return c.Assign(ctx, d, v.Get("to")) },
		"ask":     c.deskAsk,
		"correct": func(ctx context.Context, d Deal, v url.Values) error { return c.SendBack(ctx, d, askOf(v)) },
		"fix":     c.deskFix,
		"keep": func(ctx context.Context, d Deal, v url.Values) error {
			return c.DeclineTypo(ctx, d, v.Get("typo_id"), v.Get("typo_reason"))
		},
		"proceed": func(ctx context.Context, d Deal, _ url.Values) error { return c.Proceed(ctx, d) },
		"approve": func(ctx context.Context, d Deal, v url.Values) error { return c.Approve(ctx, d, v.Get("comment")) },
		"refuse": func(ctx context.Context, d Deal, v url.Values) error {
			return c.RefuseWith(ctx, d, Refusal{Ground: v.Get("ground"), Comment: v.Get("comment"), Remarks: postedRemarks(v)})
		},
		"revoke": func(ctx context.Context, d Deal, v url.Values) error {
			return c.Revoke(ctx, d, v.Get("document"), v.Get("reason"))
		},
		"note": func(ctx context.Context, d Deal, v url.Values) error {
			return c.note(ctx, d, v.Get("note"), "note", v.Get("inner") == "yes")
		},
		"hand-back":  func(ctx context.Context, d Deal, v url.Values) error { return c.HandBack(ctx, d, v.Get("back")) },
		"part-again": func(ctx context.Context, d Deal, v url.Values) error { return c.AgainPart(ctx, d, v.Get("part")) },
		"part-drop":  func(ctx context.Context, d Deal, v url.Values) error { return c.DropPart(ctx, d, v.Get("part")) },
		"confirm":    func(ctx context.Context, d Deal, _ url.Values) error { return c.Confirm(ctx, d) },
		"decline":    func(ctx context.Context, d Deal, v url.Values) error { return c.Decline(ctx, d, v.Get("words")) },
		"suspend":    c.deskSuspend,
		"resume":     func(ctx context.Context, d Deal, _ url.Values) error { return c.Resume(ctx, d) },
		"forward": func(ctx context.Context, d Deal, v url.Values) error {
			return c.Forward(ctx, d, v.Get("agency"), v.Get("forward_words"))
		},
	}
	maps.Copy(deeds, c.deliveryDeeds())
	for _, deed := range slices.Sorted(maps.Keys(deeds)) { // whoever walks the routes does it in one order
		rt.Handle("POST "+deskBase+"{number}/"+deed, staff, c.deskPost(deed, deeds[deed]))
	}
}

func (c *Cases) deskAsk(ctx context.Context, d Deal, v url.Values) error {
	return c.Request(ctx, d, askOf(v))
}

// askOf reads a posted ask; what stands in the box of a remark counts also where
// its field was not ticked.
func askOf(v url.Values) AskMore {
	return AskMore{
		Preset: v.Get("preset"), Text: v.Get("text"), Fields: v["fields"], Files: v.Get("files") == "yes",
		Remarks: postedRemarks(v), Wanted: strings.Split(v.Get("wanted"), "\n"),
	}
}

func postedRemarks(v url.Values) map[string]string {
	out := map[string]string{}
	for name := range v {
		if field, ok := strings.CutPrefix(name, remarkName("")); ok {
			out[field] = v.Get(name)
		}
	}
	return out
}

// deskPost does a deed and leads back to the card; what is wrong with the form
// is shown on the card itself. So is that a colleague or the citizen was faster:
// the card as it stands now, with what was typed.
func (c *Cases) deskPost(deed string, do func(ctx context.Context, d Deal, v url.Values) error) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		values, err := web.Form(w, r)
		if err != nil {
			return err
		}
		if values.Get("_do") == "template" {
			return c.putTemplate(w, r, deed, values)
		}
		err = do(r.Context(), dealOf(r, values), values)
		if err == nil && deed == string(Forward) {
			return web.Redirect(w, r, "/desk") // the card is another agency's now
		}
		status := http.StatusUnprocessableEntity
		if errs.IsKind(err, errs.Conflict) {
			status = http.StatusConflict
		} else if !errors.Is(err, ErrFields) {
			return c.back(w, r, deskBase, err)
		}
		v, cerr := c.theirCard(r)
		if cerr != nil {
			return cerr
		}
		v.deed, v.refill = deed, status == http.StatusConflict
		v.blame(err, values)
		return web.Render(w, r, v.deskPage(status))
	}
}

// wordsOf is the box for the words of a deed.
func wordsOf(deed string) string {
	if deed == agency.ForAsk {
		return "text"
	}
	return "comment"
}

// putTemplate shows the form again with the words of the chosen template.
func (c *Cases) putTemplate(w http.ResponseWriter, r *http.Request, deed string, values url.Values) error {
	v, err := c.theirCard(r)
	if err != nil {
		return err
	}
	v.deed, v.refill, v.posted = deed, true, values
	if text := c.filled(v, deed, values.Get("template")); text != "" {
		v.posted[wordsOf(deed)] = []string{text}
	}
	return web.Render(w, r, v.deskPage(http.StatusOK))
}

func (c *Cases) theirCard(r *http.Request) (view, error) {
	ctx := r.Context()
	card, err := c.Look(ctx, r.PathValue("number"))
	if err != nil {
		return view{}, err
	}
	v := c.view(ctx, card, deskBase)
	v.staff, v.key = true, id.Token()
	v.compared = c.compare(ctx, card)
	if v.ready, err = c.loadReady(ctx, card); err != nil {
		return v, err
	}
	if v.can(Forward) {
		v.others = c.agencyItems(ctx, card)
	}
	if v.thread, err = c.thread(ctx, card.Case, sideAt(identity.ActorOf(ctx), card.Agency)); err != nil {
		return v, err
	}
	if err := c.loadPaper(ctx, &v); err != nil {
		return v, err
	}
	if v.can(Assign) {
		v.officers, err = c.officerItems(ctx, card)
	}
	return v, err
}

func (c *Cases) showTheirs(w http.ResponseWriter, r *http.Request) error {
	v, err := c.theirCard(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, v.deskPage(http.StatusOK))
}

func (v view) deskPage(status int) web.Page {
	return web.Page{
		Title: v.Number + " — " + v.title(), Status: status, Error: len(v.faults) > 0 || v.clash != "", Section: "desk", Wide: true,
		Back: "/desk", BackText: v.t("applications.desk.back"), Body: deskCard(v),
	}
}

func (c *Cases) getTheirFile(w http.ResponseWriter, r *http.Request) error {
	f, body, err := c.TheirFile(r.Context(), r.PathValue("number"), r.PathValue("file"))
	if err != nil {
		return err
	}
	return attach(w, f.Name, f.Type, f.Size, body)
}

func (c *Cases) getTheirDocument(w http.ResponseWriter, r *http.Request) error {
	d, body, err := c.TheirDocument(r.Context(), r.PathValue("number"), r.PathValue("document"))
	if err != nil {
		return err
	}
	return attach(w, d.Number+".pdf", upload.PDF, d.Size, body)
}
