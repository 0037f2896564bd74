package identity

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"okno/internal/identity/identitydb"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/id"
)

// How memory is kept in step.
const (
	// syncEvery is how often the node asks which sessions have ended; syncTrust
	// is for how long its answer is believed. Past it each session is read from
	// the database.
	syncEvery = 500 * time.Millisecond
	syncTrust = time.Second
	// syncBack is how far back it asks: for clocks of nodes that differ and
	// transactions that took long.
	syncBack = 2 * time.Minute
	// rereadAfter is when even an undisturbed session is read once more.
	rereadAfter = time.Minute
	// forgetAfter is when an unused one leaves the memory.
	forgetAfter = 5 * time.Minute
	// flushMost bounds one transaction of last activities.
	flushMost = 500
)

// sessions are those that this node has lately seen.
type sessions struct {
	store  store
	clock  clock.Clock
	idle   time.Duration
	mu     sync.RWMutex
	byHash map[string]*entry
	owners map[string]map[string]*entry
	synced atomic.Int64 // when the last good sync began
	reads  atomic.Int64 // rows read one by one, for tests and measures
}

func newSessions(s store, clk clock.Clock, c Config) *sessions {
	return &sessions{store: s, clock: clk, idle: c.Idle, byHash: map[string]*entry{}, owners: map[string]map[string]*entry{}}
}

// find gives the living session of the token, nil for none. An error means that
// it can't be known now, and that nobody should be let in. A request that no
// person made (passive) does not count as activity.
func (s *sessions) find(ctx context.Context, token string, passive bool) (*entry, error) {
	hash, now := id.Hash(token), db.At(s.clock.Now())
	e := s.get(string(hash))
	if e == nil || !s.believed(e, now) || e.idle(now, s.idle) {
		var err error
		if e, err = s.load(ctx, hash, now); err != nil || e == nil {
			return nil, err
		}
	}
	if now >= e.expires || e.idle(now, s.idle) {
		s.drop(e)
		return nil, nil
	}
	if passive {
		return e, nil
	}
	raise(&e.seen, now)
	return e, s.writeSeen(ctx, e, now)
}

// believed reports whether memory may speak for the database.
func (s *sessions) believed(e *entry, now db.Time) bool {
	return s.inStep(now) && now.Sub(db.Time(e.loaded.Load())) <= rereadAfter
}

func (s *sessions) inStep(now db.Time) bool {
	return now.Sub(db.Time(s.synced.Load())) <= syncTrust
}

func (s *sessions) get(hash string) *entry {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.byHash[hash]
}

// load reads the session; what another node saw of it counts too.
func (s *sessions) load(ctx context.Context, hash []byte, now db.Time) (*entry, error) {
	s.reads.Add(1)
	row, found, err := one(s.store.read().SessionOf(ctx, hash))
	if err != nil {
		return nil, err
	}
	old := s.get(string(hash))
	if !found || row.EndedAt != 0 {
		if old != nil {
			s.drop(old)
		}
		return nil, nil
	}
	if old != nil {
		raise(&old.seen, row.SeenAt)
		raise(&old.written, row.SeenAt)
		raise(&old.loaded, now)
		return old, nil
	}
	return s.keep(newEntry(row, now)), nil
}

// keep adds the entry, unless another request was faster.
func (s *sessions) keep(e *entry) *entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := s.byHash[e.hash]; old != nil {
		return old
	}
	s.byHash[e.hash] = e
	if s.owners[e.owner] == nil {
		s.owners[e.owner] = map[string]*entry{}
	}
	s.owners[e.owner][e.hash] = e
	return e
}

func (s *sessions) drop(e *entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.remove(e)
}

func (s *sessions) remove(e *entry) {
	delete(s.byHash, e.hash)
	delete(s.owners[e.owner], e.hash)
	if len(s.owners[e.owner]) == 0 {
		delete(s.owners, e.owner)
	}
}

// dropOwner makes the next request of each of the owner's sessions read anew.
func (s *sessions) dropOwner(owner string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.owners[owner] {
		delete(s.byHash, e.hash)
	}
	delete(s.owners, owner)
}

// sync asks in one query which sessions have ended, and then writes last
// activities and forgets what is not used.
func (s *sessions) sync(ctx context.Context) error {
	begin := db.At(s.clock.Now())
	ended, err := s.store.read().EndedSince(ctx, begin.Add(-syncBack))
	if err != nil {
		return db.Classify(err)
	}
	s.mu.Lock()
	for _, hash := range ended {
		if e := s.byHash[string(hash)]; e != nil {
			s.remove(e)
		}
	}
	s.mu.Unlock()
	raise(&s.synced, begin)
	return s.flush(ctx, s.tidy(begin))
}

// tidy forgets unused entries and gives those whose activity is to be written.
func (s *sessions) tidy(now db.Time) []*entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	var due []*entry
	for _, e := range s.byHash {
		seen := db.Time(e.seen.Load())
		switch {
		case seen.Sub(db.Time(e.written.Load())) >= seenStep && len(due) < flushMost:
			due = append(due, e)
		case now.Sub(seen) > forgetAfter:
			s.remove(e)
		}
	}
	return due
}

// flush writes last activities in one transaction.
func (s *sessions) flush(ctx context.Context, due []*entry) error {
	if len(due) == 0 {
		return nil
	}
	seen := make([]db.Time, len(due))
	err := s.store.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for n, e := range due {
			seen[n] = db.Time(e.seen.Load())
			err := in(tx).SeeSession(ctx, identitydb.SeeSessionParams{SessionHash: []byte(e.hash), SeenAt: seen[n]})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for n, e := range due {
		raise(&e.written, seen[n])
	}
	return nil
}

// writeSeen writes at once where no sync would do it.
func (s *sessions) writeSeen(ctx context.Context, e *entry, now db.Time) error {
	if s.inStep(now) || now.Sub(db.Time(e.written.Load())) < seenStep {
		return nil
	}
	return s.flush(ctx, []*entry{e})
}
