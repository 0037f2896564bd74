package identity_test

import (
	"context"
	"encoding/csv"
	"net/http"
	"strings"
	"testing"
	"time"

	"okno/internal/identity"
	"okno/internal/identity/identitytest"
)

const second = "+79131110002"

func TestHistoryTellsWhoCame(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, i *identity.Identity, clk ticking) {
		identitytest.Account(t, i, phone)
		b := newBrowser(t, i)
		b.post("/login", "name", phone, "password", "wrong").shows(t, 422)
		b.post("/login", "name", phone, "password", identitytest.Password).goes(t, "/login/code")
		b.post("/login/code", "code", other(sent(t, i, phone))).shows(t, 422)
		clk.Advance(time.Second)
		b.post("/login/code", "code", sent(t, i, phone)).goes(t, "/cabinet")
		b.get("/cabinet/security").shows(t, 200, "/cabinet/security/history", "/cabinet/security/browsers")
		page := b.get("/cabinet/security/history").shows(t, 200, "Вход: пароль + код по СМС", "Firefox, Windows (компьютер)", "Успешно", "Отказано").body
		if n := strings.Count(page, "/not-me"); n != 3 {
			t.Errorf("%d lines, want 3", n)
		}
		if strings.Index(page, "Успешно</strong>") > strings.Index(page, "Отказано</strong>") {
			t.Error("the newest line is not the first")
		}
		if page := b.get("/cabinet/security/history?outcome=ok").body; strings.Count(page, "/not-me") != 1 {
			t.Error("the filter by outcome")
		}
		if page := b.get("/cabinet/security/history?kind=phone").body; strings.Count(page, "/not-me") != 0 {
			t.Error("the filter by device")
		}
		if page := b.get("/cabinet/security/history?from=2200-01-01").body; strings.Count(page, "/not-me") != 0 {
			t.Error("the filter by day")
		}
		b.get("/cabinet/security/history?outcome=%27&from=x&after=-1").shows(t, 200)
		file := b.get("/cabinet/security/history/export?format=csv").shows(t, 200)
		sheet := csv.NewReader(strings.NewReader(strings.TrimPrefix(file.body, "\uFEFF")))
		sheet.Comma = ';'
		rows, err := sheet.ReadAll()
		must(t, err)
		for _, row := range rows[1:] { // of Moscow, in the notation of spreadsheets
			if at, err := time.Parse("2006-01-02 15:04:05", row[0]); err != nil || clk.Now().Add(3*time.Hour).Sub(at).Abs() > time.Hour {
				t.Errorf("%q at %v: %v", row[0], clk.Now(), err)
			}
		}
		if len(rows) != 4 || file.header.Get("Cache-Control") != "no-store" || !strings.Contains(file.header.Get("Content-Disposition"), "attachment") {
			t.Errorf("%d rows, %v", len(rows), file.header)
		}
	})
}

func TestHistoryByPages(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, i *identity.Identity, clk ticking) {
		anna := identitytest.Account(t, i, phone)
		boris := identitytest.Account(t, i, second)
		ctx := identitytest.Context(t, i, anna)
		for n := range 7 {
			if n%2 == 0 {
				clk.Advance(time.Second) // pairs have one instant
			}
			_, err := i.Begin(ctx, anna, "password+sms")
			must(t, err)
		}
		seen := map[string]bool{}
		f := identity.HistoryFilter{Limit: 3}
		for range 3 {
			lines, next, err := i.History(ctx, f)
			must(t, err)
			for _, l := range lines {
				seen[l.ID] = true
			}
			f.After = next
		}
		if len(seen) != 7 || f.After != "" {
			t.Errorf("%d lines of 7, then %q", len(seen), f.After)
		}
		if lines, _, err := i.History(identitytest.Context(t, i, boris), identity.HistoryFilter{}); err != nil || len(lines) != 0 {
			t.Errorf("a stranger sees %d lines, %v", len(lines), err)
		}
		_, _, err := i.History(context.Background(), identity.HistoryFilter{})
		wantErr(t, err, identity.ErrSignIn)
	})
}

func TestKnownDevices(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, i *identity.Identity, clk ticking) {
		identitytest.Account(t, i, phone)
		home := newBrowser(t, i)
		home.signIn(i, phone)
		clk.Advance(time.Hour)
		work := newBrowser(t, i)
		work.agent = "Mozilla/5.0 (Linux; Android 15; Mobile) Chrome/140.0 Mobile Safari/537"
		work.signIn(i, phone)
		page := work.get("/cabinet/security/browsers").shows(t, 200, "Firefox, Windows", "Chrome, Android", "Это устройство", "телефон").body
		if strings.Count(page, "/forget") != 2 {
			t.Fatal("not two devices")
		}
		id := page[strings.LastIndex(page, "browsers/")+9 : strings.LastIndex(page, "/forget")]
		work.post("/cabinet/security/browsers/"+id+"/forget").goes(t, "/cabinet/security/browsers?said=forgotten")
		work.post("/cabinet/security/browsers/"+id+"/forget").shows(t, 404)
		work.get("/cabinet").shows(t, 200)
		home.get("/cabinet").goes(t, "/login?to=%2Fcabinet") // its session ended with it
		clk.Advance(2 * time.Minute)
		home.signIn(i, phone)
		if n := letters(t, i, "Вход с нового устройства"); n != 2 {
			t.Errorf("%d notices of new devices, want 2", n)
		}
	})
}

// letters counts notices with the subject that went to the cabinet.
func letters(t testing.TB, i *identity.Identity, subject string) int {
	t.Helper()
	n := 0
	for _, l := range identitytest.SenderOf(t, i).Sent() {
		if l.Subject == subject && l.Channel == "cabinet" {
			n++
		}
	}
	return n
}

// link is that of the newest notice with the subject.
func link(t testing.TB, i *identity.Identity, subject string) string {
	t.Helper()
	to := ""
	for _, l := range identitytest.SenderOf(t, i).Sent() {
		if strings.Contains(l.Subject+l.Text, subject) && l.Link != "" {
			to = l.Link
		}
	}
	if to == "" {
		t.Fatalf("no letter %q with a link", subject)
	}
	return to
}

func TestItWasNotMe(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, i *identity.Identity, clk ticking) {
		anna := identitytest.Account(t, i, phone)
		owner := newBrowser(t, i)
		owner.signIn(i, phone)
		clk.Advance(2 * time.Minute)
		thief := newBrowser(t, i)
		thief.signIn(i, phone)
		clk.Advance(2 * time.Minute)
		half := newBrowser(t, i)
		half.post("/login", "name", phone, "password", identitytest.Password).goes(t, "/login/code")
		to := link(t, i, "Вход с нового устройства")
		if !strings.HasPrefix(to, "/not-me/") {
			t.Fatal(to)
		}
		anybody := newBrowser(t, i)
		anybody.get(to).shows(t, 200, "Это не я", `method="post"`)
		thief.get("/cabinet").shows(t, 200) // reading the page did nothing
		anybody.post(to).shows(t, 200, "Задать новый пароль")
		for _, b := range []*browser{owner, thief} {
			b.get("/cabinet").goes(t, "/login?to=%2Fcabinet")
		}
		half.get("/login/code").goes(t, "/login?again=1")
		thief.post("/login", "name", phone, "password", identitytest.Password).shows(t, 403, "Этот пароль больше не действует")
		if _, err := i.Begin(context.Background(), anna, "password+sms"); err == nil {
			t.Error("a session begins by a password that was given up")
		}
		anybody.get("/not-me/nothing").shows(t, 404, "Ссылка не действует")
		anybody.get(to[:len(to)-1]+other1(to)).shows(t, 404)
		clk.Advance(31 * 24 * time.Hour)
		anybody.post(to).shows(t, 404)
	})
}

func other1(s string) string {
	if s[len(s)-1] == 'Q' {
		return "A"
	}
	return "Q"
}

func TestItWasNotMeAtALine(t *testing.T) {
	t.Parallel()
	i, clk := lite(t)
	identitytest.Account(t, i, phone)
	identitytest.Account(t, i, second)
	thief := newBrowser(t, i)
	thief.signIn(i, phone)
	clk.Advance(2 * time.Minute)
	owner := newBrowser(t, i)
	owner.signIn(i, phone)
	page := owner.get("/cabinet/security/history").body
	line := page[strings.LastIndex(page, "/cabinet/security/history/") : strings.LastIndex(page, "/not-me")+len("/not-me")]
	owner.get(line).shows(t, 200, "Это не вы?", "Firefox, Windows")
	owner.post(line).goes(t, "/cabinet/security/password?denied=1")
	owner.get("/cabinet/security/password?denied=1").shows(t, 200, "Остальные сеансы завершены")
	thief.get("/cabinet").goes(t, "/login?to=%2Fcabinet")
	owner.get("/cabinet/security/history").shows(t, 200, "Вы сообщили: не вы")
	owner.post("/cabinet/security/password", "current", identitytest.Password, "password", "Новый-Кит_3829").goes(t, "/cabinet/security?said=password")
	clk.Advance(2 * time.Minute)
	back := newBrowser(t, i)
	back.post("/login", "name", phone, "password", "Новый-Кит_3829").goes(t, "/login/code")
	stranger := newBrowser(t, i)
	stranger.post("/login", "name", second, "password", identitytest.Password).goes(t, "/login/code")
	stranger.post("/login/code", "code", sent(t, i, second)).goes(t, "/cabinet")
	stranger.get(line).shows(t, http.StatusNotFound)
	stranger.post(line).shows(t, http.StatusNotFound)
}

// TestItWasNotMeOfARestricted: whose account is closed for changes shuts strangers
// out all the same, and is not led to a page that refuses.
func TestItWasNotMeOfARestricted(t *testing.T) {
	t.Parallel()
	i, clk := lite(t)
	anna := identitytest.Account(t, i, phone)
	chief := identitytest.Context(t, i, identitytest.Account(t, i, second), identity.Role{Name: identity.SupportChief})
	must(t, i.Restrict(chief, anna, identity.RestrictedTo, "Подозрительные заявления"))
	thief, owner := newBrowser(t, i), newBrowser(t, i)
	thief.signIn(i, phone)
	clk.Advance(2 * time.Minute)
	owner.signIn(i, phone)
	page := owner.get("/cabinet/security/history").body
	line := page[strings.LastIndex(page, "/cabinet/security/history/") : strings.LastIndex(page, "/not-me")+len("/not-me")]
	owner.post(line).goes(t, "/cabinet/security?said=denied")
	owner.get("/cabinet/security?said=denied").shows(t, 200, "Остальные сеансы завершены", "Подозрительные заявления")
	thief.get("/cabinet").goes(t, "/login?to=%2Fcabinet")
}
