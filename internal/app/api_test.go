package app

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"okno/internal/kit/testkit"
	"okno/internal/sandbox"
)

func itoa(n int) string { return strconv.Itoa(n) }

// object is a body of the API.
type object = map[string]any

// try calls the API and reads the answer, whatever it is.
func (c *client) try(method, path string, in any, headers ...string) (int, object, error) {
	body := ""
	if in != nil {
		raw, err := json.Marshal(in)
		if err != nil {
			return 0, nil, err
		}
		body = string(raw)
	}
	r, err := c.send(method, path, "application/json", strings.NewReader(body), headers...)
	if err != nil {
		return 0, nil, err
	}
	out := object{}
	if len(r.body) > 0 && strings.Contains(r.header.Get("Content-Type"), "json") {
		err = json.Unmarshal(r.body, &out)
	}
	return r.status, out, err
}

// ask calls the API and wants a good answer.
func (c *client) ask(method, path string, in any, headers ...string) object {
	c.t.Helper()
	status, out, err := c.try(method, path, in, headers...)
	must(c.t, err)
	if status >= 300 {
		c.t.Fatalf("%s %s: %d %v", method, path, status, out)
	}
	return out
}

// refused wants the status.
func (c *client) refused(want int, method, path string, in any, headers ...string) object {
	c.t.Helper()
	status, out, err := c.try(method, path, in, headers...)
	must(c.t, err)
	if status != want {
		c.t.Errorf("%s %s: %d, not %d: %v", method, path, status, want, out)
	}
	return out
}

var sixDigits = regexp.MustCompile(`\b\d{3}[ -]?\d{3}\b`)

// code waits for a code that was sent to an address after the n messages before.
func code(t testing.TB, box *sandbox.Sandbox, to string, before int) string {
	t.Helper()
	var found string
	testkit.Eventually(t, "a code for "+to, func() bool {
		all := box.Messages(to)
		for _, m := range all[:max(len(all)-before, 0)] {
			if found = sixDigits.FindString(m.Text); found != "" {
				return true
			}
		}
		return false
	})
	return found
}

// applicant is somebody who comes to the portal.
type applicant struct {
	*client
	box                    *sandbox.Sandbox
	person                 sandbox.Person
	phone, email, password string
	codes, tokens          []string
	account, number        string
	document, documentID   string
}

// register goes from nothing to an account.
func (a *applicant) register() {
	a.t.Helper()
	out := a.ask("POST", "/api/v1/registrations", object{
		"last_name": a.person.LastName, "first_name": a.person.FirstName, "middle_name": a.person.MiddleName, "phone": a.phone, "email": a.email,
	})
	token := out["registration"].(string)
	sms, mail := code(a.t, a.box, a.phone, 0), code(a.t, a.box, a.email, 0)
	a.codes, a.tokens = append(a.codes, sms, mail), append(a.tokens, token)
	a.refused(http.StatusUnprocessableEntity, "POST", "/api/v1/registrations/codes", object{"registration": token, "sms_code": other(sms), "email_code": mail})
	out = a.ask("POST", "/api/v1/registrations/codes", object{"registration": token, "sms_code": sms[:3] + "-" + sms[3:], "email_code": mail})
	if out["phone_confirmed"] != true || out["email_confirmed"] != true {
		a.t.Fatalf("codes: %v", out)
	}
	end := object{"registration": token, "password": "12345678", "terms": true, "personal_data": true}
	a.refused(http.StatusUnprocessableEntity, "POST", "/api/v1/registrations/finish", end)
	end["password"], end["terms"] = a.password, false
	a.refused(http.StatusUnprocessableEntity, "POST", "/api/v1/registrations/finish", end)
	end["terms"] = true
	a.account = a.ask("POST", "/api/v1/registrations/finish", end)["account"].(string)
}

// other is a code that is not the given one.
func other(code string) string {
	if code == "111111" {
		return "222222"
	}
	return "111111"
}

// signIn gives a bearer for the password and the code by SMS.
func (a *applicant) signIn() {
	a.t.Helper()
	before := len(a.box.Messages(a.phone))
	a.refused(http.StatusUnprocessableEntity, "POST", "/api/v1/sessions", object{"identifier": a.phone, "password": "wrong " + a.password})
	out := a.ask("POST", "/api/v1/sessions", object{"identifier": a.phone, "password": a.password})
	pending := out["pending"].(string)
	sms := code(a.t, a.box, a.phone, before)
	out = a.ask("POST", "/api/v1/sessions/"+pending+"/factor", object{"code": sms})
	a.token = out["token"].(string)
	a.codes, a.tokens = append(a.codes, sms), append(a.tokens, pending, a.token)
}

// signInStaff gives a bearer for the password and the authenticator.
func signInStaff(t testing.TB, base, login string) *client {
	t.Helper()
	c := newClient(t, base)
	out := c.ask("POST", "/api/v1/sessions", object{"identifier": login, "password": demoPassword})
	code, err := totp.GenerateCode(demoTOTP(login), time.Now())
	must(t, err)
	out = c.ask("POST", "/api/v1/sessions/"+out["pending"].(string)+"/factor", object{"code": code})
	return c.as(out["token"].(string))
}

// fillProfile writes down the person, waits for the registries.
func (a *applicant) fillProfile(level string) {
	a.t.Helper()
	p, pass := personOf(a.person), a.person.Passport
	out := a.ask("GET", "/api/v1/profile", nil)
	a.ask("PUT", "/api/v1/profile", object{
		"version": out["version"],
		"person": object{
			"last_name": p.LastName, "first_name": p.FirstName, "middle_name": p.MiddleName, "birth_date": p.BirthDate, "sex": p.Sex,
		},
		"passport": object{
			"series": pass.Series, "number": pass.Number, "issued_on": pass.IssuedOn, "issued_by": pass.IssuedBy, "unit_code": pass.UnitCode,
		},
		"snils": a.person.SNILS, "inn": p.INN,
		"address": object{
			"region": p.Address.Region, "city": p.Address.City, "street": p.Address.Street, "house": p.Address.House, "flat": p.Address.Flat, "index": p.Address.Index,
		},
	})
	a.level(level)
}

// level waits until the account has it.
func (a *applicant) level(want string) {
	a.t.Helper()
	var out object
	deadline := time.Now().Add(20 * time.Second)
	for out = a.ask("GET", "/api/v1/profile", nil); out["level"] != want; out = a.ask("GET", "/api/v1/profile", nil) {
		if time.Now().After(deadline) {
			a.t.Fatalf("no level %s: %v %v", want, out["level"], out["checks"])
		}
		<-time.After(20 * time.Millisecond)
	}
}

// certificate is the service of the journeys, child a ward for whom it is asked.
const certificate = "criminal-record-certificate"

// own is a whole application for oneself.
func own() object {
	return object{
		"for_whom": "self", "birth_place": "г. Казань", "phone": "+79990000000", "changed_name": false, "moved": false,
		"purpose": "work", "way": "electronic", "truth": true,
	}
}

const pdfFile = "%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"

// ward is a child, for whom a guardian applies with a paper.
var ward = struct{ Last, First, Certificate, File string }{"Незабудкина", "Пелагея", "765432", "решение-опеки-4471.pdf"}

// apply fills a draft step by step, attaches the paper and sends it.
func (a *applicant) apply() {
	a.t.Helper()
	draft := a.ask("POST", "/api/v1/drafts", object{"service": certificate}, "Idempotency-Key", "begin")["id"].(string)
	if again := a.ask("POST", "/api/v1/drafts", object{"service": certificate}, "Idempotency-Key", "begin")["id"]; again != draft {
		a.t.Errorf("a second draft under the same key: %v", again)
	}
	path := "/api/v1/drafts/" + draft
	a.refused(http.StatusUnprocessableEntity, "POST", path+"/submit", nil)
	step := func(name string, answers object) object {
		return a.ask("PATCH", path, object{"step": name, "answers": answers})
	}
	step("who", object{"for_whom": "child"})
	step("applicant", object{"birth_place": a.person.BirthPlace, "phone": a.phone, "email": a.email})
	born := time.Now().AddDate(-5, 0, 0).Format(time.DateOnly)
	step("child", object{
		"child":             object{"last_name": ward.Last, "first_name": ward.First, "middle_name": "Олеговна", "birth_date": born},
		"child_certificate": "I-МЮ " + ward.Certificate,
		"relation":          "guardian",
	})
	r := a.do("POST", path+"/files?field=guardianship&name="+url.QueryEscape(ward.File), "application/pdf", pdfFile)
	if r.status != http.StatusCreated {
		a.t.Fatalf("attach: %d %s", r.status, r.body)
	}
	var file object
	must(a.t, json.Unmarshal(r.body, &file))
	step("child", object{"guardianship": []any{file["id"]}})
	step("names", object{"changed_name": false})
	step("places", object{"moved": false})
	out := step("purpose", object{"purpose": "work", "way": "electronic", "truth": true})
	if out["ready"] != true {
		a.t.Fatalf("not ready: %v", out["faults"])
	}
	a.number = a.submitTwice(path)
}

// submitTwice sends with two clicks at once and once more after.
func (a *applicant) submitTwice(path string) string {
	a.t.Helper()
	numbers := make(chan string, 2)
	for range 2 {
		go func() {
			status, out, err := a.try("POST", path+"/submit", nil, "Idempotency-Key", "send")
			if status != http.StatusOK || err != nil {
				a.t.Errorf("one of two clicks: %d %v %v", status, out, err)
			}
			numbers <- fmt.Sprint(out["number"])
		}()
	}
	first, second := <-numbers, <-numbers
	third := a.ask("POST", path+"/submit", nil)["number"].(string)
	if first != third || second != first {
		a.t.Errorf("sent at once: %s and %s, later %s", first, second, third)
	}
	return third
}

// card is the application as its owner sees it.
func (a *applicant) card() object {
	a.t.Helper()
	return a.ask("GET", "/api/v1/applications/"+a.number, nil)
}

// decide is the officer's part, with a question that the person answers.
func (a *applicant) decide(officer *client) {
	a.t.Helper()
	desk := "/api/v1/desk/applications/" + a.number
	officer.ask("POST", desk+"/take", object{}, "Idempotency-Key", "take")
	officer.ask("POST", desk+"/take", object{}, "Idempotency-Key", "take")
	officer.ask("POST", desk+"/ask", object{"text": "Покажите разворот свидетельства", "files": true}, "Idempotency-Key", "ask")
	if c := a.card(); c["status"] != "waiting" || c["ask"] == nil {
		a.t.Fatalf("asked: %v %v", c["status"], c["ask"])
	}
	answer := object{"text": "Вот оно, разворот у Незабудкиной", "files": []object{{"name": "разворот.pdf", "content": "JVBERi0xLjQKJSVFT0YK"}}}
	a.ask("POST", "/api/v1/applications/"+a.number+"/answer", answer, "Idempotency-Key", "answer")
	a.ask("POST", "/api/v1/applications/"+a.number+"/answer", answer, "Idempotency-Key", "answer")
	if c := a.card(); c["status"] != "in_work" {
		a.t.Fatalf("answered: %v", c["status"])
	}
	officer.ask("POST", desk+"/approve", object{"comment": "Проверено"}, "Idempotency-Key", "approve")
	officer.ask("POST", desk+"/approve", object{"comment": "Проверено"}, "Idempotency-Key", "approve")
}

// receive waits for the document, reads it, and looks at what anybody sees of it.
func (a *applicant) receive() {
	a.t.Helper()
	var list []any
	testkit.Eventually(a.t, "the document", func() bool {
		list, _ = a.ask("GET", "/api/v1/documents", nil)["documents"].([]any)
		return len(list) == 1
	})
	doc := list[0].(object)
	a.document, a.documentID = doc["number"].(string), doc["id"].(string)
	r := a.get("/api/v1/documents/" + a.documentID + "/file")
	if r.status != http.StatusOK || !strings.HasPrefix(string(r.body), "%PDF-") || !strings.Contains(r.header.Get("Content-Disposition"), "attachment") {
		a.t.Errorf("document: %d %s %.20q", r.status, r.header, r.body)
	}
	seen := newClient(a.t, a.base).ask("GET", "/api/v1/verify/"+url.PathEscape(a.document), nil)
	if seen["status"] != "valid" {
		a.t.Errorf("verify: %v", seen)
	}
	if s := fmt.Sprint(seen); strings.Contains(s, a.person.LastName) || strings.Contains(s, a.person.SNILS) {
		a.t.Errorf("the check page tells too much: %s", s)
	}
}

// newApplicant is the n-th person of the sandbox, before the account is made.
func newApplicant(t testing.TB, base string, box *sandbox.Sandbox, n int) *applicant {
	t.Helper()
	return &applicant{
		client: newClient(t, base), box: box, person: box.Person(n),
		phone: "+7912345" + fmt.Sprintf("%04d", 6700+n), email: fmt.Sprintf("lev.tolmachev%d@yasnaya.example", n), password: "Сиреневый-трамвай-82",
	}
}

// confirm makes the account confirmed, as an МФЦ operator does at the desk.
func (a *applicant) confirm(p *portal, operator string) {
	a.t.Helper()
	desk := p.browser(operator, byTOTP)
	r := desk.post("/desk/mfc", url.Values{"find": {a.person.SNILS}})
	place := r.header.Get("Location")
	if r.status != http.StatusSeeOther || !strings.HasPrefix(place, "/desk/mfc/people/") {
		a.t.Fatalf("search: %d %s %s", r.status, place, r.body)
	}
	page := string(desk.get(place).body)
	version := regexp.MustCompile(`name="version" value="(\d+)"`).FindStringSubmatch(page)
	if version == nil {
		a.t.Fatalf("no version on the page: %.3000s", page)
	}
	if r = desk.post(place, url.Values{"seen": {"yes"}, "version": {version[1]}}); r.status != http.StatusSeeOther {
		a.t.Fatalf("confirm: %d %s", r.status, r.body)
	}
	a.level("confirmed")
}

// journey is the whole way; it leaves everything that a portal keeps of a person.
func journey(p *portal) *applicant {
	p.t.Helper()
	p.staff("officer", "officer", "mvd", "")
	operator := p.staff("mfc", "mfc_operator", "mfc", "mfc-77-1")
	a := newApplicant(p.t, p.web.URL, p.box, 5)
	a.register()
	a.signIn()
	a.fillProfile("standard")
	a.confirm(p, operator)
	a.apply()
	a.decide(signInStaff(p.t, p.web.URL, "officer"))
	a.receive()
	return a
}

// smsAreCounted wants the metrics to say what the journey's SMS cost.
func smsAreCounted(t *testing.T, p *portal) {
	t.Helper()
	p.house.Config.Security.SMSPrice = 250
	m := newMetrics()
	m.gauges(p.house)
	families, err := m.registry.Gather()
	must(t, err)
	counted := map[string]float64{}
	for _, f := range families {
		for _, one := range f.GetMetric() {
			counted[f.GetName()] += one.GetCounter().GetValue()
		}
	}
	parts := counted["okno_sms_parts_total"]
	if parts == 0 || counted["okno_sms_kopecks_total"] != 250*parts {
		t.Errorf("%v parts of SMS cost %v kopecks", parts, counted["okno_sms_kopecks_total"])
	}
}

func TestJourneyOverTheAPI(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, p *portal) {
		a := journey(p)
		if c := a.card(); c["status"] != "completed" && c["status"] != "approved" {
			t.Errorf("at the end: %v", c["status"])
		}
		testkit.Eventually(t, "the last letter", func() bool { return len(a.box.Messages(a.email)) >= 4 })
		a.appliesAtOnce()
		var n int
		must(t, p.house.stores.db.SQL().QueryRowContext(context.Background(), "SELECT count(*) FROM applications_cases").Scan(&n))
		if n != 2 {
			t.Errorf("%d applications stand, not 2", n)
		}
		smsAreCounted(t, p)
	})
}

// appliesAtOnce sends a whole application; the key gives the same number again.
func (a *applicant) appliesAtOnce() {
	a.t.Helper()
	in := object{"service": certificate, "answers": own()}
	one := a.ask("POST", "/api/v1/applications", in, "Idempotency-Key", "once")["number"]
	if two := a.ask("POST", "/api/v1/applications", in, "Idempotency-Key", "once")["number"]; two != one {
		a.t.Errorf("the same key gave %v and %v", one, two)
	}
	in["answers"].(object)["purpose"] = "guardianship"
	a.refused(http.StatusConflict, "POST", "/api/v1/applications", in, "Idempotency-Key", "once")
}
