package app

import (
	"okno/internal/identity"
	"okno/internal/identity/place"
)

// identity are the settings of accounts, sessions and codes.
func (c *Config) identity(host string) identity.Config {
	s := c.Security
	if s.Risk == "" && c.Demo() {
		s.Risk = identity.RiskOpen
	}
	return identity.Config{
		Host: host, Policy: c.PasswordPolicy, Breached: c.BreachedPasswords, Wrong: s.Wrong, Lock: s.Lock, MaxLock: s.MaxLock, Binding: s.Binding,
		RiskFile: s.Risk,
	}
}

// places opens the file of places; nil for a portal without one.
func (h *House) places() (identity.Places, error) {
	if h.Config.Security.Places == "" {
		return nil, nil
	}
	return place.Open(h.Config.Security.Places)
}
