package sandbox

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strconv"

	"okno/internal/sandbox/party"
	"okno/internal/sandbox/population"
	"okno/internal/sandbox/postbox"
)

//go:embed pages texts
var files embed.FS

// Languages of the site.
const (
	russian = "ru"
	english = "en"
)

// messagesShown is how many messages of a channel the page shows.
const messagesShown = 50

// peopleShown is how many people one page lists.
const peopleShown = 40

// site renders the pages.
type site struct {
	sandbox   *Sandbox
	templates map[string]*template.Template
	texts     map[string]map[string]string // by language, by key
}

// page is what the templates see.
type page struct {
	site      *site
	Lang      string
	OtherLang string
	Other     string // this page in the other language
	Title     string // key of the title
	Nav       []navItem
	Data      any
}

type navItem struct {
	Path, Key string
	Here      bool
}

// pages adds the pages to the site.
func (s *Sandbox) pages(mux *http.ServeMux) {
	v := newSite(s)
	mux.HandleFunc("GET /{$}", v.messages)
	mux.HandleFunc("GET /parties", v.parties)
	mux.HandleFunc("GET /parties/{party}", v.parties)
	mux.HandleFunc("POST /parties/{party}", v.setParty)
	mux.HandleFunc("GET /people", v.people)
	mux.HandleFunc("GET /companies", v.companies)
	mux.HandleFunc("GET /authenticator", v.authenticator)
	mux.HandleFunc("GET /agency", v.agency)
	mux.HandleFunc("POST /agency", v.setAgency)
	mux.HandleFunc("GET /people/{snils}", v.person)
	mux.HandleFunc("POST /reset", v.reset)
	mux.HandleFunc("GET /style.css", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, files, "pages/style.css")
	})
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		v.show(w, r, http.StatusNotFound, "missing", "missing.title", nil)
	})
}

// newSite reads the embedded templates and texts; a fault in them is a fault
// of the program, which its tests find.
func newSite(s *Sandbox) *site {
	v := &site{sandbox: s, templates: map[string]*template.Template{}, texts: map[string]map[string]string{}}
	for _, name := range []string{"messages", "parties", "people", "person", "companies", "authenticator", "agency", "missing"} {
		v.templates[name] = template.Must(template.ParseFS(files, "pages/layout.html", "pages/"+name+".html"))
	}
	for _, lang := range []string{russian, english} {
		v.texts[lang] = readTexts(lang)
	}
	return v
}

func readTexts(lang string) map[string]string {
	out := map[string]string{}
	if raw, err := files.ReadFile("texts/" + lang + ".json"); err != nil || json.Unmarshal(raw, &out) != nil {
		return map[string]string{}
	}
	return out
}

// T is a text in the page's language; a missing one shows its key.
func (p page) T(key string) string {
	if text, ok := p.site.texts[p.Lang][key]; ok {
		return text
	}
	return key
}

// Link is a path of the site in the page's language.
func (p page) Link(path string) string {
	u := url.URL{Path: path}
	if p.Lang == english {
		u.RawQuery = "lang=" + english
	}
	return u.String()
}

// Name is the ФИО of somebody by СНИЛС.
func (p page) Name(snils string) string {
	one, ok := p.site.sandbox.people.BySNILS(snils)
	if !ok {
		return snils
	}
	return one.FullName()
}

// Roubles writes kopecks as roubles.
func (page) Roubles(kopecks int64) string { return fmt.Sprintf("%d,%02d", kopecks/100, kopecks%100) }

func (v *site) show(w http.ResponseWriter, r *http.Request, status int, name, title string, data any) {
	p := page{site: v, Lang: russian, OtherLang: english, Title: title, Data: data}
	if r.URL.Query().Get("lang") == english {
		p.Lang, p.OtherLang = english, russian
	}
	p.Other = inLanguage(r.URL, p.OtherLang)
	p.Nav = []navItem{
		{"/", "messages.title", name == "messages"},
		{"/parties", "parties.title", name == "parties"},
		{"/people", "people.title", name == "people"},
		{"/companies", "companies.title", name == "companies"},
		{"/authenticator", "authenticator.title", name == "authenticator"},
		{"/agency", "agency.title", name == "agency"},
	}
	var out bytes.Buffer
	if err := v.templates[name].ExecuteTemplate(&out, "layout", p); err != nil {
		v.sandbox.cfg.Log.Error("sandbox: page", "name", name, "error", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(out.Bytes())
}

// inLanguage is the same address in a language.
func inLanguage(at *url.URL, lang string) string {
	q := at.Query()
	q.Del("lang")
	if lang == english {
		q.Set("lang", english)
	}
	return (&url.URL{Path: at.Path, RawQuery: q.Encode()}).String()
}

// back sends the browser on after a form was taken.
func back(w http.ResponseWriter, r *http.Request, path, fragment string) {
	u := url.URL{Path: path, Fragment: fragment}
	if r.URL.Query().Get("lang") == english {
		u.RawQuery = "lang=" + english
	}
	http.Redirect(w, r, u.String(), http.StatusSeeOther)
}

// column is one channel on the page of messages.
type column struct {
	Channel, Title string
	Messages       []postbox.Message
}

func (v *site) messages(w http.ResponseWriter, r *http.Request) {
	to := r.URL.Query().Get("to")
	columns := []*column{{Channel: postbox.SMS, Title: "messages.sms"}, {Channel: postbox.Email, Title: "messages.email"}}
	for _, m := range v.sandbox.box.List(to, 0) {
		for _, c := range columns {
			if c.Channel == m.Channel && len(c.Messages) < messagesShown {
				c.Messages = append(c.Messages, m)
			}
		}
	}
	v.show(w, r, http.StatusOK, "messages", "messages.title", map[string]any{
		"To": to, "Columns": columns, "Parties": v.partyViews(), "People": v.sandbox.people.All()[:population.DemoCount],
	})
}

// partyView is one party on the page of switches.
type partyView struct {
	Name, Delay string
	Healthy     bool
	Switches    []switchView
}

type switchView struct {
	Key string
	On  bool
}

func viewOf(name string, s party.State) partyView {
	return partyView{Name: name, Delay: s.Delay.String(), Healthy: s == party.State{}, Switches: []switchView{
		{"refusal", s.Refusal}, {"garbage", s.Garbage}, {"down", s.Down}, {"slow", s.Slow}, {"duplicate", s.Duplicate},
	}}
}

func (v *site) partyViews() []partyView {
	var views []partyView
	for _, name := range party.Names() {
		views = append(views, viewOf(name, v.sandbox.switches.Get(name)))
	}
	return views
}

func (v *site) parties(w http.ResponseWriter, r *http.Request) {
	v.showParties(w, r, http.StatusOK, "")
}

func (v *site) showParties(w http.ResponseWriter, r *http.Request, status int, fault string) {
	v.show(w, r, status, "parties", "parties.title", map[string]any{
		"Parties": v.partyViews(), "Fault": fault,
		"SMTP": v.sandbox.SMTPAddr(), "SMPP": v.sandbox.SMSCAddr(), "Registry": v.sandbox.RegistryURL(),
	})
}

func (v *site) setParty(w http.ResponseWriter, r *http.Request) {
	delay, err := party.ParseDelay(r.PostFormValue("delay"))
	if err != nil {
		v.showParties(w, r, http.StatusUnprocessableEntity, "parties.fault.delay")
		return
	}
	on := func(key string) bool { return r.PostForm.Get(key) != "" }
	name := r.PathValue("party")
	err = v.sandbox.switches.Set(name, party.State{
		Delay: delay, Refusal: on("refusal"), Garbage: on("garbage"), Down: on("down"), Slow: on("slow"), Duplicate: on("duplicate"),
	})
	if err != nil {
		v.show(w, r, http.StatusNotFound, "missing", "missing.title", nil)
		return
	}
	back(w, r, "/parties", name)
}

func (v *site) people(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query().Get("q")
	found := v.sandbox.people.Search(query)
	offset, ok := number(r, "offset", 0)
	if !ok {
		offset = 0
	}
	from := min(offset, len(found))
	to := min(from+peopleShown, len(found))
	next := ""
	if to < len(found) {
		q := r.URL.Query()
		q.Set("offset", strconv.Itoa(to))
		next = "/people?" + q.Encode()
	}
	v.show(w, r, http.StatusOK, "people", "people.title", map[string]any{
		"Query": query, "Total": len(found), "People": found[from:to], "Next": next,
	})
}

func (v *site) person(w http.ResponseWriter, r *http.Request) {
	p, ok := v.sandbox.people.BySNILS(r.PathValue("snils"))
	if !ok {
		v.show(w, r, http.StatusNotFound, "missing", "missing.title", nil)
		return
	}
	v.show(w, r, http.StatusOK, "person", "people.title", p)
}

func (v *site) reset(w http.ResponseWriter, r *http.Request) {
	if err := v.sandbox.Reset(); err != nil {
		v.sandbox.cfg.Log.Error("sandbox: reset", "error", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	back(w, r, "/", "")
}

func (v *site) authenticator(w http.ResponseWriter, r *http.Request) {
	v.show(w, r, http.StatusOK, "authenticator", "authenticator.title", v.sandbox.Codes())
}

// companies lists what the registries know by a number that anybody may ask about.
func (v *site) companies(w http.ResponseWriter, r *http.Request) {
	v.show(w, r, http.StatusOK, "companies", "companies.title", struct {
		Organisations []population.Organisation
		Banks         []population.Bank
	}{v.sandbox.people.Organisations(), v.sandbox.people.Banks()})
}
