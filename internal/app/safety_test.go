package app

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"okno/internal/applications/upload"
	"okno/internal/identity"
	"okno/internal/kit/i18n"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
	"okno/internal/kit/testkit"
	"okno/internal/profile"
	"okno/internal/support"
)

func (p *portal) as(account string, roles ...identity.RoleName) context.Context {
	a := identity.Actor{ID: account, Session: id.New(), Fresh: true, IP: "203.0.113.7", Lang: i18n.RU}
	for _, r := range roles {
		a.Roles = append(a.Roles, identity.Role{Name: r})
	}
	return identity.WithActor(secret.WithCache(i18n.With(context.Background(), p.house.texts, i18n.RU)), a)
}

// claim is a request for access by the person n with a scan.
func (p *portal) claim(n int, phone string) string {
	p.t.Helper()
	number, err := p.house.support.Claim(p.as(""), p.claims(n, phone))
	must(p.t, err)
	return number
}

// claims is the request of a person for access by the phone.
func (p *portal) claims(n int, phone string) support.Claim {
	who := p.box.Person(n)
	scan := []byte(pdfFile)
	day := who.BirthDate[8:] + "." + who.BirthDate[5:7] + "." + who.BirthDate[:4]
	return support.Claim{
		Name: demoEmail("person" + itoa(n)), LastName: strings.ToUpper(who.LastName), FirstName: who.FirstName, BirthDate: day, Phone: phone,
		Scan: &upload.File{Name: "passport.pdf", Size: int64(len(scan)), Body: bytes.NewReader(scan)}, IP: "203.0.113.9",
	}
}

// TestAccessIsAskedByAnyName: whoever has lost phone and mail names the account by
// what it signs in by, however that is typed.
func TestAccessIsAskedByAnyName(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, p *portal) {
		owner := p.enter(3, profile.Confirmed)
		a, err := p.house.identity.Account(context.Background(), owner)
		must(t, err)
		first := p.staff("first", "support_operator", "", "")
		for _, name := range []string{p.box.Person(3).SNILS, " " + a.Number, "8" + a.Phone[2:], strings.ToUpper(a.Email)} {
			in := p.claims(3, "+79139990001")
			in.Name = name
			number, err := p.house.support.Claim(p.as(""), in)
			must(t, err)
			q, err := p.house.support.LookAtRequest(p.as(first, identity.SupportOperator), number)
			if err != nil || q.Owner != owner {
				t.Errorf("%q leads to %q, want %q, %v", name, q.Owner, owner, err)
			}
		}
	})
}

// linkTo is the newest link of the kind that was sent to a phone.
func (p *portal) linkTo(phone, kind string) (link string) {
	p.t.Helper()
	testkit.Eventually(p.t, "a link to "+kind, func() bool {
		for _, m := range p.box.Messages(phone) {
			if i := strings.Index(m.Text, kind); i >= 0 {
				link = strings.Fields(m.Text[i:])[0]
			}
		}
		return link != ""
	})
	return link
}

func TestTwoOfSupportGiveAccess(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, p *portal) {
		const fresh = "+79139990001"
		owner := p.enter(3, profile.Confirmed)
		in := p.browser(owner, bySMS)
		number := p.claim(3, fresh)
		first, other := p.staff("first", "support_operator", "", ""), p.staff("other", "support_specialist", "", "")
		r := p.house.support
		if _, err := r.LookAtRequest(p.as(owner), number); !errors.Is(err, identity.ErrForbidden) {
			t.Fatal(err)
		}
		q, err := r.LookAtRequest(p.as(first, identity.SupportOperator), number)
		must(t, err)
		if q.Owner != owner || !q.Match.LastName || !q.Match.FirstName || !q.Match.BirthDate {
			t.Fatalf("%+v", q)
		}
		must(t, r.Decide(p.as(first, identity.SupportOperator), number, true))
		if err := r.Decide(p.as(first, identity.SupportOperator), number, true); !errors.Is(err, support.ErrSamePerson) {
			t.Fatalf("one person decides twice: %v", err)
		}
		if in.get("/cabinet").status != http.StatusOK {
			t.Fatal("one yes has ended sessions")
		}
		must(t, r.Decide(p.as(other, identity.SupportSpecialist), number, true))
		if err := r.Decide(p.as(other, identity.SupportSpecialist), number, true); !errors.Is(err, support.ErrDecided) {
			t.Fatal(err)
		}
		if in.get("/cabinet").status == http.StatusOK {
			t.Fatal("sessions live on")
		}
		link := p.linkTo(fresh, "/access/")
		b := newClient(t, p.web.URL)
		if g := b.get(link); g.status != http.StatusOK {
			t.Fatalf("%d %s", g.status, g.body)
		}
		if g := b.post(link, url.Values{"password": {"Novyj-Kit_3829"}}); g.status != http.StatusSeeOther {
			t.Fatalf("%d %s", g.status, g.body)
		}
		if g := b.post(link, url.Values{"password": {"Novyj-Kit_3830"}}); g.status != http.StatusNotFound {
			t.Fatalf("the link works twice: %d", g.status)
		}
		a, err := p.house.identity.Account(context.Background(), owner)
		if err != nil || a.Phone != fresh || a.Email != "" {
			t.Fatalf("%+v %v", a, err)
		}
		after := p.browser(owner, bySMS)
		for _, path := range []string{"/cabinet/security/contacts/phone", "/cabinet/security/factors/add"} {
			if g := after.get(path); g.status != http.StatusForbidden {
				t.Errorf("%s is open after a recovery: %d", path, g.status)
			}
		}
		if page := string(after.get("/cabinet/security").body); !strings.Contains(page, "важные действия закрыты до ") {
			t.Errorf("the page does not say until when: %.3000s", page)
		}
		stop := p.linkTo(demoPhone(3), "/stop/")
		if g := newClient(t, p.web.URL).post(stop, url.Values{}); g.status != http.StatusOK {
			t.Fatalf("%d %s", g.status, g.body)
		}
		if a, err := p.house.identity.Account(context.Background(), owner); err != nil || a.Phone != demoPhone(3) {
			t.Fatalf("%+v %v", a, err)
		}
	})
}

func TestAccessAtAnOffice(t *testing.T) {
	t.Parallel()
	p := newPortal(t, engines[0])
	const fresh = "+79139990002"
	owner := p.enter(4, profile.Confirmed)
	simple := p.enter(5, profile.Simplified)
	operator := p.staff("operator", "mfc_operator", "mfc", "mfc-77-1")
	ctx := p.as(operator, identity.MFCOperator)
	if err := p.house.profile.OpenAtOffice(p.as(owner), owner, fresh, true); !errors.Is(err, identity.ErrForbidden) {
		t.Fatal(err)
	}
	if err := p.house.profile.OpenAtOffice(ctx, simple, fresh, true); !errors.Is(err, profile.ErrNotChecked) {
		t.Fatal(err)
	}
	if err := p.house.profile.OpenAtOffice(ctx, owner, demoPhone(5), true); err == nil {
		t.Fatal("access goes to somebody else's number")
	}
	must(t, p.house.profile.OpenAtOffice(ctx, owner, fresh, true))
	b := newClient(t, p.web.URL)
	if g := b.post(p.linkTo(fresh, "/access/"), url.Values{"password": {"Novyj-Kit_3829"}}); g.status != http.StatusSeeOther {
		t.Fatalf("%d %s", g.status, g.body)
	}
	if a, err := p.house.identity.Account(context.Background(), owner); err != nil || a.Phone != fresh || a.Email == "" {
		t.Fatalf("%+v %v", a, err)
	}
}

// TestRefusedClaimIsTold: whoever asked for access hears that there is none, by the
// phone of the request, in the same words whether there is such an account or not.
func TestRefusedClaimIsTold(t *testing.T) {
	t.Parallel()
	p := newPortal(t, engines[0])
	p.enter(3, profile.Confirmed)
	ctx := p.as(p.staff("first", "support_operator", "", ""), identity.SupportOperator)
	said := func(n int, phone string) string {
		number := p.claim(n, phone)
		must(t, p.house.support.Decide(ctx, number, false))
		if err := p.house.support.Decide(ctx, number, false); !errors.Is(err, support.ErrDecided) {
			t.Fatal(err)
		}
		testkit.Eventually(t, "a refusal to "+phone, func() bool { return len(p.box.Messages(phone)) > 0 })
		return strings.Replace(p.box.Messages(phone)[0].Text, number, "#", 1)
	}
	known, unknown := said(3, "+79139990003"), said(9, "+79139990004")
	if known != unknown || !strings.Contains(known, "#") || !strings.Contains(known, "/recover/help") || !strings.Contains(known, "МФЦ") {
		t.Errorf("%q, and to nobody %q", known, unknown)
	}
	if all := p.box.Messages(demoPhone(3)); len(all) != 0 {
		t.Errorf("the owner is written to: %v", all)
	}
}
