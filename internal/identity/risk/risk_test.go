package risk

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDecide(t *testing.T) {
	t.Parallel()
	rules, err := BuiltIn()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		facts Facts
		want  Verdict
	}{
		"nothing":           {Facts{Speed: 900, Accounts: 20}, Verdict{}},
		"a new device":      {Facts{NewDevice: true}, Verdict{Confirm, []string{NewDevice}}},
		"a new network":     {Facts{NewNetwork: true}, Verdict{Notice, []string{NewNetwork}}},
		"impossible travel": {Facts{Speed: 901}, Verdict{Confirm, []string{Speed}}},
		"many accounts":     {Facts{Accounts: 201, NewNetwork: true}, Verdict{Block, []string{NewNetwork, Accounts, Accounts}}},
	} {
		if diff := cmp.Diff(c.want, rules.Decide(c.facts)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if _, err := Open(); err != nil {
		t.Error(err)
	}
}

func TestBlockedNetworks(t *testing.T) {
	t.Parallel()
	r, err := Parse([]byte("rules: []\nblock: [203.0.113.0/24, '2001:db8::/32']"))
	if err != nil {
		t.Fatal(err)
	}
	for ip, want := range map[string]bool{"203.0.113.9": true, "::ffff:203.0.113.9": true, "2001:db8::1": true, "203.0.114.1": false, "x": false, "": false} {
		if r.Blocks(ip) != want {
			t.Errorf("%q", ip)
		}
	}
}

func TestFoulRulesAreRefused(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"x", "rules: [{when: moon, then: block}]", "rules: [{when: speed, then: dance}]", "block: [x]", "rules: [{when: speed, above: -1, then: block}]", "other: 1"} {
		if _, err := Parse([]byte(s)); err == nil {
			t.Errorf("%q is taken", s)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(builtIn)
	f.Add([]byte("block: [::/0]"))
	f.Fuzz(func(_ *testing.T, raw []byte) {
		if r, err := Parse(raw); err == nil {
			r.Blocks("203.0.113.9")
			r.Decide(Facts{NewDevice: true, Speed: 1e9})
		}
	})
}
