// Package risk weighs a sign-in by rules of configuration. It is pure: facts are
// arguments, and every verdict says which rules made it, so that the journal can.
// Where facts come from is identity's.
package risk

import (
	"bytes"
	_ "embed" // the built-in rules
	"fmt"
	"net/netip"
	"slices"

	"github.com/goccy/go-yaml"
)

// Deed is what a rule leads to; the gravest of several counts.
type Deed string

// The deeds, the mildest first.
const (
	Allow   Deed = ""
	Notice  Deed = "notice"
	Confirm Deed = "confirm"
	Block   Deed = "block"
)

func (d Deed) weight() int { return slices.Index([]Deed{Allow, Notice, Confirm, Block}, d) }

// What a rule may look at.
const (
	NewDevice  = "new_device"
	NewCountry = "new_country"
	NewNetwork = "new_network"
	Speed      = "speed"    // km/h since the last sign-in
	Accounts   = "accounts" // names tried from the address within an hour
)

// Network is why an address of a blocked network is refused. It is no rule's
// fact: the list of networks says it.
const Network = "network"

// Facts are what is known of a sign-in.
type Facts struct {
	NewDevice, NewCountry, NewNetwork bool
	Speed                             float64
	Accounts                          int64
}

// Rule leads to a deed when its fact holds, or is above a number.
type Rule struct {
	When  string  `yaml:"when"`
	Above float64 `yaml:"above"`
	Then  Deed    `yaml:"then"`
}

// Rules are the configuration.
type Rules struct {
	Rules []Rule   `yaml:"rules"`
	Block []string `yaml:"block"`

	blocked []netip.Prefix
}

// Verdict is what to do, and the rules that say so.
type Verdict struct {
	Then Deed
	Why  []string
}

//go:embed rules.yaml
var builtIn []byte

//go:embed open.yaml
var open []byte

// BuiltIn are the rules of a portal that was given none; Open those of the demo.
func BuiltIn() (Rules, error) { return Parse(builtIn) }

// Open are mild rules, for trying the portal out.
func Open() (Rules, error) { return Parse(open) }

// Parse reads rules and checks every one.
func Parse(raw []byte) (Rules, error) {
	var r Rules
	if err := yaml.NewDecoder(bytes.NewReader(raw), yaml.Strict()).Decode(&r); err != nil {
		return r, fmt.Errorf("risk rules: %w", err)
	}
	for n, rule := range r.Rules {
		if !slices.Contains([]string{NewDevice, NewCountry, NewNetwork, Speed, Accounts}, rule.When) || rule.Then.weight() < 1 || rule.Above < 0 {
			return r, fmt.Errorf("risk rules: rule %d: nothing known is meant by when %q, then %q", n+1, rule.When, rule.Then)
		}
	}
	for _, s := range r.Block {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return r, fmt.Errorf("risk rules: block: %q is no network", s)
		}
		r.blocked = append(r.blocked, p)
	}
	return r, nil
}

// Blocks reports whether nobody may sign in from the address.
func (r Rules) Blocks(ip string) bool {
	addr, err := netip.ParseAddr(ip)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(r.blocked, func(p netip.Prefix) bool { return p.Contains(addr.Unmap()) })
}

// MostAccounts is how many accounts make every rule about them hold: there is no
// need to count further.
func (r Rules) MostAccounts() int32 {
	most := 0.0
	for _, rule := range r.Rules {
		if rule.When == Accounts {
			most = max(most, rule.Above)
		}
	}
	return int32(min(most, 1e6)) + 1
}

// Decide weighs the facts.
func (r Rules) Decide(f Facts) Verdict {
	var v Verdict
	for _, rule := range r.Rules {
		if !rule.holds(f) {
			continue
		}
		v.Why = append(v.Why, rule.When)
		if rule.Then.weight() > v.Then.weight() {
			v.Then = rule.Then
		}
	}
	return v
}

func (rule Rule) holds(f Facts) bool {
	switch rule.When {
	case NewDevice:
		return f.NewDevice
	case NewCountry:
		return f.NewCountry
	case NewNetwork:
		return f.NewNetwork
	case Speed:
		return f.Speed > rule.Above
	}
	return float64(f.Accounts) > rule.Above
}
