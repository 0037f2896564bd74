package identity

import (
	"context"
	"fmt"
	"runtime"
	"sync/atomic"

	"github.com/alexedwards/argon2id"
	"golang.org/x/text/unicode/norm"

	"okno/internal/kit/id"
)

// waitingPerSlot bounds who waits for a hash: about three seconds' worth. Who
// comes later is told to come again, rather than filling the memory.
const waitingPerSlot = 64

// hasher makes and checks hashes of passwords, a few at once.
type hasher struct {
	params  argon2id.Params
	slots   chan struct{}
	waiting atomic.Int64
	made    atomic.Int64
	// dummy is checked where there is no account, so that it takes as long.
	dummy string
}

func newHasher(c HashCost) (*hasher, error) {
	h := &hasher{
		params: argon2id.Params{
			Memory: or(c.Memory, 19*1024), Iterations: or(c.Passes, 2), Parallelism: or(c.Lanes, 1),
			SaltLength: 16, KeyLength: 32,
		},
		slots: make(chan struct{}, or(c.Parallel, runtime.GOMAXPROCS(0))),
	}
	dummy, err := argon2id.CreateHash(id.Token(), &h.params)
	if err != nil {
		return nil, fmt.Errorf("identity: hash: %w", err)
	}
	h.dummy = dummy
	return h, nil
}

// run waits for a slot and runs f, which makes one hash.
func (h *hasher) run(ctx context.Context, f func() error) error {
	defer h.waiting.Add(-1)
	if h.waiting.Add(1) > int64(waitingPerSlot*cap(h.slots)) {
		return ErrBusy
	}
	select {
	case h.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-h.slots }()
	h.made.Add(1)
	return f()
}

func (h *hasher) hash(ctx context.Context, password string) (hash string, err error) {
	err = h.run(ctx, func() (err error) {
		hash, err = argon2id.CreateHash(normalPassword(password), &h.params)
		return err
	})
	return hash, err
}

// check compares; an empty hash takes as long and never agrees. stale says that
// the hash was made with other parameters.
func (h *hasher) check(ctx context.Context, password, hash string) (ok, stale bool, err error) {
	known := hash != ""
	if !known {
		hash = h.dummy
	}
	err = h.run(ctx, func() error {
		agrees, params, err := argon2id.CheckHash(normalPassword(password), hash)
		if err != nil {
			return fmt.Errorf("stored hash: %w", err)
		}
		ok, stale = agrees && known, *params != h.params
		return nil
	})
	return ok, stale, err
}

// normalPassword makes one password of what different keyboards send for the
// same letters (SP 800-63B-4 §3.1.1.2: NFKC before hashing).
func normalPassword(s string) string { return norm.NFKC.String(s) }
