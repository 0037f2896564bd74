// Package webpush takes letters to the push service of a browser (RFC 8030),
// sealed for the one device that can open them (RFC 8291) and signed by the
// portal's key (RFC 8292). The address of a push service comes from a browser,
// so nothing but services on a list is ever called: over https, at a public
// address, without redirects.
package webpush

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	wp "github.com/SherClockHolmes/webpush-go"

	"okno/internal/notify"
)

// Bounds of what is sent and taken.
const (
	timeout     = 10 * time.Second
	longest     = 2000 // bytes of an endpoint
	ttl         = 120  // seconds that a service keeps a message for a sleeping device
	answerBytes = 4 << 10
)

// KnownHosts are the push services of the browsers that people have; a name that
// begins with a dot stands for every name that ends so.
func KnownHosts() []string {
	return []string{
		"fcm.googleapis.com", "updates.push.services.mozilla.com", ".push.services.mozilla.com",
		"web.push.apple.com", ".push.apple.com", ".notify.windows.com",
	}
}

// Config is what the gateway needs.
type Config struct {
	// Hosts are the services that may be called; nil takes KnownHosts.
	Hosts []string
	// Insecure are origins ("http://127.0.0.1:8090") that may be called without
	// TLS and at private addresses: the sandbox, never in production.
	Insecure []string
	// Subscriber is an e-mail address by which a service can reach the operator.
	Subscriber string
	// Keys are the portal's VAPID keys, base64url.
	Keys func(ctx context.Context) (private, public string, err error)
	// Gone is told that a device has unsubscribed; nil for nobody.
	Gone func(ctx context.Context, owner, endpoint string)
	// Icon is the address of the message's picture, "" for none.
	Icon func() string
}

// Subscription is where a device is reached, as its browser tells it.
type Subscription struct {
	Endpoint string `json:"endpoint"`
	Keys     struct {
		P256dh string `json:"p256dh"`
		Auth   string `json:"auth"`
	} `json:"keys"`
}

// Message is what the service worker shows.
type Message struct {
	Title string `json:"title"`
	Body  string `json:"body,omitempty"`
	Path  string `json:"path,omitempty"`
	Tag   string `json:"tag,omitempty"`
	Icon  string `json:"icon,omitempty"`
}

// Errors of what a browser says.
var (
	ErrForeign = errors.New("this push service is not on the list")
	ErrKeys    = errors.New("the keys of the subscription are damaged")
)

// Gateway sends push messages.
type Gateway struct {
	cfg    Config
	client *http.Client
}

// New is a gateway; nothing is called yet.
func New(cfg Config) *Gateway {
	if cfg.Hosts == nil {
		cfg.Hosts = KnownHosts()
	}
	g := &Gateway{cfg: cfg}
	d := &net.Dialer{Timeout: timeout, Control: g.control}
	g.client = &http.Client{
		Timeout:       timeout,
		Transport:     &http.Transport{DialContext: d.DialContext, TLSHandshakeTimeout: timeout, MaxIdleConnsPerHost: 4, IdleConnTimeout: time.Minute, ForceAttemptHTTP2: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return g
}

// Name tells the gateway in logs and lists.
func (g *Gateway) Name() string { return "webpush" }

// Check reports whether the portal has its keys: there is no one service to ask.
func (g *Gateway) Check(ctx context.Context) error {
	_, _, err := g.cfg.Keys(ctx)
	return err
}

// control refuses addresses that are not of the public internet, whatever a name
// resolved to at the very moment of the call.
func (g *Gateway) control(_, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	for _, origin := range g.cfg.Insecure {
		if u, err := url.Parse(origin); err == nil && u.Host == address {
			return nil
		}
	}
	if !public(ap.Addr().Unmap()) {
		return ErrForeign
	}
	return nil
}

// public reports whether an address is one of the internet at large.
func public(ip netip.Addr) bool {
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() {
		return false
	}
	for _, p := range []string{"100.64.0.0/10", "192.0.0.0/24", "198.18.0.0/15", "240.0.0.0/4", "64:ff9b::/96", "2001:db8::/32", "2002::/16"} {
		if netip.MustParsePrefix(p).Contains(ip) {
			return false
		}
	}
	return true
}

// ParseSubscription reads what a browser's PushManager gave, and refuses services
// that are not on the list. Errors: ErrForeign, ErrKeys.
func (g *Gateway) ParseSubscription(raw string) (Subscription, error) {
	var s Subscription
	if len(raw) > 2*longest {
		return s, ErrKeys
	}
	if err := json.Unmarshal([]byte(raw), &s); err != nil {
		return s, ErrKeys
	}
	if err := g.allowed(s.Endpoint); err != nil {
		return s, err
	}
	key, kerr := decode(s.Keys.P256dh)
	auth, aerr := decode(s.Keys.Auth)
	if kerr != nil || aerr != nil || len(key) != 65 || key[0] != 4 || len(auth) != 16 {
		return s, ErrKeys
	}
	return s, nil
}

func decode(s string) ([]byte, error) {
	return base64.RawURLEncoding.DecodeString(strings.TrimRight(s, "="))
}

func (g *Gateway) allowed(endpoint string) error {
	u, err := url.Parse(endpoint)
	if err != nil || len(endpoint) > longest || u.User != nil || u.Fragment != "" || u.Opaque != "" {
		return ErrForeign
	}
	if slices.Contains(g.cfg.Insecure, u.Scheme+"://"+u.Host) {
		return nil
	}
	if u.Scheme != "https" || u.Port() != "" && u.Port() != "443" {
		return ErrForeign
	}
	host := strings.ToLower(u.Hostname())
	for _, h := range g.cfg.Hosts {
		if h == "" {
			continue
		}
		if host == h && h[0] != '.' || strings.HasPrefix(h, ".") && strings.HasSuffix(host, h) && len(host) > len(h) {
			return nil
		}
	}
	return ErrForeign
}

// Deliver sends the letter to the device whose subscription is in To. messageID
// is the message's tag: a repeat replaces it on the device.
func (g *Gateway) Deliver(ctx context.Context, l notify.Letter, messageID string) error {
	s, err := g.ParseSubscription(l.To)
	if err != nil {
		return notify.Refused(err)
	}
	private, publicKey, err := g.cfg.Keys(ctx)
	if err != nil {
		return err
	}
	m := Message{Title: l.Subject, Body: l.Text, Path: l.Link, Tag: messageID}
	if g.cfg.Icon != nil {
		m.Icon = g.cfg.Icon()
	}
	raw, err := json.Marshal(m)
	if err != nil {
		return err
	}
	res, err := wp.SendNotificationWithContext(ctx, raw, &wp.Subscription{Endpoint: s.Endpoint, Keys: wp.Keys{Auth: s.Keys.Auth, P256dh: s.Keys.P256dh}}, &wp.Options{
		HTTPClient: g.client, Subscriber: g.cfg.Subscriber, TTL: ttl, Urgency: wp.UrgencyHigh, VAPIDPublicKey: publicKey, VAPIDPrivateKey: private,
	})
	if err != nil {
		return cause(err)
	}
	defer func() { _ = res.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, answerBytes))
	return g.judge(ctx, l, s, res.StatusCode)
}

// judge reads the service's answer (RFC 8030 §5, §7.3).
func (g *Gateway) judge(ctx context.Context, l notify.Letter, s Subscription, status int) error {
	switch {
	case status >= 200 && status < 300:
		return nil
	case status == http.StatusNotFound || status == http.StatusGone:
		if g.cfg.Gone != nil {
			g.cfg.Gone(ctx, l.Owner, s.Endpoint)
		}
		return notify.Refused(errors.New("the device has unsubscribed"))
	case status == http.StatusTooManyRequests || status >= 500:
		return fmt.Errorf("push service answered %d", status)
	}
	return notify.Refused(fmt.Errorf("push service answered %d", status))
}

// cause leaves the address out: it names a device.
func cause(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	if errors.Is(err, ErrForeign) {
		return notify.Refused(ErrForeign)
	}
	return fmt.Errorf("push service: %w", err)
}
