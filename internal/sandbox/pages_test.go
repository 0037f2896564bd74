package sandbox

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"okno/internal/sandbox/party"
)

func TestPagesInBothLanguages(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	if err := mailTo(s, "anna@example.com", "Subject & co", "<script>alert(1)</script>"); err != nil {
		t.Fatal(err)
	}
	smsTo(t, s, "79131234567", "Ваш код: 123456")
	anna := s.Person(0)
	for path, want := range map[string][]string{
		"/":                           {"Ваш код: 123456", "Subject &amp; co", "&lt;script&gt;", "&#43;79131234567", "Почта"},
		"/?lang=en":                   {"Mailbox", `lang="en"`, `href="/parties?lang=en"`},
		"/?to=8+913+123+45+67":        {"Ваш код: 123456", "Пока ничего не пришло"},
		"/parties":                    {s.SMTPAddr(), s.SMSCAddr(), "МВД: паспорт", `action="/parties/mail"`},
		"/parties?lang=en":            {"Interior: passport", `action="/parties/mail?lang=en"`},
		"/people":                     {"Соколова Анна Викторовна", "offset=40"},
		"/people?q=белозеров&lang=en": {"Белозёров Дмитрий Андреевич", "Found:"},
		"/people/" + url.PathEscape(anna.SNILS): {
			anna.Passport.Series + " " + anna.Passport.Number, anna.INN, anna.Passport.IssuedBy, "Соколов Игорь Павлович", anna.Address.Text,
		},
		"/style.css": {"--paper"},
	} {
		text := get(t, s, path)
		for _, part := range want {
			if !strings.Contains(text, part) {
				t.Errorf("%s lacks %q", path, part)
			}
		}
		if strings.Contains(text, "<script") || strings.Contains(text, " style=") {
			t.Errorf("%s has a script or an inline style", path)
		}
	}
	for _, path := range []string{"/nothing", "/people/123"} {
		if status, text := call(t, s, http.MethodGet, path, ""); status != http.StatusNotFound || !strings.Contains(text, "Такой страницы нет") {
			t.Errorf("%s: %d", path, status)
		}
	}
}

func TestSwitchesByForm(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	status, text := call(t, s, http.MethodPost, "/parties/sms?lang=en", "down=1&slow=1&delay=250ms")
	if status != http.StatusOK || !strings.Contains(text, "Failures are switched on") {
		t.Errorf("after the redirect: %d", status)
	}
	want := party.State{Delay: 250e6, Down: true, Slow: true}
	if got := s.switches.Get(party.SMS); got != want {
		t.Errorf("%+v", got)
	}
	if status, text := call(t, s, http.MethodPost, "/parties/sms", "delay=soon"); status != http.StatusUnprocessableEntity || !strings.Contains(text, "Задержка пишется так") {
		t.Errorf("a bad delay: %d", status)
	}
	if status, _ := call(t, s, http.MethodPost, "/parties/bank", "down=1"); status != http.StatusNotFound {
		t.Errorf("no such party: %d", status)
	}
	if _, text := call(t, s, http.MethodPost, "/reset", "x=1"); !strings.Contains(text, "Сообщения") || s.switches.Get(party.SMS) != (party.State{}) {
		t.Error("the form of the reset did not reset")
	}
}

func TestForeignSitesCannotThrowSwitches(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+"/parties/sms", strings.NewReader("down=1"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", "http://localhost:8080")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusForbidden || s.switches.Get(party.SMS).Down {
		t.Errorf("%d", resp.StatusCode)
	}
}

// TestTexts finds texts that are missing in a language, and texts that no page uses.
func TestTexts(t *testing.T) {
	t.Parallel()
	ru, en := readTexts(russian), readTexts(english)
	if diff := cmp.Diff(keys(ru), keys(en)); diff != "" || len(ru) == 0 {
		t.Errorf("the languages differ:\n%s", diff)
	}
	used := usedKeys(t)
	for key := range ru {
		if !used[key] {
			t.Errorf("%q is not used", key)
		}
	}
	for key := range used {
		if _, ok := ru[key]; !ok {
			t.Errorf("%q has no text", key)
		}
	}
}

func keys(m map[string]string) map[string]bool {
	out := map[string]bool{}
	for k := range m {
		out[k] = true
	}
	return out
}

func usedKeys(t *testing.T) map[string]bool {
	t.Helper()
	used := map[string]bool{
		"messages.sms": true, "messages.email": true, "parties.fault.delay": true, "sex.male": true, "sex.female": true,
	}
	for _, name := range party.Names() {
		used["party."+name] = true
	}
	for _, s := range viewOf("", party.State{}).Switches {
		used["switch."+s.Key] = true
	}
	for _, name := range []string{"layout", "messages", "parties", "people", "person", "authenticator", "agency", "companies", "missing"} {
		raw, err := files.ReadFile("pages/" + name + ".html")
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`\.T "([a-z_.]+)"`).FindAllStringSubmatch(string(raw), -1) {
			used[m[1]] = true
		}
	}
	return used
}
