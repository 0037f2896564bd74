package exchange_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"okno/internal/exchange"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/secret"
	"okno/internal/kit/testkit"
	"okno/internal/profile"
	"okno/internal/profile/profiletest"
	"okno/internal/sandbox"
	"okno/internal/sandbox/party"
	"okno/internal/sandbox/population"
)

// setup is a portal with the sandbox's registries outside.
func setup(t *testing.T, e db.Engine) (*profiletest.World, *sandbox.Sandbox) {
	t.Helper()
	clk := clock.NewFake(testkit.Start)
	w := profiletest.New(t, testkit.Open(t, e, profiletest.Schema(), clk), clk)
	outside, err := sandbox.Start(context.Background(), sandbox.Config{Clock: clk, People: population.MinSize})
	must(t, err)
	t.Cleanup(func() { _ = outside.Close() })
	_, err = exchange.New(exchange.Deps{
		DB: w.DB, Queue: w.Queue, Bus: w.Bus, Clock: clk, Log: slog.New(slog.DiscardHandler), Profile: w.Profile, Texts: w.Texts, Registry: config(outside),
	})
	must(t, err)
	return w, outside
}

func config(s *sandbox.Sandbox) exchange.Config {
	return exchange.Config{
		URL: s.RegistryURL(), Client: s.Secrets().RegistryClient, Secret: secret.NewString(s.Secrets().RegistrySecret), Timeout: 2 * time.Second,
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// person is somebody of the sandbox as the portal keeps them.
func person(t *testing.T, s *sandbox.Sandbox, i int) profile.Person {
	t.Helper()
	p := s.Person(i)
	if p.Passport == nil {
		t.Fatalf("nobody with a passport at %d", i)
	}
	return profile.Person{
		LastName: p.LastName, FirstName: p.FirstName, MiddleName: p.MiddleName, BirthDate: p.BirthDate, Sex: p.Sex,
		SNILS: population.Digits(p.SNILS), INN: p.INN,
		Passport: profile.Passport{
			Series: p.Passport.Series, Number: p.Passport.Number, IssuedOn: p.Passport.IssuedOn, IssuedBy: p.Passport.IssuedBy, UnitCode: p.Passport.UnitCode,
		},
	}
}

func states(t *testing.T, w *profiletest.World, owner string) (profile.Level, map[profile.Registry]profile.CheckState) {
	t.Helper()
	c, err := w.Profile.Card(w.As(t, owner), owner)
	must(t, err)
	out := map[profile.Registry]profile.CheckState{}
	for _, one := range c.Checks {
		out[one.Registry] = one.State
	}
	return c.Level, out
}

func all(state profile.CheckState) map[profile.Registry]profile.CheckState {
	return map[profile.Registry]profile.CheckState{profile.RegistryPassport: state, profile.RegistrySNILS: state, profile.RegistryINN: state}
}

func TestConfirmed(t *testing.T) {
	t.Parallel()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			w, outside := setup(t, e)
			owner := w.Enter(t, 1, person(t, outside, 0), "")
			w.Drain(t)
			level, got := states(t, w, owner)
			if diff := cmp.Diff(all(profile.CheckConfirmed), got); diff != "" || level != profile.Standard {
				t.Errorf("%s: %s", level, diff)
			}
		})
	}
}

func TestRefusedAndUnknown(t *testing.T) {
	t.Parallel()
	w, outside := setup(t, db.SQLite)
	p := person(t, outside, 0)
	p.Passport.UnitCode = "001-001"
	owner := w.Enter(t, 1, p, "")
	stranger := w.Enter(t, 2, profiletest.Person(2), "")
	w.Drain(t)
	c, err := w.Profile.Card(w.As(t, owner), owner)
	must(t, err)
	if c.Level != profile.Simplified || cmp.Diff([]string{"unit_code"}, c.Checks[1].Differs) != "" {
		t.Errorf("%s %+v", c.Level, c.Checks)
	}
	if level, got := states(t, w, stranger); level != profile.Simplified || got[profile.RegistrySNILS] != profile.CheckUnknown {
		t.Errorf("%s %v", level, got)
	}
}

// Whatever a registry does, the question waits and is answered later, once.
func TestBadDays(t *testing.T) {
	t.Parallel()
	for name, state := range map[string]party.State{
		"down": {Down: true}, "garbage": {Garbage: true}, "refusal": {Refusal: true}, "delay": {Delay: party.Delay(time.Hour)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, outside := setup(t, db.SQLite)
			must(t, outside.Switch(party.SNILS, state))
			owner := w.Enter(t, 1, person(t, outside, 0), "")
			if err := w.Queue.Drain(context.Background()); err == nil {
				t.Error("no error for the queue to try again")
			}
			level, got := states(t, w, owner)
			want := all(profile.CheckConfirmed)
			want[profile.RegistrySNILS] = profile.CheckWaiting
			if diff := cmp.Diff(want, got); diff != "" || level != profile.Simplified {
				t.Errorf("%s: %s", level, diff)
			}
			must(t, outside.Switch(party.SNILS, party.State{}))
			w.Drain(t)
			if level, got = states(t, w, owner); level != profile.Standard {
				t.Errorf("afterwards: %s %v", level, got)
			}
			if n := len(w.Post.To("anna1@example.ru")); n != 1 {
				t.Errorf("%d letters, want one", n)
			}
		})
	}
}

// An old answer sent again is not taken for this question's.
func TestDuplicate(t *testing.T) {
	t.Parallel()
	w, outside := setup(t, db.SQLite)
	first := w.Enter(t, 1, person(t, outside, 0), "")
	w.Drain(t)
	must(t, outside.Switch(party.Registries, party.State{Duplicate: true}))
	second := w.Enter(t, 2, profiletest.Person(2), "")
	if err := w.Queue.Drain(context.Background()); err == nil || strings.Contains(err.Error(), "Петрова") {
		t.Errorf("error: %v", err)
	}
	if level, got := states(t, w, second); level != profile.Simplified || got[profile.RegistrySNILS] != profile.CheckWaiting {
		t.Errorf("%s %v", level, got)
	}
	if level, _ := states(t, w, first); level != profile.Standard {
		t.Errorf("the first: %s", level)
	}
}

func TestDeletedMeanwhile(t *testing.T) {
	t.Parallel()
	w, outside := setup(t, db.SQLite)
	must(t, outside.Switch(party.Registries, party.State{Down: true}))
	owner := w.Enter(t, 1, person(t, outside, 0), "")
	_ = w.Queue.Drain(context.Background())
	must(t, w.Profile.Delete(w.As(t, owner), owner))
	w.Drain(t)
}

func TestPing(t *testing.T) {
	t.Parallel()
	_, outside := setup(t, db.SQLite)
	good := config(outside)
	clk := clock.NewFake(testkit.Start)
	g, err := exchange.NewRegistry(good, clk)
	must(t, err)
	must(t, g.Ping(context.Background()))
	for name, change := range map[string]func(*exchange.Config){
		"secret": func(c *exchange.Config) { c.Secret = secret.NewString("other") },
		"client": func(c *exchange.Config) { c.Client = "other" },
		"port":   func(c *exchange.Config) { c.URL = "http://127.0.0.1:1/registry" },
	} {
		c := good
		change(&c)
		g, err := exchange.NewRegistry(c, clk)
		must(t, err)
		if err := g.Ping(context.Background()); err == nil {
			t.Errorf("another %s is fine", name)
		}
	}
}

func TestConfig(t *testing.T) {
	t.Parallel()
	good := exchange.Config{URL: "https://registries.example/v1/", Client: "okno", Secret: secret.NewString("s")}
	for name, change := range map[string]func(*exchange.Config){
		"scheme": func(c *exchange.Config) { c.URL = "ftp://registries.example" },
		"query":  func(c *exchange.Config) { c.URL += "?a=b" },
		"empty":  func(c *exchange.Config) { c.URL = "" },
		"client": func(c *exchange.Config) { c.Client = "" },
		"secret": func(c *exchange.Config) { c.Secret = secret.String{} },
	} {
		c := good
		change(&c)
		if _, err := exchange.NewRegistry(c, clock.NewFake(testkit.Start)); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if _, err := exchange.NewRegistry(good, clock.NewFake(testkit.Start)); err != nil {
		t.Error(err)
	}
}

// Family, vehicles and property come from the registries of the sandbox, and
// what was put down by hand is compared with them.
func TestHoldings(t *testing.T) {
	t.Parallel()
	w, outside := setup(t, db.SQLite)
	owner := w.Enter(t, 1, person(t, outside, 0), "")
	w.Drain(t)
	ctx := w.As(t, owner)
	must(t, outside.Switch(party.Family, party.State{Garbage: true}))
	for _, r := range profile.HoldingRegistries() {
		must(t, w.Profile.FindHoldings(ctx, owner, r))
	}
	if err := w.Queue.Drain(context.Background()); err == nil {
		t.Error("garbage is taken for an answer")
	}
	must(t, outside.Switch(party.Family, party.State{}))
	w.Drain(t)
	all, err := w.Profile.Holdings(ctx, owner)
	must(t, err)
	p := outside.Person(0)
	want := map[profile.HoldingKind]int{
		profile.HoldingSpouse: 1, profile.HoldingChild: len(p.Children), profile.HoldingVehicle: len(p.Vehicles), profile.HoldingProperty: len(p.Property),
	}
	for k, n := range want {
		if got := all.Of(k); len(got) != n {
			t.Errorf("%d of %s, want %d", len(got), k, n)
		}
	}
	for _, h := range all.List {
		if h.State != profile.CheckConfirmed {
			t.Errorf("%s %s", h.Kind, h.State)
		}
	}
	child := all.Of(profile.HoldingChild)[0]
	wrong := profile.Values{}
	for f, v := range child.Values {
		wrong[f] = v
	}
	wrong["birth_date"] = "2015-01-01"
	must(t, w.Profile.ChangeHolding(ctx, owner, child.ID, child.Version, wrong))
	w.Drain(t)
	if child, err = w.Profile.Holding(ctx, owner, child.ID); err != nil || child.State != profile.CheckRefused || cmp.Diff([]string{"birth_date"}, child.Differs) != "" {
		t.Errorf("%+v, %v", child, err)
	}
}
