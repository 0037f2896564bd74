package app

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"okno/internal/identity"
	"okno/internal/kit/audit"
	"okno/internal/kit/db"
	"okno/internal/kit/id"
	"okno/internal/kit/testkit"
	"okno/internal/profile"
	"okno/internal/support"
)

const (
	whyRestricted = "Жалобы на рассылку от вашего имени"
	myObjection   = "Рассылку делал не я, прошу снять ограничение"
)

// objects sends the form of an objection and gives the number of its message.
func (c *client) objects(path, text string) (receipt, number string) {
	c.t.Helper()
	g := c.post(path, url.Values{"id": {id.New()}, "text": {text}})
	if g.status != http.StatusSeeOther || !strings.HasPrefix(g.header.Get("Location"), "/feedback/") {
		c.t.Fatalf("%d %s %.2000s", g.status, g.header.Get("Location"), g.body)
	}
	receipt = g.header.Get("Location")
	page := string(c.get(receipt).body)
	for _, word := range strings.FieldsFunc(page, func(r rune) bool { return r != '-' && (r < '0' || r > '9') }) {
		if n, ok := id.ParseNumber(word); ok && len(word) == 14 {
			return receipt, n
		}
	}
	c.t.Fatalf("no number on %.3000s", page)
	return "", ""
}

// shows fails unless the page has the status and the texts.
func (c *client) shows(path string, status int, texts ...string) {
	c.t.Helper()
	g := c.get(path)
	if g.status != status {
		c.t.Errorf("%s: %d, not %d", path, g.status, status)
	}
	for _, text := range texts {
		if !strings.Contains(string(g.body), text) {
			c.t.Errorf("%s does not say %q: %.4000s", path, text, g.body)
		}
	}
}

// hears waits until a phone was told something.
func (p *portal) hears(phone, text string) {
	p.t.Helper()
	testkit.Eventually(p.t, phone+" hears: "+text, func() bool {
		for _, m := range p.box.Messages(phone) {
			if strings.Contains(m.Text, text) {
				return true
			}
		}
		return false
	})
}

// actsOn are what the journal says of an account, in no order.
func (p *portal) actsOn(owner string) (acts []string) {
	p.t.Helper()
	lines, err := p.house.audit.Find(context.Background(), audit.Filter{Owner: owner, Before: db.Time(1 << 62), Limit: 200})
	must(p.t, err)
	for _, l := range lines {
		acts = append(acts, l.Act)
	}
	return acts
}

// TestOwnerObjectsToARestriction: the form says what it is about, support sees the
// account and the restriction, a senior who did not put it decides, and the owner
// hears.
func TestOwnerObjectsToARestriction(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, p *portal) {
		owner, stranger := p.enter(3, profile.Confirmed), p.enter(4, profile.Confirmed)
		chief, other := p.staff("chief", "support_chief", "", ""), p.staff("other", "support_specialist", "", "")
		first := p.staff("first", "support_operator", "", "")
		must(t, p.house.identity.Restrict(p.as(chief, identity.SupportChief), owner, identity.RestrictedTo, whyRestricted))

		if g := p.browser("", bySMS).get(identity.ObjectionPath); g.status != http.StatusSeeOther || !strings.HasPrefix(g.header.Get("Location"), "/login") {
			t.Errorf("without a session: %d %s", g.status, g.header.Get("Location"))
		}
		foreign := p.browser(stranger, bySMS)
		foreign.shows(identity.ObjectionPath, http.StatusNotFound)
		if g := foreign.post(identity.ObjectionPath, url.Values{"text": {myObjection}}); g.status != http.StatusNotFound {
			t.Errorf("who has no restriction objects: %d", g.status)
		}
		foreign.shows("/objection/nothing", http.StatusNotFound)

		in := p.browser(owner, bySMS)
		in.shows("/cabinet/security", http.StatusOK, whyRestricted, `href="`+identity.ObjectionPath+`"`)
		in.shows(identity.ObjectionPath, http.StatusOK, whyRestricted, "учётную запись можно только смотреть")
		if g := in.post(identity.ObjectionPath, url.Values{"text": {"нет"}}); g.status != http.StatusUnprocessableEntity || !strings.Contains(string(g.body), "нет</textarea>") {
			t.Errorf("a short objection: %d", g.status)
		}
		receipt, number := in.objects(identity.ObjectionPath, myObjection)
		in.shows(receipt, http.StatusOK, "Возражение против ограничения", "на все контакты")
		in.shows("/cabinet/security", http.StatusOK, number, `href="`+receipt+`"`)
		if g := in.get(identity.ObjectionPath); g.status != http.StatusSeeOther || g.header.Get("Location") != receipt {
			t.Errorf("a second objection is let in: %d", g.status)
		}
		if g := in.post(identity.ObjectionPath, url.Values{"id": {id.New()}, "text": {myObjection}}); g.status != http.StatusConflict {
			t.Errorf("a second objection is sent: %d", g.status)
		}

		p.decidedBySeniors(owner, first, chief, other, number)
		in = p.browser(owner, bySMS)
		in.shows("/cabinet/security", http.StatusOK, "ограничение осталось", "Возразить ещё раз")
		p.hears(demoPhone(3), "Возражение рассмотрено: ограничение остаётся")
		in.shows(receipt, http.StatusOK, "Обращение рассмотрено")

		_, again := in.objects(identity.ObjectionPath, "Вот справка: почту взломали")
		desk := p.browser(chief, byTOTP)
		desk.shows("/desk/accounts/"+owner, http.StatusOK, number, again, "ждёт решения", "ограничение оставлено")
		desk.post("/desk/tickets/"+again+"/take", url.Values{})
		if g := desk.post("/desk/tickets/"+again+"/answer", url.Values{"decision": {support.DecideLift}, "reply": {"Справка всё объясняет"}}); g.status != http.StatusSeeOther {
			t.Fatalf("who put it lifts it: %d %s", g.status, g.body)
		}
		p.hears(demoPhone(3), "Ограничение снято")
		p.browser(owner, bySMS).shows(identity.ObjectionPath, http.StatusNotFound)
		acts := p.actsOn(owner)
		for _, want := range []string{"identity.restricted", "identity.objected", "identity.objection_kept", "identity.freed", "support.sent", "support.answer"} {
			if !slices.Contains(acts, want) {
				t.Errorf("the journal does not say %s: %v", want, acts)
			}
		}
	})
}

// decidedBySeniors keeps the restriction, after all have tried who may not.
func (p *portal) decidedBySeniors(owner, first, chief, other, number string) {
	p.t.Helper()
	r, t := p.house.support, p.t
	const answer = "Проверили: рассылка шла из вашего сеанса"
	for _, who := range []context.Context{p.as(""), p.as(owner), p.as(chief, identity.Officer), p.as(chief, identity.Administrator)} {
		if err := r.DecideObjection(who, number, support.DecideKeep, answer); !errors.Is(err, identity.ErrForbidden) && !errors.Is(err, identity.ErrSignIn) {
			t.Errorf("decides who may not: %v", err)
		}
	}
	operator, put, senior := p.as(first, identity.SupportOperator), p.as(chief, identity.SupportChief), p.as(other, identity.SupportSpecialist)
	must(t, r.Do(operator, number, support.Take))
	for _, err := range []error{r.Do(operator, number, support.Close), r.Reply(operator, number, answer)} {
		if !errors.Is(err, support.ErrDecision) {
			t.Errorf("an objection ends without a decision: %v", err)
		}
	}
	if err := r.DecideObjection(operator, number, support.DecideKeep, answer); !errors.Is(err, identity.ErrForbidden) {
		t.Errorf("an operator decides: %v", err)
	}
	must(t, r.Do(put, number, support.Take))
	if err := r.DecideObjection(put, number, support.DecideKeep, answer); !errors.Is(err, identity.ErrOwnAct) {
		t.Errorf("who put it upholds it: %v", err)
	}
	desk := p.browser(other, byTOTP)
	desk.shows("/desk/tickets/"+number, http.StatusOK, myObjection, whyRestricted, "Против чего возражает владелец", `href="/desk/accounts/`+owner+`"`)
	must(t, r.Do(senior, number, support.Take))
	desk.shows("/desk/tickets/"+number, http.StatusOK, "Оставить ограничение", "Снять ограничение")
	if g := desk.post("/desk/tickets/"+number+"/answer", url.Values{"decision": {support.DecideKeep}, "reply": {"нет"}}); g.status != http.StatusUnprocessableEntity {
		t.Errorf("a decision without reasons: %d", g.status)
	}
	must(t, r.DecideObjection(senior, number, support.DecideKeep, answer))
	desk.shows("/desk/tickets/"+number, http.StatusOK, "ограничение оставлено", answer)
	if err := r.DecideObjection(senior, number, support.DecideLift, answer); !errors.Is(err, support.ErrMoved) {
		t.Errorf("decided twice: %v", err)
	}
}

// TestBlockedOwnerObjects: who can't sign in objects by the link of the notice, and
// by the page that refuses the right password; a link is over with its restriction.
func TestBlockedOwnerObjects(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, p *portal) {
		owner := p.enter(3, profile.Confirmed)
		chief := p.as(p.staff("chief", "support_chief", "", ""), identity.SupportChief)
		must(t, p.house.identity.Restrict(chief, owner, identity.BlockedFor, whyRestricted))
		link := p.linkTo(demoPhone(3), "/objection/")
		b := newClient(t, p.web.URL)
		b.shows(link, http.StatusOK, whyRestricted, "учётная запись заблокирована")
		_, number := b.objects(link, myObjection)
		ticket, err := p.house.support.Look(chief, number)
		must(t, err)
		if ticket.Author != owner || ticket.Kind != support.Objection || ticket.Text != myObjection {
			t.Fatalf("%+v", ticket)
		}

		// Another restriction in its place: the objection is answered as any message.
		must(t, p.house.identity.Restrict(chief, owner, identity.RestrictedTo, whyRestricted))
		b.shows(link, http.StatusNotFound)
		must(t, p.house.support.Do(chief, number, support.Take))
		if err := p.house.support.DecideObjection(chief, number, support.DecideLift, "Снимаем ограничение"); !errors.Is(err, support.ErrMoved) {
			t.Errorf("a decision on what is gone: %v", err)
		}
		must(t, p.house.support.Reply(chief, number, "Блокировка заменена ограничением"))

		must(t, p.house.identity.Restrict(chief, owner, identity.BlockedFor, whyRestricted))
		g := b.post("/login", url.Values{"name": {demoPhone(3)}, "password": {demoPassword}})
		i := strings.Index(string(g.body), "/objection/")
		if g.status != http.StatusForbidden || i < 0 {
			t.Fatalf("%d %.3000s", g.status, g.body)
		}
		path, _, _ := strings.Cut(string(g.body[i:]), `"`)
		b.objects(path, myObjection)
		held, err := p.house.identity.LookHeld(chief, owner)
		must(t, err)
		if len(held.Objections) != 2 || held.Objections[0].State != identity.ObjectionWaits || held.Objections[1].State != identity.ObjectionOver {
			t.Fatalf("%+v", held.Objections)
		}
		if g := b.post("/login", url.Values{"name": {demoPhone(3)}, "password": {"Ne-tot-parol-77"}}); strings.Contains(string(g.body), "/objection/") {
			t.Error("a wrong password leads to an objection")
		}
	})
}
