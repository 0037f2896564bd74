package draft

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"okno/internal/forms"
	"okno/internal/kit/db"
	"okno/internal/kit/id"
)

// start begins a draft as a browser does and gives the address of its first step.
func (b *bundle) start(account, service string) string {
	b.t.Helper()
	p := b.get(account, "/cabinet/drafts/new?service="+service)
	form := url.Values{}
	for name, v := range p.fields() {
		form[name] = v
	}
	to := b.post(account, "/cabinet/drafts", form).location()
	return b.get(account, to).location()
}

// fill sends a step's page with the values over those that stand in it.
func (b *bundle) fill(account, step string, pairs ...string) page {
	b.t.Helper()
	form := b.get(account, step).fields()
	form.Del("_do")
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return b.post(account, step, form)
}

func draftOf(address string) string { return strings.Split(address, "/")[3] }

// childBenefit is what one types into the example, step by step.
func childBenefit() map[string][]string {
	return map[string][]string{
		"applicant": {"relation", "parent"},
		"children": {
			"children.0.person.last_name", "Петров", "children.0.person.first_name", "Иван",
			"children.0.person.birth_date.day", "1", "children.0.person.birth_date.month", "2", "children.0.person.birth_date.year", "2020",
			"children.0.certificate", "II-МЮ № 123456", "children.0.disabled", "no",
		},
		"income": {"family_size", "3", "income", "300 000,50", "has_spouse", "no"},
		"payment": {
			"address.region", "Москва", "address.city", "Москва", "address.house", "1", "way", "post", "truth", "yes",
		},
	}
}

// walk fills in the example up to the checked answers.
func (b *bundle) walk(account string) string {
	b.t.Helper()
	step := b.start(account, "child-benefit")
	for range 4 {
		name := step[strings.LastIndex(step, "/")+1:]
		step = b.fill(account, step, childBenefit()[name]...).location()
	}
	if !strings.HasSuffix(step, "/check") {
		b.t.Fatalf("after the last step comes %s", step)
	}
	return step
}

func (b *bundle) send(account, check string) page {
	b.t.Helper()
	return b.post(account, strings.TrimSuffix(check, "check")+"send", b.get(account, check).fields())
}

func TestWholeFormWithoutScript(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	check := b.walk(b.anna)
	p := b.get(b.anna, check)
	body := text(p.doc)
	for _, want := range []string{"Петрова Анна Сергеевна, 14.05.1990", "300\u00a0000,50\u00a0₽", "Ребёнок 1", "Не указано", "10 рабочих дней", "Бесплатно", "простой электронной подписью"} {
		if want != "Не указано" && !strings.Contains(body, want) {
			t.Errorf("the checked answers lack %q", want)
		}
	}
	for _, a := range p.byClass("govuk-summary-list__actions") {
		if !strings.HasPrefix(text(a), "Изменить ") {
			t.Errorf("a link without what it changes: %q", text(a))
		}
	}
	sent := b.send(b.anna, check).location()
	number := b.cases.numbers[draftOf(check)]
	if number == "" || !strings.Contains(text(b.get(b.anna, sent).doc), number) {
		t.Errorf("the page after sending does not say the number %q", number)
	}
	got := b.cases.sent[draftOf(check)]
	if got.Owner != b.anna || got.Fee != 0 || got.Days != 10 || !got.Working || got.Source != "page" || got.Agency != "sfr" {
		t.Errorf("sent: %+v", got)
	}
	if _, kept := got.Answers["account"]; kept {
		t.Error("a hidden answer was sent")
	}
	again := b.post(b.anna, strings.TrimSuffix(check, "check")+"send", url.Values{"_version": {"5"}}).location()
	if again != sent || len(b.cases.numbers) != 1 {
		t.Errorf("sending again leads to %s, %d cases", again, len(b.cases.numbers))
	}
	for _, path := range []string{check, sent[:len(sent)-5], strings.TrimSuffix(check, "check") + "applicant"} {
		if to := b.get(b.anna, path).location(); to != sent {
			t.Errorf("%s of a sent draft leads to %s", path, to)
		}
	}
}

func TestFaultsKeepWhatWasTyped(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	step := b.start(b.anna, "child-benefit")
	p := b.fill(b.anna, step, "passport.number", "12", "person.last_name", "Иванова", "snils", "")
	if p.status != http.StatusUnprocessableEntity || !strings.Contains(p.body, "<title>Ошибка: ") {
		t.Errorf("status %d", p.status)
	}
	if got := p.fields(); got.Get("passport.number") != "12" || got.Get("person.last_name") != "Иванова" {
		t.Errorf("what was typed is lost: %v", got)
	}
	summary := p.byClass("govuk-error-summary__list")
	if len(summary) != 1 {
		t.Fatal("no summary")
	}
	links := 0
	for n := range summary[0].Descendants() {
		if n.Data == "a" {
			links++
			if target := strings.TrimPrefix(attr(n, "href"), "#"); p.byID(target) == nil {
				t.Errorf("%q leads to %q, which is not there", text(n), target)
			}
		}
	}
	if links != 3 { // the number, СНИЛС, relation
		t.Errorf("%d links: %s", links, text(summary[0]))
	}
	if again := b.get(b.anna, step).fields(); again.Get("person.last_name") != "Иванова" || again.Get("passport.number") != "123456" {
		t.Errorf("accepted answers are not kept: %v", again)
	}
}

func TestValuesShowTheirSource(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	step := b.start(b.anna, "child-benefit")
	p := b.get(b.anna, step)
	if hint := text(p.byID("snils-hint")); hint != "Заполнено автоматически: профиль, подтверждено МВД, 12.11.2026. Можно изменить" {
		t.Errorf("source: %q", hint)
	}
	if got := p.fields(); got.Get("snils") != "112-233-445 95" || got.Get("person.birth_date.month") != "05" {
		t.Errorf("filled in: %v", got)
	}
}

func TestQuestionsAppear(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	step := b.start(b.anna, "child-benefit")
	to := b.fill(b.anna, step, "relation", "guardian").location()
	if !strings.Contains(to, "?more=1#guardianship") {
		t.Fatalf("led to %s", to)
	}
	p := b.get(b.anna, to)
	if len(p.byClass("govuk-error-summary")) > 0 || p.byID("guardianship") == nil {
		t.Error("a new question is scolded for, or is not there")
	}
	again := b.post(b.anna, step, p.fields())
	if again.status != http.StatusUnprocessableEntity || again.byID("guardianship-error") == nil {
		t.Errorf("a question that was asked and not answered: %d %s", again.status, text(again.doc))
	}
}

func TestGroupsGrowAndShrink(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	step := strings.TrimSuffix(b.start(b.anna, "child-benefit"), "applicant")
	b.fill(b.anna, step+"applicant", "relation", "parent")
	p := b.fill(b.anna, step+"children", append(childBenefit()["children"], "_do", "add:children")...)
	if to := p.location(); !strings.HasSuffix(to, "#children.last") {
		t.Errorf("after adding: %s", to)
	}
	p = b.get(b.anna, step+"children")
	if p.byID("children.1.person.last_name") == nil || p.byID("children.last") == nil {
		t.Fatal("no second child")
	}
	// A wrong value in the second and the first taken away: nothing typed is lost.
	p = b.fill(b.anna, step+"children", "children.1.person.last_name", "Петров", "children.1.certificate", "нет", "_do", "remove:children.0")
	got := p.fields()
	if p.status != http.StatusOK || got.Get("children.0.certificate") != "нет" || got.Get("children.0.person.last_name") != "Петров" || got.Get("children.count") != "1" {
		t.Errorf("after removing: %d %v", p.status, got)
	}
}

func TestEarlyStop(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	step := b.start(b.anna, "child-benefit")
	to := b.fill(b.anna, step, "relation", "other").location()
	p := b.get(b.anna, to)
	if !strings.HasSuffix(to, "/stop") || !strings.Contains(text(p.doc), "Оформить опеку") || len(p.byClass("govuk-error-message")) > 0 {
		t.Errorf("%s: %s", to, text(p.doc))
	}
	if resumed := b.get(b.anna, "/cabinet/drafts/"+draftOf(step)).location(); resumed != to {
		t.Errorf("resumed at %s", resumed)
	}
	if check := b.get(b.anna, "/cabinet/drafts/"+draftOf(step)+"/check").location(); check != to {
		t.Errorf("checked answers of a stopped form: %s", check)
	}
	if next := b.fill(b.anna, step, "relation", "parent").location(); !strings.HasSuffix(next, "/children") {
		t.Errorf("after mending: %s", next)
	}
}

func TestResumedElsewhere(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	step := b.start(b.anna, "child-benefit")
	b.fill(b.anna, step, "relation", "parent")
	p := b.get(b.anna, "/cabinet/drafts/new?service=child-benefit")
	if !strings.Contains(text(p.doc), "Остановились на шаге «Дети»") {
		t.Errorf("start page: %s", text(p.doc))
	}
	if to := b.get(b.anna, "/cabinet/drafts/"+draftOf(step)).location(); !strings.HasSuffix(to, "/children") {
		t.Errorf("resumed at %s", to)
	}
	if to := b.get(b.anna, strings.TrimSuffix(step, "applicant")+"payment").location(); !strings.HasSuffix(to, "/children") {
		t.Errorf("a step ahead leads to %s", to)
	}
	if p := b.get(b.anna, step); p.status != http.StatusOK || p.fields().Get("relation") != "parent" {
		t.Error("the way back loses the answer")
	}
	if to := b.fill(b.anna, step, "_do", "save").location(); to != "/cabinet" {
		t.Errorf("save and exit leads to %s", to)
	}
}

func TestTwoWindows(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	step := b.start(b.anna, "child-benefit")
	first, second := b.get(b.anna, step).fields(), b.get(b.anna, step).fields()
	first.Set("relation", "parent")
	first.Set("person.first_name", "Анастасия")
	b.post(b.anna, step, first).location()
	second.Set("relation", "parent")
	second.Set("person.first_name", "Алла")
	p := b.post(b.anna, step, second)
	if p.status != http.StatusConflict || p.fields().Get("person.first_name") != "Алла" {
		t.Fatalf("status %d, typed %q", p.status, p.fields().Get("person.first_name"))
	}
	for _, want := range []string{"Здесь: Петрова Алла", "В другом окне: Петрова Анастасия", "Оставить ответы из другого окна"} {
		if !strings.Contains(text(p.doc), want) {
			t.Errorf("no %q in %s", want, text(p.doc))
		}
	}
	if kept := b.get(b.anna, step).fields(); kept.Get("person.first_name") != "Анастасия" {
		t.Error("the other window's answer was overwritten unasked")
	}
	b.post(b.anna, step, p.fields()).location()
	if kept := b.get(b.anna, step).fields(); kept.Get("person.first_name") != "Алла" {
		t.Error("what was chosen is not kept")
	}
	// Windows on different steps don't meet.
	other := b.get(b.anna, step).fields()
	b.fill(b.anna, strings.TrimSuffix(step, "applicant")+"children", childBenefit()["children"]...).location()
	b.post(b.anna, step, other).location()
}

func TestSendingWhatWasNotSeen(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	check := b.walk(b.anna)
	seen := b.get(b.anna, check).fields()
	b.fill(b.anna, strings.TrimSuffix(check, "check")+"income?back=check", "income", "100").location()
	p := b.post(b.anna, strings.TrimSuffix(check, "check")+"send", seen)
	if p.status != http.StatusConflict || len(b.cases.numbers) != 0 || !strings.Contains(text(p.doc), "изменили в другом окне") {
		t.Errorf("status %d, %d cases", p.status, len(b.cases.numbers))
	}
}

func TestChangeReturnsToTheCheckedAnswers(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	check := b.walk(b.anna)
	step := strings.TrimSuffix(check, "check") + "income?back=check"
	if p := b.get(b.anna, step); attr(p.byClass("back")[0], "href") != check {
		t.Error("the way back leads elsewhere")
	}
	if to := b.fill(b.anna, step, "income", "1").location(); to != check {
		t.Errorf("led to %s", to)
	}
}

func TestMissingAnswersCantBeSent(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	step := b.start(b.anna, "child-benefit")
	check := strings.TrimSuffix(step, "applicant") + "check"
	if before := b.get(b.anna, check); strings.Contains(before.body, "/send") || !strings.Contains(text(before.doc), "Продолжить заполнение") {
		t.Error("sending is offered too early")
	}
	p := b.post(b.anna, strings.TrimSuffix(check, "check")+"send", url.Values{"_version": {"1"}})
	if p.status != http.StatusUnprocessableEntity || len(b.cases.numbers) > 0 {
		t.Errorf("status %d", p.status)
	}
	links := p.find(func(n *htmlNode) bool {
		return n.Data == "a" && strings.Contains(attr(n, "href"), "?back=check#relation")
	})
	if len(links) == 0 {
		t.Error("no link to what is missing")
	}
	mend := b.get(b.anna, strings.TrimSuffix(check, "check")+"applicant?back=check")
	if mend.byID("relation-error") == nil {
		t.Error("the page does not say what is missing")
	}
}

func TestLevelsAndRegions(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	b.profiles.level = "simplified"
	if p := b.get(b.anna, "/cabinet/drafts/new?service=child-benefit"); !strings.Contains(text(p.doc), "Черновик можно заполнить сейчас") {
		t.Errorf("start: %s", text(p.doc))
	}
	check := b.walk(b.anna)
	p := b.get(b.anna, check)
	if strings.Contains(p.body, "/send") || !strings.Contains(text(p.doc), "подтверждённая учётная запись") {
		t.Error("the checked answers offer to send")
	}
	p = b.post(b.anna, strings.TrimSuffix(check, "check")+"send", url.Values{"_version": {"5"}})
	if p.status != http.StatusUnprocessableEntity || len(b.cases.numbers) > 0 {
		t.Errorf("status %d", p.status)
	}
	b.services.all["child-benefit"].Regions = []string{"16"}
	if p := b.get(b.anna, "/cabinet/drafts/new?service=child-benefit"); !strings.Contains(text(p.doc), "других регионах") || strings.Contains(p.body, `action="/cabinet/drafts"`) {
		t.Error("a service of another region is offered")
	}
	if to := b.post(b.anna, "/cabinet/drafts", url.Values{"service": {"child-benefit"}}).location(); !strings.Contains(to, "/new?service=") {
		t.Errorf("led to %s", to)
	}
}

func TestStartPressedTwice(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	form := url.Values{"service": {"child-benefit"}, "_once": {id.New()}}
	one, two := b.post(b.anna, "/cabinet/drafts", form).location(), b.post(b.anna, "/cabinet/drafts", form).location()
	if one != two {
		t.Errorf("two drafts: %s, %s", one, two)
	}
	if other := b.post(b.boris, "/cabinet/drafts", form).location(); other == one {
		t.Error("another person's key gives the draft")
	}
}

func TestNobodyElseComesIn(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	check := b.walk(b.anna)
	draft := "/cabinet/drafts/" + draftOf(check)
	for _, path := range []string{"", "/applicant", "/check", "/stop", "/sent", "/delete", "/files/" + id.New(), "/files/x", "/nowhere"} {
		if p := b.get(b.boris, draft+path); p.status != http.StatusNotFound {
			t.Errorf("GET %s for another: %d", path, p.status)
		}
		if p := b.get("", draft+path); p.status != http.StatusSeeOther || !strings.HasPrefix(p.location(), "/login") {
			t.Errorf("GET %s for nobody: %d", path, p.status)
		}
		req := httptest.NewRequest("GET", draft+path, nil)
		req.Header.Set(roleHeader, "officer")
		if p := b.do(b.anna, req); p.status != http.StatusForbidden {
			t.Errorf("GET %s for staff: %d", path, p.status)
		}
	}
	for _, path := range []string{"/applicant", "/applicant/check", "/send", "/delete"} {
		if p := b.post(b.boris, draft+path, url.Values{"_version": {"5"}}); p.status != http.StatusNotFound {
			t.Errorf("POST %s for another: %d", path, p.status)
		}
		if p := b.post("", draft+path, nil); p.status != http.StatusUnauthorized {
			t.Errorf("POST %s for nobody: %d", path, p.status)
		}
	}
	if p := b.get(b.anna, draft); p.status != http.StatusSeeOther {
		t.Error("the owner's draft is gone")
	}
	for _, draftID := range []string{"x", "../x", strings.Repeat("a", 5000), id.New()} {
		if p := b.get(b.anna, "/cabinet/drafts/"+url.PathEscape(draftID)); p.status != http.StatusNotFound {
			t.Errorf("draft %.20q: %d", draftID, p.status)
		}
	}
}

func TestDelete(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	step := b.start(b.anna, "child-benefit")
	ask := b.get(b.anna, "/cabinet/drafts/"+draftOf(step)+"/delete")
	if ask.status != http.StatusOK || len(ask.byClass("govuk-button--warning")) != 1 {
		t.Errorf("status %d", ask.status)
	}
	if to := b.post(b.anna, "/cabinet/drafts/"+draftOf(step)+"/delete", nil).location(); to != "/cabinet" {
		t.Errorf("led to %s", to)
	}
	if p := b.post(b.anna, "/cabinet/drafts/"+draftOf(step)+"/delete", nil); p.status != http.StatusNotFound {
		t.Errorf("what is gone: %d", p.status)
	}
	if p := b.get(b.anna, step); p.status != http.StatusNotFound {
		t.Errorf("still there: %d", p.status)
	}
}

func TestOnLeavingAField(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	step := b.start(b.anna, "child-benefit")
	for _, c := range []struct{ field, name, value, want string }{
		{"snils", "snils", "112-233-445 96", "СНИЛС"},
		{"snils", "snils", "112-233-445 95", ""},
		{"snils", "snils", "", ""},
		{"passport.number", "passport.number", "12", "Паспорт"},
		{"person.birth_date.year", "person.birth_date.month", "13", "нет в календаре"},
		{"nonsense", "x", "y", ""},
	} {
		form := b.get(b.anna, step).fields()
		form.Set(c.name, c.value)
		form.Set("_field", c.field)
		p := b.post(b.anna, step+"/check", form)
		if p.status != http.StatusOK || p.header.Get("Content-Type") != "application/json" {
			t.Fatalf("status %d", p.status)
		}
		if empty := strings.TrimSpace(p.body) == `{"`+c.field+`":""}`; empty != (c.want == "") || !strings.Contains(p.body, c.want) {
			t.Errorf("%s = %q: %s", c.name, c.value, p.body)
		}
	}
	if got := b.get(b.anna, step).fields().Get("snils"); got != "112-233-445 95" {
		t.Errorf("checking has changed the answer to %q", got)
	}
}

func TestBadInput(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	step := b.start(b.anna, "child-benefit")
	for name, c := range map[string]struct {
		field, value string
		status       int
	}{
		"10 MB":             {"snils", strings.Repeat("1", 10<<20), http.StatusRequestEntityTooLarge},
		"no UTF-8":          {"person.last_name", "\xff\xfe", http.StatusUnprocessableEntity},
		"NUL":               {"person.last_name", "Ива\x00нов", http.StatusUnprocessableEntity},
		"unknown field":     {"admin", "1", http.StatusUnprocessableEntity},
		"another step's":    {"income", "5", http.StatusUnprocessableEntity},
		"no such choice":    {"relation", "king", http.StatusUnprocessableEntity},
		"somebody's file":   {"guardianship", id.New(), http.StatusUnprocessableEntity},
		"not in the list":   {"passport.colour", "red", http.StatusUnprocessableEntity},
		"unknown button":    {"_do", "explode:1", http.StatusUnprocessableEntity},
		"item of no group":  {"_do", "remove:nothing.99", http.StatusSeeOther},
		"item out of range": {"_do", "remove:children.-1", http.StatusSeeOther},
	} {
		form := b.get(b.anna, step).fields()
		if c.field == "guardianship" {
			form.Set("relation", "guardian")
		}
		form.Set(c.field, c.value)
		if p := b.post(b.anna, step, form); p.status != c.status {
			t.Errorf("%s: %d %s", name, p.status, text(p.doc))
		} else if p.status == http.StatusUnprocessableEntity && len(p.byClass("govuk-error-summary")) == 0 {
			t.Errorf("%s: no message", name)
		}
	}
	if p := b.do(b.anna, func() *http.Request {
		req := httptest.NewRequest("POST", step, strings.NewReader("--x\r\nbroken"))
		req.Header.Set("Content-Type", "multipart/form-data; boundary=x")
		return req
	}()); p.status != http.StatusUnprocessableEntity {
		t.Errorf("broken multipart: %d", p.status)
	}
}

func TestEveryKindIsDrawn(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	step := b.start(b.anna, "every-kind")
	s, _ := b.services.Service("every-kind")
	seen := map[string]bool{}
	ctx := b.as(b.anna)
	w, err := b.load(ctx, draftOf(step))
	must(t, err)
	w.Answers = forms.Answers{"yesno": true, "sum": int64(100), "number": int64(1), "children": []any{map[string]any{}}}
	must(t, b.save(ctx, w, nil))
	for i := range s.Form.Steps {
		name := s.Form.Steps[i].ID
		w.Step = stepCheck
		v := newStepView(ctx, w, w.fill(), name)
		var out strings.Builder
		must(t, stepPage(v).Render(ctx, &out))
		p := page{t: t, body: out.String(), doc: parse(t, out.String())}
		v.each(func(f *forms.FieldState) {
			seen[f.Field.Kind] = true
			if label := f.Field.Label.RU; !strings.Contains(text(p.doc), label) {
				t.Errorf("%s: no label %q", f.Name, label)
			}
			for _, in := range f.Field.Inputs() {
				if p.byID(joined(f.Name, in.Part)) == nil {
					t.Errorf("%s: no box %q", f.Name, joined(f.Name, in.Part))
				}
			}
		})
		labelled(t, p)
		if strings.Contains(text(p.doc), "[") {
			t.Errorf("%s: a text is missing: %s", name, text(p.doc))
		}
	}
	for _, k := range forms.Kinds() {
		if !seen[k.Name()] {
			t.Errorf("kind %s is not in the test", k.Name())
		}
	}
}

// labelled: every box has a label, and every description that it names is there.
func labelled(t *testing.T, p page) {
	t.Helper()
	for _, n := range p.find(func(n *htmlNode) bool {
		return n.Data == "input" && attr(n, "type") != "hidden" || n.Data == "textarea" || n.Data == "select"
	}) {
		box := attr(n, "id")
		if len(p.find(func(l *htmlNode) bool { return l.Data == "label" && attr(l, "for") == box })) != 1 {
			t.Errorf("box %s has no label of its own", box)
		}
		for _, d := range strings.Fields(attr(n, "aria-describedby")) {
			if p.byID(d) == nil {
				t.Errorf("box %s is described by %s, which is not there", box, d)
			}
		}
	}
}
