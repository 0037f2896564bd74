// Package clock is the only place that asks the machine for the time. Rooms
// take a Clock and tests hand them a Fake, so that no test sleeps.
package clock

import (
	"context"
	"sync"
	"time"
)

// Clock tells the time and wakes sleepers.
type Clock interface {
	// Now is the present instant in UTC.
	Now() time.Time
	// Sleep waits for d or until ctx ends; then it returns the context's error.
	Sleep(ctx context.Context, d time.Duration) error
}

// System is the machine's clock.
func System() Clock { return system{} }

type system struct{}

func (system) Now() time.Time { return time.Now().UTC() }

func (system) Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Fake is a clock that only moves when it is told to.
type Fake struct {
	mu       sync.Mutex
	now      time.Time
	sleepers map[chan struct{}]time.Time
}

// NewFake starts a fake clock at t.
func NewFake(t time.Time) *Fake {
	return &Fake{now: t.UTC(), sleepers: map[chan struct{}]time.Time{}}
}

// Now is the time that the clock was last moved to.
func (f *Fake) Now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

// Advance moves the clock and wakes those whose time has come.
func (f *Fake) Advance(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(d)
	for ch, at := range f.sleepers {
		if !at.After(f.now) {
			close(ch)
			delete(f.sleepers, ch)
		}
	}
}

// Sleep waits until the clock was advanced by d or ctx ends.
func (f *Fake) Sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	ch := make(chan struct{})
	f.mu.Lock()
	f.sleepers[ch] = f.now.Add(d)
	f.mu.Unlock()
	select {
	case <-ch:
		return nil
	case <-ctx.Done():
		f.mu.Lock()
		delete(f.sleepers, ch)
		f.mu.Unlock()
		return ctx.Err()
	}
}

// Sleepers counts those who wait, so that a test knows when to advance.
func (f *Fake) Sleepers() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.sleepers)
}
