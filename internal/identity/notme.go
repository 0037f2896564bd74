package identity

import (
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"time"

	"github.com/google/uuid"

	"okno/internal/kit/secret"
)

// notMeLife is for how long the link of a security notice works.
const notMeLife = 30 * 24 * time.Hour

// A link of «It wasn't me» carries account, end and a keyed hash: notices are
// many, and nothing has to be stored for one.
const (
	notMeHead  = 16 + 4 // account, end in minutes since 1970
	notMeBytes = notMeHead + secret.IndexSize
)

// notMeToken is for the account's notices of now.
func (i *Identity) notMeToken(owner string) string {
	account, err := uuid.Parse(owner)
	if err != nil {
		return "" // a test's account: its notices have no link
	}
	end := i.Clock.Now().Add(notMeLife).Unix() / 60
	head := binary.BigEndian.AppendUint32(account[:], uint32(end)) //nolint:gosec // minutes fit until the year 10136
	return base64.RawURLEncoding.EncodeToString(append(head, i.keys().Index("identity not me", "", string(head))...))
}

// NotMePath is where notices lead that other rooms send about an account's safety:
// to the same «It wasn't me» as those of this one.
func (i *Identity) NotMePath(account string) string { return i.notMePath(account) }

// notMePath is where the notices of an account lead.
func (i *Identity) notMePath(owner string) string {
	if token := i.notMeToken(owner); token != "" {
		return "/not-me/" + token
	}
	return securityPath
}

// notMeOwner is the account of a link's token. ErrLinkOver for one that is no
// token, or too old.
func (i *Identity) notMeOwner(token string) (string, error) {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) != notMeBytes {
		return "", ErrLinkOver
	}
	head, mac := raw[:notMeHead], raw[notMeHead:]
	right := 0
	for _, want := range i.keys().Indexes("identity not me", "", string(head)) {
		right |= subtle.ConstantTimeCompare(want, mac)
	}
	end := time.Unix(int64(binary.BigEndian.Uint32(head[16:]))*60, 0)
	if right != 1 || !i.Clock.Now().Before(end) {
		return "", ErrLinkOver
	}
	account, err := uuid.FromBytes(head[:16])
	if err != nil {
		return "", ErrLinkOver
	}
	return account.String(), nil
}
