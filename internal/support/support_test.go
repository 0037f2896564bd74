package support

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"okno/internal/kit/audit"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/i18n"
	"okno/internal/kit/secret"
)

func TestKindsAreFoundByWords(t *testing.T) {
	t.Parallel()
	s, err := newSorter()
	fatal(t, err)
	for _, c := range []struct {
		text, from string
		want       Kind
	}{
		{"Не могу войти, не приходит код", "", SignIn},
		{"Мой кабинет взломали, код пришёл сам", "/login", Security},
		{"Файл PDF не загружается", "", Upload},
		{"В форме заявления ошибка на втором шаге", "", Form},
		{"Ничего не получается", "/login?to=/cabinet", SignIn},
		{"Прошу снять ограничение, рассылку вёл не я", "/cabinet/security", SignIn},
		{"Ничего не получается", "/cabinet/drafts/1/step", Form},
		{"Спасибо за хорошую работу", "", Other},
		{"Someone hacked my account", "", Security},
		{"I can't upload my photo", "", Upload},
		{"Получил ответ, всё хорошо", "", Other},
		{"", "", Other},
	} {
		if got := s.kindOf(c.text, c.from); got != c.want {
			t.Errorf("%q from %q is %s, want %s", c.text, c.from, got, c.want)
		}
	}
}

func TestQueueKeysPutSecurityFirst(t *testing.T) {
	t.Parallel()
	early, late := queueKey(Other, 10, "a"), queueKey(Other, 11, "a")
	if urgent := queueKey(Security, 99, "z"); urgent >= early || early >= late {
		t.Errorf("%s, %s, %s are not in order", urgent, early, late)
	}
}

func TestStates(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		from State
		deed Deed
		by   string
		want State
		ok   bool
	}{
		{"taken", Waiting, Take, "a", Taken, true},
		{"from a colleague", Taken, Take, "b", Taken, true},
		{"given back", Taken, Return, "a", Waiting, true},
		{"answered", Taken, Answer, "a", Answered, true},
		{"closed", Taken, Close, "a", Closed, true},
		{"answered by another", Taken, Answer, "b", "", false},
		{"not taken before", Waiting, Answer, "a", "", false},
		{"taken too late", Answered, Take, "a", "", false},
		{"closed twice", Closed, Close, "a", "", false},
	} {
		before := Ticket{State: c.from}
		if c.from != Waiting {
			before.TakenBy = "a"
		}
		got, err := moved(before, c.deed, c.by, 7)
		if (err == nil) != c.ok || c.ok && got.State != c.want {
			t.Errorf("%s: %v %v", c.name, got.State, err)
		}
		if err != nil && !errors.Is(err, ErrMoved) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestArticlesAreTheSameInBothLanguages(t *testing.T) {
	t.Parallel()
	all, err := loadArticles()
	fatal(t, err)
	shape := func(l library) any {
		type section struct{ Text, Steps, Points, Facts int }
		out := map[string]any{}
		for _, a := range append(append([]Article{}, l.Help...), l.Privacy, l.Accessibility) {
			var sections []section
			for _, s := range a.Sections {
				sections = append(sections, section{len(s.Text), len(s.Steps), len(s.Points), len(s.Facts)})
			}
			var links []string
			for _, k := range a.Links {
				links = append(links, k.Href)
			}
			if a.Title == "" || a.Lead == "" || len(a.Sections) == 0 {
				t.Errorf("%q is empty", a.Slug)
			}
			out[a.Slug] = []any{sections, links}
		}
		return out
	}
	if diff := cmp.Diff(shape(all[i18n.RU]), shape(all[i18n.EN])); diff != "" {
		t.Error(diff)
	}
}

func TestHelpIsFound(t *testing.T) {
	t.Parallel()
	all, err := loadArticles()
	fatal(t, err)
	for q, want := range map[string]string{
		"не пришел код": "register", "забыл пароль": "sign-in", "статусы": "statuses", "подтвердить личность": "levels", "мошенники": "security", "жалобу": "complaint",
	} {
		found := all[i18n.RU].search(q)
		if len(found) == 0 || found[0].Slug != want {
			t.Errorf("%q finds %v", q, slugs(found))
		}
	}
	if n := len(all[i18n.EN].search("  ")); n != len(all[i18n.EN].Help) {
		t.Errorf("no words find %d", n)
	}
	if found := all[i18n.EN].search("crocodile"); len(found) != 0 {
		t.Errorf("crocodile finds %v", slugs(found))
	}
}

func slugs(all []Article) []string {
	var out []string
	for _, a := range all {
		out = append(out, a.Slug)
	}
	return out
}

const operator = "ops support_operator"

func TestMessageBecomesTicketAndIsAnswered(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		anna := b.as("anna")
		sent, err := b.Send(anna, Message{Text: "Файл не загружается вовсе", Email: " Anna@Example.org ", From: "/services", IP: "203.0.113.9"})
		fatal(t, err)
		if sent.Kind != Upload || sent.State != Waiting || sent.DueAt.Sub(sent.CreatedAt) != 24*time.Hour {
			t.Fatalf("%+v", sent)
		}
		ops := b.as(operator)
		list, next, err := b.Tickets(ops, Filter{Limit: 10})
		if err != nil || next != "" || len(list) != 1 || list[0].Text != "" || list[0].Email != "" {
			t.Fatalf("list %+v %v", list, err)
		}
		if err := b.Reply(ops, sent.Number, "Попробуйте файл поменьше"); !errors.Is(err, ErrMoved) {
			t.Fatalf("a ticket that nobody took is answered: %v", err)
		}
		fatal(t, b.Do(ops, sent.Number, Take))
		card, err := b.Look(ops, sent.Number)
		if err != nil || card.Text != "Файл не загружается вовсе" || card.Email != "Anna@example.org" || card.From != "/services" {
			t.Fatalf("card %+v %v", card, err)
		}
		if err := b.Reply(ops, sent.Number, "да"); errs.KindOf(err) != errs.Invalid {
			t.Fatalf("a short reply: %v", err)
		}
		fatal(t, b.Reply(ops, sent.Number, "Попробуйте файл поменьше"))
		fatal(t, b.Queue.Drain(context.Background()))
		if len(b.mail.got) != 2 || !strings.Contains(b.mail.got[0].Text, sent.Number) || b.mail.got[1].Text != "Попробуйте файл поменьше" {
			t.Fatalf("mail %+v", b.mail.got)
		}
		notices, err := b.Notify.Notices(anna, "anna", 5)
		if err != nil || len(notices) != 1 || notices[0].Text != "Попробуйте файл поменьше" {
			t.Fatalf("notices %+v %v", notices, err)
		}
		card, err = b.Look(ops, sent.Number)
		if err != nil || card.State != Answered || len(card.Replies) != 1 || card.Replies[0].Text != "Попробуйте файл поменьше" {
			t.Fatalf("card %+v %v", card, err)
		}
		acts(t, b, "support.looked", "support.answer", "support.looked", "support.take", "support.sent")
	})
}

// acts are the acts in the journal, newest first.
func acts(t *testing.T, b *bundle, want ...string) {
	t.Helper()
	b.clk.Advance(time.Second)
	lines, err := b.Audit.Find(context.Background(), audit.Filter{})
	fatal(t, err)
	var got []string
	for _, l := range lines {
		got = append(got, l.Act)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestFormSentTwiceMakesOneTicket(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		m := Message{ID: "0193a5a0-0000-7000-8000-000000000001", Text: "Где моё заявление?"}
		one, err := b.Send(b.as(""), m)
		fatal(t, err)
		b.limited = true
		two, err := b.Send(b.as(""), m)
		if err != nil || one.Number != two.Number {
			t.Fatalf("%s and %s: %v", one.Number, two.Number, err)
		}
		if _, err := b.Send(b.as(""), Message{Text: "Где моё заявление?"}); errs.KindOf(err) != errs.TooMany {
			t.Fatalf("the limit is not kept: %v", err)
		}
	})
}

func TestMessagesAreChecked(t *testing.T) {
	t.Parallel()
	b := lite(t)
	for _, m := range []Message{{Text: "ой"}, {Text: strings.Repeat("я", maxText+1)}, {Text: "Не работает поиск", Email: "нет"}} {
		if _, err := b.Send(b.as(""), m); !errors.Is(err, ErrMessage) {
			t.Errorf("%.20q: %v", m.Text, err)
		}
	}
}

func TestQueueIsPagedSecurityFirst(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		for _, text := range []string{"Спасибо за портал", "Не могу войти в кабинет", "Мошенники украли мой пароль", "Хорошего дня всем"} {
			b.clk.Advance(time.Minute)
			_, err := b.Send(b.as(""), Message{Text: text})
			fatal(t, err)
		}
		var got []Kind
		ops, after := b.as(operator), ""
		for {
			list, next, err := b.Tickets(ops, Filter{Limit: 3, After: after})
			fatal(t, err)
			for _, k := range list {
				got = append(got, k.Kind)
			}
			if after = next; next == "" {
				break
			}
		}
		if diff := cmp.Diff([]Kind{Security, SignIn, Other, Other}, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestErasureAndPurgeDestroyKeys(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		ctx := context.Background()
		mine, err := b.Send(b.as("anna"), Message{Text: "Это моё сообщение", Email: "a@example.org"})
		fatal(t, err)
		other, err := b.Send(b.as(""), Message{Text: "А это чужое сообщение"})
		fatal(t, err)
		data, err := b.Export(ctx, "anna")
		if err != nil || len(data["tickets"].([]map[string]any)) != 1 {
			t.Fatalf("export %v %v", data, err)
		}
		fatal(t, b.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return b.Erase(ctx, tx, "anna") }))
		ops := b.as(operator)
		fatal(t, b.Do(ops, other.Number, Take))
		fatal(t, b.Do(ops, other.Number, Close))
		fatal(t, b.purge(ctx, purge{}))
		if _, err := b.Receipt(ctx, other.ID); err != nil {
			t.Fatalf("purged too early: %v", err)
		}
		b.clk.Advance(keep + time.Hour)
		fatal(t, b.purge(ctx, purge{}))
		_ = b.Queue.Drain(ctx) // the letter of an erased ticket has nothing to do
		for _, k := range []Ticket{mine, other} {
			if _, err := b.Receipt(ctx, k.ID); !errors.Is(err, ErrNoTicket) {
				t.Errorf("%s is there: %v", k.ID, err)
			}
			if _, err := b.Sealer.Key(ctx, k.ID, secret.Case); !errors.Is(err, secret.ErrErased) {
				t.Errorf("the key of %s is there: %v", k.ID, err)
			}
		}
	})
}

func TestOnlySupportSeesTickets(t *testing.T) {
	t.Parallel()
	b := lite(t)
	sent, err := b.Send(b.as("anna"), Message{Text: "Это моё сообщение"})
	fatal(t, err)
	for who, want := range map[string]errs.Kind{
		"": errs.Unauthenticated, "anna": errs.Forbidden, "o officer": errs.Forbidden, "a administrator": errs.Forbidden, "u auditor": errs.Forbidden,
	} {
		ctx := b.as(who)
		_, _, list := b.Tickets(ctx, Filter{Limit: 5})
		_, look := b.Look(ctx, sent.Number)
		_, counts := b.Counts(ctx)
		for _, err := range []error{list, look, counts, b.Do(ctx, sent.Number, Take), b.Reply(ctx, sent.Number, "Ответ на вопрос")} {
			if errs.KindOf(err) != want || err == nil {
				t.Errorf("%q: %v, want %v", who, err, want)
			}
		}
	}
	if _, err := b.Look(b.as(operator), "1234-5678-9010"); !errors.Is(err, ErrNoTicket) {
		t.Error(err)
	}
}
