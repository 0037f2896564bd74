package device

import (
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"okno/internal/kit/db"
)

// A code is what a QR code says of an ask: its id, which half a minute it is of,
// and a proof that the portal made it. 16 + 2 + 12 bytes, 40 characters.
const (
	codeStep  = 30 * time.Second
	codeProof = 12
	codeBytes = 16 + 2 + codeProof
	// codeBack is how many steps a code is good for after its own: time to read it.
	codeBack = 1
)

// codePath is what stands before a code in an address.
const codePath = "/q/"

// longestRead bounds what a camera may have read.
const longestRead = 500

// prover makes the proof of an ask's step under every living key, the one in use first.
type prover func(value string) [][]byte

// stepOf is the number of the half minute since the ask was made.
func stepOf(created, now db.Time) uint16 {
	return uint16(max(0, min(int64(now.Sub(created)/codeStep), 1<<15))) //nolint:gosec // bounded
}

// codeOf writes the code of the ask for now.
func codeOf(ask string, created, now db.Time, prove prover) (string, error) {
	raw, err := uuid.Parse(ask)
	if err != nil {
		return "", err
	}
	step := stepOf(created, now)
	out := append([]byte{}, raw[:]...)
	out = binary.BigEndian.AppendUint16(out, step)
	out = append(out, proofOf(prove, ask, step)[0]...)
	return base64.RawURLEncoding.EncodeToString(out), nil
}

// code is a code taken apart. It proves nothing until it is checked.
type code struct {
	ask   string
	step  uint16
	proof []byte
}

// parseCode reads a code; ok is false for anything else.
func parseCode(s string) (code, bool) {
	if len(s) != base64.RawURLEncoding.EncodedLen(codeBytes) {
		return code{}, false
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(raw) != codeBytes {
		return code{}, false
	}
	ask, err := uuid.FromBytes(raw[:16])
	if err != nil || ask.Version() != 7 {
		return code{}, false
	}
	return code{ask: ask.String(), step: binary.BigEndian.Uint16(raw[16:18]), proof: raw[18:]}, true
}

// proven reports whether the portal made the code.
func (c code) proven(prove prover) bool {
	ok := 0
	for _, want := range proofOf(prove, c.ask, c.step) {
		ok |= subtle.ConstantTimeCompare(want, c.proof)
	}
	return ok == 1
}

// current reports whether the code is of this half minute or the one before.
func (c code) current(created, now db.Time) bool {
	age := int(stepOf(created, now)) - int(c.step)
	return age >= 0 && age <= codeBack
}

func proofOf(prove prover, ask string, step uint16) [][]byte {
	var all [][]byte
	for _, p := range prove(ask + " " + strconv.Itoa(int(step))) {
		all = append(all, p[len(p)-codeProof:])
	}
	return all
}

// pathRead makes of what a camera read, or somebody pasted, a path of this
// portal: that of a code, or of a document on paper that carries a code. base is
// the portal's address. ok is false for everything else: a camera reads whatever
// hangs on a wall.
func pathRead(text, base string) (path string, ok bool) {
	text = strings.TrimSpace(text)
	if len(text) > longestRead {
		return "", false
	}
	if _, known := parseCode(text); known {
		return codePath + text, true
	}
	u, err := url.Parse(text)
	b, berr := url.Parse(base)
	if err != nil || berr != nil || u.User != nil || !strings.EqualFold(u.Scheme, b.Scheme) || !strings.EqualFold(u.Host, b.Host) {
		return "", false
	}
	if rest, found := strings.CutPrefix(u.Path, codePath); found {
		_, known := parseCode(rest)
		return codePath + rest, known
	}
	if rest, found := strings.CutPrefix(u.Path, "/v/"); found && rest != "" && !strings.Contains(rest, "/") {
		return "/v/" + url.PathEscape(rest), true
	}
	return "", false
}
