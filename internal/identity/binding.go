package identity

import (
	"context"
)

// addressIndex and browserIndex are what a session is bound to: blind, so that
// the table tells nothing of who sat where.
func (i *Identity) addressIndex(ip string) []byte {
	return i.keys().Index("identity session address", "", i.Config.bound(ip))
}

func (i *Identity) browserIndex(agent string) []byte {
	return i.keys().Index("identity session browser", "", deviceName(agent))
}

// Where a session has moved to.
const (
	movedAddress = "address"
	movedBrowser = "browser"
)

// moved tells that the session is used from elsewhere than it began, "" for no.
// A session of an earlier release, or one whose keys were rotated, is not bound.
func (i *Identity) moved(e *entry, a Actor) string {
	from := a.IP + "\x00" + a.Agent
	if known := e.within.Load(); known != nil && *known == from {
		return ""
	}
	switch {
	case e.browser != "" && !e.bearer && !i.sameIndex(e.browser, i.keys().Indexes("identity session browser", "", deviceName(a.Agent))):
		return movedBrowser
	case e.address != "" && i.Config.Binding != BindOff && !i.sameIndex(e.address, i.keys().Indexes("identity session address", "", i.Config.bound(a.IP))):
		return movedAddress
	}
	e.within.Store(&from)
	return ""
}

// sameIndex compares with every living version; a version that is gone agrees
// with all, as nothing can be told any more.
func (i *Identity) sameIndex(stored string, versions [][]byte) bool {
	known := false
	for _, v := range versions {
		if string(v) == stored {
			return true
		}
		known = known || len(stored) >= 4 && string(v[:4]) == stored[:4]
	}
	return !known
}

type movedKey struct{}

// withMoved keeps who it would be, once a factor is given: every guard refuses
// with ErrMoved, and only the way to that factor goes on.
func withMoved(ctx context.Context, a Actor) context.Context {
	return context.WithValue(withFault(ctx, ErrMoved), movedKey{}, a)
}

// returned makes the one who moved the actor again, for the way to the factor.
func returned(ctx context.Context) context.Context {
	a, ok := ctx.Value(movedKey{}).(Actor)
	if !ok {
		return ctx
	}
	return WithActor(withFault(ctx, nil), a)
}
