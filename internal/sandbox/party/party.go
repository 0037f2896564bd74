// Package party holds the switches with which failures of the outside world
// are staged: for each party (mail, SMS, each registry) a delay, a refusal,
// garbage, being down, slowness, duplicates. It also wraps listeners, so that
// what can be broken in bytes is broken under every protocol alike.
package party

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Names of the parties. Registries stands for all of them at once and is only
// understood by Set.
const (
	Mail       = "mail"
	SMS        = "sms"
	Passport   = "passport"
	SNILS      = "snils"
	INN        = "inn"
	Family     = "family"
	Residence  = "residence"
	Property   = "property"
	Vehicles   = "vehicles"
	Debts      = "debts"
	Income     = "income"
	Companies  = "companies"
	Banks      = "banks"
	Addresses  = "addresses"
	Registries = "registry"
)

// MaxDelay is the longest delay that can be set.
const MaxDelay = 10 * time.Minute

// ErrUnknown says that there is no party of that name.
var ErrUnknown = errors.New("no such party")

// ErrDelay says that a delay is not a duration between nothing and MaxDelay.
var ErrDelay = errors.New("delay must be a duration from 0s to 10m")

// RegistryNames are the registries, in the order of pages.
func RegistryNames() []string {
	return []string{Passport, SNILS, INN, Family, Residence, Property, Vehicles, Debts, Income, Companies, Banks, Addresses}
}

// Names are all parties, in the order of pages.
func Names() []string { return append([]string{Mail, SMS}, RegistryNames()...) }

// State is how a party behaves. The zero State is a party in good health.
type State struct {
	// Delay passes before the party does anything with a request.
	Delay Delay `json:"delay"`
	// Refusal: SMTP 550, SMPP ESME_RSUBMITFAIL, HTTP 403.
	Refusal bool `json:"refusal"`
	// Garbage: what the party answers is broken bytes.
	Garbage bool `json:"garbage"`
	// Down: connections are cut, new ones at once.
	Down bool `json:"down"`
	// Slow: answers trickle byte by byte.
	Slow bool `json:"slow"`
	// Duplicate: a message arrives twice, and so do receipts; a registry sends its previous answer again.
	Duplicate bool `json:"duplicate"`
}

// Delay is a duration that is written as text in JSON: "1.5s".
type Delay time.Duration

// MarshalJSON writes the duration as text.
func (d Delay) MarshalJSON() ([]byte, error) { return json.Marshal(time.Duration(d).String()) }

// UnmarshalJSON reads a duration as text.
func (d *Delay) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return ErrDelay
	}
	parsed, err := ParseDelay(text)
	*d = parsed
	return err
}

// ParseDelay reads a duration; nothing means no delay.
func ParseDelay(text string) (Delay, error) {
	if text == "" {
		return 0, nil
	}
	parsed, err := time.ParseDuration(text)
	if err != nil || parsed < 0 || parsed > MaxDelay {
		return 0, ErrDelay
	}
	return Delay(parsed), nil
}

// Switches are the states of all parties; they may be used from many goroutines.
type Switches struct {
	mu       sync.Mutex
	states   map[string]State
	watchers []func(name string, s State)
}

// New is the switches of parties that are all in good health.
func New() *Switches { return &Switches{states: map[string]State{}} }

// Get is the state of a party.
func (s *Switches) Get(name string) State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.states[name]
}

// All are the states of all parties by name.
func (s *Switches) All() map[string]State {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]State{}
	for _, name := range Names() {
		out[name] = s.states[name]
	}
	return out
}

// Set changes a party, or with Registries all registries. The error is ErrUnknown.
func (s *Switches) Set(name string, state State) error {
	names := []string{name}
	if name == Registries {
		names = RegistryNames()
	}
	if !slices.Contains(Names(), names[0]) {
		return fmt.Errorf("%w: %q", ErrUnknown, name)
	}
	s.mu.Lock()
	for _, n := range names {
		s.states[n] = state
	}
	watchers := slices.Clone(s.watchers)
	s.mu.Unlock()
	for _, n := range names {
		for _, w := range watchers {
			w(n, state)
		}
	}
	return nil
}

// Reset makes all parties healthy.
func (s *Switches) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.states)
}

// watch calls f after each change.
func (s *Switches) watch(f func(name string, s State)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watchers = append(s.watchers, f)
}

// String writes the delay; none is "".
func (d Delay) String() string {
	if d == 0 {
		return ""
	}
	return time.Duration(d).String()
}
