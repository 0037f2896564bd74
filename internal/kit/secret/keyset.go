package secret

import (
	"context"
	"crypto/cipher"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"
)

// Keyset is the keys that this node works with, in memory. It is safe for use by many.
type Keyset struct {
	source Source
	keys   atomic.Pointer[keys]
}

// keys is one state of the keyset; it does not change.
type keys struct {
	wraps   []wrapKey  // by epoch, the last in use
	indexes []indexKey // by version, the last in use
}

type wrapKey struct {
	epoch   uint32
	created time.Time
	aead    cipher.AEAD
}

// OpenKeyset fetches the keyset. Without it a node is not ready, and the error says why.
func OpenKeyset(ctx context.Context, source Source) (*Keyset, error) {
	k := &Keyset{source: source}
	return k, k.Reload(ctx)
}

// Reload fetches the keyset again. On an error the node goes on with the keys it has.
func (k *Keyset) Reload(ctx context.Context) error {
	m, err := k.source.Material(ctx)
	if err != nil {
		return err
	}
	return k.use(m)
}

// Epoch is the current epoch and when it began.
func (k *Keyset) Epoch() (uint32, time.Time) {
	last := k.current()
	return last.epoch, last.created
}

// Epochs lists the epochs whose keys exist, oldest first.
func (k *Keyset) Epochs() []uint32 {
	var epochs []uint32
	for _, w := range k.keys.Load().wraps {
		epochs = append(epochs, w.epoch)
	}
	return epochs
}

// Rotate adds an epoch, in use from now on. How often is the caller's policy.
func (k *Keyset) Rotate(ctx context.Context, now time.Time) error {
	return k.change(ctx, func(m *Material) error {
		m.Wrap = added(m.Wrap, now)
		return nil
	})
}

// Drop destroys an epoch's key: whatever it still wraps, also in backups, is lost for
// good. See Sealer.DropUnused, which knows what is in use.
func (k *Keyset) Drop(ctx context.Context, epoch uint32) error {
	return k.change(ctx, func(m *Material) (err error) {
		m.Wrap, err = dropped(m.Wrap, epoch)
		return err
	})
}

// RotateIndex adds a version of the index key. Until every row is indexed anew and the
// old version dropped, look up by Indexes.
func (k *Keyset) RotateIndex(ctx context.Context, now time.Time) error {
	return k.change(ctx, func(m *Material) error {
		m.Indexes = added(m.Indexes, now)
		return nil
	})
}

// DropIndex destroys a version of the index key.
func (k *Keyset) DropIndex(ctx context.Context, version uint32) error {
	return k.change(ctx, func(m *Material) (err error) {
		m.Indexes, err = dropped(m.Indexes, version)
		return err
	})
}

func (k *Keyset) change(ctx context.Context, change func(*Material) error) error {
	keeper, ok := k.source.(Keeper)
	if !ok {
		return errors.New("keyset: this source is changed by its own means")
	}
	m, err := keeper.Change(ctx, change)
	if err != nil {
		return err
	}
	return k.use(m)
}

func (k *Keyset) use(m *Material) error {
	if err := m.check(); err != nil {
		return err
	}
	var next keys
	for _, raw := range m.Wrap {
		aead, err := newGCM(raw.Key)
		if err != nil {
			return fmt.Errorf("keyset: epoch %d: %w", raw.Number, err)
		}
		next.wraps = append(next.wraps, wrapKey{raw.Number, raw.Created, aead})
	}
	for _, raw := range m.Indexes {
		next.indexes = append(next.indexes, indexKey{raw.Number, slices.Clone(raw.Key)})
	}
	k.keys.Store(&next)
	return nil
}

func (k *Keyset) current() wrapKey {
	wraps := k.keys.Load().wraps
	return wraps[len(wraps)-1]
}

// wrap seals a data key for its owner and tells by which epoch.
func (k *Keyset) wrap(owner string, kind Kind, raw []byte) (wrapped []byte, epoch uint32) {
	w := k.current()
	return seal(w.aead, w.epoch, raw, wrapPlace(owner, kind)...), w.epoch
}

// unwrap opens a wrapped data key. Errors: ErrErased when its epoch was destroyed,
// ErrNoEpoch when the epoch is newer than this node's keyset, ErrDamaged.
func (k *Keyset) unwrap(owner string, kind Kind, wrapped []byte) ([]byte, error) {
	epoch, ok := headerID(suiteField, wrapped)
	if !ok {
		return nil, ErrDamaged
	}
	wraps := k.keys.Load().wraps
	for _, w := range wraps {
		if w.epoch == epoch {
			return open(w.aead, wrapped, wrapPlace(owner, kind)...)
		}
	}
	if epoch > wraps[len(wraps)-1].epoch {
		return nil, ErrNoEpoch
	}
	return nil, ErrErased
}

func wrapPlace(owner string, kind Kind) []string {
	return []string{"secret_keys", "wrapped", string(kind), owner}
}
