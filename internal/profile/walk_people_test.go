package profile_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pquerna/otp/totp"

	"okno/internal/identity"
	"okno/internal/profile/profiletest"
)

// surfer is a browser of somebody in a walk: it has an address, a name for
// itself and cookies, and follows no redirect.
type surfer struct {
	site      http.Handler
	ip, agent string
	cookies   map[string]string
}

func newSurfer(site http.Handler, ip, agent string) *surfer {
	return &surfer{site: site, ip: ip, agent: agent, cookies: map[string]string{}}
}

// page is what came back.
type page struct {
	status   int
	to, body string
	wait     time.Duration
}

func (s *surfer) get(path string) page { return s.do(httptest.NewRequest(http.MethodGet, path, nil)) }

func (s *surfer) post(path string, pairs ...string) page {
	v := url.Values{}
	for n := 0; n+1 < len(pairs); n += 2 {
		v.Set(pairs[n], pairs[n+1])
	}
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return s.do(r)
}

func (s *surfer) do(r *http.Request) page {
	r.RemoteAddr = s.ip + ":40000"
	r.Header.Set("User-Agent", s.agent)
	for name, value := range s.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	s.site.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if c.MaxAge < 0 {
			delete(s.cookies, c.Name)
		} else {
			s.cookies[c.Name] = c.Value
		}
	}
	seconds, _ := strconv.Atoi(w.Header().Get("Retry-After"))
	return page{w.Code, w.Header().Get("Location"), w.Body.String(), time.Duration(seconds) * time.Second}
}

// inside reports whether the surfer is signed in.
func (s *surfer) inside() bool { return s.get("/cabinet/security").status == http.StatusOK }

// person is what somebody has of an account: words, contacts that they read, an
// authenticator.
type person struct {
	*surfer
	walk     *walk
	password string
	reads    map[string]bool
	totp     string
}

// code is the last one that came to the address, "" if the person does not read it.
func (p *person) code(address string) string {
	if !p.reads[address] {
		return ""
	}
	return p.walk.world.Post.Code(address)
}

// appCode is that of the authenticator at the moment.
func (p *person) appCode() string {
	if p.totp == "" {
		return ""
	}
	p.walk.later(31 * time.Second) // none is taken twice
	code, _ := totp.GenerateCode(p.totp, p.walk.world.Clock.Now())
	return code
}

var wayValue = regexp.MustCompile(`name="way"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*name="way"`)

// answer gives what a way asks for, "" when the person has it not.
func (p *person) answer(way string) string {
	w := p.walk
	switch way {
	case "sms":
		return p.code(w.phone)
	case "email":
		return p.code(w.mail)
	case "reserve":
		return p.code(w.reserve)
	case "recovery", "nothing":
		return ""
	}
	return p.appCode()
}

// signIn goes through the sign-in by whatever the person has, and tells what
// stopped them: "" for nothing.
func (p *person) signIn() (stopped string, wait time.Duration) {
	w := p.walk
	a := p.post("/login", "name", w.name(), "password", p.password)
	w.drain()
	switch {
	case a.status == http.StatusTooManyRequests:
		return "limit", a.wait
	case a.status != http.StatusSeeOther:
		return "password", 0
	}
	return p.secondFactor(), 0
}

func (p *person) secondFactor() string {
	ways := p.get("/login/ways")
	for _, m := range wayValue.FindAllStringSubmatch(ways.body, -1) {
		way := m[1] + m[2]
		if way == "recovery" {
			continue
		}
		p.walk.later(61 * time.Second)
		p.post("/login/ways", "way", way)
		p.walk.drain()
		code := p.answer(way)
		if code == "" {
			continue
		}
		a := p.post("/login/code", "code", code)
		p.walk.drain()
		if a.status == http.StatusSeeOther && strings.HasPrefix(a.to, "/login/code") { // the mail is asked for, too
			a = p.post("/login/code", "code", p.answer("email"))
		}
		if a.status == http.StatusSeeOther && strings.HasPrefix(a.to, "/cabinet") {
			return ""
		}
	}
	return "factor"
}

// askedNow is the proof that a recovery asks for at the moment.
func (p *person) askedNow(path string) string {
	a := p.get(path + "/code")
	if strings.Contains(a.body, p.walk.world.Texts.T("ru", "identity.recover.alone_text")) {
		return "nothing"
	}
	for _, way := range []string{"email", "sms", "reserve"} {
		if strings.Contains(a.body, p.walk.world.Texts.T("ru", "identity.recover.hint_"+way)) {
			return way
		}
	}
	if a.status == http.StatusOK {
		return "totp"
	}
	return ""
}

// prove goes through the proofs of a recovery or of an unlocking that begins by
// the channel, and reports whether it came to its end.
func (p *person) prove(path, channel string) bool {
	w := p.walk
	w.later(61 * time.Second)
	if a := p.post(path, "name", w.name(), "channel", channel); a.status != http.StatusSeeOther {
		return false
	}
	w.drain()
	for range 6 {
		way := p.askedNow(path)
		if way == "nothing" {
			return false
		}
		code := p.answer(way)
		if code == "" {
			code = "000000"
		}
		a := p.post(path+"/code", "code", code)
		w.drain()
		switch {
		case a.status == http.StatusSeeOther && (a.to == "/recover/password" || strings.HasPrefix(a.to, "/login?unlocked")):
			return true
		case a.status == http.StatusSeeOther && a.to == path+"/code":
			continue
		}
		if path != "/recover" {
			return false
		}
		w.later(61 * time.Second)
		p.post("/recover/code/other")
		w.drain()
	}
	return false
}

// recover sets the password by proofs that the person has.
func (p *person) recover(channel, password string) bool {
	if !p.prove("/recover", channel) {
		return false
	}
	a := p.post("/recover/password", "password", password)
	p.walk.drain()
	if a.status == http.StatusSeeOther && strings.HasPrefix(a.to, "/login?") {
		p.password = password
		return true
	}
	return false
}

// refresh gives a factor again, for what asks for a fresh one.
func (p *person) refresh(purpose string) bool {
	query := ""
	if purpose != "" {
		query = "&for=" + purpose
	}
	ways := p.get("/reauth/ways?to=%2Fcabinet%2Fsecurity" + query)
	for _, m := range wayValue.FindAllStringSubmatch(ways.body, -1) {
		way := m[1] + m[2]
		if way == "recovery" {
			continue
		}
		p.walk.later(61 * time.Second)
		q := "?to=%2Fcabinet%2Fsecurity&way=" + url.QueryEscape(way) + query
		p.post("/reauth/send" + q)
		p.walk.drain()
		code := p.answer(way)
		if code == "" {
			continue
		}
		a := p.post("/reauth"+q, "code", code)
		p.walk.drain()
		if a.status == http.StatusSeeOther {
			return true
		}
	}
	return false
}

// link is the last link of the kind that came to an address which the person reads.
func (p *person) link(kind string) string {
	found := ""
	for _, l := range p.walk.world.Post.To("") {
		if l.Owner == p.walk.account && p.reads[l.To] && strings.HasPrefix(l.Link, kind) {
			found = l.Link
		}
	}
	return found
}

// changeContact goes through the pages of a new contact, which the person reads.
func (p *person) changeContact(kind, value string) bool {
	if !p.refresh("") {
		return false
	}
	a := p.post("/cabinet/security/contacts/"+kind, "value", value)
	p.walk.drain()
	if a.status != http.StatusSeeOther || !strings.HasPrefix(a.to, "/cabinet/security/contacts/") {
		return false
	}
	a = p.post(a.to, "code", p.walk.world.Post.Code(value))
	p.walk.drain()
	return a.status == http.StatusSeeOther && strings.Contains(a.to, "said=contact")
}

var secretOf = regexp.MustCompile(`secret=([A-Z2-7]+)`)

// addApp adds an authenticator by the pages.
func (p *person) addApp() bool {
	return p.totp == "" && p.refresh("factors") && p.enrolApp()
}

// enrolApp is addApp for whoever has a fresh factor already.
func (p *person) enrolApp() bool {
	a := p.post("/cabinet/security/factors/add", "kind", "totp")
	if a.status != http.StatusSeeOther || strings.HasPrefix(a.to, "/reauth") {
		return false
	}
	m := secretOf.FindStringSubmatch(p.get(a.to).body)
	if m == nil {
		return false
	}
	code, _ := totp.GenerateCode(m[1], p.walk.world.Clock.Now())
	if a = p.post(a.to, "code", code); a.status != http.StatusSeeOther {
		return false
	}
	p.totp = m[1]
	p.walk.drain()
	return true
}

var appRow = regexp.MustCompile(`/cabinet/security/factors/([0-9a-f-]{36})/remove`)

// removeApp takes the authenticator away by the pages.
func (p *person) removeApp() bool {
	m := appRow.FindStringSubmatch(p.get("/cabinet/security/factors").body)
	if p.totp == "" || m == nil || !p.refresh("factors") {
		return false
	}
	a := p.post("/cabinet/security/factors/" + m[1] + "/remove")
	if a.status != http.StatusSeeOther || strings.HasPrefix(a.to, "/reauth") {
		return false
	}
	p.totp = ""
	p.walk.drain()
	return true
}

// proofs are how many things the person has that open the account by pages alone.
// By the strict rules an unusual sign-in is confirmed by the other contact or by
// what is held: the second phone sets a password anew and opens nothing.
func (p *person) proofs() int {
	w, n := p.walk, 0
	opens := []string{w.phone, w.mail}
	if !w.strict {
		opens = append(opens, w.reserve)
	}
	for _, address := range opens {
		if address != "" && p.reads[address] {
			n++
		}
	}
	if p.totp != "" {
		n++
	}
	return n
}

// registers goes through registration by pages and reports whether an account
// was made.
func registers(w *profiletest.World, b *surfer, drain func(), phone, mail, password string) bool {
	b.post("/register", "last_name", "Петрова", "first_name", "Анна", "middle_name", "Викторовна", "phone", phone, "email", mail)
	drain()
	b.post("/register/codes", "sms_code", w.Post.Code(phone), "email_code", w.Post.Code(mail))
	a := b.post("/register/password", "password", password, "terms", "yes", "personal_data", "yes")
	drain()
	return a.status == http.StatusSeeOther && a.to == "/cabinet"
}

// office gives the account back by a document: a link to the new phone.
func (w *walk) office(phone string, keepMail bool) (string, error) {
	ctx := w.world.As(w.t, w.clerk, identity.Role{Name: identity.SupportSpecialist})
	draft, err := w.world.Identity.PrepareAccess(ctx, identity.Access{Owner: w.account, How: identity.AccessBySupport, Phone: phone, KeepEmail: keepMail})
	if err != nil {
		return "", err
	}
	if err := w.world.DB.Write(ctx, giving(w.world.Identity, draft)); err != nil {
		return "", err
	}
	w.drain()
	letters := w.world.Post.To(phone)
	slices.Reverse(letters)
	for _, l := range letters {
		if strings.HasPrefix(l.Link, "/access/") {
			return l.Link, nil
		}
	}
	return "", fmt.Errorf("no link came to %s", phone)
}

func (w *walk) restrict(to string) error {
	ctx := context.WithoutCancel(w.world.As(w.t, w.clerk, identity.Role{Name: identity.SupportChief}))
	return w.world.Identity.Restrict(ctx, w.account, to, "a reason that is long enough")
}
