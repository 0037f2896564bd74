package identity

import (
	"slices"
	"sync/atomic"
	"time"

	"okno/internal/kit/id"
	"okno/internal/kit/mark"
)

// showsFor is how long the page after the password may be shown as it was read
// with the password: a browser asks for it at once.
const showsFor = 5 * time.Second

// waits are the sign-ins that this node has let wait for their second factor, for
// a minute or two. Nothing is decided by them: they say for whom to read while the
// sign-in itself is looked up, and what its first page shows.
type waits struct {
	kept *mark.Kept[atomic.Pointer[known]]
}

// known is a wait as it was when it was made or when its way was chosen.
type known struct {
	account Account
	wait    waiting
	at      time.Time
	shown   atomic.Bool
}

func newWaits() waits { return waits{mark.NewKept[atomic.Pointer[known]](time.Time{})} }

// at is the place of the token's wait. What is kept needs no mark: the token is new.
func (w waits) at(token string, now time.Time) *atomic.Pointer[known] {
	return w.kept.Of(string(id.Hash(token)), 1, now)
}

// remember keeps the wait, without what the ways' own rooms store of them.
func (w waits) remember(a Account, of waiting, now time.Time) {
	of.ways = slices.Clone(of.ways)
	for n := range of.ways {
		of.ways[n].Stored = nil
	}
	of.way.Stored = nil
	w.at(of.token, now).Store(&known{account: a, wait: of, at: now})
}

// of is the token's wait, nil where none is remembered.
func (w waits) of(token string, now time.Time) *known {
	return w.at(token, now).Load()
}

// show gives the wait to the first who wants to show it, within moments: the page
// after the one of the password asks for nothing.
func (w waits) show(token string, now time.Time) (waiting, bool) {
	k := w.of(token, now)
	if k == nil || k.shown.Swap(true) || now.Sub(k.at) > showsFor {
		return waiting{}, false
	}
	return k.wait, true
}

// forget drops all waits: those of an owner have ended.
func (w waits) forget() { w.kept.Forget() }

// sweep forgets old waits also while nobody comes.
func (w waits) sweep(now time.Time) { w.kept.Sweep(now) }
