package identity

import (
	"net/netip"
	"time"
)

// The policies of passwords.
const (
	// PolicySource: at least 8 characters of four kinds, no words or walks.
	PolicySource = "source"
	// PolicyNIST: at least 8 (the second factor is always asked for), no rules of
	// composition, blocklists (SP 800-63B-4 §3.1.1).
	PolicyNIST = "nist"
)

// What counts as a second factor.
const (
	// FactorsAll: whatever an account has; of staff what they hold.
	FactorsAll = "all"
	// FactorsHigh: never a code by e-mail; one by SMS only while the account holds
	// nothing; of staff a key or a certificate.
	FactorsHigh = "high"
)

// Config are the settings; a zero field takes the value of its comment.
type Config struct {
	// Host is the portal's name, which SMS codes are bound to: localhost.
	Host string
	// Policy of passwords: PolicySource.
	Policy string
	// PasswordChange is what becomes of a password older than PasswordAge, half a
	// year: ChangeOff.
	PasswordChange string
	PasswordAge    time.Duration
	// Factors are those that count: FactorsAll.
	Factors string
	// Breached is the path of a sorted list of SHA-1 of leaked passwords, "" for none.
	Breached string
	// Idle ends a session without requests: 20 minutes. Absolute ends any: 12 hours.
	Idle, Absolute time.Duration
	// Fresh is how long a second factor counts for sensitive acts: 5 minutes.
	Fresh time.Duration
	// Wrong passwords in a row that are forgiven: 3. The next one locks for Lock,
	// 15 minutes, doubled each time up to MaxLock, 24 hours.
	Wrong         int
	Lock, MaxLock time.Duration
	// SignInsByAddress and SignInsByName limit attempts in ten minutes: 1000 and 20; a
	// right password clears the name's. Behind one address of a mobile operator
	// there are many people.
	SignInsByAddress, SignInsByName int
	// CodesByContact and CodesByAddress limit sent codes in an hour: 10 and 1000. Those
	// after a password, of recoveries, and of new contacts count each by themselves.
	CodesByContact, CodesByAddress int
	// Binding of a session to the address where it began: BindNetwork. A change
	// asks for a factor.
	Binding string
	// RiskFile holds the rules of risk; "" for those built in.
	RiskFile string
	// CodesByAccount limits sent codes of one account in an hour, sorted alike: 20.
	CodesByAccount int
	// Hash are the costs of a password's hash.
	Hash HashCost
}

// To what a session is bound.
const (
	BindOff     = "off"
	BindNetwork = "network" // IPv4 /16, IPv6 /32: what a provider is given
	BindExact   = "exact"
)

// bound is the part of an address that must stay the same.
func (c Config) bound(ip string) string {
	addr, err := netip.ParseAddr(ip)
	switch {
	case err != nil || c.Binding == BindOff:
		return ""
	case c.Binding == BindExact:
		return addr.Unmap().String()
	}
	bits := 32
	if addr = addr.Unmap(); addr.Is4() {
		bits = 16
	}
	p, err := addr.Prefix(bits)
	if err != nil {
		return ""
	}
	return p.String()
}

// HashCost are the parameters of Argon2id (RFC 9106). Zero fields take OWASP's
// minimum: 19 MiB, two passes, one lane. Parallel is how many are made at once:
// as many as there are processors.
type HashCost struct {
	Memory   uint32 // KiB
	Passes   uint32
	Lanes    uint8
	Parallel int
}

func (c Config) filled() Config {
	c.Host = or(c.Host, "localhost")
	c.Policy = or(c.Policy, PolicySource)
	c.PasswordChange = or(c.PasswordChange, ChangeOff)
	c.PasswordAge = or(c.PasswordAge, 183*24*time.Hour)
	c.Factors = or(c.Factors, FactorsAll)
	c.Idle = or(c.Idle, 20*time.Minute)
	c.Absolute = or(c.Absolute, 12*time.Hour)
	c.Fresh = or(c.Fresh, 5*time.Minute)
	c.Wrong = or(c.Wrong, 3)
	c.Lock = or(c.Lock, 15*time.Minute)
	c.MaxLock = or(c.MaxLock, 24*time.Hour)
	c.SignInsByAddress = or(c.SignInsByAddress, 1000)
	c.SignInsByName = or(c.SignInsByName, 20)
	c.Binding = or(c.Binding, BindNetwork)
	c.CodesByContact = or(c.CodesByContact, 10)
	c.CodesByAccount = or(c.CodesByAccount, 20)
	c.CodesByAddress = or(c.CodesByAddress, 1000)
	return c
}

func or[T comparable](v, fallback T) T {
	var zero T
	if v == zero {
		return fallback
	}
	return v
}
