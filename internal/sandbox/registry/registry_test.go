package registry

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"okno/internal/kit/clock"
	"okno/internal/sandbox/party"
	"okno/internal/sandbox/population"
)

const secret = "between us"

type fixture struct {
	*httptest.Server
	people   *population.Population
	switches *party.Switches
	clock    *clock.Fake
}

func setup(t *testing.T) fixture {
	t.Helper()
	f := fixture{
		people: population.New(1, 1000), switches: party.New(),
		clock: clock.NewFake(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)),
	}
	f.Server = httptest.NewServer(New(Config{
		People: f.people, Clients: map[string][]byte{"okno": []byte(secret)},
		Switches: f.switches, Clock: f.clock, Log: slog.New(slog.DiscardHandler),
	}))
	t.Cleanup(f.Close)
	return f
}

// describe says the truth about a person.
func describe(p population.Person) Asked {
	a := Asked{
		LastName: p.LastName, FirstName: p.FirstName, MiddleName: p.MiddleName,
		BirthDate: p.BirthDate, Sex: p.Sex, SNILS: p.SNILS, INN: p.INN,
	}
	if p.Passport != nil {
		a.Passport = AskedPassport(*p.Passport)
	}
	return a
}

type reception struct {
	status    int
	signature string
	raw       []byte
	answer    Answer
	failure   failure
}

// request is a signed request that a test may spoil before it goes.
func (f fixture) request(t *testing.T, path, id string, a Asked) *http.Request {
	t.Helper()
	body, err := json.Marshal(Request{RequestID: id, Person: a})
	if err != nil {
		t.Fatal(err)
	}
	return f.signed(t, path, id, body)
}

func (f fixture) signed(t *testing.T, path, id string, body []byte) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, f.URL+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	date := f.clock.Now().Format(time.RFC3339)
	r.Header.Set(HeaderClient, "okno")
	r.Header.Set(HeaderDate, date)
	r.Header.Set(HeaderSignature, Sign([]byte(secret), http.MethodPost, path, date, id, body))
	return r
}

func (f fixture) send(t *testing.T, r *http.Request) reception {
	t.Helper()
	resp, err := f.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	out := reception{status: resp.StatusCode, signature: resp.Header.Get(HeaderSignature), raw: raw}
	_ = json.Unmarshal(raw, &out.answer)
	_ = json.Unmarshal(raw, &out.failure)
	return out
}

func (f fixture) ask(t *testing.T, path, id string, a Asked) reception {
	t.Helper()
	return f.send(t, f.request(t, path, id, a))
}

func TestChecks(t *testing.T) {
	t.Parallel()
	f := setup(t)
	anna, _ := f.people.At(0)
	child, _ := f.people.At(8)
	for name, c := range map[string]struct {
		path    string
		person  population.Person
		spoil   func(a *Asked)
		result  string
		differs []string
	}{
		"passport":           {"/registry/passport/check", anna, nil, Confirmed, nil},
		"snils":              {"/registry/snils/check", anna, nil, Confirmed, nil},
		"inn":                {"/registry/inn/check", anna, nil, Confirmed, nil},
		"snils of a child":   {"/registry/snils/check", child, nil, Confirmed, nil},
		"passport, no child": {"/registry/passport/check", child, func(a *Asked) { a.Passport = AskedPassport{Series: "4519", Number: "123456"} }, Refused, []string{fieldSeries, fieldNumber}},
		"other writing": {"/registry/passport/check", anna, func(a *Asked) {
			a.LastName, a.Sex = " СОКОЛОВА ", "Ж"
			a.Passport.Series = a.Passport.Series[:2] + " " + a.Passport.Series[2:]
			a.Passport.IssuedBy = strings.ToLower(strings.ReplaceAll(a.Passport.IssuedBy, ".", ""))
		}, Confirmed, nil},
		"only what is required": {"/registry/passport/check", anna, func(a *Asked) {
			a.Sex, a.Passport = "", AskedPassport{Series: a.Passport.Series, Number: a.Passport.Number}
		}, Confirmed, nil},
		"name and birth": {"/registry/snils/check", anna, func(a *Asked) { a.LastName, a.BirthDate = "Петрова", "1988-04-13" }, Refused, []string{fieldLast, fieldBirth}},
		"no patronymic":  {"/registry/inn/check", anna, func(a *Asked) { a.MiddleName = "" }, Refused, []string{fieldMiddle}},
		"passport's data": {"/registry/passport/check", anna, func(a *Asked) {
			a.Passport.IssuedOn, a.Passport.UnitCode, a.Passport.IssuedBy = "2001-01-01", "000-000", "ТП № 1"
		}, Refused, []string{fieldIssuedOn, fieldIssuedBy, fieldUnit}},
		"number, found by name": {"/registry/passport/check", anna, func(a *Asked) { a.Passport.Number = "000000" }, Refused, []string{fieldNumber}},
		"inn, found by name":    {"/registry/inn/check", anna, func(a *Asked) { a.INN = "500100732259" }, Refused, []string{fieldINN}},
		"sex":                   {"/registry/snils/check", anna, func(a *Asked) { a.Sex = "male" }, Refused, []string{fieldSex}},
		"nobody": {"/registry/snils/check", anna, func(a *Asked) {
			a.SNILS, a.LastName = "112-233-445 95", "Никогошин"
		}, Unknown, nil},
	} {
		a := describe(c.person)
		if c.spoil != nil {
			c.spoil(&a)
		}
		got := f.ask(t, c.path, name, a)
		want := Answer{RequestID: name, Result: c.result, Differs: c.differs}
		if diff := cmp.Diff(want, got.answer); got.status != http.StatusOK || diff != "" {
			t.Errorf("%s: %d %s", name, got.status, diff)
		}
		if got.signature != SignAnswer([]byte(secret), name, got.raw) {
			t.Errorf("%s: the answer is badly signed", name)
		}
	}
}

func TestEverybodyIsConfirmed(t *testing.T) {
	t.Parallel()
	people := population.New(3, 1000)
	for _, p := range people.All() {
		for _, name := range party.RegistryNames() {
			if name == party.Passport && p.Passport == nil {
				continue
			}
			if got := answer(people, name, Request{Person: describe(p)}); got.Result != Confirmed {
				t.Fatalf("%s of %d: %+v", name, p.Number, got)
			}
		}
	}
}

func TestData(t *testing.T) {
	t.Parallel()
	f := setup(t)
	anna, _ := f.people.At(0)
	a := describe(anna)
	family := f.ask(t, "/registry/civil/family", "1", a).answer.Family
	if family == nil || family.Spouse.FirstName != "Игорь" || len(family.Children) != 2 || family.Children[0].BirthCertificate == nil {
		t.Errorf("family: %+v", family)
	}
	if got := f.ask(t, "/registry/residence", "2", a).answer.Residence; got == nil || got.Address != anna.Address {
		t.Errorf("residence: %+v", got)
	}
	for path, want := range map[string]string{
		"/registry/property": `"objects":[`, "/registry/vehicles": `"vehicles":[`, "/registry/debts": `"total":`, "/registry/income": `"incomes":[`,
	} {
		if got := f.ask(t, path, path, a); !strings.Contains(string(got.raw), want) {
			t.Errorf("%s: %s", path, got.raw)
		}
	}
	a.LastName = "Другая"
	if got := f.ask(t, "/registry/residence", "3", a).answer; got.Result != Refused || got.Residence != nil {
		t.Errorf("a foreign name: %+v", got)
	}
}

func TestWrongRequests(t *testing.T) {
	t.Parallel()
	f := setup(t)
	anna, _ := f.people.At(0)
	const path = "/registry/snils/check"
	good := func() *http.Request { return f.request(t, path, "id", describe(anna)) }
	for name, c := range map[string]struct {
		r      *http.Request
		status int
		code   string
	}{
		"client":     {with(good(), HeaderClient, "other"), 401, "unknown_client"},
		"signature":  {with(good(), HeaderSignature, "v1=00"), 401, "bad_signature"},
		"no date":    {with(good(), HeaderDate, ""), 401, "bad_date"},
		"old":        {with(good(), HeaderDate, "2026-03-01T08:54:59Z"), 401, "bad_date"},
		"future":     {with(good(), HeaderDate, "2026-03-01T09:05:01Z"), 401, "bad_date"},
		"other date": {with(good(), HeaderDate, "2026-03-01T09:01:00Z"), 401, "bad_signature"},
		"json":       {f.signed(t, path, "", []byte("{")), 400, "bad_json"},
		"utf-8":      {f.signed(t, path, "", []byte("{\"request_id\":\"\xff\"}")), 400, "bad_json"},
		"no id":      {f.signed(t, path, "", []byte("{}")), 400, "bad_request_id"},
		"missing":    {f.signed(t, path, "m", []byte(`{"request_id":"m","person":{"last_name":"А"}}`)), 400, "missing"},
		"large":      {f.signed(t, path, "l", bytes.Repeat([]byte(" "), maxBody+1)), 413, "too_large"},
	} {
		if got := f.send(t, c.r); got.status != c.status || got.failure.Error != c.code {
			t.Errorf("%s: %d %s", name, got.status, got.raw)
		}
	}
	other := good()
	other.URL.Path = "/registry/nothing"
	if got := f.send(t, other); got.status != http.StatusNotFound {
		t.Errorf("no such registry: %d", got.status)
	}
}

func with(r *http.Request, header, value string) *http.Request {
	r.Header.Set(header, value)
	return r
}

func TestRequestsAreIdempotent(t *testing.T) {
	t.Parallel()
	f := setup(t)
	anna, _ := f.people.At(0)
	igor, _ := f.people.At(1)
	first := f.ask(t, "/registry/snils/check", "same", describe(anna))
	f.clock.Advance(time.Hour)
	if again := f.ask(t, "/registry/snils/check", "same", describe(anna)); !bytes.Equal(again.raw, first.raw) || again.status != 200 {
		t.Errorf("again: %d %s", again.status, again.raw)
	}
	for path, a := range map[string]Asked{"/registry/snils/check": describe(igor), "/registry/inn/check": describe(anna)} {
		if got := f.ask(t, path, "same", a); got.status != http.StatusConflict {
			t.Errorf("%s with a used number: %d", path, got.status)
		}
	}
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	m := newMemory()
	for i := range maxRemembered + 10 {
		m.remember(strings.Repeat("x", i%7)+time.Duration(i).String(), "h", sent{})
	}
	if len(m.requests) != maxRemembered || len(m.order) != maxRemembered {
		t.Errorf("%d remembered", len(m.requests))
	}
}

func TestSwitches(t *testing.T) {
	t.Parallel()
	f := setup(t)
	anna, _ := f.people.At(0)
	const path = "/registry/passport/check"
	set := func(s party.State) {
		if err := f.switches.Set(party.Registries, s); err != nil {
			t.Fatal(err)
		}
	}
	set(party.State{Refusal: true})
	if got := f.ask(t, path, "1", describe(anna)); got.status != http.StatusForbidden || got.signature == "" {
		t.Errorf("refusal: %d", got.status)
	}
	set(party.State{Garbage: true})
	if got := f.ask(t, path, "2", describe(anna)); json.Valid(got.raw) || got.signature == SignAnswer([]byte(secret), "2", got.raw) {
		t.Errorf("garbage: %s", got.raw)
	}
	set(party.State{Slow: true})
	if got := f.ask(t, path, "3", describe(anna)); got.answer.Result != Confirmed {
		t.Errorf("slow: %s", got.raw)
	}
	set(party.State{Duplicate: true})
	got := f.ask(t, path, "4", describe(anna))
	if got.answer.RequestID != "3" || got.signature != SignAnswer([]byte(secret), "3", got.raw) {
		t.Errorf("duplicate: %s", got.raw)
	}
	set(party.State{Down: true})
	if resp, err := f.Client().Do(f.request(t, path, "5", describe(anna))); err == nil {
		resp.Body.Close()
		t.Error("answered while down")
	}
}

func TestDelayEndsWithTheClock(t *testing.T) {
	t.Parallel()
	f := setup(t)
	anna, _ := f.people.At(0)
	if err := f.switches.Set(party.SNILS, party.State{Delay: party.Delay(time.Minute)}); err != nil {
		t.Fatal(err)
	}
	done := make(chan reception, 1)
	r := f.request(t, "/registry/snils/check", "1", describe(anna))
	go func() { done <- f.send(t, r) }()
	for deadline := party.Deadline(10 * time.Second); f.clock.Sleepers() == 0; {
		if clock.System().Now().After(deadline) {
			t.Fatal("nobody waits")
		}
		<-time.After(time.Millisecond)
	}
	f.clock.Advance(time.Minute - 1)
	if len(done) != 0 {
		t.Error("answered too early")
	}
	f.clock.Advance(9 * time.Minute) // the date of the request is stale by now, but was fresh at its arrival
	if got := <-done; got.answer.Result != Confirmed {
		t.Errorf("%d %s", got.status, got.raw)
	}
}

func FuzzParseRequest(f *testing.F) {
	f.Add([]byte(`{"request_id":"1","person":{"last_name":"Соколова","birth_date":"1988-04-12","passport":{"series":"4519"}}}`))
	f.Add([]byte(`{"request_id":1}`))
	f.Add([]byte(`[]`))
	people := population.New(1, 1000)
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := parseRequest(body)
		if err != nil {
			return
		}
		for _, name := range party.RegistryNames() {
			if got := answer(people, name, r); got.Result == "" {
				t.Errorf("%s: no result", name)
			}
		}
	})
}

func TestLookups(t *testing.T) {
	t.Parallel()
	f := setup(t)
	anna, _ := f.people.At(0)
	company := f.people.Organisations()[0]
	for path, about := range map[string]string{
		"/registry/companies/find": company.INN, "/registry/banks/find": f.people.Banks()[0].BIC,
		"/registry/addresses/suggest": anna.Address.Street, "/registry/property/find": propertyOf(f.people),
		"/registry/vehicles/find": vehicleOf(f.people), "/registry/civil/birth-certificates/find": anna.BirthCertificate.Series + " " + anna.BirthCertificate.Number,
	} {
		ask := func(id, about string) reception {
			body, _ := json.Marshal(Request{RequestID: id, About: about})
			return f.send(t, f.signed(t, path, id, body))
		}
		got := ask("1"+path, about)
		if got.status != http.StatusOK || got.answer.Result != Found || !same(got.signature, SignAnswer([]byte(secret), "1"+path, got.raw)) {
			t.Errorf("%s about %q: %d %s", path, about, got.status, got.raw)
		}
		if bytes.Contains(got.raw, []byte(anna.LastName)) {
			t.Errorf("%s names a person: %s", path, got.raw)
		}
		if got := ask("2"+path, ""); got.status != http.StatusBadRequest {
			t.Errorf("%s about nothing: %d", path, got.status)
		}
		if got := ask("3"+path, "000"); path != "/registry/addresses/suggest" && got.answer.Result != Unknown {
			t.Errorf("%s: %s", path, got.raw)
		}
	}
}

func propertyOf(p *population.Population) string {
	for _, one := range p.All() {
		if len(one.Property) > 0 {
			return one.Property[0].CadastralNumber
		}
	}
	return ""
}

func vehicleOf(p *population.Population) string {
	for _, one := range p.All() {
		if len(one.Vehicles) > 0 {
			return one.Vehicles[0].Plate
		}
	}
	return ""
}
