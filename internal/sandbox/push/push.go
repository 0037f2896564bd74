// Package push plays a push service (RFC 8030) and, because a browser without one
// is of no use in a trial, the browser that subscribes to it: it makes
// subscriptions with keys of its own, takes sealed messages (RFC 8291) signed by
// the portal (RFC 8292), and shows them opened.
package push

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"okno/internal/kit/clock"
)

// Bounds of a push service.
const (
	most      = 4096 // bytes of a message (RFC 8030 §7.2 asks for that many at least)
	mostKept  = 50   // messages of one subscription
	mostSubs  = 1000
	tokenLife = 24 * time.Hour // RFC 8292 §2
)

// Subscription is what PushSubscription.toJSON() gives a page.
type Subscription struct {
	Endpoint string            `json:"endpoint"`
	Keys     map[string]string `json:"keys"`
}

// Message is one that was taken, opened.
type Message struct {
	At      time.Time       `json:"at"`
	TTL     string          `json:"ttl"`
	Urgency string          `json:"urgency"`
	Subject string          `json:"subject"` // whom to write to, from the token
	Data    json.RawMessage `json:"data"`
}

type subscription struct {
	key      *ecdh.PrivateKey
	auth     []byte
	messages []Message
}

// Service is the push service.
type Service struct {
	clock clock.Clock
	mu    sync.Mutex
	subs  map[string]*subscription
}

// New is an empty service.
func New(clk clock.Clock) *Service {
	return &Service{clock: clk, subs: map[string]*subscription{}}
}

// Subscribe makes a subscription whose endpoint begins with base.
func (s *Service) Subscribe(base string) (Subscription, error) {
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return Subscription{}, err
	}
	one := &subscription{key: key, auth: make([]byte, 16)}
	_, _ = rand.Read(one.auth)
	raw := make([]byte, 16)
	_, _ = rand.Read(raw)
	name := text(raw)
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.subs) >= mostSubs {
		return Subscription{}, errors.New("too many subscriptions")
	}
	s.subs[name] = one
	return Subscription{Endpoint: base + "/push/send/" + name, Keys: map[string]string{"p256dh": text(key.PublicKey().Bytes()), "auth": text(one.auth)}}, nil
}

// Unsubscribe forgets a subscription: the service answers 410 from then on.
func (s *Service) Unsubscribe(endpoint string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.subs, nameOf(endpoint))
}

// Messages are those of an endpoint, the newest first.
func (s *Service) Messages(endpoint string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	one := s.subs[nameOf(endpoint)]
	if one == nil {
		return []Message{}
	}
	all := slices.Clone(one.messages)
	slices.Reverse(all)
	return append([]Message{}, all...)
}

func nameOf(endpoint string) string { return endpoint[strings.LastIndexByte(endpoint, '/')+1:] }

// ServeHTTP takes messages: POST /push/send/{name}.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status := http.StatusCreated
	defer func() { w.WriteHeader(status) }()
	body, err := io.ReadAll(io.LimitReader(r.Body, most+1))
	switch {
	case err != nil || r.Method != http.MethodPost || r.Header.Get("Content-Encoding") != "aes128gcm" || r.Header.Get("TTL") == "":
		status = http.StatusBadRequest
		return
	case len(body) > most:
		status = http.StatusRequestEntityTooLarge
		return
	}
	subject, err := vapid(r.Header.Get("Authorization"), "http://"+r.Host, s.clock.Now())
	if err != nil {
		status = http.StatusForbidden
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	one := s.subs[nameOf(r.URL.Path)]
	if one == nil {
		status = http.StatusGone
		return
	}
	data, err := Open(one.key, one.auth, body)
	if err != nil || !json.Valid(data) {
		status = http.StatusBadRequest
		return
	}
	one.messages = append(one.messages, Message{At: s.clock.Now(), TTL: r.Header.Get("TTL"), Urgency: r.Header.Get("Urgency"), Subject: subject, Data: data})
	if len(one.messages) > mostKept {
		one.messages = one.messages[1:]
	}
}

var errMessage = errors.New("the message is damaged")

// Open undoes what RFC 8291 does with RFC 8188: one record of aes128gcm.
func Open(key *ecdh.PrivateKey, auth, body []byte) ([]byte, error) {
	if len(body) < 21 || len(body) < 21+int(body[20]) {
		return nil, errMessage
	}
	salt, sender, sealed := body[:16], body[21:21+int(body[20])], body[21+int(body[20]):]
	if size := binary.BigEndian.Uint32(body[16:20]); size < 18 || len(sealed) > int(size) {
		return nil, errMessage
	}
	public, err := ecdh.P256().NewPublicKey(sender)
	if err != nil {
		return nil, errMessage
	}
	shared, err := key.ECDH(public)
	if err != nil {
		return nil, errMessage
	}
	info := "WebPush: info\x00" + string(key.PublicKey().Bytes()) + string(sender)
	ikm, err := hkdf.Key(sha256.New, shared, auth, info, 32)
	if err != nil {
		return nil, errMessage
	}
	cek, kerr := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: aes128gcm\x00", 16)
	nonce, nerr := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: nonce\x00", 12)
	if kerr != nil || nerr != nil {
		return nil, errMessage
	}
	block, err := aes.NewCipher(cek)
	if err != nil {
		return nil, errMessage
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, errMessage
	}
	plain, err := gcm.Open(nil, nonce, sealed, nil)
	if err != nil {
		return nil, errMessage
	}
	return unpad(plain)
}

// unpad cuts the padding after the delimiter 2 of the last record (RFC 8188 §2).
func unpad(plain []byte) ([]byte, error) {
	for n := len(plain) - 1; n >= 0; n-- {
		switch plain[n] {
		case 0:
		case 2:
			return plain[:n], nil
		default:
			return nil, errMessage
		}
	}
	return nil, errMessage
}

var errToken = errors.New("the portal has not signed")

// vapid checks the portal's signature (RFC 8292): a JWT with ES256 by the key that
// stands beside it, for this service, not for longer than a day.
func vapid(header, audience string, now time.Time) (subject string, err error) {
	rest, ok := strings.CutPrefix(header, "vapid ")
	if !ok {
		return "", errToken
	}
	fields := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		k, v, _ := strings.Cut(strings.TrimSpace(part), "=")
		fields[k] = v
	}
	raw, err := base64.RawURLEncoding.DecodeString(fields["k"])
	if err != nil {
		return "", errToken
	}
	signed, signature, ok := cutLast(fields["t"], '.')
	sig, err := base64.RawURLEncoding.DecodeString(signature)
	if err != nil || !ok || len(sig) != 64 {
		return "", errToken
	}
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), raw)
	if err != nil {
		return "", errToken
	}
	sum := sha256.Sum256([]byte(signed))
	if !ecdsa.Verify(public, sum[:], new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])) {
		return "", errToken
	}
	return claims(signed, audience, now)
}

func claims(signed, audience string, now time.Time) (string, error) {
	_, payload, _ := strings.Cut(signed, ".")
	raw, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil {
		return "", errToken
	}
	var c struct {
		Aud string `json:"aud"`
		Exp int64  `json:"exp"`
		Sub string `json:"sub"`
	}
	if json.Unmarshal(raw, &c) != nil || c.Aud != audience || c.Exp <= now.Unix() || c.Exp > now.Add(tokenLife).Unix() {
		return "", errToken
	}
	return c.Sub, nil
}

func cutLast(s string, by byte) (before, after string, ok bool) {
	n := strings.LastIndexByte(s, by)
	if n < 0 {
		return s, "", false
	}
	return s[:n], s[n+1:], true
}

func text(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }
