package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
)

// KeySize is the size of every key here, in bytes.
const KeySize = 32

// Suites: the first byte of what is sealed.
const (
	suiteField = 1 // AES-256-GCM
	suiteFile  = 2 // AES-256-GCM-HKDF-SHA256, streamed
)

// Sizes of the header's parts, in bytes.
const (
	headerSize = 1 + 4
	nonceSize  = 12
	tagSize    = 16
)

// Overhead is by how much a sealed field is longer than its plaintext, in bytes.
const Overhead = headerSize + nonceSize + tagSize

// Place says where a ciphertext lives. The owner is the key's; Row is the row's key,
// with its parts joined where it has several.
type Place struct {
	Table, Column, Row string
}

// At is Place{table, column, row}.
func At(table, column, row string) Place { return Place{table, column, row} }

// additional is the data that a ciphertext is bound to. Every part is preceded by its
// length, so that no two lists of parts give the same bytes.
func additional(header []byte, parts ...string) []byte {
	size := len(header) + len(parts)*binary.MaxVarintLen32
	for _, part := range parts {
		size += len(part)
	}
	ad := append(make([]byte, 0, size), header...)
	for _, part := range parts {
		ad = binary.AppendUvarint(ad, uint64(len(part)))
		ad = append(ad, part...)
	}
	return ad
}

func header(suite byte, id uint32) []byte {
	return binary.BigEndian.AppendUint32([]byte{suite}, id)
}

// headerID gives the key's number of what is sealed with the suite.
func headerID(suite byte, sealed []byte) (uint32, bool) {
	if len(sealed) < headerSize || sealed[0] != suite {
		return 0, false
	}
	return binary.BigEndian.Uint32(sealed[1:headerSize]), true
}

func newGCM(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// seal gives header | nonce | ciphertext. Nonces are random: a data key seals far
// fewer than the 2^32 messages that 96 bits allow, a wrapping key lives for a day.
func seal(aead cipher.AEAD, id uint32, plaintext []byte, parts ...string) []byte {
	out := make([]byte, headerSize+nonceSize, Overhead+len(plaintext))
	copy(out, header(suiteField, id))
	_, _ = rand.Read(out[headerSize:]) // never fails: crypto/rand ends the program instead
	return aead.Seal(out, out[headerSize:], plaintext, additional(out[:headerSize], parts...))
}

func open(aead cipher.AEAD, sealed []byte, parts ...string) ([]byte, error) {
	if len(sealed) < Overhead {
		return nil, ErrDamaged
	}
	head, nonce, body := sealed[:headerSize], sealed[headerSize:headerSize+nonceSize], sealed[headerSize+nonceSize:]
	plaintext, err := aead.Open(nil, nonce, body, additional(head, parts...))
	if err != nil {
		return nil, ErrDamaged
	}
	return plaintext, nil
}
