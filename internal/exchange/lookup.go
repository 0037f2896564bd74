package exchange

import (
	"context"
	"errors"
	"sync"
	"time"

	"okno/internal/forms"
	"okno/internal/kit/clock"
	"okno/internal/kit/i18n"
	"okno/internal/kit/id"
)

// Bounds of lookups: people wait for them.
const (
	lookupTimeout = 3 * time.Second
	atOnce        = 16               // questions under way at one time
	kept          = 10 * time.Minute // for how long an answer is believed
	keptMost      = 5000
	restFirst     = 2 * time.Second // after a failure nobody is made to wait for so long …
	restMost      = time.Minute     // … twice as long after each further one, at most this
)

// ErrResting says that a registry has failed a moment ago and is left alone.
var ErrResting = errors.New("registry is left alone after a failure")

// ErrBusy says that too many questions are under way.
var ErrBusy = errors.New("too many questions to registries at once")

// Lookups answers the questions of forms: about an organisation, a bank, a
// vehicle, a piece of property, a certificate; and suggests addresses. What is
// asked about is no secret of a person, so answers are kept for a while.
type Lookups struct {
	registry *Registry
	clock    clock.Clock
	texts    *i18n.Bundle
	slots    chan struct{}

	mu      sync.Mutex
	answers map[string]keptAnswer
	rests   map[string]rest
}

// keptAnswer is what a registry has said, as it came.
type keptAnswer struct {
	raw   []byte // nil: it knows nothing
	until time.Time
	at    time.Time
}

// rest is how a registry that failed is left alone.
type rest struct {
	until time.Time
	pause time.Duration
}

// NewLookups asks through the registry's client.
func NewLookups(g *Registry, clk clock.Clock, texts *i18n.Bundle) *Lookups {
	return &Lookups{
		registry: g, clock: clk, texts: texts, slots: make(chan struct{}, atOnce), answers: map[string]keptAnswer{}, rests: map[string]rest{},
	}
}

// lookupPath is where a registry of forms is asked, "" for one that is not connected.
func lookupPath(registry string) string {
	switch registry {
	case "organisation":
		return "/companies/find"
	case "bank":
		return "/banks/find"
	case "vehicle":
		return "/vehicles/find"
	case "property":
		return "/property/find"
	case "birth_certificate":
		return "/civil/birth-certificates/find"
	}
	return ""
}

// addresses is the register that suggests.
const addresses = "addresses"

// Find asks a registry about what a form needs. An error means that there is no
// answer now: the form goes on without.
func (l *Lookups) Find(ctx context.Context, q forms.Lookup) (forms.Found, error) {
	path := lookupPath(q.Registry)
	if path == "" {
		return forms.Found{}, errors.New("this registry is not connected")
	}
	a, err := l.answer(ctx, q.Registry, path, q.About)
	if err != nil {
		return forms.Found{}, err
	}
	if a.raw == nil {
		return forms.Found{None: true}, nil
	}
	value, err := parseThing(a.raw)
	if err != nil {
		return forms.Found{}, err
	}
	key := "exchange.origin." + q.Registry
	return forms.Found{Known: forms.Known{
		Value:  value,
		Origin: forms.Text{RU: l.texts.T(i18n.RU, key), EN: l.texts.T(i18n.EN, key)},
		AsOf:   a.at.UTC().Format(time.RFC3339), Correct: "registry",
	}}, nil
}

// Suggest gives addresses of the state register that begin like the words. An
// error means that there is no answer now.
func (l *Lookups) Suggest(ctx context.Context, words string) ([]forms.Address, error) {
	a, err := l.answer(ctx, addresses, "/addresses/suggest", words)
	if err != nil || a.raw == nil {
		return nil, err
	}
	return parseAddresses(a.raw)
}

// answer is the registry's, or one that was kept.
func (l *Lookups) answer(ctx context.Context, registry, path, about string) (keptAnswer, error) {
	key := registry + "\n" + about
	if a, ok := l.keptFor(key); ok {
		return a, nil
	}
	if l.resting(registry) {
		return keptAnswer{}, ErrResting
	}
	select {
	case l.slots <- struct{}{}:
		defer func() { <-l.slots }()
	default:
		return keptAnswer{}, ErrBusy
	}
	ctx, stop := context.WithTimeout(ctx, lookupTimeout)
	defer stop()
	raw, err := l.registry.Thing(ctx, path, id.New(), about)
	if err != nil {
		if !errors.Is(ctx.Err(), context.Canceled) { // else it was the person who left
			l.failed(registry)
		}
		return keptAnswer{}, err
	}
	now := l.clock.Now()
	a := keptAnswer{raw: raw, until: now.Add(kept), at: now}
	l.keep(registry, key, a)
	return a, nil
}

func (l *Lookups) keptFor(key string) (keptAnswer, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a, ok := l.answers[key]
	return a, ok && l.clock.Now().Before(a.until)
}

func (l *Lookups) keep(registry, key string, a keptAnswer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.rests, registry)
	if len(l.answers) >= keptMost {
		clear(l.answers)
	}
	l.answers[key] = a
}

func (l *Lookups) resting(registry string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.clock.Now().Before(l.rests[registry].until)
}

func (l *Lookups) failed(registry string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.rests[registry]
	r.pause = min(max(2*r.pause, restFirst), restMost)
	r.until = l.clock.Now().Add(r.pause)
	l.rests[registry] = r
}
