package factor

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // what RFC 4226 asks for, under HMAC
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode"
)

// hotp is the code of a count (RFC 4226 §5.3). HMAC-SHA-1 is what the standard's
// devices compute; SHA-1's collisions don't touch it.
func hotp(secret []byte, count int64, digits int) string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(count))
	mac := hmac.New(sha1.New, secret)
	mac.Write(b[:])
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 15
	n := binary.BigEndian.Uint32(sum[at:at+4]) & 0x7fffffff
	mod := uint32(1)
	for range digits {
		mod *= 10
	}
	return fmt.Sprintf("%0*d", digits, n%mod)
}

// match finds the first of the counts from … to whose code it is.
func match(secret []byte, typed string, from, to int64) (int64, bool) {
	for n := max(from, 0); n <= to; n++ {
		if subtle.ConstantTimeCompare([]byte(hotp(secret, n, len(typed))), []byte(typed)) == 1 {
			return n, true
		}
	}
	return 0, false
}

// matchTwo finds the first count whose code is one and the next count's two.
func matchTwo(secret []byte, one, two string, from, to int64) (int64, bool) {
	for n := max(from, 0); n <= to; n++ {
		a := subtle.ConstantTimeCompare([]byte(hotp(secret, n, len(one))), []byte(one))
		b := subtle.ConstantTimeCompare([]byte(hotp(secret, n+1, len(two))), []byte(two))
		if a&b == 1 {
			return n + 1, true
		}
	}
	return 0, false
}

// digitsOf takes codes as people type them: spaces, dashes, full-width digits
// are let be. ok is false when there is anything else, or more than most.
func digitsOf(s string, most int) (string, bool) {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r >= '０' && r <= '９': // data: full-width digits
			b.WriteRune(r - '０' + '0') // data: full-width digits
		case r == '−', r == ',', unicode.IsSpace(r), unicode.Is(unicode.Pd, r), unicode.Is(unicode.Cf, r):
		default:
			return "", false
		}
		if b.Len() > most {
			return "", false
		}
	}
	return b.String(), b.Len() > 0
}

// Shortest and longest secret of a device, in bytes (RFC 4226 §4 asks for 16 and
// more; devices with 10 are about, and larger ones are hashed by HMAC itself).
const minSecret, maxSecret = 10, 128

// parseSecret reads the secret of a device in hex or base32, as its papers give it.
func parseSecret(s string) ([]byte, bool) {
	plain := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '-' || r == '=' || r == ':' {
			return -1
		}
		return unicode.ToUpper(r)
	}, s)
	if len(plain) > 2*maxSecret {
		return nil, false
	}
	raw, err := hex.DecodeString(plain)
	if err != nil {
		raw, err = base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(plain)
	}
	return raw, err == nil && len(raw) >= minSecret && len(raw) <= maxSecret
}

func base32Of(raw []byte) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw)
}

// fromBase32 reads what base32Of has made; nothing for anything else.
func fromBase32(s []byte) []byte {
	raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(string(s))
	if err != nil {
		return nil
	}
	return raw
}
