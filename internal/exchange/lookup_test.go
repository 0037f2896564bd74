package exchange_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"okno/internal/exchange"
	"okno/internal/forms"
	"okno/internal/kit/clock"
	"okno/internal/kit/i18n"
	"okno/internal/kit/testkit"
	"okno/internal/sandbox"
	"okno/internal/sandbox/party"
	"okno/internal/sandbox/population"
)

// lookups are a client of the sandbox's registries.
func lookups(t *testing.T) (*exchange.Lookups, *sandbox.Sandbox, *clock.Fake) {
	t.Helper()
	clk := clock.NewFake(testkit.Start)
	outside, err := sandbox.Start(context.Background(), sandbox.Config{Clock: clk, People: population.MinSize})
	must(t, err)
	t.Cleanup(func() { _ = outside.Close() })
	g, err := exchange.NewRegistry(config(outside), clk)
	must(t, err)
	texts, err := i18n.New(exchange.Locale())
	must(t, err)
	return exchange.NewLookups(g, clk, texts), outside, clk
}

func TestFind(t *testing.T) {
	t.Parallel()
	l, outside, _ := lookups(t)
	ctx := context.Background()
	people := population.New(0, population.MinSize)
	company, bank := people.Organisations()[0], people.Banks()[0]
	var car population.Vehicle
	var flat population.PropertyObject
	for _, p := range outside.People() {
		if len(p.Vehicles) > 0 {
			car = p.Vehicles[0]
		}
		if len(p.Property) > 0 {
			flat = p.Property[0]
		}
	}
	for about, want := range map[forms.Lookup][2]string{
		{Registry: "organisation", About: company.INN}:        {"name", company.Name},
		{Registry: "organisation", About: company.OGRN}:       {"kpp", company.KPP},
		{Registry: "bank", About: bank.BIC}:                   {"bank", bank.Name},
		{Registry: "vehicle", About: car.VIN}:                 {"make", car.Model},
		{Registry: "vehicle", About: car.Plate}:               {"vin", car.VIN},
		{Registry: "property", About: flat.CadastralNumber}:   {"address", flat.Address},
		{Registry: "birth_certificate", About: "I-МЮ 000000"}: {},
	} {
		found, err := l.Find(ctx, about)
		must(t, err)
		m, _ := found.Value.(map[string]any)
		if want[0] == "" {
			if !found.None {
				t.Errorf("%s is found: %+v", about.Registry, found)
			}
			continue
		}
		if m[want[0]] != want[1] || found.Origin.RU == "" || found.Origin.EN == "" || found.AsOf == "" {
			t.Errorf("%s: %+v, want %s %q", about.Registry, found, want[0], want[1])
		}
	}
	if _, err := l.Find(ctx, forms.Lookup{Registry: "moon", About: "1"}); err == nil {
		t.Error("a registry that is not connected answers")
	}
	a := outside.Person(0).Address
	list, err := l.Suggest(ctx, a.Street+" "+a.House)
	must(t, err)
	if len(list) == 0 || list[0].House != a.House || !list[0].Valid() {
		t.Errorf("%+v", list)
	}
}

// Whatever a registry does, a person waits for seconds at most, once; then it is
// left alone, longer and longer, and asked again.
func TestLookupsOnBadDays(t *testing.T) {
	t.Parallel()
	company := forms.Lookup{Registry: "organisation", About: population.New(0, population.MinSize).Organisations()[0].INN}
	for name, state := range map[string]party.State{
		"down": {Down: true}, "garbage": {Garbage: true}, "refusal": {Refusal: true}, "delay": {Delay: party.Delay(10 * time.Minute)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, outside, clk := lookups(t)
			must(t, outside.Switch(party.Companies, state))
			ctx := context.Background()
			if name == "delay" {
				// The client's own bound is tried apart: here a person who leaves.
				left, stop := context.WithTimeout(ctx, 50*time.Millisecond)
				defer stop()
				ctx = left
			}
			if _, err := l.Find(ctx, company); err == nil || errors.Is(err, exchange.ErrResting) {
				t.Fatalf("the first answer: %v", err)
			}
			must(t, outside.Switch(party.Companies, party.State{}))
			ctx = context.Background()
			if _, err := l.Find(ctx, company); !errors.Is(err, exchange.ErrResting) {
				t.Errorf("at once again: %v", err)
			}
			if _, err := l.Find(ctx, forms.Lookup{Registry: "bank", About: "044525000"}); err != nil {
				t.Errorf("another registry: %v", err)
			}
			clk.Advance(3 * time.Second)
			if found, err := l.Find(ctx, company); err != nil || found.None {
				t.Errorf("after its rest: %+v, %v", found, err)
			}
			must(t, outside.Switch(party.Companies, party.State{Down: true}))
			if _, err := l.Find(ctx, company); err != nil {
				t.Errorf("what is known is not believed: %v", err)
			}
			clk.Advance(time.Hour)
			if _, err := l.Find(ctx, company); err == nil {
				t.Error("an hour later it is still believed")
			}
		})
	}
}
