package sandbox

import (
	"sync"
	"time"

	"github.com/pquerna/otp/totp"
)

// totpPeriod is how long a code lasts (RFC 6238 with its usual step).
const totpPeriod = 30 * time.Second

// tokens are the authenticators of the demo staff.
type tokens struct {
	mu  sync.Mutex
	all []token
}

type token struct{ name, secret string }

// Code is what an authenticator shows now.
type Code struct {
	Name        string `json:"name"`
	Code        string `json:"code"`
	SecondsLeft int    `json:"seconds_left"`
}

// AddAuthenticator gives a demo person an authenticator with the secret
// (base32), whose codes the site shows.
func (s *Sandbox) AddAuthenticator(name, secret string) {
	s.tokens.mu.Lock()
	defer s.tokens.mu.Unlock()
	s.tokens.all = append(s.tokens.all, token{name, secret})
}

// Codes are the codes of all authenticators at this moment.
func (s *Sandbox) Codes() []Code {
	s.tokens.mu.Lock()
	defer s.tokens.mu.Unlock()
	now := s.cfg.Clock.Now()
	left := int(totpPeriod.Seconds()) - int(now.Unix()%int64(totpPeriod.Seconds()))
	codes := make([]Code, 0, len(s.tokens.all))
	for _, t := range s.tokens.all {
		c, err := totp.GenerateCode(t.secret, now)
		if err != nil {
			continue
		}
		codes = append(codes, Code{t.name, c, left})
	}
	return codes
}
