package draft

import (
	"sync"
	"time"
)

// Budgets of one person on one node: suggestions come with every few keys,
// questions to registries with an answer.
const (
	suggestEvery, suggestBurst = 200 * time.Millisecond, 40
	lookupEvery, lookupBurst   = 30 * time.Second, 60
	budgetOwners               = 10_000
)

// budget lets each owner do so much at once, and then one every so often.
type budget struct {
	every time.Duration
	burst int

	mu    sync.Mutex
	spent map[string]time.Time // when all of it will be there again
}

func newBudget(every time.Duration, burst int) *budget {
	return &budget{every: every, burst: burst, spent: map[string]time.Time{}}
}

// take spends one; false says that there is none left.
func (b *budget) take(owner string, now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	full := b.spent[owner]
	if full.Before(now) {
		full = now
	}
	if full = full.Add(b.every); full.Sub(now) > time.Duration(b.burst)*b.every {
		return false
	}
	if len(b.spent) >= budgetOwners {
		clear(b.spent)
	}
	b.spent[owner] = full
	return true
}
