package secret

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
)

// Kind says what an owner is.
type Kind string

// The kinds of owner.
const (
	Person Kind = "person" // profile, vault, drafts, messages of a person or an organisation
	Case   Kind = "case"   // a submitted application with its files and everybody named in it
	Agency Kind = "agency" // credentials of an agency's or integrator's systems
)

var kinds = [...]Kind{Person, Case, Agency}

// DataKey seals what belongs to one owner. It is safe for use by many. A nil key
// belongs to an erased owner: Open says ErrErased. Do not keep it beyond the request.
type DataKey struct {
	owner string
	kind  Kind
	id    uint32
	field cipher.AEAD
	file  []byte
}

// newDataKey derives from the data key one key for fields and one for files, and a
// number that tells keys apart without telling anything of the key.
func newDataKey(owner string, kind Kind, raw []byte) (*DataKey, error) {
	derived, err := hkdf.Expand(sha256.New, raw, "okno data key v1", 2*KeySize+4)
	if err != nil {
		return nil, err
	}
	aead, err := newGCM(derived[:KeySize])
	if err != nil {
		return nil, err
	}
	return &DataKey{
		owner: owner, kind: kind, field: aead, file: derived[KeySize : 2*KeySize],
		id: binary.BigEndian.Uint32(derived[2*KeySize:]),
	}, nil
}

// Owner is whose key it is.
func (k *DataKey) Owner() string { return k.owner }

// Seal gives the ciphertext of plaintext for the place, Overhead bytes longer.
func (k *DataKey) Seal(place Place, plaintext []byte) []byte {
	return seal(k.field, k.id, plaintext, place.Table, place.Column, string(k.kind), k.owner, place.Row)
}

// Open gives the plaintext. Errors: ErrErased when the owner's key was destroyed,
// ErrDamaged when the ciphertext is not the one sealed for this place by this key.
func (k *DataKey) Open(place Place, sealed []byte) ([]byte, error) {
	if k == nil {
		return nil, ErrErased
	}
	if id, ok := headerID(suiteField, sealed); !ok || id != k.id {
		return nil, ErrDamaged
	}
	return open(k.field, sealed, place.Table, place.Column, string(k.kind), k.owner, place.Row)
}

// SealString is Seal for a text; "" stays empty, as columns are never NULL.
func (k *DataKey) SealString(place Place, text string) []byte {
	if text == "" {
		return []byte{}
	}
	return k.Seal(place, []byte(text))
}

// OpenString undoes SealString.
func (k *DataKey) OpenString(place Place, sealed []byte) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	text, err := k.Open(place, sealed)
	return string(text), err
}

// Format keeps the key out of whatever is printed.
func (k *DataKey) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }
