// Package event lets a room announce what happened to rooms above it without
// knowing them. An event is one job per listener, enqueued in the transaction
// of the change. It carries ids and the aggregate's version, never personal
// data; a listener is idempotent and skips a version older than it has seen.
package event

import (
	"context"
	"fmt"

	"okno/internal/kit/db"
	"okno/internal/kit/job"
)

// Event says that something happened to one thing.
type Event struct {
	// Name is room.what, such as "applications.moved".
	Name string `json:"name"`
	// ID is the thing's id, Owner whose it is, Version its version after the change.
	ID      string `json:"id"`
	Owner   string `json:"owner,omitempty"`
	Version int64  `json:"version"`
	// Refs are further ids and codes, never personal data.
	Refs map[string]string `json:"refs,omitempty"`
}

// Listener reacts to an event after its commit. It may be called again for the
// same event.
type Listener func(ctx context.Context, e Event) error

// Bus knows who listens.
type Bus struct {
	queue     *job.Queue
	names     map[string][]subscription // event → listeners
	listeners map[string]Listener       // listener → function
}

// subscription is who listens, and to which of the events; nil to all.
type subscription struct {
	listener string
	wants    func(Event) bool
}

// delivery is the job of one listener.
type delivery struct {
	Listener string `json:"listener"`
	Event    Event  `json:"event"`
}

// Kind is the name of the job.
func (delivery) Kind() string { return "event.deliver" }

// NewBus is a bus on the queue.
func NewBus(q *job.Queue) *Bus {
	b := &Bus{queue: q, names: map[string][]subscription{}, listeners: map[string]Listener{}}
	job.Handle(q, b.deliver)
	return b
}

// On adds a listener; its name, room.what, must be unique and stay the same
// between releases, because waiting jobs carry it.
func (b *Bus) On(eventName, listener string, f Listener) {
	b.OnSome(eventName, listener, nil, f)
}

// OnSome is On for those events that the listener wants; for others it gets no
// job. wants sees the event as it is announced and reads nothing else.
func (b *Bus) OnSome(eventName, listener string, wants func(Event) bool, f Listener) {
	b.names[eventName] = append(b.names[eventName], subscription{listener, wants})
	b.listeners[listener] = f
}

// Announce enqueues the event for its listeners in the transaction.
func (b *Bus) Announce(ctx context.Context, tx *db.Tx, e Event) error {
	var jobs []job.Args
	for _, s := range b.names[e.Name] {
		if s.wants == nil || s.wants(e) {
			jobs = append(jobs, delivery{Listener: s.listener, Event: e})
		}
	}
	if len(jobs) == 0 {
		return nil
	}
	return b.queue.Enqueue(ctx, tx, jobs...)
}

func (b *Bus) deliver(ctx context.Context, d delivery) error {
	f := b.listeners[d.Listener]
	if f == nil {
		return job.Cancel(fmt.Errorf("no listener %s", d.Listener))
	}
	return f(ctx, d.Event)
}
