package draft

import (
	"net/http"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"okno/internal/kit/db"
)

func TestSourceStaysBesideAFault(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	step := b.start(b.anna, "child-benefit")
	const source = "Заполнено автоматически"
	p := b.fill(b.anna, step, "relation", "", "snils", "11223344595", "person.last_name", "Иванова")
	if p.status != http.StatusUnprocessableEntity {
		t.Fatalf("status %d", p.status)
	}
	if hint := text(p.byID("snils-hint")); !strings.Contains(hint, source) {
		t.Errorf("what is known and was sent back: %q", hint)
	}
	if hint := p.byID("person-hint"); hint != nil && strings.Contains(text(hint), source) {
		t.Errorf("a name that was typed: %q", text(hint))
	}
	p = b.fill(b.anna, step, "snils", "112-233-445 96")
	if hint := p.byID("snils-hint"); hint != nil && strings.Contains(text(hint), source) {
		t.Errorf("a wrong number that was typed: %q", text(hint))
	}
}

func TestQuestionsOfTheSamePage(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	step := b.start(b.anna, "child-benefit")
	p := b.get(b.anna, step)
	reveals := p.find(func(n *html.Node) bool { return has(n, "data-reveal") })
	if len(reveals) != 1 || len(p.find(func(n *html.Node) bool {
		return n.Data == "input" && attr(n, "name") == "relation" && attr(n, "type") == "radio"
	})) == 0 {
		t.Fatalf("%d controls are marked", len(reveals))
	}
	form := p.fields()
	form.Set("relation", "guardian")
	form.Set("snils", "1")
	form.Set("_fields", "1")
	part := b.post(b.anna, step+"/check", form)
	if part.status != http.StatusOK || part.byID("guardianship") == nil || strings.Contains(part.body, "<form") {
		t.Fatalf("the fields: %d %s", part.status, part.body)
	}
	if part.fields().Get("snils") != "1" || len(part.byClass("govuk-error-message")) > 0 {
		t.Error("what was typed is lost, or scolded for")
	}
	names := map[string]bool{}
	for _, n := range part.find(func(n *html.Node) bool { return has(n, "data-field") }) {
		names[attr(n, "data-field")] = true
	}
	if !names["guardianship"] || !names["relation"] {
		t.Errorf("questions %v", names)
	}
	if p = b.get(b.anna, step); p.byID("guardianship") != nil || p.fields().Get("snils") != "112-233-445 95" {
		t.Error("asking has changed the draft")
	}
	form.Del("_fields")
	form.Set("snils", "112-233-445 95")
	if p = b.post(b.anna, step, form); p.status != http.StatusSeeOther {
		t.Errorf("sent: %d", p.status)
	}
}
