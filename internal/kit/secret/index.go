package secret

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
)

// IndexSize is the size of a blind index in bytes: version 4, HMAC 16.
const IndexSize = 4 + 16

type indexKey struct {
	version uint32
	key     []byte
}

// Index is the blind index of a value: equal for equal values of one purpose ("snils")
// and scope (an agency's id, "" for the whole portal), and telling nothing without the
// key. Normalise the value first. It begins with its version, so rows still to be
// indexed anew sort first.
func (k *Keyset) Index(purpose, scope, value string) []byte {
	indexes := k.keys.Load().indexes
	return indexes[len(indexes)-1].index(purpose, scope, value)
}

// Indexes gives the index under every living version, the one in use first: what to
// look for while a rotation is under way.
func (k *Keyset) Indexes(purpose, scope, value string) [][]byte {
	indexes := k.keys.Load().indexes
	all := make([][]byte, 0, len(indexes))
	for i := len(indexes) - 1; i >= 0; i-- {
		all = append(all, indexes[i].index(purpose, scope, value))
	}
	return all
}

// index is HMAC-SHA256 cut to 128 bits (RFC 2104 §5) under a key of purpose and scope.
func (k indexKey) index(purpose, scope, value string) []byte {
	// Expand fails only when asked for more than 255 blocks.
	key, _ := hkdf.Expand(sha256.New, k.key, string(additional([]byte("okno index v1"), purpose, scope)), KeySize)
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(value))
	return append(binary.BigEndian.AppendUint32(nil, k.version), mac.Sum(nil)[:IndexSize-4]...)
}
