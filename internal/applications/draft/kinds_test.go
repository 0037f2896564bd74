package draft

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"okno/internal/forms"
	"okno/internal/kit/db"
	"okno/internal/kit/id"
	"okno/internal/kit/testkit"
)

func (b *bundle) answersOf(step string) forms.Answers {
	b.t.Helper()
	w, err := b.load(b.as(b.anna), draftOf(step))
	must(b.t, err)
	return w.Answers
}

func TestOneOfTheChildrenIsTaken(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		step := b.start(b.anna, "kinds")
		p := b.get(b.anna, step)
		radios := p.find(func(n *htmlNode) bool { return attr(n, "name") == "child.pick" && attr(n, "type") == "radio" })
		if len(radios) != 3 || !strings.Contains(text(p.doc), "Петров Иван") || p.byID("child.last_name") == nil {
			t.Fatalf("%d children to choose from: %s", len(radios), text(p.doc))
		}
		b.post(b.anna, step, p.with("child.pick", attr(radios[0], "value"), "_do", "save")).location()
		child, _ := b.answersOf(step)["child"].(map[string]any)
		if child["first_name"] != "Иван" {
			t.Errorf("taken: %v", child)
		}
		again := b.get(b.anna, step)
		if again.fields().Get("child.pick") != attr(radios[0], "value") || again.fields().Get("child.last_name") != "" {
			t.Error("the choice is not shown")
		}
		b.post(b.anna, step, again.with("child.pick", "new", "child.last_name", "Новый", "child.first_name", "Пётр",
			"child.birth_date.day", "1", "child.birth_date.month", "2", "child.birth_date.year", "2019", "_do", "save")).location()
		if child, _ := b.answersOf(step)["child"].(map[string]any); child["last_name"] != "Новый" {
			t.Errorf("a new one: %v", child)
		}
		if p := b.post(b.anna, step, again.with("child.pick", "zzz")); p.status != http.StatusUnprocessableEntity {
			t.Errorf("somebody who is not there: %d", p.status)
		}
	})
}

func TestOrganisationComesFromTheRegistry(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		step := b.start(b.anna, "kinds")
		ask := b.get(b.anna, step).with("firm.inn", "7707 083893", "_do", "lookup:firm")
		if to := b.post(b.anna, step, ask).location(); to != step+"#firm" {
			t.Errorf("led to %s", to)
		}
		p := b.get(b.anna, step)
		if p.fields().Get("firm.name") != "ПАО Сбербанк" || !strings.Contains(text(p.doc), "ЕГРЮЛ") {
			t.Errorf("not filled: %s", text(p.byID("firm.name")))
		}
		times := b.asked.times
		b.get(b.anna, step)
		b.post(b.anna, step, p.with("_do", "save")).location()
		if b.asked.times != times || times != 1 {
			t.Errorf("asked %d times", b.asked.times)
		}
		none := b.post(b.anna, step, p.with("firm.inn", "7736050003"))
		if none.status != http.StatusUnprocessableEntity || len(none.byClass("govuk-error-summary")) != 1 {
			t.Errorf("an unknown one: %d", none.status)
		}
		b.asked.silent = true
		silent := b.post(b.anna, step, b.get(b.anna, step).with("firm.inn", "7702070139", "firm.name", "Банк", "firm.kpp", "", "firm.ogrn", "", "_do", "lookup:firm"))
		if silent.status != http.StatusSeeOther {
			t.Errorf("a silent registry stops the form: %d %s", silent.status, text(silent.doc))
		}
	})
}

func TestDictionaryIsSearchedWithoutScript(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	step := b.start(b.anna, "kinds")
	p := b.get(b.anna, step)
	if attr(p.byID("country"), "data-suggest") != "/cabinet/dictionaries/countries" || p.byID("way").Data != "select" {
		t.Fatal("a big dictionary is searched, a small one is a list")
	}
	found := b.get(b.anna, "/cabinet/dictionaries/countries?q="+url.QueryEscape("герм"))
	if found.status != http.StatusOK || strings.TrimSpace(found.body) != `[{"text":"Германия"}]` {
		t.Errorf("search: %d %s", found.status, found.body)
	}
	if p := b.get(b.anna, "/cabinet/dictionaries/nothing?q=x"); p.status != http.StatusNotFound {
		t.Errorf("an unknown one: %d", p.status)
	}
	many := b.post(b.anna, step, p.with("country", "страна", "way", "a"))
	buttons := many.find(func(n *htmlNode) bool {
		return n.Data == "button" && strings.HasPrefix(attr(n, "value"), "choose:country=")
	})
	if many.status != http.StatusUnprocessableEntity || len(buttons) != matchesShown {
		t.Fatalf("%d, %d matches", many.status, len(buttons))
	}
	b.post(b.anna, step, many.with("_do", attr(buttons[3], "value"))).location()
	if got, _ := b.answersOf(step)["country"].(map[string]any); got["code"] != "x03" {
		t.Errorf("chosen: %v", got)
	}
	if shown := b.get(b.anna, step).fields().Get("country"); shown != "Страна номер 03" {
		t.Errorf("shown as %q", shown)
	}
	b.post(b.anna, step, b.get(b.anna, step).with("country", "казах", "_do", "save")).location()
	if got, _ := b.answersOf(step)["country"].(map[string]any); got["code"] != "kz" {
		t.Errorf("the only match: %v", got)
	}
}

func TestOwnDocumentAttachesItself(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		one, two, foreign := id.New(), id.New(), id.New()
		body := func(context.Context) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(pdfFile)), nil }
		b.papers.owner, b.papers.list = b.anna, []Paper{
			{ID: one, Kind: "criminal-record-certificate", Title: forms.Text{RU: "Справка о судимости", EN: "Certificate"}, Size: int64(len(pdfFile)), IssuedAt: testkit.Start, Open: body},
			{ID: two, Kind: "other", Title: forms.Text{RU: "Выписка", EN: "Extract"}, Size: int64(len(pdfFile)), IssuedAt: testkit.Start, Open: body},
		}
		step := b.start(b.anna, "kinds")
		p := b.get(b.anna, step)
		if got := p.fields()["paper"]; len(got) != 2 || got[0] != one {
			t.Fatalf("attached: %v", got)
		}
		if to := b.post(b.anna, step, p.with("_do", "attach:paper="+two)).location(); !strings.HasPrefix(to, step) {
			t.Errorf("led to %s", to)
		}
		if got := b.get(b.anna, step).fields()["paper"]; got[0] != two {
			t.Errorf("replaced by %v", got)
		}
		b.post(b.anna, step, b.get(b.anna, step).with("_do", "unfile:"+two)).location()
		if got := b.get(b.anna, step).fields()["paper"]; len(got) != 1 || got[0] != "" {
			t.Errorf("after taking it away: %v", got)
		}
		if p := b.post(b.anna, step, b.get(b.anna, step).with("_do", "attach:paper="+foreign)); p.status != http.StatusUnprocessableEntity {
			t.Errorf("another person's document: %d", p.status)
		}
	})
}

func TestPhotoIsMeasured(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	step := b.start(b.anna, "kinds")
	p := b.get(b.anna, step)
	form := p.with("_do", "save")
	form.Del("face")
	small := b.postFiles(b.anna, step, form, sentFile{"face", "me.jpg", picture(t, 60, 80)})
	if small.status != http.StatusUnprocessableEntity || !strings.Contains(text(small.byID("face-error")), "350") {
		t.Errorf("a small one: %d %s", small.status, text(small.byID("face-error")))
	}
	form = b.get(b.anna, step).with("_do", "save")
	form.Del("face")
	good := b.postFiles(b.anna, step, form, sentFile{"face", "me.jpg", picture(t, 420, 540)})
	if good.status != http.StatusSeeOther {
		t.Errorf("a good one: %d %s", good.status, text(good.byID("face-error")))
	}
}

// picture is a photo with a white ground and a sharp dark square.
func picture(t testing.TB, w, h int) string {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.Set(x, y, color.White)
			if x > w/3 && x < 2*w/3 && y > h/2 {
				img.Set(x, y, color.RGBA{R: uint8(200 * (x / 4 % 2)), G: 20, B: 60, A: 255})
			}
		}
	}
	var out bytes.Buffer
	must(t, jpeg.Encode(&out, img, &jpeg.Options{Quality: 95}))
	return out.String()
}

func TestEarlierAnswersOfTheSamePerson(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	b.before.owner, b.before.answers = b.anna, forms.Answers{"purpose": "На работу"}
	anna := b.get(b.anna, b.start(b.anna, "kinds"))
	if anna.fields().Get("purpose") != "На работу" || !strings.Contains(text(anna.doc), "прошлое заявление") {
		t.Error("not filled from the last application")
	}
	if boris := b.get(b.boris, b.start(b.boris, "kinds")); boris.fields().Get("purpose") != "" {
		t.Error("filled from another person's")
	}
}

func TestWhatIsWrongIsMendedAtItsSource(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	step := b.start(b.anna, "kinds")
	p := b.get(b.anna, step)
	links := p.find(func(n *htmlNode) bool { return attr(n, "href") == "/cabinet/profile/edit/snils" })
	if len(links) != 1 {
		t.Fatalf("%d links to the source", len(links))
	}
	b.post(b.anna, step, p.with("snils", "112-233-445 95", "surname", "Иванова", "_do", "save")).location()
	again := b.get(b.anna, step)
	if !strings.Contains(text(again.doc), "было «Петрова»") {
		t.Error("what was changed by hand is not marked")
	}
}

// What the script is told when a box is left: what is wrong, what the registry
// fills, and what it says. Nothing is kept.
func TestRegistryIsAskedOnLeavingAField(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	step := b.start(b.anna, "kinds")
	type told struct {
		Wrong string            `json:"firm.inn"`
		Fill  map[string]string `json:"_fill"`
		Said  map[string]string `json:"_said"`
	}
	check := func(values ...string) (out told) {
		t.Helper()
		p := b.post(b.anna, step+"/check", b.get(b.anna, step).with(append(values, "_field", "firm.inn")...))
		must(t, json.Unmarshal([]byte(p.body), &out))
		return out
	}
	if got := check("firm.inn", "7707083893", "firm.kpp", "770701001"); got.Wrong != "" || got.Fill["firm.name"] != "ПАО Сбербанк" || got.Fill["firm.kpp"] != "" ||
		!strings.Contains(got.Said["firm"], "нашлись") {
		t.Errorf("known: %+v", got)
	}
	if got := check("firm.inn", "7736050003"); got.Wrong == "" || len(got.Fill) > 0 {
		t.Errorf("unknown: %+v", got)
	}
	b.asked.silent = true
	if got := check("firm.inn", "7702070139"); got.Wrong != "" || !strings.Contains(got.Said["firm"], "вручную") {
		t.Errorf("silent: %+v", got)
	}
	if got := check("firm.inn", "1"); got.Wrong == "" || got.Said != nil {
		t.Errorf("not a number: %+v", got)
	}
	if len(b.answersOf(step)) > 0 {
		t.Error("a check keeps answers")
	}
	for range 100 {
		check("firm.inn", "7702070139")
	}
	if b.asked.times > lookupBurst+3 {
		t.Errorf("one person has asked %d times", b.asked.times)
	}
}

func TestAddressIsSearched(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	step := b.start(b.anna, "kinds")
	p := b.get(b.anna, step)
	if box := p.byID("_find.home"); attr(box, "data-suggest") != "/cabinet/addresses" || attr(box, "data-suggest-into") != "home" {
		t.Fatal("an address is not searched")
	}
	found := b.get(b.anna, "/cabinet/addresses?q="+url.QueryEscape("Светлых окон 7"))
	if found.status != http.StatusOK || !strings.Contains(found.body, `"house":"7"`) || !strings.Contains(found.body, `"gar":"0c5b2444`) {
		t.Errorf("while typing: %d %s", found.status, found.body)
	}
	if short := b.get(b.anna, "/cabinet/addresses?q=x"); strings.TrimSpace(short.body) != "[]" {
		t.Errorf("one letter: %s", short.body)
	}
	// Without a script: search, then press what was found.
	p = b.post(b.anna, step, p.with("_find.home", "Светлых", "surname", "Иванова", "_do", "find:home"))
	button := p.find(func(n *htmlNode) bool { return strings.HasPrefix(attr(n, "value"), "take:home=") })
	if p.status != http.StatusOK || len(button) != 1 || p.fields().Get("surname") != "Иванова" {
		t.Fatalf("%d, %d found: %s", p.status, len(button), text(p.doc))
	}
	b.post(b.anna, step, p.with("home.flat", "12", "_do", attr(button[0], "value"))).location()
	home, _ := b.answersOf(step)["home"].(map[string]any)
	if home["street"] != "улица Светлых Окон" || home["flat"] != "12" || home["gar"] == nil {
		t.Fatalf("taken: %v", home)
	}
	// The number of the register goes when another house is typed over it.
	p = b.get(b.anna, step)
	b.post(b.anna, step, p.with("home.flat", "13", "_do", "save")).location()
	if home, _ = b.answersOf(step)["home"].(map[string]any); home["gar"] == nil {
		t.Errorf("another flat: %v", home)
	}
	p = b.get(b.anna, step)
	b.post(b.anna, step, p.with("home.house", "8", "_do", "save")).location()
	if home, _ = b.answersOf(step)["home"].(map[string]any); home["gar"] != nil || home["house"] != "8" {
		t.Errorf("typed over: %v", home)
	}
	p = b.get(b.anna, step)
	none := b.post(b.anna, step, p.with("_find.home", "Нетакой", "_do", "find:home"))
	if !strings.Contains(text(none.doc), "адреса в реестре не нашли") {
		t.Errorf("nothing found: %s", text(none.doc))
	}
	b.asked.silent = true
	if dumb := b.post(b.anna, step, p.with("_find.home", "Светлых", "_do", "find:home")); !strings.Contains(text(dumb.doc), "вручную") {
		t.Errorf("a silent register: %s", text(dumb.doc))
	}
	for range 2 * suggestBurst {
		found = b.get(b.anna, "/cabinet/addresses?q="+url.QueryEscape("Светлых"))
	}
	if found.status != http.StatusTooManyRequests {
		t.Errorf("the hundredth: %d", found.status)
	}
}
