package registry

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
)

// Headers of a signed request and of its answer.
const (
	HeaderClient    = "Okno-Client"
	HeaderDate      = "Okno-Date"
	HeaderSignature = "Okno-Signature"
)

// MaxSkew is how far the date of a request may be from the registry's clock.
const MaxSkew = 5 * time.Minute

// Sign makes the Okno-Signature of a request. The path has no query; the date
// is the very text of the Okno-Date header.
func Sign(secret []byte, method, path, date, requestID string, body []byte) string {
	return sign(secret, method, path, date, requestID, hashOf(body))
}

// SignAnswer makes the Okno-Signature of an answer.
func SignAnswer(secret []byte, requestID string, body []byte) string {
	return sign(secret, requestID, hashOf(body))
}

func sign(secret []byte, lines ...string) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(strings.Join(lines, "\n")))
	return "v1=" + hex.EncodeToString(mac.Sum(nil))
}

func hashOf(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// same compares two signatures in constant time.
func same(x, y string) bool { return hmac.Equal([]byte(x), []byte(y)) }

// fresh is true for an RFC 3339 date near enough to now.
func fresh(date string, now time.Time) bool {
	at, err := time.Parse(time.RFC3339, date)
	if err != nil {
		return false
	}
	skew := now.Sub(at)
	return skew <= MaxSkew && skew >= -MaxSkew
}
