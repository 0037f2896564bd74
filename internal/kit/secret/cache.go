package secret

import (
	"context"
	"sync"
)

type cacheKey struct{}

// cache holds the data keys that one request has unwrapped.
type cache struct {
	mu   sync.Mutex
	keys map[ownerKind]*DataKey
}

type ownerKind struct {
	owner string
	kind  Kind
}

// WithCache gives a context that remembers unwrapped keys for as long as it lives: one
// request or one run of a job. Don't put it on what lives longer, such as a live stream.
func WithCache(ctx context.Context) context.Context {
	return context.WithValue(ctx, cacheKey{}, &cache{keys: map[ownerKind]*DataKey{}})
}

// cacheOf is nil without WithCache; a nil cache remembers nothing.
func cacheOf(ctx context.Context) *cache {
	c, _ := ctx.Value(cacheKey{}).(*cache)
	return c
}

func (c *cache) get(owner string, kind Kind) *DataKey {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.keys[ownerKind{owner, kind}]
}

func (c *cache) put(key *DataKey) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keys[ownerKind{key.owner, key.kind}] = key
}

func (c *cache) forget(owner string) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for k := range c.keys {
		if k.owner == owner {
			delete(c.keys, k)
		}
	}
}
