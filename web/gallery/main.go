// Command gallery shows Okno's components on sample pages, for whoever works on
// the look: go run ./web/gallery, then http://127.0.0.1:8099. It is no part of
// the portal; its texts are samples.
package main

import (
	"fmt"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"github.com/a-h/templ"

	"okno/internal/kit/ui"
	"okno/web"
)

func main() {
	assets, err := web.New()
	if err == nil {
		err = serve(assets)
	}
	fmt.Fprintln(os.Stderr, "gallery:", err)
	os.Exit(1)
}

func serve(assets *web.Assets) error {
	mux := http.NewServeMux()
	mux.Handle("GET "+web.Prefix, assets.Handler())
	mux.Handle("GET /{$}", http.RedirectHandler("/home", http.StatusFound))
	for path, body := range map[string]templ.Component{
		"/home": home(), "/cabinet": cabinet(), "/form": form(), "/desk": desk(), "/messages": messages(),
	} {
		mux.Handle("GET "+path, page(assets, path, body))
	}
	answers(mux)
	mux.HandleFunc("GET /live", live)
	mux.Handle("GET /bell", bell(new(atomic.Int64)))
	server := &http.Server{Addr: "127.0.0.1:8099", Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	return server.ListenAndServe()
}

// answers are canned replies to what the scripts ask.
func answers(mux *http.ServeMux) {
	for pattern, reply := range map[string]string{
		"POST /check":    `{"phone":"","email":"Введите адрес почты, например name@example.ru"}`,
		"POST /strength": `{"score":2,"text":"Средний пароль: добавьте слово"}`,
		"GET /suggest":   `[{"text":"Загранпаспорт","href":"/form","note":"МВД России"},{"text":"Запись к врачу","href":"/form"}]`,
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(reply))
		})
	}
}

// live is a stream that says every second that the bell has rung.
func live(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-r.Context().Done():
			return
		case <-tick.C:
			fmt.Fprint(w, "event: change\ndata: {\"topic\":\"notices\",\"ref\":\"bell\"}\n\n")
			_ = http.NewResponseController(w).Flush()
		}
	}
}

// bell answers the fragment that the page fetches when the bell has rung.
func bell(rung *atomic.Int64) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		n := int(rung.Add(1))
		_ = ui.BellCount(ui.Bell{Count: n, Text: fmt.Sprintf("Уведомления, новых: %d", n)}).Render(r.Context(), w)
	}
}

func page(assets *web.Assets, path string, body templ.Component) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := frame(assets, path)
		p.HighContrast = r.URL.Query().Get("contrast") == "high"
		p.LargeType = r.URL.Query().Get("type") == "large"
		w.Header().Set("Content-Security-Policy", "default-src 'self'; object-src 'none'; base-uri 'none'")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		ctx := templ.WithChildren(ui.WithTexts(r.Context(), texts()), body)
		if err := ui.Frame(p).Render(ctx, w); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	})
}

func texts() ui.Texts {
	return ui.Texts{
		Error: "Ошибка", Warning: "Внимание", ProblemTitle: "Проверьте, что вы указали", Back: "Назад",
		StepCompleted: "готово", StepCurrent: "текущий шаг", StepUpcoming: "впереди", StepOf: "Шаг %{current} из %{total}",
		ShowPassword: "Показать", HidePassword: "Скрыть", ShowPasswordLabel: "Показать пароль", HidePasswordLabel: "Скрыть пароль",
		Copy: "Скопировать", Copied: "Скопировано", PreviousPage: "Назад", NextPage: "Вперёд", Page: "Страница",
		CharactersDescription: "Не больше %{count} знаков", ChooseFiles: "Выбрать файлы", DropInstruction: "или перетащите сюда", NoFileChosen: "Файлы не выбраны",
		CharactersUnder: ui.Plural{"one": "Остался %{count} знак", "few": "Осталось %{count} знака", "many": "Осталось %{count} знаков", "other": "Осталось %{count} знака"},
	}
}

func frame(assets *web.Assets, path string) ui.FrameParams {
	p := ui.FrameParams{
		Lang: "ru", Title: "Галерея — Окно", CSS: assets.Path("okno.css"), JS: assets.Path("okno.js"),
		Favicon: assets.Path("favicon.svg"), Preload: assets.Preload("ru"),
		SkipText: "К содержанию", Wordmark: "Окно", HomeText: "Окно, на главную",
		NavLabel: "Разделы", MenuText: "Меню",
		Nav: []ui.NavItem{
			{Text: "Услуги", Href: "/home", Current: path == "/home"},
			{Text: "Заявления", Href: "/cabinet", Current: path == "/cabinet"},
			{Text: "Документы", Href: "/messages", Current: path == "/messages"},
			{Text: "Платежи", Href: "/form", Current: path == "/form"},
			{Text: "Помощь", Href: "/desk", Current: path == "/desk"},
		},
		LanguageLabel: "Язык", Languages: []ui.LanguageLink{{Code: "ru", Name: "Русский", Href: "?", Current: true}, {Code: "en", Name: "English", Href: "?lang=en"}},
		ViewLabel: "Вид", View: []ui.ViewLink{{Text: "Контрастная схема", Href: "?contrast=high"}, {Text: "Крупный шрифт", Href: "?type=large"}},
		Account:     ui.Account{SignInText: "Войти", SignInHref: "/messages", RegisterText: "Создать учётную запись", RegisterHref: "/messages"},
		FooterLabel: "О портале", FooterText: "Окно — открытый портал государственных услуг.",
		Footer: []ui.LinkItem{{Text: "Помощь", Href: "#"}, {Text: "Персональные данные", Href: "#"}, {Text: "Доступность", Href: "#"}, {Text: "Сообщить о проблеме", Href: "#"}},
	}
	if path != "/home" {
		p.Account = ui.Account{Name: "Мария Петрова", Note: "Гражданин", Links: []ui.LinkItem{{Text: "Личные данные", Href: "#"}, {Text: "Безопасность", Href: "#"}}, SignOutText: "Выйти", SignOutHref: "/out"}
		p.Bell = ui.Bell{Href: "#", Text: "Уведомления, 3 новых", Count: 3}
	}
	switch path {
	case "/cabinet":
		p.Aside, p.AsideLabel = notices(), "Сейчас важно"
		p.LiveURL, p.Bell.LiveRef, p.Bell.LiveSrc, p.Bell.LiveSaid = "/live", "bell", "/bell", "Новое уведомление"
		p.Idle = ui.Idle{Seconds: 900, URL: "/keep", Title: "Вы ещё здесь?", Text: "Через две минуты вход завершится.", Button: "Остаться"}
	case "/form":
		p.Back = ui.BackLinkParams{Href: "/home"}
		p.Phase = ui.PhaseBannerParams{Tag: ui.Text("Учебный портал"), Text: "Все данные здесь выдуманы."}
	case "/desk":
		p.Wide = true
	}
	return p
}
