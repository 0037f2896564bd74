package webhook

import (
	"crypto/rand"
	"encoding/base64"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"okno/internal/kit/db"
	"okno/internal/kit/errs"
)

// States of an endpoint and of a delivery.
const (
	Active    = "active"
	Paused    = "paused"
	Failed    = "failed"
	Waiting   = "waiting"
	Delivered = "delivered"
)

// Errors of the package.
var (
	// ErrURL: an address that nothing is sent to; the field says why.
	ErrURL = errs.NewInvalid("exchange.error.url")
	// ErrNone: no such endpoint or delivery.
	ErrNone = errs.NewNotFound("exchange.error.none")
	// ErrOff: the endpoint is paused or was switched off.
	ErrOff = errs.NewConflict("exchange.error.off")
	// ErrMany: the agency has as many endpoints as it may.
	ErrMany = errs.NewConflict("exchange.error.many", "Max", endpointsMost)
)

const (
	endpointsMost = 10
	// overlap is for how long the secret before a rotation signs too.
	overlap = 24 * time.Hour
	// giveUp is after how long a failing endpoint is switched off.
	giveUp = 5 * 24 * time.Hour
	// keepLog is for how long deliveries and their tries are shown.
	keepLog = 30 * 24 * time.Hour
)

// pauses are how long to wait after the first, second … failed try: four days
// in all, as the specification suggests.
func pauses() []time.Duration {
	h := time.Hour
	return []time.Duration{5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * h, 5 * h, 10 * h, 14 * h, 20 * h, 24 * h, 24 * h}
}

// Endpoint is where an agency wants to be told.
type Endpoint struct {
	Agency, ID, URL, State, MadeBy string
	MadeAt, FailingAt              db.Time
	// OldUntil is until when the secret before signs too.
	OldUntil db.Time
}

// Delivery is one message to one endpoint.
type Delivery struct {
	Agency, ID, Endpoint, Kind, Payload, State string
	Tries                                      int
	MadeAt, NextAt, DoneAt                     db.Time
	Log                                        []Try
}

// Try is one attempt. Status is that of HTTP, 0 where none came.
type Try struct {
	Number, Status int
	At             db.Time
	Took           time.Duration
	Fault          string
}

// newSecret is a secret as the specification writes it: whsec_ and 32 bytes in base64.
func newSecret() string {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails
	return "whsec_" + base64.StdEncoding.EncodeToString(raw)
}

// checkURL refuses addresses that nothing is ever sent to. What a name resolves
// to is checked again at each connection.
func checkURL(address string, private bool) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || len(address) > 500 || u.User != nil || u.Fragment != "":
		return ErrURL.WithField("url", "exchange.error.url_form")
	case u.Scheme != "https" && !(private && u.Scheme == "http"):
		return ErrURL.WithField("url", "exchange.error.url_https")
	}
	if private {
		return nil
	}
	host := strings.ToLower(u.Hostname())
	if ip, err := netip.ParseAddr(host); err == nil && !public(ip) {
		return ErrURL.WithField("url", "exchange.error.url_private")
	}
	if host == "localhost" || !strings.Contains(host, ".") && !strings.Contains(host, ":") {
		return ErrURL.WithField("url", "exchange.error.url_private")
	}
	return nil
}

// reserved are networks that are no place in the public internet (RFC 6890 and
// its successors), beside those that net/netip knows.
func reserved() []netip.Prefix {
	var all []netip.Prefix
	for _, p := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
		"203.0.113.0/24", "240.0.0.0/4", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16",
	} {
		all = append(all, netip.MustParsePrefix(p))
	}
	return all
}

// public reports whether an address is one of the public internet.
func public(ip netip.Addr) bool {
	ip = ip.Unmap()
	if !ip.IsValid() || !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() {
		return false
	}
	for _, p := range reserved() {
		if p.Contains(ip) {
			return false
		}
	}
	return true
}
