package secret

import (
	"sync"
	"time"
)

// How long a wrapped key is used without asking the key store again, and how many
// are kept: those of the last one or two turns.
const (
	recentTurn = 30 * time.Second
	recentMost = 12000
)

// recent keeps wrapped keys that stood in the key store less than two turns ago; still
// wrapped, each request unwraps its own. A key never changes but for its wrapping, and
// an erased owner never gets another, so the worst that an old entry can do is to open
// for a minute, on another node than the one that erased, what the rooms have deleted
// already. See docs/decisions/0021.
type recent struct {
	mu         sync.Mutex
	young, old map[ownerKind]wrapped
	turned     time.Time
}

// get does not make an entry younger: else a key in steady use would never be asked for.
func (r *recent) get(owner string, kind Kind, now time.Time) (wrapped, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.turn(now)
	w, ok := r.young[ownerKind{owner, kind}]
	if !ok {
		w, ok = r.old[ownerKind{owner, kind}]
	}
	return w, ok
}

// put keeps what was just read from the store or is durable in it.
func (r *recent) put(w wrapped, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.turn(now)
	if r.young == nil {
		r.young = map[ownerKind]wrapped{}
	}
	r.young[ownerKind{w.owner, w.kind}] = w
}

func (r *recent) turn(now time.Time) {
	switch past := now.Sub(r.turned); {
	case past >= 2*recentTurn:
		r.young, r.old, r.turned = nil, nil, now
	case past >= recentTurn || len(r.young) >= recentMost:
		r.young, r.old, r.turned = nil, r.young, now
	}
}

// forget drops all keys of the owner.
func (r *recent) forget(owner string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, kind := range kinds {
		delete(r.young, ownerKind{owner, kind})
		delete(r.old, ownerKind{owner, kind})
	}
}
