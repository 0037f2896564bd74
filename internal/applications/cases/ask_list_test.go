package cases

import (
	"errors"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/net/html"

	"okno/internal/forms"
	"okno/internal/kit/errs"
)

// listedText is the trial service with a list, and a part that sees it.
var listedText = strings.Replace(serviceText, "ask:\n", "ask:\n  - {id: homes, title: {ru: Дома, en: Homes}, text: {ru: Проверьте дома, en: Check the homes}, fields: [homes]}\n", 1) + `      groups:
        - id: homes
          title: {ru: Дома, en: Homes}
          repeat: {min: 1, max: 3, item: {ru: Дом, en: Home}}
          fields:
            - id: kind
              kind: choice
              label: {ru: Чей, en: Whose}
              options:
                - {value: own, label: {ru: Свой, en: Own}}
                - {value: let, label: {ru: Съёмный, en: Let}}
            - {id: owner, kind: name, when: item.kind == "let", label: {ru: Хозяин, en: Owner}}
            - {id: street, kind: text, label: {ru: Улица, en: Street}}
            - {id: paper, kind: file, required: false, accept: [pdf], max_size: 1, label: {ru: Бумага, en: Paper}}
parts:
  - id: homes
    agency: fns
    title: {ru: Сверка домов, en: Homes}
    task: {ru: Сверьте, en: Compare}
    term: {working_days: 1}
    sees: [homes]
    ground: none
    negative: {code: more, text: {ru: Больше, en: More}, mend: {ru: Исправьте, en: Correct}}
`

// listed is an application with two homes, the first with a paper.
func (b *bundle) listed(t *testing.T) string {
	t.Helper()
	s, faults := forms.Load(fstest.MapFS{"services/tiny/service.yaml": {Data: []byte(listedText)}}, "services/tiny/service.yaml")
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	b.service = s
	b.Services = WithParts(services{s})
	sub := submission()
	sub.Answers["homes"] = []any{
		map[string]any{"kind": "own", "street": "Мира"},
		map[string]any{"kind": "let", "owner": "Пётр", "street": "Труда"},
	}
	number := b.send(t, sub)
	must(t, b.Take(b.officer(), deal(number)))
	return number
}

// homes is the list as people read it.
func (b *bundle) homes(t *testing.T, number string) string {
	t.Helper()
	card, err := b.Mine(b.citizen(), number)
	must(t, err)
	for _, s := range card.Sections {
		for _, l := range s.Lists {
			return listText(l)
		}
	}
	return ""
}

func TestAListIsCorrected(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.listed(t)
		must(t, b.Request(b.officer(), deal(number), AskMore{Preset: "homes", Remarks: map[string]string{"homes": "Нет дома у реки"}}))
		for name, r := range map[string]Reply{
			"an item that is no answer":  {Values: map[string][]string{"homes.0.kind": {"own"}, "homes.0.street": {""}}},
			"more than there may be":     {Values: map[string][]string{"homes.0.street": {"a"}, "homes.3.street": {"б"}}},
			"another field of the form":  {Values: map[string][]string{"name": {"Яна"}}},
			"a file where none is taken": {Files: []Sent{{Field: "homes.0.street", File: pdfFile("a.pdf")}}},
		} {
			if err := b.Cases.Reply(b.citizen(), deal(number), r); !errors.Is(err, ErrFields) {
				t.Errorf("%s: %v", name, err)
			}
		}
		must(t, b.Cases.Reply(b.citizen(), deal(number), Reply{Values: map[string][]string{
			"homes.0.kind": {"own"}, "homes.0.street": {"Мира"},
			// the second was taken out
			"homes.2.kind": {"let"}, "homes.2.owner": {"Анна"}, "homes.2.street": {"Речная"},
			"homes.3.kind": {""}, "homes.3.street": {" "}, // left blank
		}, Files: []Sent{{Field: "homes.0.paper", File: pdfFile("право.pdf")}}}))
		if got := b.homes(t, number); got != "Дом 1: Свой, Мира, право.pdf; Дом 2: Съёмный, Анна, Речная" {
			t.Errorf("now %q", got)
		}
		card, err := b.Look(b.officer(), number)
		must(t, err)
		change := card.Asks[0].Answer.Changes
		if len(change) != 1 || change[0].Field != "homes" || !strings.Contains(change[0].Old, "Труда") || !strings.Contains(change[0].New, "Речная") {
			t.Errorf("the officer sees %+v", change)
		}
		must(t, b.SendBack(b.officer(), deal(number), AskMore{Text: "Проверьте", Fields: []string{"homes", "name"}}))
		must(t, b.Cases.Reply(b.citizen(), deal(number), Reply{Values: map[string][]string{"name": {"Яна"}}}))
		if got := b.homes(t, number); !strings.Contains(got, "право.pdf") || !strings.Contains(got, "Речная") {
			t.Errorf("a list of which nothing was said has become %q", got)
		}
	})
}

func TestAPartAsksForAList(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.listed(t)
		b.drain(t)
		part := b.asks(t, number, "homes", AskMore{Text: "Чей второй дом?", Fields: []string{"homes"}})
		if err := b.Request(b.at("fns", "officer"), deal(part), AskMore{Text: "Имя?", Fields: []string{"name"}}); !errors.Is(err, ErrFields) && !errors.Is(err, ErrMove) {
			t.Errorf("what the part does not see: %v", err)
		}
		must(t, b.Cases.Reply(b.citizen(), deal(part), Reply{Values: map[string][]string{
			"homes.0.kind": {"own"}, "homes.0.street": {"Мира"}, "homes.1.kind": {"own"}, "homes.1.street": {"Труда"},
		}}))
		b.drain(t)
		if got := b.homes(t, number); got != "Дом 1: Свой, Мира; Дом 2: Свой, Труда" {
			t.Errorf("the application has %q", got)
		}
		card, err := b.Look(b.at("fns", "officer"), part)
		must(t, err)
		if change := card.Asks[0].Answer.Changes; len(change) != 1 || !strings.Contains(change[0].Old, "Пётр") {
			t.Errorf("the part sees %+v", change)
		}
	})
}

// A file that a part asks for is the application's, and who sees the answer sees it.
func TestAPartAsksForAFile(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.listed(t)
		b.drain(t)
		part := b.asks(t, number, "homes", AskMore{Text: "Приложите бумагу", Fields: []string{"homes"}})
		boxes := map[string][]string{"homes.0.kind": {"own"}, "homes.0.street": {""}}
		paper := func() []Sent { return []Sent{{Field: "homes.0.paper", File: pdfFile("право.pdf")}} }
		if err := b.Cases.Reply(b.citizen(), deal(part), Reply{Values: boxes, Files: paper(), Keep: true}); !errors.Is(err, ErrFields) || b.stored(t) != 0 {
			t.Fatalf("without a street: %v, %d files stay", err, b.stored(t))
		}
		boxes["homes.0.street"] = []string{"Мира"}
		must(t, b.Cases.Reply(b.citizen(), deal(part), Reply{Values: boxes, Files: paper()}))
		b.drain(t)
		if got := b.homes(t, number); got != "Дом 1: Свой, Мира, право.pdf" {
			t.Errorf("the application has %q", got)
		}
		for who, at := range map[string]string{"mvd": number, "fns": part} {
			ctx := b.at(who, "officer")
			card, err := b.Look(ctx, at)
			must(t, err)
			i := slices.IndexFunc(card.Files, func(f File) bool { return f.Name == "право.pdf" })
			if i < 0 {
				t.Fatalf("%s does not see the file: %+v", who, card.Files)
			}
			_, body, err := b.TheirFile(ctx, at, card.Files[i].ID)
			must(t, err)
			must(t, body.Close())
		}
	})
}

// Each ready text of the shipped services can be sent.
func TestReadyTextsOfServicesAsk(t *testing.T) {
	t.Parallel()
	all, faults := forms.LoadAll(os.DirFS("../../../services"), forms.Options{})
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	n := 0
	for _, s := range all {
		for _, p := range s.Ask {
			n++
			if _, err := askText(s, Request, AskMore{Preset: p.ID}); err != nil {
				e, _ := errs.As(err)
				t.Errorf("%s, %s: %v %+v", s.ID, p.ID, err, e)
			}
		}
	}
	if n < 15 || !slices.ContainsFunc(all, func(s *forms.Service) bool { return s.ID == "egrn-extract" }) {
		t.Errorf("%d ready texts", n)
	}
}

// The page of a list: items with their boxes, one more to fill in, one taken out.
func TestPageOfAListThatIsCorrected(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	number := s.b.listed(t)
	desk, mine := deskBase+number, citizenBase+number
	if w := s.get("officer", desk); len(find(t, w, with("input", "value", "homes"))) == 0 {
		t.Error("the officer can't name the list")
	}
	if w := s.post("officer", desk+"/correct", url.Values{"remark.homes": {"Второй дом продан"}}); w.Code != http.StatusSeeOther {
		t.Fatalf("returned: %d %s", w.Code, w.Body)
	}
	w := s.get("anna", mine)
	sound(t, w)
	for _, want := range []string{"Второй дом продан", "Дом 1", "Дом 2", "Добавить: Дом 3", "Убрать: Дом 2"} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	boxes := find(t, w, func(n *html.Node) bool { return n.Data == "input" && attr(n, "name") == "homes.1.owner" })
	if len(boxes) != 1 || attr(boxes[0], "value") != "Пётр" || len(find(t, w, with("input", "name", "homes.2.paper"))) != 1 {
		t.Errorf("the boxes of the list: %d", len(boxes))
	}
	all := map[string]string{"homes.0.kind": "own", "homes.0.street": "", "homes.1.kind": "let", "homes.1.street": "Труда", "homes.2.street": "", dropBox: "homes.1"}
	w = s.answer(t, mine, all, "")
	sound(t, w)
	if w.Code != http.StatusUnprocessableEntity || len(find(t, w, with("a", "href", "#homes.0.street"))) != 1 {
		t.Fatalf("a home without a street: %d", w.Code)
	}
	if len(find(t, w, func(n *html.Node) bool {
		return attr(n, "value") == "homes.1" && attr(n, "checked") == "" && hasAttr(n, "checked")
	})) != 1 {
		t.Error("what was to be taken out is not any more")
	}
	all["homes.0.street"] = "Мира"
	if w := s.answer(t, mine, all, ""); w.Code != http.StatusSeeOther {
		t.Fatalf("answered: %d %s", w.Code, w.Body)
	}
	if got := s.b.homes(t, number); got != "Дом 1: Свой, Мира" {
		t.Errorf("now %q", got)
	}
}

func hasAttr(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}
