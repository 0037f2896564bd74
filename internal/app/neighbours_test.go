package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/testkit"
	"okno/internal/profile"
	"okno/internal/reference"
	"okno/internal/sandbox/population"
	"okno/services"
)

// An application's life is a row of hops, and at each of them each neighbour of
// the portal may fail. Eight lives stand before eight hops; a neighbour fails,
// each of them does its hop or is told honestly to come later, and the neighbour
// comes back. When a life is over, it must have left the very traces of a life in
// which nothing has failed: no message, document or line less, and none more.

// refund is the service of these lives: its form asks a registry and takes a
// paper, and its agency has a system of its own. The signature that it wants is
// left out, see unsigned.
const refund = "tax-deduction"

// taxOffice is the agency of the service.
const taxOffice = "fns"

// life is one application with its people.
type life struct {
	s             *stage
	person        int
	hop           int // the next one
	citizen       *client
	draft, number string
}

// refusal is an answer that is none of the good ones.
type refusal struct {
	what   string
	status int
	body   object
}

func (r refusal) Error() string { return fmt.Sprintf("%s: %d %v", r.what, r.status, r.body) }

// honest reports whether the answer says that it is not the caller's fault and
// that nothing was done.
func honest(err error) bool {
	var r refusal
	return errors.As(err, &r) && r.status == http.StatusServiceUnavailable && r.body["code"] == "unavailable"
}

// hops are the life's, in order. Each may be done again after an error.
func hops() []struct {
	name string
	do   func(l *life) error
} {
	return []struct {
		name string
		do   func(l *life) error
	}{
		{"create", (*life).create},
		{"submit", (*life).submit},
		{"assign", (*life).assign},
		{"take", (*life).take},
		{"ask", (*life).ask},
		{"answer", (*life).answer},
		{"decide", (*life).decide},
		{"read", (*life).read},
	}
}

// call asks the API and makes an error of any but a good answer.
func (l *life) call(c *client, method, path string, in any) (object, error) {
	status, out, err := c.try(method, path, in, "Idempotency-Key", fmt.Sprint("hop-", l.hop))
	if err == nil && status >= 300 {
		err = refusal{method + " " + path, status, out}
	}
	return out, err
}

func (l *life) create() error {
	out, err := l.call(l.citizen, "POST", "/api/v1/drafts", object{"service": refund})
	if err != nil {
		return err
	}
	l.draft = "/api/v1/drafts/" + out["id"].(string)
	year := time.Now().Year() - 1
	expense := object{"kind": "treatment", "for_whom": "self", "payee": "Поликлиника", "paid_on": itoa(year) + "-03-01", "amount": 10000000}
	for _, step := range []object{
		{"step": "year", "answers": object{"year": year, "resident": true, "taxed": true, "kinds": []string{"treatment"}}},
		{"step": "income", "answers": object{"employers": []object{{"name": "ООО «Образец»", "inn": "7707083893", "income": 100000000, "tax": 13000000}}}},
		{"step": "expenses", "answers": object{"expenses": []object{expense}}},
		{"step": "refund", "answers": object{"account": l.account(), "truth": true}},
	} {
		if _, err := l.call(l.citizen, "PATCH", l.draft, step); err != nil {
			return err
		}
	}
	return l.attach(expense)
}

// account is at a bank that nobody has asked about before.
func (l *life) account() object {
	banks := population.New(0, 1).Banks()
	bic := banks[l.person%len(banks)].BIC
	for n := range 10 {
		account := fmt.Sprintf("40817810%d00000000012", n)
		if _, err := reference.ParseAccount(bic, account); err == nil {
			return object{"bic": bic, "account": account}
		}
	}
	l.s.t.Fatal("no account agrees with " + bic)
	return nil
}

// attach sends the paper to the draft.
func (l *life) attach(expense object) error {
	r, err := l.citizen.send("POST", l.draft+"/files?field=expenses.0.papers&name=receipt.pdf", "application/pdf", strings.NewReader(pdfFile))
	if err != nil {
		return err
	}
	var file object
	_ = json.Unmarshal(r.body, &file)
	if r.status != http.StatusCreated {
		return refusal{"attach", r.status, file}
	}
	expense["papers"] = []any{file["id"]}
	_, err = l.call(l.citizen, "PATCH", l.draft, object{"step": "expenses", "answers": object{"expenses": []object{expense}}})
	return err
}

func (l *life) submit() error {
	out, err := l.call(l.citizen, "POST", l.draft+"/submit", nil)
	if err == nil {
		l.number = out["number"].(string)
	}
	return err
}

func (l *life) deed(c *client, deed string, in object) error {
	_, err := l.call(c, "POST", "/api/v1/desk/applications/"+l.number+"/"+deed, in)
	return err
}

func (l *life) assign() error { return l.deed(l.s.head, "assign", object{"to": l.s.officerID}) }
func (l *life) take() error   { return l.deed(l.s.officer, "take", object{}) }
func (l *life) decide() error {
	return l.deed(l.s.officer, "approve", object{"comment": "Проверено"})
}

func (l *life) ask() error {
	return l.deed(l.s.officer, "ask", object{"text": "Покажите договор", "files": true})
}

func (l *life) answer() error {
	_, err := l.call(l.citizen, "POST", "/api/v1/applications/"+l.number+"/answer", object{
		"text": "Вот он", "files": []object{{"name": "договор.pdf", "content": "JVBERi0xLjQKJSVFT0YK"}},
	})
	return err
}

func (l *life) read() error {
	out, err := l.call(l.citizen, "GET", "/api/v1/documents", nil)
	if err != nil {
		return err
	}
	if len(out["documents"].([]any)) != 1 {
		return refusal{"documents", 0, out}
	}
	path := "/api/v1/documents/" + out["documents"].([]any)[0].(object)["id"].(string) + "/file"
	r, err := l.citizen.send("GET", path, "", nil)
	var body object
	if err == nil && r.status != http.StatusOK {
		_ = json.Unmarshal(r.body, &body)
		err = refusal{path, r.status, body}
	}
	if err == nil && !strings.HasPrefix(string(r.body), "%PDF-") {
		err = refusal{path, r.status, object{"body": r.body[:min(20, len(r.body))]}}
	}
	return err
}

// state is where the application stands, "" before it is sent.
func (l *life) state() any {
	if l.number == "" {
		return ""
	}
	return l.citizen.ask("GET", "/api/v1/applications/"+l.number, nil)["version"]
}

// traces are all that the life has left at the portal and with its neighbours.
func (l *life) traces() []string {
	nameless := func(text string) string {
		return regexp.MustCompile(`[0-9A-ZА-Я]{4}(-[0-9A-ZА-Я]{4})+`).ReplaceAllString(strings.ReplaceAll(text, l.number, "NUMBER"), "DOCUMENT")
	}
	card := l.s.officer.ask("GET", "/api/v1/desk/applications/"+l.number, nil)
	all := []string{fmt.Sprint("stands: ", card["status"])}
	add := func(kind string, values ...any) { all = append(all, nameless(kind+": "+fmt.Sprint(values...))) }
	for _, e := range card["events"].([]any) {
		add("event", e.(object)["deed"], " ", e.(object)["side"])
	}
	for _, f := range card["files"].([]any) {
		add("file", f.(object)["name"], " ", f.(object)["scan"])
	}
	for _, a := range card["asks"].([]any) {
		for _, f := range a.(object)["files"].([]any) {
			add("answer", f.(object)["name"], " ", f.(object)["scan"])
		}
	}
	for _, d := range l.citizen.ask("GET", "/api/v1/documents", nil)["documents"].([]any) {
		add("document", d.(object)["title"])
	}
	add("drafts", len(l.citizen.ask("GET", "/api/v1/drafts", nil)["drafts"].([]any)))
	add("applications", len(l.citizen.ask("GET", "/api/v1/applications", nil)["applications"].([]any)))
	for _, n := range l.citizen.ask("GET", "/api/v1/notices", nil)["notices"].([]any) {
		add("notice", n.(object)["subject"])
	}
	for _, to := range []string{demoPhone(l.person), demoEmail("person" + itoa(l.person))} {
		for _, m := range l.s.p.box.Messages(to) {
			words, _, _ := strings.Cut(m.Text, "\n")
			if m.Subject != "" { // the text says how it stands when it is written
				words = m.Subject
			}
			add(m.Channel, words)
		}
	}
	for _, h := range l.s.p.box.Hooks() {
		if strings.Contains(h.Body, l.number) && !h.Refused {
			var body struct{ Data struct{ Deed string } }
			_ = json.Unmarshal([]byte(h.Body), &body)
			add("hook", body.Data.Deed)
		}
	}
	slices.Sort(all)
	return all
}

// looked compares what the life has left with what it should have.
func (l *life) looked(when string) {
	l.s.t.Helper()
	got := l.traces()
	left := func(all, without []string) (out []string) {
		without = slices.Clone(without)
		for _, x := range all {
			if i := slices.Index(without, x); i >= 0 {
				without = slices.Delete(without, i, i+1)
			} else {
				out = append(out, x)
			}
		}
		return out
	}
	if !slices.Equal(got, l.s.want) {
		l.s.t.Errorf("%s, application %s: lost %q, left over %q", when, l.number, left(l.s.want, got), left(got, l.s.want))
	}
}

// stage is a portal with its neighbours, and those who serve.
type stage struct {
	t             *testing.T
	p             *portal
	officer, head *client
	officerID     string
	endpoint      string
	scanner       *scanner
	next          int // person
	standing      []*life
	want          []string
	blobs         string
}

func newStage(t *testing.T, e db.Engine) *stage {
	t.Helper()
	box := newBox(t)
	s := &stage{t: t, scanner: newScanner(t)}
	cfg := configFor(t, e, box)
	cfg.Clamd, cfg.Services = s.scanner.address, unsigned(t, refund)
	s.p = startPortal(t, e, box, cfg)
	s.blobs = strings.TrimPrefix(cfg.Blobs.Reveal(), "folder:")
	s.officerID = s.p.staff("tax", "officer", taxOffice, "")
	s.officer, s.head = s.p.program(s.officerID, byTOTP), s.p.program(s.p.staff("taxhead", "head", taxOffice, ""), byTOTP)
	must(t, s.p.house.seedWebhooks(context.Background(), box))
	must(t, s.p.house.stores.db.SQL().QueryRowContext(context.Background(), "SELECT id FROM exchange_endpoints WHERE agency_id = $1", taxOffice).Scan(&s.endpoint))
	return s
}

// unsigned is a folder of services in which one does not want a signature that the
// portal can't take.
func unsigned(t *testing.T, service string) string {
	t.Helper()
	raw, err := services.FS.ReadFile(service + "/service.yaml")
	must(t, err)
	dir := t.TempDir()
	must(t, os.Mkdir(filepath.Join(dir, service), 0o755))
	text := strings.Replace(string(raw), "sign: unqualified", "sign: simple", 1)
	must(t, os.WriteFile(filepath.Join(dir, service, "service.yaml"), []byte(text), 0o600))
	return dir
}

// born is a life of somebody new, before the first hop.
func (s *stage) born() *life {
	s.t.Helper()
	for s.next++; s.p.box.Person(s.next).Passport == nil; s.next++ {
		if s.p.box.Person(s.next).LastName == "" {
			s.t.Fatalf("the sandbox has no more than %d people", s.next)
		}
	}
	return &life{s: s, person: s.next, citizen: s.p.program(s.p.enter(s.next, profile.Confirmed), bySMS)}
}

// goes does the life's next hop, which nothing hinders.
func (l *life) goes() {
	l.s.t.Helper()
	if err := hops()[l.hop].do(l); err != nil {
		l.s.t.Fatalf("%s: %v", hops()[l.hop].name, err)
	}
	l.hop++
}

// learn lives through a life without failures, and keeps its traces.
func (s *stage) learn() {
	s.t.Helper()
	l := s.born()
	for range hops() {
		l.goes()
	}
	s.arrive()
	s.want = l.traces()
	if len(s.want) < 25 {
		s.t.Fatalf("a life leaves %q", s.want)
	}
}

// stand puts a life before each hop.
func (s *stage) stand() {
	s.t.Helper()
	for at := range hops() {
		l := s.born()
		for range at {
			l.goes()
		}
		s.standing = append(s.standing, l)
	}
	s.arrive()
}

// quiet waits until every job that may run has been tried.
func (s *stage) quiet(states ...string) {
	s.t.Helper()
	testkit.Eventually(s.t, "quiet jobs", func() bool {
		depth, err := s.p.house.queue.Depth(context.Background())
		if err != nil {
			return false // the database is only just back
		}
		left := depth["available"] + depth["running"] + depth["pending"]
		for _, x := range states {
			left += depth[x]
		}
		if left > 0 && depth["retryable"] > 0 && len(states) > 0 {
			hasten(s.t, s.p)
		}
		return left == 0
	})
}

// rush runs now what the portal has put off until later, of one kind of jobs.
func (s *stage) rush(kind string) {
	s.t.Helper()
	rows, err := s.p.house.stores.db.SQL().QueryContext(context.Background(), "SELECT id FROM river_job WHERE state = 'scheduled' AND kind = $1", kind)
	must(s.t, err)
	defer func() { _ = rows.Close() }()
	var all []int64
	for rows.Next() {
		var one int64
		must(s.t, rows.Scan(&one))
		all = append(all, one)
	}
	must(s.t, rows.Err())
	must(s.t, rows.Close())
	for _, one := range all {
		must(s.t, s.p.house.queue.Retry(context.Background(), one))
	}
}

// arrive waits until all has arrived: what failed is tried again at once, and the
// agency's system is asked whether it is back, as an operator would do.
func (s *stage) arrive() {
	s.t.Helper()
	s.quiet("retryable")
	s.rush("applications.rescan")
	s.quiet("retryable")
	must(s.t, s.p.house.webhooks.Test(identity.AsSystem(context.Background()), taxOffice, s.endpoint))
	s.quiet("retryable")
}

// round lets the neighbour fail while each of the standing lives does its hop.
func (s *stage) round(f fault) {
	s.t.Helper()
	f.strike(s)
	again := map[*life]error{}
	before := map[*life]any{}
	for _, l := range s.standing {
		if !f.deaf {
			before[l] = l.state()
		}
		if err := hops()[l.hop].do(l); err != nil {
			again[l] = err
		}
	}
	if !f.deaf {
		s.quiet()
	}
	f.mend(s)
	for l, err := range again {
		where := fmt.Sprintf("%s fails at %s", f.name, hops()[l.hop].name)
		if !honest(err) {
			s.t.Errorf("%s: %v", where, err)
		}
		if !f.deaf && l.state() != before[l] {
			s.t.Errorf("%s: refused, but the application has moved", where)
		}
		s.comesAgain(where, l)
	}
	s.arrive()
	s.advance(f)
}

// comesAgain does the hop once the neighbour is back; connections that broke may
// need a moment.
func (s *stage) comesAgain(where string, l *life) {
	s.t.Helper()
	testkit.Eventually(s.t, where+", later", func() bool {
		err := hops()[l.hop].do(l)
		if err != nil && !honest(err) {
			s.t.Fatalf("%s, later: %v", where, err)
		}
		return err == nil
	})
}

// advance lets each life go one hop on; one that is over is looked at, and
// somebody new comes.
func (s *stage) advance(f fault) {
	s.t.Helper()
	var on []*life
	for _, l := range s.standing {
		if l.hop++; l.hop < len(hops()) {
			on = append(on, l)
			continue
		}
		l.looked("after " + f.name)
	}
	on = append(on, s.born())
	s.standing = on
}

// end lets all lives go to their end.
func (s *stage) end() {
	s.t.Helper()
	for _, l := range s.standing {
		for l.hop < len(hops()) {
			l.goes()
		}
	}
	s.arrive()
	for _, l := range s.standing {
		l.looked("at the end")
	}
}

func plays(t *testing.T, faults []fault) {
	t.Helper()
	for _, e := range engines {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			s := newStage(t, e)
			s.learn()
			s.stand()
			for _, f := range faults {
				s.round(f)
			}
			s.end()
		})
	}
}

// TestEachNeighbourFailsAtEachHop has each neighbour dead at each hop once.
func TestEachNeighbourFailsAtEachHop(t *testing.T) {
	t.Parallel()
	plays(t, neighbours())
}

// TestSoakNeighbours has them fail in every way, and in pairs.
func TestSoakNeighbours(t *testing.T) {
	if !soak() {
		t.Skip("OKNO_SOAK is not set: `make soak`")
	}
	t.Run("moods", func(t *testing.T) { plays(t, moods()) })
	all := neighbours()
	for i, a := range all {
		var pairs []fault
		for _, b := range all[i+1:] {
			pairs = append(pairs, both(a, b))
		}
		t.Run(a.name, func(t *testing.T) { plays(t, pairs) })
	}
}
