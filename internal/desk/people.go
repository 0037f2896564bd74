package desk

import (
	"context"
	"sync"
	"time"

	"okno/internal/kit/clock"
)

// remember is for how long a login name is kept in memory.
const remember = 10 * time.Minute

// people tells the login names of staff, remembering them: a queue names the
// same few colleagues again and again.
type people struct {
	accounts Accounts
	clock    clock.Clock
	mu       sync.Mutex
	names    map[string]string
	since    time.Time
}

// name is the login name of a member of staff, "" where there is none.
func (p *people) name(ctx context.Context, account string) (string, error) {
	if account == "" {
		return "", nil
	}
	if name, ok := p.known(account); ok {
		return name, nil
	}
	a, err := p.accounts.Account(ctx, account)
	if err != nil {
		return "", err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.names[account] = a.Login
	return a.Login, nil
}

func (p *people) known(account string) (string, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now := p.clock.Now(); p.names == nil || now.Sub(p.since) > remember {
		p.names, p.since = map[string]string{}, now
	}
	name, ok := p.names[account]
	return name, ok
}
