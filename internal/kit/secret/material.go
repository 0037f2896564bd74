package secret

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Source gives the keyset: a file, or a KMS that unwraps it.
type Source interface {
	// Material fetches the whole keyset. It is called at start and at each epoch only.
	Material(ctx context.Context) (*Material, error)
}

// Keeper is a Source whose keyset this program may change. change must be applied to
// the newest keyset, and the result be durable before Change returns it.
type Keeper interface {
	Source
	Change(ctx context.Context, change func(*Material) error) (*Material, error)
}

// Material is a keyset as it is written down. It holds raw keys: never log it.
type Material struct {
	Format  int      `json:"format"`
	Wrap    []RawKey `json:"wrap"`  // key-encryption keys; Number is the epoch
	Indexes []RawKey `json:"index"` // blind-index keys; Number is the version
}

// RawKey is one key; the highest number is the one in use.
type RawKey struct {
	Number  uint32    `json:"number"`
	Created time.Time `json:"created"`
	Key     []byte    `json:"key"`
}

// materialFormat is the only format so far.
const materialFormat = 1

// NewMaterial makes a keyset with one key of each sort.
func NewMaterial(now time.Time) *Material {
	return &Material{Format: materialFormat, Wrap: []RawKey{newRawKey(1, now)}, Indexes: []RawKey{newRawKey(1, now)}}
}

// ParseMaterial reads a keyset and checks it.
func ParseMaterial(raw []byte) (*Material, error) {
	var m Material
	if err := json.Unmarshal(raw, &m); err != nil {
		// The decoder's words may quote what it read.
		return nil, errors.New("keyset: not the JSON of a keyset")
	}
	return &m, m.check()
}

func (m *Material) check() error {
	if m.Format != materialFormat {
		return fmt.Errorf("keyset: format %d is not known here", m.Format)
	}
	if err := checkKeys("wrap", m.Wrap); err != nil {
		return err
	}
	return checkKeys("index", m.Indexes)
}

func checkKeys(name string, keys []RawKey) error {
	if len(keys) == 0 {
		return fmt.Errorf("keyset: no %s key", name)
	}
	for i, key := range keys {
		if len(key.Key) != KeySize {
			return fmt.Errorf("keyset: %s key %d has %d bytes, not %d", name, key.Number, len(key.Key), KeySize)
		}
		if key.Number == 0 || i > 0 && key.Number <= keys[i-1].Number {
			return fmt.Errorf("keyset: %s keys are not numbered upwards from 1", name)
		}
	}
	return nil
}

func newRawKey(number uint32, now time.Time) RawKey {
	key := make([]byte, KeySize)
	_, _ = rand.Read(key) // never fails: crypto/rand ends the program instead
	return RawKey{Number: number, Created: now.UTC(), Key: key}
}

// added gives the keys with a fresh one, whose number was never used before.
func added(keys []RawKey, now time.Time) []RawKey {
	return append(slices.Clone(keys), newRawKey(keys[len(keys)-1].Number+1, now))
}

// dropped gives the keys without one; the one in use stays.
func dropped(keys []RawKey, number uint32) ([]RawKey, error) {
	if keys[len(keys)-1].Number == number {
		return nil, fmt.Errorf("keyset: key %d is in use", number)
	}
	return slices.DeleteFunc(slices.Clone(keys), func(k RawKey) bool { return k.Number == number }), nil
}
