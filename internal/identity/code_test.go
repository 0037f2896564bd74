package identity_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"okno/internal/identity"
	"okno/internal/identity/identitytest"
	"okno/internal/kit/errs"
)

func TestNormalCode(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"123456": "123456", " 123 456 ": "123456", "123-456": "123456", "123–456": "123456", "12 34−56": "123456",
		"１２３４５６": "123456", "123\u00a0456": "123456", "\u200b123456": "123456",
		"12345": "", "1234567": "", "12345a": "", "": "", "١٢٣٤٥٦": "",
	} {
		got, ok := identity.NormalCode(in)
		if ok != (want != "") || ok && got != want {
			t.Errorf("%q: %q, %v", in, got, ok)
		}
	}
}

func FuzzNormalCode(f *testing.F) {
	for _, s := range []string{"123456", "１２３-456", "\xff\x00", "9999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		code, ok := identity.NormalCode(s)
		if !ok {
			return
		}
		if len(code) != 6 || strings.Trim(code, "0123456789") != "" {
			t.Fatalf("%q became %q", s, code)
		}
	})
}

func request(owner string) identity.CodeRequest {
	return identity.CodeRequest{Purpose: "register", Subject: "subject-1", Channel: "sms", To: phone, Owner: owner, Lang: "ru"}
}

func check(i *identity.Identity, typed string) error {
	return i.CheckCode(context.Background(), "register", "subject-1", "sms", typed)
}

func TestCodeIsBoundAndSpent(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, i *identity.Identity, _ ticking) {
		ctx := context.Background()
		wantErr(t, check(i, "123456"), identity.ErrCodeExpired) // none was sent
		must(t, i.SendCode(ctx, request("a1")))
		code := sent(t, i, phone)
		letters := identitytest.SenderOf(t, i).Sent()
		if l := letters[0]; !strings.HasSuffix(l.Text, "\n\n@localhost #"+code) || !l.Secret || l.Kind != "code" {
			t.Fatalf("letter %+v", l)
		}
		wantErr(t, i.CheckCode(ctx, "register", "subject-2", "sms", code), identity.ErrCodeExpired)
		wantErr(t, i.CheckCode(ctx, "register", "subject-1", "email", code), identity.ErrCodeExpired)
		wantErr(t, i.CheckCode(ctx, "recover", "subject-1", "sms", code), identity.ErrCodeExpired)
		must(t, check(i, code[:3]+" - "+code[3:]))
		wantErr(t, check(i, code), identity.ErrCodeExpired) // spent
	})
}

func TestOlderCodeStillWorks(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, i *identity.Identity, clk ticking) {
		ctx := context.Background()
		must(t, i.SendCode(ctx, request("a1")))
		first := sent(t, i, phone)
		err := i.SendCode(ctx, request("a1"))
		wantErr(t, err, identity.ErrCodePause)
		if e, _ := errs.As(err); e.RetryAfter != time.Minute {
			t.Fatalf("retry after %v", e.RetryAfter)
		}
		clk.Advance(time.Minute)
		must(t, i.SendCode(ctx, request("a1")))
		clk.Advance(8*time.Minute + 59*time.Second)
		must(t, check(i, first))
	})
}

func TestCodeExpires(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, i *identity.Identity, clk ticking) {
		ctx := context.Background()
		must(t, i.SendCode(ctx, request("a1")))
		first := sent(t, i, phone)
		clk.Advance(5 * time.Minute)
		must(t, i.SendCode(ctx, request("a1")))
		second := sent(t, i, phone)
		clk.Advance(5 * time.Minute)
		if first != second {
			wantErr(t, check(i, first), identity.ErrCodeWrong)
		}
		must(t, check(i, second))
	})
}

func TestFiveTries(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, i *identity.Identity, clk ticking) {
		ctx := context.Background()
		must(t, i.SendCode(ctx, request("a1")))
		code := sent(t, i, phone)
		wantErr(t, check(i, "12 34"), identity.ErrCodeFormat) // not counted
		for n := range 4 {
			err := check(i, other(code))
			wantErr(t, err, identity.ErrCodeWrong)
			if e, _ := errs.As(err); e.Fields[0].Name != "code" || e.Fields[0].Args[1] != int64(4-n) {
				t.Fatalf("try %d: %+v", n, e.Fields)
			}
		}
		wantErr(t, check(i, other(code)), identity.ErrCodeExpired)
		wantErr(t, check(i, code), identity.ErrCodeExpired)
		clk.Advance(time.Minute)
		must(t, i.SendCode(ctx, request("a1")))
		must(t, check(i, sent(t, i, phone)))
	})
}

// other is a code that differs.
func other(code string) string {
	return string('0'+(code[0]-'0'+1)%10) + code[1:]
}

func TestCodesAreLimited(t *testing.T) {
	t.Parallel()
	i, clk := lite(t, func(d *identity.Deps) { d.Config.CodesByContact = 2 })
	ctx := context.Background()
	for range 2 {
		must(t, i.SendCode(ctx, request("a1")))
		clk.Advance(time.Minute)
	}
	wantErr(t, i.SendCode(ctx, request("a1")), identity.ErrLimit)
	if n := len(identitytest.SenderOf(t, i).Sent()); n != 2 {
		t.Fatalf("%d letters", n)
	}
}

// Somebody with several contacts gets no more codes than the account may.
func TestCodesAreLimitedByAccount(t *testing.T) {
	t.Parallel()
	i, _ := lite(t, func(d *identity.Deps) { d.Config.CodesByAccount = 2 })
	for n, to := range []string{"+79990000001", "+79990000002", "+79990000003"} {
		c := request(to)
		c.Subject, c.To, c.Owner = to, to, "anna"
		err := i.SendCode(context.Background(), c)
		if n < 2 {
			must(t, err)
		} else {
			wantErr(t, err, identity.ErrLimit)
		}
	}
}

// Somebody who sends codes to many people from one network is stopped, and the
// others are not.
func TestCodesAreLimitedByAddress(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, i *identity.Identity, clk ticking) {
		i.Config.CodesByAddress = 2
		send := func(n int, ip string) error {
			c := request("")
			c.Subject, c.To, c.Owner = fmt.Sprint("subject-", n, ip), fmt.Sprintf("+7999000%04d", n), fmt.Sprint("owner-", n)
			return i.SendCode(identity.WithActor(context.Background(), identity.Actor{IP: ip}), c)
		}
		must(t, send(1, "2001:db8::1"))
		must(t, send(2, "2001:db8::2"))
		wantErr(t, send(3, "2001:db8::3"), identity.ErrLimit) // one household
		must(t, send(4, "203.0.113.9"))
		clk.Advance(time.Hour)
		must(t, send(5, "2001:db8::1"))
	})
}

func TestLanguagesOfCodes(t *testing.T) {
	t.Parallel()
	i, _ := lite(t)
	c := request("a1")
	c.Lang, c.Channel, c.To = "en", "email", "a@example.ru"
	must(t, i.SendCode(context.Background(), c))
	l := identitytest.SenderOf(t, i).Sent()[0]
	if l.Subject != "Your code" || !strings.HasPrefix(l.Text, "Your code is ") || strings.Contains(l.Text, "@localhost") {
		t.Fatalf("letter %+v", l)
	}
}
