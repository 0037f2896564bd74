package mark

import (
	"sync"
	"time"
)

// How many owners are kept: those of the last one or two turns. A turn ends
// after so many owners or so much time.
const (
	TurnMost = 12000
	TurnLong = time.Minute
)

// Kept holds what was read, by owner. Who was not seen for two turns is
// forgotten.
type Kept[T any] struct {
	mu         sync.Mutex
	young, old map[string]entry[T]
	turned     time.Time
}

type entry[T any] struct {
	mark  int64
	value *T
}

// NewKept keeps nothing yet.
func NewKept[T any](now time.Time) *Kept[T] {
	return &Kept[T]{young: map[string]entry[T]{}, turned: now}
}

// Of is what is kept of the owner as of the mark, an empty T for the caller to
// fill where there is none. It is shared by requests: it must guard itself. What
// is kept of another mark is dropped. Nothing is kept of who has no mark:
// PostgreSQL empties the marks after a crash, and nobody could tell what was
// read before it from what was read after.
func (k *Kept[T]) Of(owner string, mark int64, now time.Time) *T {
	if mark == 0 {
		return new(T)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.young) >= TurnMost || now.Sub(k.turned) >= TurnLong {
		k.turn(now)
	}
	e, ok := k.young[owner]
	if !ok {
		e, ok = k.old[owner]
	}
	if !ok || e.mark != mark {
		e = entry[T]{mark, new(T)}
	}
	k.young[owner] = e
	return e.value
}

func (k *Kept[T]) turn(now time.Time) {
	k.old, k.young, k.turned = k.young, map[string]entry[T]{}, now
}

// Forget drops all that is kept.
func (k *Kept[T]) Forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.old, k.young = nil, map[string]entry[T]{}
}

// Sweep ends a turn that is over. Call it now and then, so that owners are
// forgotten also while nobody comes.
func (k *Kept[T]) Sweep(now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if now.Sub(k.turned) >= TurnLong {
		k.turn(now)
	}
}

// Len is of how many owners something is kept.
func (k *Kept[T]) Len() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	n := len(k.young)
	for owner := range k.old {
		if _, ok := k.young[owner]; !ok {
			n++
		}
	}
	return n
}

// Part is read once; its value is shared and nobody may change it. Errors are
// not kept.
type Part[T any] struct {
	mu    sync.Mutex
	known bool
	value T
}

// Get gives the value, by reading it if it is not known yet.
func (p *Part[T]) Get(read func() (T, error)) (T, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known {
		return p.value, nil
	}
	v, err := read()
	if err == nil {
		p.known, p.value = true, v
	}
	return v, err
}
