package webpush

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"okno/internal/notify"
)

func subscriptionAt(endpoint string) string {
	var s Subscription
	s.Endpoint = endpoint
	s.Keys.P256dh = base64.RawURLEncoding.EncodeToString(append([]byte{4}, make([]byte, 64)...))
	s.Keys.Auth = base64.RawURLEncoding.EncodeToString(make([]byte, 16))
	raw, _ := json.Marshal(s)
	return string(raw)
}

func TestOnlyServicesOfTheList(t *testing.T) {
	t.Parallel()
	g := New(Config{Insecure: []string{"http://127.0.0.1:8090"}})
	for endpoint, want := range map[string]bool{
		"https://fcm.googleapis.com/fcm/send/abc":             true,
		"https://fcm.googleapis.com:443/fcm/send/abc":         true,
		"https://updates.push.services.mozilla.com/wpush/v2/": true,
		"https://web.push.apple.com/QABC":                     true,
		"https://wns2-par02p.notify.windows.com/w/?token=x":   true,
		"http://127.0.0.1:8090/push/send/x":                   true,
		"http://fcm.googleapis.com/fcm/send/abc":              false,
		"https://fcm.googleapis.com:8443/x":                   false,
		"https://fcm.googleapis.com.evil.example/x":           false,
		"https://evilfcm.googleapis.com/x":                    false,
		"https://.notify.windows.com/x":                       false,
		"https://user@fcm.googleapis.com/x":                   false,
		"https://127.0.0.1/x":                                 false,
		"http://127.0.0.1:8091/push/send/x":                   false,
		"https://[::1]/x":                                     false,
		"file:///etc/passwd":                                  false,
		"":                                                    false,
	} {
		if _, err := g.ParseSubscription(subscriptionAt(endpoint)); (err == nil) != want {
			t.Errorf("%s: %v", endpoint, err)
		}
	}
}

func TestPublicAddresses(t *testing.T) {
	t.Parallel()
	for ip, want := range map[string]bool{
		"8.8.8.8": true, "2a00:1450::1": true, "127.0.0.1": false, "10.1.2.3": false, "172.20.0.1": false, "192.168.1.1": false,
		"169.254.169.254": false, "100.64.0.1": false, "0.0.0.0": false, "224.0.0.1": false, "::1": false, "fe80::1": false, "fd00::1": false,
		"64:ff9b::7f00:1": false, "198.18.0.1": false,
	} {
		if got := public(netip.MustParseAddr(ip)); got != want {
			t.Errorf("%s: %v", ip, got)
		}
	}
	g := New(Config{})
	if err := g.control("tcp", "127.0.0.1:443", nil); err == nil {
		t.Error("a private address is called")
	}
}

// TestNameOfAPrivateAddress: a name on the list that leads inwards is not called.
func TestNameOfAPrivateAddress(t *testing.T) {
	t.Parallel()
	g := New(Config{Hosts: []string{"localhost"}, Keys: func(context.Context) (string, string, error) {
		return "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE", "", nil
	}})
	s := subscriptionAt("https://localhost/x")
	// A point of the curve, so that the message can be sealed.
	s = strings.Replace(s, base64.RawURLEncoding.EncodeToString(append([]byte{4}, make([]byte, 64)...)),
		"BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU", 1)
	err := g.Deliver(context.Background(), notify.Letter{To: s, Subject: "x"}, "1")
	if err == nil || !strings.Contains(err.Error(), ErrForeign.Error()) {
		t.Errorf("err = %v", err)
	}
}

// FuzzParseSubscription: whatever a browser says, only services of the list are called.
func FuzzParseSubscription(f *testing.F) {
	for _, s := range []string{"", "{}", subscriptionAt("https://fcm.googleapis.com/x"), subscriptionAt("https://fcm.googleapis.com@evil.example/"), subscriptionAt("https://web.push.apple.com\\@evil.example/"), `{"endpoint":1}`} {
		f.Add(s)
	}
	g := New(Config{})
	f.Fuzz(func(t *testing.T, raw string) {
		s, err := g.ParseSubscription(raw)
		if err != nil {
			return
		}
		u, err := url.Parse(s.Endpoint)
		if err != nil || u.Scheme != "https" {
			t.Fatalf("%q is let through", s.Endpoint)
		}
		for _, h := range KnownHosts() {
			if host := strings.ToLower(u.Hostname()); host == h || strings.HasSuffix(host, h) && h[0] == '.' {
				return
			}
		}
		t.Fatalf("%q is let through", s.Endpoint)
	})
}
