package app

import (
	"context"
	"sync"

	"okno/internal/profile"
)

// names is the profile whose names are looked up once a request: the header and
// the page both want them.
type names struct{ *profile.Profile }

type nameKey struct{}

// nameMemo holds the last name that was asked for.
type nameMemo struct {
	mu          sync.Mutex
	owner, name string
}

func withNames(ctx context.Context) context.Context {
	return context.WithValue(ctx, nameKey{}, &nameMemo{})
}

// Name is «Имя Фамилия» of the owner.
func (n names) Name(ctx context.Context, owner string) (string, error) {
	memo, ok := ctx.Value(nameKey{}).(*nameMemo)
	if !ok {
		return n.Profile.Name(ctx, owner)
	}
	memo.mu.Lock()
	defer memo.mu.Unlock()
	if memo.owner == owner {
		return memo.name, nil
	}
	name, err := n.Profile.Name(ctx, owner)
	if err == nil {
		memo.owner, memo.name = owner, name
	}
	return name, err
}
