package secret

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"okno/internal/kit/db"
)

// findMost bounds one query for keys; a page has fewer.
const findMost = 512

// Sealer finds, makes and destroys data keys. It is safe for use by many.
type Sealer struct {
	keyset *Keyset
	store  store
	recent recent
}

// Erasure notes that an owner's keys were destroyed.
type Erasure struct {
	Owner string
	At    db.Time
}

// NewSealer works on the key store's database, which is not the portal's: its backups
// are kept for at most 30 days. See Migrations.
func NewSealer(keyset *Keyset, keys *db.DB) *Sealer {
	return &Sealer{keyset: keyset, store: store{keys}}
}

// Keyset gives the blind indexes.
func (s *Sealer) Keyset() *Keyset { return s.keyset }

// Empty reports whether the key store has no key yet.
func (s *Sealer) Empty(ctx context.Context) (bool, error) {
	some, err := s.store.any(ctx)
	return !some, err
}

// Key gives the owner's data key; a new one is on disk before it is given out. Errors:
// ErrErased, ErrNoEpoch, db.ErrUnavailable. Call it before a transaction, not inside.
func (s *Sealer) Key(ctx context.Context, owner string, kind Kind) (*DataKey, error) {
	found, err := s.Keys(ctx, kind, owner)
	if err != nil || found[owner] != nil {
		return found[owner], err
	}
	fresh := s.fresh(owner, kind)
	standing, erased, err := s.store.add(ctx, fresh)
	if err != nil {
		return nil, fmt.Errorf("keep data key: %w", err)
	}
	if erased {
		return nil, ErrErased
	}
	return s.standing(ctx, standing)
}

// NewKey is Key for an owner whose id was made just now, so that nobody has erased it
// and hardly anybody can have made its key: nothing is asked before. Errors as of Key.
func (s *Sealer) NewKey(ctx context.Context, owner string, kind Kind) (*DataKey, error) {
	fresh := s.fresh(owner, kind)
	added, err := s.store.addNew(ctx, fresh)
	if err != nil {
		return nil, fmt.Errorf("keep data key: %w", err)
	}
	if !added {
		return s.Key(ctx, owner, kind)
	}
	return s.standing(ctx, fresh)
}

// Warm reads a person's key and a case's with one query, for whoever is going to ask
// for both. It fills what WithCache made and does nothing without it.
func (s *Sealer) Warm(ctx context.Context, person, caseID string) error {
	if cacheOf(ctx) == nil || s.remembered(ctx, person, Person) != nil && s.remembered(ctx, caseID, Case) != nil {
		return nil
	}
	rows, err := s.store.pair(ctx, person, caseID)
	if err != nil {
		return fmt.Errorf("find data keys: %w", err)
	}
	for _, row := range rows {
		if _, err := s.standing(ctx, row); err != nil && !errors.Is(err, ErrErased) {
			return err
		}
	}
	return nil
}

// Keys gives the data keys of many owners with one query, for lists. An owner without
// a key (erased, or never sealed for) is not in the map; the nil key that the map then
// gives answers Open with ErrErased.
func (s *Sealer) Keys(ctx context.Context, kind Kind, owners ...string) (map[string]*DataKey, error) {
	keys := make(map[string]*DataKey, len(owners))
	var missing []string
	for _, owner := range owners {
		if key := s.remembered(ctx, owner, kind); key != nil {
			keys[owner] = key
		} else {
			missing = append(missing, owner)
		}
	}
	for part := range slices.Chunk(missing, findMost) {
		rows, err := s.store.find(ctx, kind, part)
		if err != nil {
			return nil, fmt.Errorf("find data keys: %w", err)
		}
		for _, row := range rows {
			key, err := s.standing(ctx, row)
			if errors.Is(err, ErrErased) {
				continue
			}
			if err != nil {
				return nil, err
			}
			keys[row.owner] = key
		}
	}
	return keys, nil
}

// remembered is the owner's key without asking the store: this request has unwrapped
// it, or it stood there a moment ago. nil where neither is so.
func (s *Sealer) remembered(ctx context.Context, owner string, kind Kind) *DataKey {
	if key := cacheOf(ctx).get(owner, kind); key != nil {
		return key
	}
	w, ok := s.recent.get(owner, kind, s.store.db.Clock().Now())
	if !ok {
		return nil
	}
	key, err := s.unwrap(ctx, w)
	if err != nil {
		return nil // its epoch is gone since: the store knows its new wrapping
	}
	return key
}

// standing unwraps a key that stands in the store.
func (s *Sealer) standing(ctx context.Context, w wrapped) (*DataKey, error) {
	key, err := s.unwrap(ctx, w)
	if err == nil {
		s.recent.put(w, s.store.db.Clock().Now())
	}
	return key, err
}

// fresh is a new key, wrapped.
func (s *Sealer) fresh(owner string, kind Kind) wrapped {
	raw := make([]byte, KeySize)
	_, _ = rand.Read(raw) // never fails: crypto/rand ends the program instead
	w := wrapped{owner: owner, kind: kind}
	w.key, w.epoch = s.keyset.wrap(owner, kind, raw)
	clear(raw)
	return w
}

// unwrap tries once more with a fresh keyset when another node is an epoch ahead.
func (s *Sealer) unwrap(ctx context.Context, w wrapped) (*DataKey, error) {
	raw, err := s.keyset.unwrap(w.owner, w.kind, w.key)
	if errors.Is(err, ErrNoEpoch) && s.keyset.Reload(ctx) == nil {
		raw, err = s.keyset.unwrap(w.owner, w.kind, w.key)
	}
	if err != nil {
		return nil, fmt.Errorf("unwrap data key: %w", err)
	}
	key, err := newDataKey(w.owner, w.kind, raw)
	clear(raw)
	if err != nil {
		return nil, err
	}
	cacheOf(ctx).put(key)
	return key, nil
}

// Erase destroys all keys of the owner (crypto-shredding) and notes it for restores.
// It may be repeated. Other nodes learn of it within a minute at most.
func (s *Sealer) Erase(ctx context.Context, owner string) error {
	cacheOf(ctx).forget(owner)
	err := s.store.erase(ctx, []Erasure{{Owner: owner}})
	s.recent.forget(owner)
	return err
}

// Erasures lists erasures in order of time, after the given one (a zero Erasure for the
// first page): what to keep outside of the backups, and to Replay after a restore.
func (s *Sealer) Erasures(ctx context.Context, after Erasure, limit int) ([]Erasure, error) {
	return s.store.erasures(ctx, after.At, after.Owner, limit)
}

// Replay erases again what had been erased, before a restored portal opens its doors.
func (s *Sealer) Replay(ctx context.Context, erasures []Erasure) error {
	err := s.store.erase(ctx, erasures)
	for _, e := range erasures {
		s.recent.forget(e.Owner)
	}
	return err
}

// Rewrap wraps up to batch keys of older epochs anew with the current one, and tells
// how many: repeat until 0. Damaged keys are passed over and reported in the error.
func (s *Sealer) Rewrap(ctx context.Context, batch int) (int, error) {
	epochs := s.keyset.Epochs()
	rows, err := s.store.wrappedBy(ctx, epochs[:len(epochs)-1], batch)
	if err != nil {
		return 0, fmt.Errorf("find old keys: %w", err)
	}
	var old, fresh []wrapped
	var damaged error
	for _, row := range rows {
		w, err := s.rewrap(row)
		if err != nil {
			damaged = errors.Join(damaged, err)
			continue
		}
		old, fresh = append(old, row), append(fresh, w)
	}
	if len(fresh) > 0 {
		err = s.store.replace(ctx, old, fresh)
	}
	if err != nil {
		return 0, fmt.Errorf("replace old keys: %w", err)
	}
	return len(fresh), damaged
}

func (s *Sealer) rewrap(row wrapped) (wrapped, error) {
	raw, err := s.keyset.unwrap(row.owner, row.kind, row.key)
	if err != nil {
		return wrapped{}, fmt.Errorf("%s key of %s, epoch %d: %w", row.kind, row.owner, row.epoch, err)
	}
	defer clear(raw)
	w := wrapped{owner: row.owner, kind: row.kind}
	w.key, w.epoch = s.keyset.wrap(row.owner, row.kind, raw)
	return w, nil
}

// DropUnused destroys the epochs that wrap nothing any more and were succeeded before
// the given instant, and lists them. The instant leaves other nodes the time to learn
// of the newer epoch: give at least one epoch's length.
func (s *Sealer) DropUnused(ctx context.Context, succeededBefore time.Time) ([]uint32, error) {
	var gone []uint32
	wraps := s.keyset.keys.Load().wraps
	for i, w := range wraps[:len(wraps)-1] {
		if !wraps[i+1].created.Before(succeededBefore) {
			break
		}
		used, err := s.store.used(ctx, w.epoch)
		if err != nil {
			return gone, err
		}
		if used > 0 {
			continue
		}
		if err := s.keyset.Drop(ctx, w.epoch); err != nil {
			return gone, err
		}
		gone = append(gone, w.epoch)
	}
	return gone, nil
}
