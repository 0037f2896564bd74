package draft

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/i18n"
	"okno/internal/kit/web"
)

// holder has, or has not, something to prove by.
type holder bool

func (h holder) Holds(context.Context, string) (bool, error) { return bool(h), nil }

// phone confirms deeds.
type phone struct {
	wanted bool
	asked  []string
	yes    map[string]bool
}

func (p *phone) Wanted(context.Context, string) (bool, error) { return p.wanted, nil }

func (p *phone) Ask(w http.ResponseWriter, r *http.Request, ref, text, back string) error {
	p.asked = append(p.asked, ref, text, back)
	return web.Redirect(w, r, "/confirm")
}

func (p *phone) Confirmed(_ context.Context, tx *db.Tx, ref string) (bool, error) {
	yes := p.yes[ref]
	tx.AfterCommit(func() { delete(p.yes, ref) })
	return yes, nil
}

// proving is the person with the factor that they gave just now.
func (b *bundle) proving(account string, held bool) context.Context {
	return i18n.With(identity.WithActor(context.Background(), identity.Actor{ID: account, Fresh: true, Held: held}), b.words, "ru")
}

// secure makes the service of the tests one of high security.
func (b *bundle) secure() {
	s := *b.services.all["child-benefit"]
	s.Security, s.Level = "high", "confirmed"
	b.services.all["child-benefit"] = &s
}

func TestHighSecurityWantsWhatIsHeld(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		draftID := b.ready(b.anna)
		b.secure()
		for _, c := range []struct { // the last one sends
			name string
			ctx  context.Context
			want error
		}{
			{"nothing fresh", b.as(b.anna), ErrSecure},
			{"a code by SMS", b.proving(b.anna, false), ErrSecure},
			{"a frozen one", identity.WithActor(b.as(b.anna), identity.Actor{ID: b.anna, Fresh: true, Held: true, Frozen: 1}), identity.ErrFrozen},
			{"something held", b.proving(b.anna, true), nil},
		} {
			name := c.name
			if _, err := b.Start(c.ctx, "child-benefit", name); !errors.Is(err, c.want) {
				t.Errorf("%s begins: %v", name, err)
			}
			_, err := b.Apply(c.ctx, "child-benefit", whole(t), name)
			if c.want != nil && !errors.Is(err, c.want) || c.want == nil && errors.Is(err, ErrSecure) {
				t.Errorf("%s applies at once: %v", name, err)
			}
			if _, err = b.Send(c.ctx, draftID, 0, fromPage); !errors.Is(err, c.want) && c.want != nil {
				t.Errorf("%s sends: %v", name, err)
			}
		}
		b.profiles.level = "standard"
		if _, err := b.Start(b.proving(b.anna, true), "child-benefit", "level"); !errors.Is(err, ErrSecureLevel) {
			t.Errorf("a standard account: %v", err)
		}
	})
}

func TestHighSecuritySaysWhyAndHow(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	draftID := b.ready(b.anna)
	b.secure()
	for _, c := range []struct {
		factors Factors
		link    string
	}{
		{holder(true), "/reauth?for=factors&amp;to=%2Fcabinet%2Fdrafts%2Fnew%3Fservice%3Dchild-benefit"},
		{holder(false), "/cabinet/security/factors/add"},
	} {
		b.Room.Factors = c.factors
		p := b.get(b.anna, "/cabinet/drafts/new?service=child-benefit")
		if !strings.Contains(p.body, "Услуга с усиленной защитой") || !strings.Contains(p.body, c.link) || strings.Contains(p.body, `action="/cabinet/drafts"`) {
			t.Errorf("the page before the service: %s", p.body)
		}
	}
	b.Room.Factors = holder(true)
	if p := b.get(b.anna, base(draftID)+"/check"); !strings.Contains(p.body, "Услуга с усиленной защитой") || !strings.Contains(p.body, "%2Fcheck") || strings.Contains(p.body, "/send") {
		t.Errorf("the checked answers: %s", p.body)
	}
	b.profiles.level = "standard"
	if p := b.get(b.anna, "/cabinet/drafts/new?service=child-benefit"); !strings.Contains(p.body, "подтверждённая учётная запись") {
		t.Errorf("what is missing to the level: %s", p.body)
	}
}

func TestSendingConfirmedByPhone(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		hand := &phone{wanted: true, yes: map[string]bool{}}
		b.Room.Confirm = hand
		draftID := b.ready(b.anna)
		w, err := b.load(b.as(b.anna), draftID)
		must(t, err)
		p := b.post(b.anna, base(draftID)+"/send", url.Values{"_version": {versionOf(w)}})
		if p.status != http.StatusSeeOther || p.header.Get("Location") != "/confirm" || len(hand.asked) != 3 {
			t.Fatalf("%d to %q, asked %q", p.status, p.header.Get("Location"), hand.asked)
		}
		if hand.asked[0] != w.deed() || !strings.Contains(hand.asked[1], "Отправить заявление") || hand.asked[2] != base(draftID)+"/check?confirmed=1" {
			t.Errorf("asked %q", hand.asked)
		}
		if _, err := b.Send(b.as(b.anna), draftID, 0, fromAPI); !errors.Is(err, ErrConfirm) {
			t.Errorf("a program sends unasked: %v", err)
		}
		if _, err := b.Apply(b.as(b.anna), "child-benefit", whole(t), "k"); !errors.Is(err, ErrConfirm) || errs.KindOf(err) != errs.Forbidden {
			t.Errorf("a program applies unasked: %v", err)
		}
		hand.yes["draft:"+draftID+":0"] = true // another state of the answers was confirmed
		if _, err := b.Send(b.as(b.anna), draftID, 0, fromPage); !errors.Is(err, ErrConfirm) {
			t.Errorf("other answers were confirmed: %v", err)
		}
		hand.yes[w.deed()] = true
		if p := b.get(b.anna, base(draftID)+"/check?confirmed=1"); !strings.Contains(p.body, "Отправка подтверждена с телефона") {
			t.Error("the page does not say that it is confirmed")
		}
		if _, err := b.Send(b.as(b.anna), draftID, 0, fromPage); err != nil {
			t.Errorf("confirmed: %v", err)
		}
		hand.wanted = false
		s := *b.services.all["child-benefit"]
		s.Confirm = "device"
		b.services.all["child-benefit"] = &s
		if _, err := b.Send(b.as(b.boris), b.ready(b.boris), 0, fromPage); !errors.Is(err, ErrConfirm) {
			t.Errorf("the service wants it: %v", err)
		}
	})
}

func versionOf(w *work) string { return strings.TrimPrefix(w.deed(), "draft:"+w.ID+":") }
