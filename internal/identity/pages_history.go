package identity

import (
	"context"
	"encoding/csv"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"okno/internal/identity/place"
	"okno/internal/kit/db"
	"okno/internal/kit/formula"
	"okno/internal/kit/i18n"
	"okno/internal/kit/pdf"
	"okno/internal/kit/ui"
	"okno/internal/kit/web"
)

const (
	historyPath = securityPath + "/history"
	devicesPath = securityPath + "/browsers"
)

// mountHistory adds the pages of who came in, and of «It wasn't me».
func (i *Identity) mountHistory(rt *web.Router) {
	rt.Handle("GET /cabinet/security/history", SignedIn(), i.showHistory)
	rt.Handle("GET /cabinet/security/history/export", SignedIn(), i.exportFile)
	rt.Handle("GET /cabinet/security/history/{line}/not-me", SignedIn(), i.showDenyLine)
	rt.Handle("POST /cabinet/security/history/{line}/not-me", SignedIn(), i.postDenyLine)
	rt.Handle("GET /cabinet/security/browsers", SignedIn(), i.showDevices)
	rt.Handle("POST /cabinet/security/browsers/{id}/forget", SignedIn(), i.postForget)
	rt.Handle("GET /not-me/{token}", web.Public, i.showNotMe)
	rt.Handle("POST /not-me/{token}", web.Public, i.postNotMe)
}

type historyView struct {
	HistoryFilter
	Lines []Passage
	Next  string
}

func filterOf(r *http.Request) HistoryFilter {
	return HistoryFilter{
		Outcome: web.Query(r, "outcome"), Kind: web.Query(r, "kind"), Act: web.Query(r, "act"),
		From: web.Query(r, "from"), To: web.Query(r, "to"), After: web.Query(r, "after"),
	}.clean()
}

func (f HistoryFilter) values() url.Values {
	v := url.Values{}
	for name, value := range map[string]string{"outcome": f.Outcome, "kind": f.Kind, "act": f.Act, "from": f.From, "to": f.To} {
		if value != "" {
			v.Set(name, value)
		}
	}
	return v
}

// file is the address of the export in a format.
func (v historyView) file(format string) string {
	q := v.values()
	q.Set("format", format)
	return historyPath + "/export?" + q.Encode()
}

func (i *Identity) showHistory(w http.ResponseWriter, r *http.Request) error {
	v := historyView{HistoryFilter: filterOf(r)}
	lines, next, err := i.History(r.Context(), v.HistoryFilter)
	if err != nil {
		return err
	}
	v.Lines = lines
	if next != "" {
		q := v.values()
		q.Set("after", next)
		v.Next = historyPath + "?" + q.Encode()
	}
	return web.Render(w, r, web.Page{
		Title: title(r.Context(), "identity.history.title"), Section: "security", Back: securityPath, Wide: true, Body: historyBody(v),
	})
}

func (v historyView) choice(ctx context.Context, name, value, label string, all ...string) ui.SelectParams {
	p := ui.SelectParams{Name: name, Label: ui.Text(i18n.T(ctx, label)), Value: value, Items: []ui.SelectItem{{Value: "", Text: i18n.T(ctx, "identity.history.all")}}}
	for _, one := range all {
		p.Items = append(p.Items, ui.SelectItem{Value: one, Text: i18n.T(ctx, label+"_"+one)})
	}
	return p
}

func (v historyView) day(ctx context.Context, name, value string) ui.InputParams {
	return ui.InputParams{Name: name, Type: "date", Label: ui.Text(i18n.T(ctx, "identity.history."+name)), Value: value, Classes: ui.Width10}
}

// whereOf is an address with its place, if that is known.
func whereOf(ctx context.Context, ip string, p place.Place) string {
	if name := p.Name(i18n.Lang(ctx)); name != "" {
		return ip + ", " + name
	}
	return ip
}

// deviceText is what a browser is called.
func deviceText(ctx context.Context, name string) string {
	if name == "" {
		return i18n.T(ctx, "identity.security.unknown_device")
	}
	return name
}

// methodText says by what somebody came in, or tried to.
func methodText(ctx context.Context, method string) string {
	var words []string
	for part := range strings.SplitSeq(method, "+") {
		words = append(words, i18n.T(ctx, "identity.method."+knownMethod(part)))
	}
	return strings.Join(words, " + ")
}

// knownMethod is a part of a method that has a name of its own.
func knownMethod(part string) string {
	return or(oneOf(part, "password", "sms", "email", "totp", "oath", "webauthn", "passkey", "recovery", "push", "certificate", "qr", methodSynced,
		"registration", "link", "office"), "other")
}

// actText says what a line of the history is.
func actText(ctx context.Context, p Passage) string {
	return i18n.T(ctx, "identity.history.act_"+or(oneOf(p.Act, passSignIn, passConfirm, passPassword, passRecover, passUnlock), passSignIn))
}

func (v historyView) table(ctx context.Context) ui.TableParams {
	t := func(key string) string { return i18n.T(ctx, key) }
	p := ui.TableParams{Classes: "okno-small", Head: []ui.Cell{
		{Text: t("identity.history.when_moscow")},
		{Text: t("identity.history.what")},
		{Text: t("identity.history.device")},
		{Text: t("identity.security.place")},
		{Text: t("identity.history.outcome")},
		{Text: t("identity.not_me.title")},
	}}
	for _, l := range v.Lines {
		when := i18n.DateTime(i18n.Lang(ctx), l.At.Time().In(moscow()))
		p.Rows = append(p.Rows, []ui.Cell{
			{Text: when},
			{Text: actText(ctx, l) + ": " + methodText(ctx, l.Method)},
			{Text: deviceText(ctx, l.Device) + " (" + t("identity.history.kind_"+l.Kind) + ")"},
			{Text: whereOf(ctx, l.IP, l.Place)},
			{HTML: outcomeTag(l)},
			{HTML: denyLink(l, when)},
		})
	}
	return ui.Stacked(p)
}

// exportFile gives the filtered history as CSV or PDF. That it was taken is in
// the journal before.
func (i *Identity) exportFile(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	a, err := signedIn(ctx)
	if err != nil {
		return err
	}
	format := or(oneOf(web.Query(r, "format"), "csv", "pdf"), "csv")
	e := a.Entry("identity.history_exported", a.ID, "account:"+a.ID)
	e.Details = map[string]string{"format": format}
	if err := i.Audit.Look(ctx, e); err != nil {
		return err
	}
	f := filterOf(r)
	f.Limit = historyExport
	lines, _, err := i.History(ctx, f)
	if err != nil {
		return err
	}
	if format == "pdf" && i.PDF != nil {
		return i.historyPDF(w, r, lines)
	}
	return historyCSV(w, r, lines)
}

func attachment(w http.ResponseWriter, kind, name string) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Cache-Control", "no-store")
}

// sheetTime is an instant of Moscow as every spreadsheet takes it for one.
const sheetTime = "2006-01-02 15:04:05"

// historyCSV writes UTF-8 with the mark that spreadsheets look for, and semicolons:
// those of a Russian system put a line with commas into one cell.
func historyCSV(w http.ResponseWriter, r *http.Request, lines []Passage) error {
	attachment(w, "text/csv; charset=utf-8", "sign-ins.csv")
	if _, err := w.Write([]byte("\uFEFF")); err != nil {
		return nil // the browser went away
	}
	ctx := r.Context()
	t := func(key string) string { return i18n.T(ctx, key) }
	out := csv.NewWriter(w)
	out.Comma, out.UseCRLF = ';', true
	_ = out.Write([]string{
		t("identity.history.when_moscow"), t("identity.history.what"), t("identity.history.method"), t("identity.history.device"),
		t("identity.history.kind"), t("identity.security.place"), t("identity.history.where"), t("identity.history.outcome"),
	})
	for _, l := range lines {
		_ = out.Write([]string{
			l.At.Time().In(moscow()).Format(sheetTime), actText(ctx, l), methodText(ctx, l.Method), formula.Guard(deviceText(ctx, l.Device)), t("identity.history.kind_" + l.Kind),
			formula.Guard(l.IP), formula.Guard(l.Place.Name(i18n.Lang(ctx))), outcomeText(ctx, l),
		})
	}
	out.Flush()
	return nil
}

func outcomeText(ctx context.Context, p Passage) string {
	if p.Denied != 0 {
		return i18n.T(ctx, "identity.history.denied")
	}
	return i18n.T(ctx, "identity.history.outcome_"+p.Outcome)
}

// pdfMost bounds the lines of a printed history.
const pdfMost = 1000

func (i *Identity) historyPDF(w http.ResponseWriter, r *http.Request, lines []Passage) error {
	ctx := r.Context()
	lang := i18n.Lang(ctx)
	number, err := i.store.read().NumberOf(ctx, ActorOf(ctx).ID)
	if err != nil {
		return db.Classify(err)
	}
	d := pdf.Document{
		Lang: lang, Issuer: i.Config.Host, Heading: i18n.T(ctx, "identity.history.title"), Date: i.Clock.Now().In(moscow()),
		Sections: []pdf.Section{{Paragraphs: []string{
			i18n.T(ctx, "identity.security.number") + ": " + number,
			i18n.T(ctx, "identity.history.pdf_text", "Count", min(len(lines), pdfMost)),
		}}},
	}
	for _, l := range lines[:min(len(lines), pdfMost)] {
		d.Sections[0].Rows = append(d.Sections[0].Rows, pdf.Row{
			Label: i18n.DateTime(lang, l.At.Time().In(moscow())),
			Value: strings.Join([]string{
				actText(ctx, l) + ": " + methodText(ctx, l.Method), deviceText(ctx, l.Device), whereOf(ctx, l.IP, l.Place), outcomeText(ctx, l),
			}, "; "),
		})
	}
	raw, err := i.PDF.Write(d)
	if err != nil {
		return err
	}
	attachment(w, "application/pdf", "sign-ins.pdf")
	_, _ = w.Write(raw) // the browser may have gone away
	return nil
}

type devicesView struct {
	Devices []Device
	Said    string
}

func (i *Identity) showDevices(w http.ResponseWriter, r *http.Request) error {
	all, err := i.Devices(r.Context())
	if err != nil {
		return err
	}
	v := devicesView{Devices: all}
	if web.Query(r, "said") == "forgotten" {
		v.Said = "identity.devices.forgotten"
	}
	return web.Render(w, r, web.Page{
		Title: title(r.Context(), "identity.devices.title"), Section: "security", Back: securityPath, Body: devicesBody(v),
	})
}

func (i *Identity) postForget(w http.ResponseWriter, r *http.Request) error {
	return i.ended(w, r, i.forgetDevice(r.Context(), r.PathValue("id")), devicesPath, "forgotten")
}

// notMeView is the page before the button: reading it does nothing, as scanners
// of mail follow links.
type notMeView struct {
	Action, Away string
	Facts        []ui.Pair
}

func (i *Identity) showNotMe(w http.ResponseWriter, r *http.Request) error {
	token := r.PathValue("token")
	if _, err := i.notMeOwner(token); err != nil {
		return i.linkFailed(w, r, err)
	}
	return renderNotMe(w, r, notMeView{Action: "/not-me/" + token, Away: "/login"})
}

func renderNotMe(w http.ResponseWriter, r *http.Request, v notMeView) error {
	return web.Render(w, r, web.Page{Title: title(r.Context(), "identity.not_me.title"), Body: notMeBody(v)})
}

// linkFailed says that a link is over; other errors stay what they are.
func (i *Identity) linkFailed(w http.ResponseWriter, r *http.Request, err error) error {
	if !errors.Is(err, ErrLinkOver) {
		return err
	}
	return web.Render(w, r, web.Page{Title: title(r.Context(), "identity.link.over_title"), Status: http.StatusNotFound, Body: linkOver()})
}

func (i *Identity) postNotMe(w http.ResponseWriter, r *http.Request) error {
	if err := i.denyByLink(r.Context(), r.PathValue("token")); err != nil {
		return i.linkFailed(w, r, err)
	}
	return web.Render(w, r, web.Page{Title: title(r.Context(), "identity.not_me.done"), Body: notMeDone()})
}

func (i *Identity) showDenyLine(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, err := i.passageOf(ctx, r.PathValue("line"))
	if err != nil {
		return err
	}
	return renderNotMe(w, r, notMeView{
		Action: historyPath + "/" + p.Key() + "/not-me", Away: historyPath,
		Facts: ui.Pairs(
			i18n.T(ctx, "identity.history.when"), MoscowTime(ctx, p.At), i18n.T(ctx, "identity.history.what"), actText(ctx, p)+": "+methodText(ctx, p.Method),
			i18n.T(ctx, "identity.history.device"), deviceText(ctx, p.Device), i18n.T(ctx, "identity.security.place"), whereOf(ctx, p.IP, p.Place),
		),
	})
}

// postDenyLine leads on to a new password: the old one is worth nothing now. Where
// no password can be set for now it says what was done.
func (i *Identity) postDenyLine(w http.ResponseWriter, r *http.Request) error {
	if err := i.denyLine(r.Context(), r.PathValue("line")); err != nil {
		return err
	}
	if _, err := NeedOpen(r.Context()); err != nil {
		return web.Redirect(w, r, securityPath+"?said=denied")
	}
	return web.Redirect(w, r, securityPath+"/password?denied=1")
}
