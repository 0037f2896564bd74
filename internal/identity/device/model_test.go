package device_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"okno/internal/identity"
	"okno/internal/identity/device"
	"okno/internal/identity/identitytest"
	"okno/internal/kit/db"
	"okno/internal/kit/id"
	"okno/internal/kit/testkit"
)

// as is a request of a session of the account.
func (p *portal) as(account, session string) context.Context {
	ctx := identitytest.Context(p.t, p.id, account)
	a := identity.ActorOf(ctx)
	a.Session = session
	return identity.WithActor(ctx, a)
}

// model is what an ask must be, after whatever was done to it.
type model struct {
	state device.State
	owner string
	born  time.Duration
}

// TestRandomWalks does at random what three people and time can do to asks, and
// compares each answer with the model: nobody but the reader answers, nothing
// is used twice, nothing works after its time.
func TestRandomWalks(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, p *portal) {
		p.walk(rand.New(rand.NewPCG(7, 11)), 240)
	})
}

func (p *portal) walk(dice *rand.Rand, steps int) {
	t := p.t
	people := []string{identitytest.Account(t, p.id, phone), identitytest.Account(t, p.id, other)}
	for _, who := range people {
		must(t, p.room.SwitchQR(p.as(who, "phone-"+who), true))
	}
	nobody := identitytest.Context(t, p.id, "")
	var a device.Ask
	var browser string
	var m model
	var now time.Duration
	used := 0
	for step := range steps {
		who := people[dice.IntN(2)]
		ctx := p.as(who, "phone-"+who)
		alive := a.ID != "" && now-m.born < 3*time.Minute
		var err error
		want := false
		switch deed := dice.IntN(8); deed {
		case 0:
			if a.ID == "" || dice.IntN(3) == 0 || !alive {
				a, browser, err = p.room.Begin(nobody, device.AskFor{Kind: device.SignIn})
				m, want = model{state: device.Shown, born: now}, true
			} else {
				continue
			}
		case 1:
			d := time.Duration(dice.IntN(40)) * time.Second
			p.clk.Advance(d)
			now += d
			continue
		case 2, 3:
			if a.ID == "" {
				continue
			}
			var code string
			code, err = p.room.Code(a)
			must(t, err)
			_, err = p.room.Scan(ctx, code)
			want = alive && (m.state == device.Shown || m.state == device.Read && m.owner == who)
			if want && m.state == device.Shown {
				m.state, m.owner = device.Read, who
			}
		case 4, 5:
			err = p.room.Confirm(ctx, a.ID, device.Answer{})
			want = alive && m.state == device.Read && m.owner == who
			if want {
				m.state = device.Confirmed
			}
		case 6:
			err = p.room.Refuse(ctx, a.ID)
			want = alive && m.state == device.Read && m.owner == who
			if want {
				m.state = device.Refused
			}
		case 7:
			secret := browser
			if stolen := dice.IntN(3) == 0; stolen {
				secret = id.Token()
			}
			var got device.Ask
			got, err = p.room.Use(nobody, secret, device.SignIn)
			want = alive && secret == browser && m.state == device.Confirmed
			if want {
				m.state = device.Used
				used++
				if got.Owner != m.owner {
					t.Fatalf("step %d: used for %s, not %s", step, got.Owner, m.owner)
				}
			}
		}
		if (err == nil) != want {
			t.Fatalf("step %d in %s after %s: %v, want success %v", step, m.state, now-m.born, err, want)
		}
		if a.ID == "" {
			continue
		}
		if got, err := p.room.Look(nobody, browser); err != nil || got.State != m.state {
			t.Fatalf("step %d: %v %v, want %v", step, got.State, err, m.state)
		}
	}
	if used == 0 {
		t.Error("no walk came to its end")
	}
}

func TestMoves(t *testing.T) {
	t.Parallel()
	ways := 0
	for _, from := range []device.State{device.Shown, device.Read, device.Confirmed, device.Refused, device.Used} {
		for _, deed := range []string{"read", "confirm", "refuse", "use"} {
			if to, ok := device.Next(from, deed); ok {
				ways++
				if to == from || from == device.Used || from == device.Refused {
					t.Errorf("%s %s leads to %s", from, deed, to)
				}
			}
		}
	}
	if ways != 4 {
		t.Errorf("%d ways", ways)
	}
}

func TestSweepAndErase(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, p *portal) {
		account := identitytest.Account(t, p.id, phone)
		ctx := p.as(account, "one")
		_, browser, err := p.room.Begin(ctx, device.AskFor{Kind: device.Fresh, Owner: account})
		must(t, err)
		must(t, p.room.SwitchQR(ctx, true))
		must(t, p.room.Sweep(ctx))
		_, err = p.room.Look(ctx, browser)
		must(t, err)
		p.clk.Advance(2 * time.Hour)
		must(t, p.room.Sweep(ctx))
		if _, err = p.room.Look(ctx, browser); !errors.Is(err, device.ErrNoAsk) {
			t.Errorf("a swept ask: %v", err)
		}
		must(t, p.id.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return p.room.Erase(ctx, tx, account) }))
		if on, err := p.room.QROn(ctx, account); on || err != nil {
			t.Errorf("after erasure: %v %v", on, err)
		}
	})
}

func prove(value string) [][]byte {
	sum := sha256.Sum256([]byte("key " + value))
	old := sha256.Sum256([]byte("old key " + value))
	return [][]byte{sum[:20], old[:20]}
}

func TestCodeOfAnotherMomentOrKey(t *testing.T) {
	t.Parallel()
	ask, at := id.New(), db.At(testkit.Start)
	code, err := device.CodeAt(ask, at, at.Add(40*time.Second), prove)
	must(t, err)
	for age, want := range map[int]bool{29: false, 30: true, 59: true, 60: true, 89: true, 90: false, 3600: false} {
		if got := device.Good(code, ask, at, at.Add(time.Duration(age)*time.Second), prove); got != want {
			t.Errorf("after %d s: %v", age, got)
		}
	}
	rotated := func(v string) [][]byte { return [][]byte{[]byte(strings.Repeat("x", 20)), prove(v)[0]} }
	if !device.Good(code, ask, at, at.Add(40*time.Second), rotated) {
		t.Error("a code made before a rotation of keys is no good")
	}
	foreign := func(string) [][]byte { return [][]byte{[]byte(strings.Repeat("x", 20))} }
	if device.Good(code, ask, at, at.Add(40*time.Second), foreign) {
		t.Error("a code of another portal is good")
	}
}

// FuzzPathRead: whatever a camera reads, the portal goes to its own pages only.
func FuzzPathRead(f *testing.F) {
	at := db.At(testkit.Start)
	code, err := device.CodeAt("01890000-0000-7000-8000-000000000000", at, at, prove)
	if err != nil {
		f.Fatal(err)
	}
	foreign := func(string) [][]byte { return [][]byte{[]byte("another portal's proof")} }
	for _, s := range []string{
		"", code, base + "/q/" + code, base + "/v/ABCD-EFGH", base + "/v/../q/x", "https://portal.example.org.evil.example/q/" + code,
		"HTTPS://PORTAL.example.ORG/q/" + code, "//evil.example", base + "/q/" + code + "/..", "javascript:alert(1)", "\x00", base + "/v/a?to=//x#y", base + "/v/%2e%2e%2fx",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if device.Good(s, "01890000-0000-7000-8000-000000000000", at, at, foreign) {
			t.Errorf("%q is a code that was proved", s)
		}
		path, ok := device.PathRead(s, base)
		if device.ParseCode(s) && path != "/q/"+s {
			t.Errorf("the code %q leads to %q", s, path)
		}
		if !ok {
			return
		}
		if !strings.HasPrefix(path, "/q/") && !strings.HasPrefix(path, "/v/") || strings.ContainsAny(path[3:], "/\\\r\n\t ?#") {
			t.Errorf("%q leads to %q", s, path)
		}
	})
}
