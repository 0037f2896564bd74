package ui

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
)

func shown(ctx context.Context, t *testing.T, c templ.Component) string {
	t.Helper()
	var out strings.Builder
	if err := c.Render(ctx, &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func wantDOM(t *testing.T, want string, got templ.Component) {
	t.Helper()
	if diff := cmp.Diff(dom(t, want), dom(t, shown(t.Context(), t, got))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestStatusTag(t *testing.T) {
	t.Parallel()
	wantDOM(t, `<strong class="okno-status okno-status--done">Done</strong>`, StatusTag(Done, "Done"))
	wantDOM(t, `<strong class="okno-status okno-status--neutral">Draft</strong>`, StatusTag("", "Draft"))
}

func TestChronology(t *testing.T) {
	t.Parallel()
	wantDOM(t, `<ol class="okno-chronology">
		<li class="okno-chronology__item okno-chronology__item--progress" aria-current="step">
			<div class="okno-chronology__title">Under review</div>
			<time class="okno-chronology__when" datetime="2026-11-20T18:02:00+03:00">20 November, 18:02</time>
			<div class="okno-chronology__text">By the <b>office</b></div>
		</li>
		<li class="okno-chronology__item okno-chronology__item--done"><div class="okno-chronology__title">Sent</div></li>
	</ol>`, Chronology([]ChronologyItem{
		{Title: "Under review", When: "20 November, 18:02", DateTime: "2026-11-20T18:02:00+03:00", HTML: templ.Raw("By the <b>office</b>"), Kind: Progress, Current: true},
		{Title: "Sent", Kind: Done},
	}))
}

func TestStepProgressSaysWhereOneIs(t *testing.T) {
	t.Parallel()
	wantDOM(t, `<div class="okno-steps"><p class="okno-steps__count">Step 2 of 3</p><ol class="okno-steps__list">
		<li class="okno-steps__item okno-steps__item--done"><a class="okno-steps__text" href="/1">You <span class="govuk-visually-hidden">, completed</span></a></li>
		<li class="okno-steps__item okno-steps__item--current" aria-current="step"><span class="okno-steps__text">Passport <span class="govuk-visually-hidden">, current</span></span></li>
		<li class="okno-steps__item okno-steps__item--next"><span class="okno-steps__text">Send <span class="govuk-visually-hidden">, not completed</span></span></li>
	</ol></div>`, StepProgress([]Step{{Text: "You", Href: "/1"}, {Text: "Passport", Href: "/2"}, {Text: "Send", Href: "/3"}}, 1))
}

func TestWordsComeFromTheContext(t *testing.T) {
	t.Parallel()
	ctx := WithTexts(t.Context(), Texts{Error: "Ошибка", StepOf: "Шаг %{current} из %{total}", Back: "Назад"})
	for want, c := range map[string]templ.Component{
		"Ошибка:":    ErrorMessage(Text("x")),
		"Шаг 1 из 2": StepProgress([]Step{{Text: "a"}, {Text: "b"}}, 0),
		"Назад":      BackLink(BackLinkParams{}),
		"Zurück":     BackLink(BackLinkParams{Text: "Zurück"}),
	} {
		if got := shown(ctx, t, c); !strings.Contains(got, want) {
			t.Errorf("want %q in %s", want, got)
		}
	}
}

func TestServiceCardIsOneLink(t *testing.T) {
	t.Parallel()
	wantDOM(t, `<article class="okno-card okno-card--link">
		<h2 class="okno-card__title"><a class="okno-card__link" href="/p">Passport</a></h2>
		<p class="okno-card__text">New</p><p class="okno-card__note">Ministry</p>
		<ul class="okno-card__meta"><li>10 days</li></ul></article>`,
		ServiceCard(ServiceCardParams{Title: "Passport", Href: "/p", Text: "New", Agency: "Ministry", Meta: []string{"10 days"}, HeadingLevel: 2}))
}

func TestCardNamesItself(t *testing.T) {
	t.Parallel()
	wantDOM(t, `<article class="okno-card okno-card--done" id="c"><h2 class="okno-card__title">Ready</h2>
		<p class="okno-card__more"><a class="govuk-link" href="/x">Get it</a></p></article>`,
		Card(CardParams{Title: "Ready", ID: "c", Kind: Done, Link: LinkItem{Text: "Get it", Href: "/x"}}))
}

func TestEmptyState(t *testing.T) {
	t.Parallel()
	wantDOM(t, `<div class="okno-empty"><p class="okno-empty__title">No drafts</p></div>`, EmptyState("No drafts", "", nil))
}

func TestKeyValueLeavesOutWhatIsMissing(t *testing.T) {
	t.Parallel()
	wantDOM(t, `<dl class="okno-facts"><div class="okno-facts__row"><dt>Number</dt><dd class="">7</dd></div></dl>`,
		KeyValue(Pairs("Number", "7", "Sent", "")))
}

func TestCopyNumberAndLiveRegion(t *testing.T) {
	t.Parallel()
	wantDOM(t, `<span class="okno-number" data-copy="7-1"><span class="okno-number__text">7-1</span></span>`, CopyNumber("7-1"))
	wantDOM(t, `<div id="said" class="govuk-visually-hidden" role="status" aria-live="polite"></div>`, LiveRegion("said"))
}

func TestErrorListKeepsThePagesOrder(t *testing.T) {
	t.Parallel()
	faults := map[string]string{"phone": "Phone?", "birth": "Date?", "": "Closed", "ok": ""}
	got := ErrorList(faults, Field{Name: "birth", ID: "birth-day"}, Field{Name: "phone"}, Field{Name: "ok"})
	want := []ErrorItem{{Text: "Closed"}, {Href: "#birth-day", Text: "Date?"}, {Href: "#phone", Text: "Phone?"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestStackedLabelsCells(t *testing.T) {
	t.Parallel()
	p := Stacked(TableParams{Head: []Cell{{Text: "No"}, {Text: "State"}}, Rows: [][]Cell{{{Text: "1"}, {Text: "new"}}}})
	if p.Classes != "okno-table--stacked" || p.Rows[0][1].Attributes["data-label"] != "State" {
		t.Errorf("got %+v", p)
	}
}

// TestHostileTexts: whatever people write stays text, and no link runs a script.
func TestHostileTexts(t *testing.T) {
	t.Parallel()
	const evil = `"><script>alert(1)</script>`
	for name, c := range map[string]templ.Component{
		"input":  Input(InputParams{Name: evil, Value: evil, Label: Text(evil), Hint: Text(evil), ErrorMessage: Text(evil)}),
		"copy":   CopyNumber(evil),
		"card":   ServiceCard(ServiceCardParams{Title: evil, Href: "javascript:alert(1)"}),
		"button": Button(ButtonParams{Text: evil, Href: "javascript:alert(1)", Attributes: Attributes{"data-x": evil}}),
	} {
		got := shown(t.Context(), t, c)
		if strings.Contains(got, "<script") || strings.Contains(got, "javascript:") {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func frame(t *testing.T, p FrameParams) *html.Node {
	t.Helper()
	ctx := templ.WithChildren(t.Context(), templ.Raw("<h1>Title</h1>"))
	root, err := html.Parse(strings.NewReader(shown(ctx, t, Frame(p))))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func full() FrameParams {
	return FrameParams{
		Lang: "ru", Title: "Главная", CSS: "/a.css", JS: "/a.js", SkipText: "К содержанию", Wordmark: "Окно",
		HighContrast: true, LargeType: true, NavLabel: "Разделы", MenuText: "Меню",
		Nav:           []NavItem{{Text: "Услуги", Href: "/services", Current: true}},
		LanguageLabel: "Язык", Languages: []LanguageLink{{Code: "ru", Name: "Русский", Current: true}, {Code: "en", Name: "English", Href: "/en"}},
		Account: Account{Name: "Мария", SignOutText: "Выйти", SignOutHref: "/out"},
		Bell:    Bell{Href: "/notices", Text: "3 новых", Count: 3},
		Back:    BackLinkParams{Href: "/"}, Aside: templ.Raw("<p>aside</p>"), AsideLabel: "Важно",
		Footer: []LinkItem{{Text: "Помощь", Href: "/help"}}, LiveURL: "/live",
		Idle: Idle{Seconds: 900, URL: "/keep", Title: "t", Text: "x", Button: "b"},
	}
}

// TestFrameHasNothingInline: pages run under default-src 'self'.
func TestFrameHasNothingInline(t *testing.T) {
	t.Parallel()
	for n := range frame(t, full()).Descendants() {
		if n.Type == html.ElementNode && n.Data == "script" && n.FirstChild != nil {
			t.Error("inline script")
		}
		for _, a := range n.Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
				t.Errorf("<%s %s>", n.Data, a.Key)
			}
		}
	}
}

func TestFrameLandmarks(t *testing.T) {
	t.Parallel()
	count := map[string]int{}
	var firstLink string
	for n := range frame(t, full()).Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		count[n.Data]++
		if n.Data == "a" && firstLink == "" {
			firstLink = attr(n, "href")
		}
		if n.Data == "html" && (attr(n, "lang") != "ru" || attr(n, "data-contrast") != "high" || attr(n, "data-type") != "large") {
			t.Errorf("html: %v", n.Attr)
		}
	}
	for _, once := range []string{"main", "header", "footer", "aside", "h1"} {
		if count[once] != 1 {
			t.Errorf("<%s> %d times, want once", once, count[once])
		}
	}
	if firstLink != "#main" {
		t.Errorf("the first link leads to %q, want the content", firstLink)
	}
}

func attr(n *html.Node, key string) string {
	i := slices.IndexFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
	if i < 0 {
		return ""
	}
	return n.Attr[i].Val
}

func TestFrameOfAStranger(t *testing.T) {
	t.Parallel()
	p := full()
	p.Account, p.Bell = Account{SignInText: "Войти", SignInHref: "/login"}, Bell{}
	var out strings.Builder
	if err := html.Render(&out, frame(t, p)); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); !strings.Contains(got, `href="/login"`) || strings.Contains(got, "okno-bell") {
		t.Errorf("want a way to sign in and no bell: %s", got)
	}
}
