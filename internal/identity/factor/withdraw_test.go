package factor_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"

	"okno/internal/identity"
	"okno/internal/identity/factor"
	"okno/internal/identity/identitytest"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/kit/secret"
)

// letter is the link of the newest letter whose link begins so.
func (s *stand) letter(begins string) string {
	s.Helper()
	to := ""
	for _, l := range identitytest.SenderOf(s.T, s.Identity).Sent() {
		if strings.HasPrefix(l.Link, begins) {
			to = l.Link
		}
	}
	if to == "" {
		s.Fatalf("no letter leads to %s", begins)
	}
	return to
}

// TestWhatAThiefAddedGoes: who was in the account for a moment may have added a
// passkey, and a passkey signs in without the password. «It wasn't me» takes away
// what was added lately, and not what the owner had before.
func TestWhatAThiefAddedGoes(t *testing.T) {
	t.Parallel()
	each(t, func(s *stand) {
		s.clk.Advance(time.Hour)
		s.addApp("sms")
		s.clk.Advance(30 * 24 * time.Hour)
		s.proves("totp")
		auth := virtualwebauthn.NewAuthenticator()
		cred := newCredential()
		s.must(s.addCredential("passkey", &auth, cred, home))
		auth.AddCredential(cred)
		auth.Options.UserHandle = []byte(s.anna)
		codes, err := s.Recovery(s.proved("totp"))
		s.must(err)
		thief := s.surfer()
		enter := func() answered {
			options := thief.post("/login/passkey/options").shows(200).body
			return thief.post("/login/passkey", "credential", s.answer(auth, cred, home, []byte(options)))
		}
		enter().goes("/cabinet")
		owner := s.surfer()
		notice := s.letter("/not-me/")
		owner.get(notice).shows(200, "уберём способы входа")
		owner.post(notice).shows(200)
		thief.get("/cabinet/security").goes("/login?to=%2Fcabinet%2Fsecurity")
		enter().shows(422)
		if got := s.kinds(false); got != "email sms totp" {
			s.Errorf("left: %s", got)
		}
		at := s.attempt("totp")
		at.Way = identity.Way{Ref: factor.KindRecovery, Kind: factor.KindRecovery}
		if _, err := s.Check(s.ctx, at, identity.Answer{Code: codes[0]}); err == nil {
			s.Error("the thief's codes on paper are good")
		}
	})
}

// TestWhatAnAccountBeganWithStays: an authenticator that staff got with the account
// is no thief's.
func TestWhatAnAccountBeganWithStays(t *testing.T) {
	t.Parallel()
	s := newStand(t, db.SQLite)
	officer := identitytest.StaffAccount(t, s.Identity, "officer")
	s.clk.Advance(time.Hour)
	must := s.must
	batch, err := s.SecurityNotice(s.ctx, officer, false, "identity.notice.new_device_subject", "identity.notice.new_device")
	must(err)
	must(s.DB.Write(s.ctx, func(ctx context.Context, tx *db.Tx) error { return s.Notify.Send(ctx, tx, batch) }))
	s.surfer().post(s.letter("/not-me/")).shows(200)
	if holds, err := s.Holds(s.ctx, officer); err != nil || !holds {
		t.Error("the officer's authenticator went", err)
	}
}

// given is the link of an access that staff have given to the number.
func (s *stand) given(to string) string {
	s.Helper()
	ctx := i18n.With(secret.WithCache(context.Background()), s.Texts, i18n.RU)
	draft, err := s.PrepareAccess(ctx, identity.Access{Owner: s.anna, How: identity.AccessAtOffice, Phone: to, KeepEmail: true})
	s.must(err)
	s.must(s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return s.GiveAccess(ctx, tx, draft) }))
	return s.letter("/access/")
}

// TestAccessRunsOut: the link that staff gave works for 30 minutes, once, and not
// beside a later one.
func TestAccessRunsOut(t *testing.T) {
	t.Parallel()
	each(t, func(s *stand) {
		b := s.surfer()
		over := func(link string) {
			s.Helper()
			b.get(link).shows(404)
			b.post(link, "password", newPassword).shows(404)
		}
		late := s.given("+79139990001")
		s.clk.Advance(30*time.Minute - time.Second)
		b.get(late).shows(200)
		s.clk.Advance(time.Second)
		over(late)
		earlier := s.given("+79139990001")
		later := s.given("+79139990002")
		over(earlier)
		b.post(later, "password", "short").shows(422) // which does not use it up
		for range 3 {
			b.get(later).shows(200) // nor does a look
		}
		b.post(later, "password", newPassword).goes(recovered)
		over(later)
		if a := s.account(); a.Phone != "+79139990002" || a.Email != email {
			s.Errorf("%+v", a)
		}
	})
}

// TestAccessTakesWhatIsLost: whose phone is gone has lost the app on it and the
// passkey. They sign in no more, and the codes that the owner had switched off come
// to the new phone, or nobody could come in.
func TestAccessTakesWhatIsLost(t *testing.T) {
	t.Parallel()
	each(t, func(s *stand) {
		const fresh = "+79139990000"
		s.addApp("sms")
		auth := virtualwebauthn.NewAuthenticator()
		cred := newCredential()
		s.proves("totp")
		s.must(s.addCredential("passkey", &auth, cred, home))
		auth.AddCredential(cred)
		auth.Options.UserHandle = []byte(s.anna)
		for _, sent := range []string{"sms", "email"} {
			s.proves("totp")
			s.must(s.Remove(s.ctx, sent))
		}
		if got := s.kinds(false); strings.Contains(got, "sms") || strings.Contains(got, "email") {
			s.Fatalf("codes are on: %s", got)
		}
		s.clk.Advance(30 * 24 * time.Hour)
		s.surfer().post(s.given(fresh), "password", newPassword).goes(recovered)
		if got := s.kinds(false); got != "email sms" {
			s.Errorf("ways: %s", got)
		}
		thief := s.surfer()
		options := thief.post("/login/passkey/options").shows(200).body
		thief.post("/login/passkey", "credential", s.answer(auth, cred, home, []byte(options))).shows(422)
		owner := s.surfer()
		owner.post("/login", "name", fresh, "password", newPassword).goes("/login/code")
		owner.post("/login/code", "code", identitytest.SenderOf(s.T, s.Identity).Code(fresh)).goes("/cabinet")
		owner.post("/cabinet/security/password", "current", newPassword, "password", newPassword+"1").shows(403) // closed for a day
		s.clk.Advance(25 * time.Hour)
		s.proves("sms") // now something can be added again, by what there is
		s.must(s.Enrol(s.ctx, factor.KindTOTP, func(_ string, e factor.Enrolment) url.Values {
			raw, _ := factor.ParseSecret(string(e.State))
			return url.Values{"code": {s.code(raw, 6)}}
		}))
	})
}

// TestAThingIsAddedByAThing: who holds something proves by it what they add; a code
// that was sent is not enough.
func TestAThingIsAddedByAThing(t *testing.T) {
	t.Parallel()
	each(t, func(s *stand) {
		s.must(s.NeedToAdd(s.ctx)) // nothing is held yet
		s.addApp("sms")
		s.wants(s.NeedToAdd(s.ctx), identity.ErrHeld)
		actor := identity.ActorOf(s.ctx)
		actor.Held = true
		s.must(s.NeedToAdd(identity.WithActor(s.ctx, actor)))
		actor.Fresh = false
		s.wants(s.NeedToAdd(identity.WithActor(s.ctx, actor)), identity.ErrFresh)
	})
}

// TestMayGo: the last device or certificate stays while nothing else signs in.
func TestMayGo(t *testing.T) {
	t.Parallel()
	each(t, func(s *stand) {
		s.must(s.MayGo(s.ctx, "sms")) // there is the e-mail
		s.proves("email")
		s.must(s.Remove(s.ctx, "sms"))
		s.must(s.MayGo(s.ctx, "push"))
		s.wants(s.MayGo(s.ctx, "email"), factor.ErrLast)
	})
}
