// Package id makes identifiers, numbers and secrets. Identifiers of rows sort
// by time and open nothing; tokens open something and are random; numbers are
// read out by people and carry a check digit. It does not store anything.
package id

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"math/big"
	"strings"

	"github.com/google/uuid"
)

// New is a fresh UUIDv7 (RFC 9562) in text form.
func New() string { return uuid.Must(uuid.NewV7()).String() }

// Valid reports whether s is a UUID in its canonical text form.
func Valid(s string) bool {
	u, err := uuid.Parse(s)
	return err == nil && u.String() == s
}

// Token is a secret of 256 random bits in base64url without padding.
func Token() string {
	b := make([]byte, 32)
	read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

// Hash is what is stored of a token: its SHA-256. Only for values with full
// entropy; codes and passwords need a keyed or slow hash.
func Hash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// Code is a decimal code of n digits with equal chances.
func Code(n int) string {
	ten := big.NewInt(10)
	var b strings.Builder
	for range n {
		d, err := rand.Int(rand.Reader, ten)
		if err != nil {
			panic(err) // crypto/rand does not fail on supported systems
		}
		b.WriteByte(byte('0' + d.Int64()))
	}
	return b.String()
}

// Open is a random number that opens something when read from paper: 100 bits
// in Crockford-like base32 (no I, L, O, U), in groups of five.
func Open() string {
	b := make([]byte, 13)
	read(b)
	enc := base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)
	s := enc.EncodeToString(b)[:20]
	return s[:5] + "-" + s[5:10] + "-" + s[10:15] + "-" + s[15:]
}

// ParseOpen brings what a person typed into the form that Open makes; ok is
// false when it can't be such a number. Letters that look like digits are read
// as digits, Cyrillic look-alikes as Latin letters.
func ParseOpen(s string) (number string, ok bool) {
	var b strings.Builder
	for _, r := range strings.ToUpper(s) {
		if strings.ContainsRune(" -–—\u00a0\t", r) {
			continue
		}
		if i := strings.IndexRune("OILАВЕКМНРСТХО", r); i >= 0 {
			r = []rune("011ABEKMHPCTX0")[runeIndex("OILАВЕКМНРСТХО", r)]
		}
		if !strings.ContainsRune("0123456789ABCDEFGHJKMNPQRSTVWXYZ", r) || b.Len() == 20 {
			return "", false
		}
		b.WriteRune(r)
	}
	s = b.String()
	if len(s) != 20 {
		return "", false
	}
	return s[:5] + "-" + s[5:10] + "-" + s[10:15] + "-" + s[15:], true
}

func runeIndex(s string, r rune) int {
	for i, c := range []rune(s) {
		if c == r {
			return i
		}
	}
	return -1
}

// Number is a random number for people: eleven digits and a check digit, in
// groups of four, such as 1234-5678-9014. The caller keeps it unique.
func Number() string {
	n := "123456789"[mustInt(9):][:1] + Code(10)
	n += string(checkDigit(n))
	return n[:4] + "-" + n[4:8] + "-" + n[8:]
}

// ParseNumber brings what a person typed into the form that Number makes; ok is
// false when digits are missing or the check digit is wrong.
func ParseNumber(s string) (number string, ok bool) {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			if b.Len() == 12 {
				return "", false
			}
			b.WriteRune(r)
		case strings.ContainsRune(" -–—\u00a0\t№", r):
		default:
			return "", false
		}
	}
	n := b.String()
	if len(n) != 12 || checkDigit(n[:11]) != n[11] {
		return "", false
	}
	return n[:4] + "-" + n[4:8] + "-" + n[8:], true
}

// damm is the quasigroup of order 10 of H. M. Damm's thesis (2004): it finds
// every single wrong digit and every swap of neighbours.
var damm = [10]string{
	"0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
	"3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
}

func checkDigit(digits string) byte {
	state := byte('0')
	for i := range len(digits) {
		state = damm[state-'0'][digits[i]-'0']
	}
	return state
}

func mustInt(limit int64) int64 {
	n, err := rand.Int(rand.Reader, big.NewInt(limit))
	if err != nil {
		panic(err) // crypto/rand does not fail on supported systems
	}
	return n.Int64()
}

func read(b []byte) { _, _ = rand.Read(b) }
