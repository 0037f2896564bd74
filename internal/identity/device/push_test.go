package device_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"okno/internal/identity"
	"okno/internal/identity/device"
	"okno/internal/identity/factor"
	"okno/internal/identity/identitytest"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/notify"
	"okno/internal/notify/webpush"
	"okno/internal/sandbox/push"
)

// pushed is a portal with a push service that it may call.
type pushed struct {
	*portal
	service *push.Service
	url     string
	gateway *webpush.Gateway
}

func eachPushed(t *testing.T, f func(t *testing.T, p *pushed)) {
	t.Helper()
	for _, e := range []string{"sqlite", "postgres"} {
		t.Run(e, func(t *testing.T) {
			t.Parallel()
			f(t, newPushed(t, e))
		})
	}
}

func newPushed(t *testing.T, engine string) *pushed {
	t.Helper()
	p := &pushed{service: push.New(clock.System())} // tokens of the portal are of the true time
	s := httptest.NewServer(p.service)
	t.Cleanup(s.Close)
	p.url = s.URL
	p.gateway = webpush.New(webpush.Config{
		Insecure: []string{s.URL}, Subscriber: "help@okno.example",
		Keys: func(ctx context.Context) (string, string, error) { return p.room.VAPID(ctx) },
		Gone: func(ctx context.Context, owner, endpoint string) { p.room.Gone(ctx, owner, endpoint) },
	})
	p.portal = newPortal(t, engineOf(engine), func(d *device.Deps) { d.Push = p.gateway })
	return p
}

// subscribe makes the browser a device and gives its endpoint.
func (p *pushed) subscribe(b *browser) string {
	p.t.Helper()
	s, err := p.service.Subscribe(p.url)
	must(p.t, err)
	raw, err := json.Marshal(s)
	must(p.t, err)
	b.post("/cabinet/security/phone/push", "subscription", string(raw)).goes(p.t, "/cabinet/security/phone?said=added")
	return s.Endpoint
}

// deliver hands what was sent to the push service, and gives what of it failed.
func (p *pushed) deliver() (failed error) {
	for _, l := range identitytest.SenderOf(p.t, p.id).Sent() {
		if l.Channel == notify.Push {
			failed = errors.Join(failed, p.gateway.Deliver(context.Background(), l, "tag"))
		}
	}
	return failed
}

type shown struct{ Title, Body, Path, Tag string }

func (p *pushed) newest(endpoint string) (m shown) {
	p.t.Helper()
	all := p.service.Messages(endpoint)
	if len(all) == 0 {
		p.t.Fatal("no message came")
	}
	must(p.t, json.Unmarshal(all[0].Data, &m))
	return m
}

var (
	onScreen = regexp.MustCompile(`okno-ask__number"[^>]*>(\d\d)<`)
	offered  = regexp.MustCompile(`name="choice" type="radio" value="(\d\d)"`)
	sixes    = regexp.MustCompile(`\b\d{6}\b`)
)

func TestApprovalByPush(t *testing.T) {
	t.Parallel()
	eachPushed(t, func(t *testing.T, p *pushed) {
		account, stranger := identitytest.Account(t, p.id, phone), identitytest.Account(t, p.id, other)
		hand := p.signedIn(handset, account)
		endpoint := p.subscribe(hand)
		hand.get("/cabinet/security/phone").shows(t, 200, "Chrome, Android", "Это устройство")
		computer := p.signedIn(desktop, account)
		computer.post("/reauth/push", "to", "/cabinet").goes(t, "/reauth/qr?to=%2Fcabinet")
		page := computer.get("/reauth/qr").shows(t, 200, "выберите это число")
		want := onScreen.FindStringSubmatch(page.body)[1]
		must(t, p.deliver())
		m := p.newest(endpoint)
		if m.Title != "Это вы входите?" || !strings.Contains(m.Body, "Firefox, Windows") || !strings.HasPrefix(m.Path, "/app/approve/") || strings.Contains(m.Body, want) && !sixes.MatchString(m.Body) {
			t.Errorf("the message is %+v", m)
		}
		p.signedIn(handset, stranger).get(m.Path).shows(t, 404)
		hand.get("/app").shows(t, 200, "Ответить", m.Path)
		p.clk.Advance(time.Minute)
		question := hand.get(m.Path).shows(t, 200, "Какое число", "Firefox, Windows")
		choices := offered.FindAllStringSubmatch(question.body, -1)
		if len(choices) != 3 || !strings.Contains(question.body, `value="`+want+`"`) {
			t.Fatalf("choices %v, on the screen %s", choices, want)
		}
		hand.post(m.Path+"/confirm").shows(t, 422, "Выберите число")
		hand.post(m.Path+"/confirm", "choice", want).goes(t, m.Path)
		hand.get(m.Path).shows(t, 200, "Подтверждено")
		computer.get("/reauth/qr?to=%2Fcabinet").goes(t, "/cabinet")
		hand.get("/app").shows(t, 200, "ничего подтверждать не нужно")
	})
}

func TestPushWhatIsRefused(t *testing.T) {
	t.Parallel()
	eachPushed(t, func(t *testing.T, p *pushed) {
		account := identitytest.Account(t, p.id, phone)
		hand := p.signedIn(handset, account)
		endpoint := p.subscribe(hand)
		computer := p.signedIn(desktop, account)
		ask := func() (path, want string) {
			computer.post("/reauth/push")
			want = onScreen.FindStringSubmatch(computer.get("/reauth/qr").body)[1]
			must(t, p.deliver())
			return p.newest(endpoint).Path, want
		}
		path, want := ask()
		for _, c := range offered.FindAllStringSubmatch(hand.get(path).body, -1) {
			if c[1] != want { // a wrong number ends it at once: nobody guesses twice
				hand.post(path+"/confirm", "choice", c[1]).goes(t, path)
				break
			}
		}
		hand.get(path).shows(t, 200, "Отклонено")
		hand.post(path+"/confirm", "choice", want).goes(t, path)
		computer.get("/reauth/qr").shows(t, 200, "не подтверждено")
		// A session that is no device has to prove more.
		p.clk.Advance(6 * time.Minute)
		path, want = ask()
		elsewhere := p.signedIn(handset, account)
		p.clk.Advance(time.Minute)
		elsewhere.get(path).shows(t, 200)
		computer.post(path+"/confirm", "choice", want).shows(t, 409) // the one who asks
		hand.post(path+"/confirm", "choice", want).goes(t, path)
		p.clk.Advance(2 * time.Minute)
		computer.get("/reauth/qr").shows(t, 200, "больше не действует")
		// Devices that are gone are forgotten.
		p.service.Unsubscribe(endpoint)
		computer.post("/reauth/push")
		if err := p.deliver(); err == nil {
			t.Error("a device that is gone took a message")
		}
		if n, err := p.room.Pushes(context.Background(), account); n != 0 || err != nil {
			t.Errorf("%d devices %v", n, err)
		}
	})
}

func TestCodeByPush(t *testing.T) {
	t.Parallel()
	eachPushed(t, func(t *testing.T, p *pushed) {
		account := identitytest.Account(t, p.id, phone)
		endpoint := p.subscribe(p.signedIn(handset, account))
		nobody := identitytest.Context(t, p.id, "")
		begin := func(ref string) string {
			_, _, err := p.room.Begin(nobody, device.AskFor{Kind: device.Factor, Owner: account, Push: true, Ref: ref})
			must(t, err)
			must(t, p.deliver())
			return sixes.FindString(p.newest(endpoint).Body)
		}
		code := begin("one")
		proved := func(ref, code string) error { return p.room.Proved(nobody, account, device.Factor, ref, code) }
		for _, c := range []struct {
			ref, code string
			want      error
		}{
			{"other", code, device.ErrNoAsk}, {"one", "", device.ErrWaits}, {"one", "000000", device.ErrCode}, {"one", code, nil}, {"one", code, device.ErrOver},
		} {
			if err := proved(c.ref, c.code); !errors.Is(err, c.want) {
				t.Errorf("%s %q: %v, want %v", c.ref, c.code, err, c.want)
			}
		}
		code = begin("two")
		for range 5 {
			_ = proved("two", "000000")
		}
		if err := proved("two", code); !errors.Is(err, device.ErrCode) {
			t.Errorf("after five wrong codes: %v", err)
		}
		code = begin("three")
		p.clk.Advance(2 * time.Minute)
		if err := proved("three", code); !errors.Is(err, device.ErrOver) {
			t.Errorf("after its time: %v", err)
		}
	})
}

// TestDevicesAreTakenAway: what was added since an instant goes, the last device
// stays while nothing else signs in, and who holds something adds one by that.
func TestDevicesAreTakenAway(t *testing.T) {
	t.Parallel()
	eachPushed(t, func(t *testing.T, p *pushed) {
		account := identitytest.Account(t, p.id, phone)
		hand := p.signedIn(handset, account)
		p.subscribe(hand)
		p.clk.Advance(2 * time.Minute)
		p.subscribe(hand)
		devices := func() []device.Device {
			all, err := p.room.Devices(p.as(account, "x"), "")
			must(t, err)
			return all
		}
		kind, ok := p.room.Kind().(interface {
			TakeSince(ctx context.Context, tx *db.Tx, owner string, since db.Time) error
		})
		if !ok {
			t.Fatal("devices can't be taken away")
		}
		must(t, p.id.DB.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
			return kind.TakeSince(ctx, tx, account, db.At(p.clk.Now().Add(-time.Minute)))
		}))
		left := devices()
		if len(left) != 1 {
			t.Fatalf("%d devices", len(left))
		}
		p.room.Last = func(context.Context, string) error { return factor.ErrLast }
		hand.post("/cabinet/security/phone/"+left[0].ID+"/remove").goes(t, "/cabinet/security/phone?fault=last")
		hand.get("/cabinet/security/phone?fault=last").shows(t, 200, "последний способ входа")
		if len(devices()) != 1 {
			t.Error("the last way to sign in was removed")
		}
		must(t, p.id.SetTOTP(context.Background(), account, identitytest.TOTPSecret))
		hand.post("/cabinet/security/phone/push", "subscription", "{}").goes(t, "/reauth?for=factors&to=%2Fcabinet%2Fsecurity%2Fphone")
	})
}

// TestCodeByPushIsTakenOnce: of many who come with the code at the same time one
// gets in.
func TestCodeByPushIsTakenOnce(t *testing.T) {
	t.Parallel()
	eachPushed(t, func(t *testing.T, p *pushed) {
		account := identitytest.Account(t, p.id, phone)
		endpoint := p.subscribe(p.signedIn(handset, account))
		nobody := identitytest.Context(t, p.id, "")
		_, _, err := p.room.Begin(nobody, device.AskFor{Kind: device.Factor, Owner: account, Push: true, Ref: "one"})
		must(t, err)
		must(t, p.deliver())
		code := sixes.FindString(p.newest(endpoint).Body)
		start, taken, all := make(chan struct{}), atomic.Int64{}, sync.WaitGroup{}
		for range 30 {
			all.Go(func() {
				<-start
				if p.room.Proved(nobody, account, device.Factor, "one", code) == nil {
					taken.Add(1)
				}
			})
		}
		close(start)
		all.Wait()
		if taken.Load() != 1 {
			t.Errorf("the code was taken %d times", taken.Load())
		}
	})
}

func TestSubscriptions(t *testing.T) {
	t.Parallel()
	p := newPushed(t, "sqlite")
	account := identitytest.Account(t, p.id, phone)
	hand := p.signedIn(handset, account)
	for _, bad := range []string{"", "{}", `{"endpoint":"https://evil.example/x","keys":{"p256dh":"","auth":""}}`, `{"endpoint":"https://169.254.169.254/"}`} {
		hand.post("/cabinet/security/phone/push", "subscription", bad).goes(t, "/cabinet/security/phone?fault=push")
	}
	hand.get("/cabinet/security/phone?fault=push").shows(t, 200, "не удалось подключить")
	p.subscribe(hand)
	p.subscribe(hand)
	devices, err := p.room.Devices(p.as(account, "x"), "")
	must(t, err)
	if len(devices) != 2 {
		t.Fatalf("%d devices", len(devices))
	}
	foreign := p.signedIn(handset, identitytest.Account(t, p.id, other))
	foreign.post("/cabinet/security/phone/"+devices[0].ID+"/remove").shows(t, 404)
	hand.post("/cabinet/security/phone/"+devices[0].ID+"/remove").goes(t, "/cabinet/security/phone?said=removed")
	p.clk.Advance(6 * time.Minute)
	hand.post("/cabinet/security/phone/"+devices[1].ID+"/remove").goes(t, "/reauth?to=%2Fcabinet%2Fsecurity%2Fphone")
	hand.post("/cabinet/security/phone/push", "subscription", "{}").goes(t, "/reauth?to=%2Fcabinet%2Fsecurity%2Fphone")
	p.browser(desktop).post("/cabinet/security/phone/push", "subscription", "{}").shows(t, http.StatusUnauthorized)
	first, public, err := p.room.VAPID(context.Background())
	must(t, err)
	again := device.New(p.room.Deps)
	if second, _, err := again.VAPID(context.Background()); err != nil || second != first || public == "" {
		t.Errorf("the portal's key changed: %v", err)
	}
	must(t, again.SetVAPID(first))
	if again.SetVAPID("short") == nil {
		t.Error("a short key was taken")
	}
	if _, err := again.Subscribe(identity.WithActor(context.Background(), identity.Actor{}), "{}"); !errors.Is(err, identity.ErrSignIn) {
		t.Errorf("nobody subscribes: %v", err)
	}
}
