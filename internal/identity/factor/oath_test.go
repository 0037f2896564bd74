package factor_test

import (
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"okno/internal/identity/factor"
)

const ascii = "12345678901234567890"

// TestHOTPVectors are those of RFC 4226, appendix D.
func TestHOTPVectors(t *testing.T) {
	t.Parallel()
	for n, want := range []string{
		"755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489",
	} {
		if got := factor.HOTP([]byte(ascii), int64(n), 6); got != want {
			t.Errorf("count %d: %s, want %s", n, got, want)
		}
	}
}

// TestTOTPVectors are those of RFC 6238, appendix B, for SHA-1.
func TestTOTPVectors(t *testing.T) {
	t.Parallel()
	for at, want := range map[int64]string{
		59: "94287082", 1111111109: "07081804", 1111111111: "14050471", 1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130",
	} {
		if got := factor.HOTP([]byte(ascii), at/30, 8); got != want {
			t.Errorf("at %d: %s, want %s", at, got, want)
		}
	}
}

func TestCounterToken(t *testing.T) {
	t.Parallel()
	d := factor.Device{Secret: factor.Base32([]byte(ascii)), Mode: "hotp", Digits: 6}
	code := func(n int64) string { return factor.HOTP([]byte(ascii), n, 6) }
	for name, c := range map[string]struct {
		typed string
		last  int64
		next  int64
		ok    bool
	}{
		"the next": {code(0), 0, 1, true}, "pressed in vain": {code(10), 0, 11, true}, "too far": {code(11), 0, 0, false},
		"used": {code(4), 5, 0, false}, "two bring it back": {code(150) + code(151), 5, 152, true}, "not in a row": {code(150) + code(152), 5, 0, false},
		"too long": {code(5) + "1", 5, 0, false},
	} {
		next, _, ok := d.Find(c.typed, c.last, time.Time{})
		if ok != c.ok || ok && next != c.next {
			t.Errorf("%s: %d, %v", name, next, ok)
		}
	}
}

func TestClockToken(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	at := now.Unix() / 60
	d := factor.Device{Secret: factor.Base32([]byte(ascii)), Mode: "totp", Digits: 8, Period: 60}
	code := func(n int64) string { return factor.HOTP([]byte(ascii), at+n, 8) }
	for name, c := range map[string]struct {
		typed       string
		drift, last int64
		want        int64
		ok          bool
	}{
		"now": {code(0), 0, 0, 0, true}, "slow": {code(-2), 0, 0, -2, true}, "slower": {code(-3), 0, 0, 0, false},
		"slower, as before": {code(-3), -2, 0, -3, true}, "used": {code(0), 0, at, 0, false}, "two bring it back": {code(-50) + code(-49), 0, 0, -49, true},
	} {
		d.Drift = c.drift
		step, drift, ok := d.Find(c.typed, c.last, now)
		if ok != c.ok || ok && (step != at+c.want || drift != c.want) {
			t.Errorf("%s: %d, %d, %v", name, step-at, drift, ok)
		}
	}
}

func TestParseSecret(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"3132333435363738393031323334353637383930": ascii, "31:32:33 34-35 36 37 38 39 30": "1234567890",
		"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ": ascii, "gezd gnbv gy3t qojq": "1234567890", "GEZDGNBV": "", "": "", "!": "", strings.Repeat("A", 600): "",
	} {
		got, ok := factor.ParseSecret(in)
		if ok != (want != "") || ok && string(got) != want {
			t.Errorf("%q: %s, %v", in, hex.EncodeToString(got), ok)
		}
	}
}

func FuzzParseSecret(f *testing.F) {
	for _, s := range []string{"3132", "GEZDGNBVGY3TQOJQ", "", "\xff", "ПРИВЕТ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if raw, ok := factor.ParseSecret(s); ok && (len(raw) < 10 || len(raw) > 128) {
			t.Fatalf("%q gives %d bytes", s, len(raw))
		}
	})
}

func FuzzTyped(f *testing.F) {
	for _, s := range []string{"123 456", "７５５２２４", "7K2M-9PQR-XXXX", "o1l", "\x00", "−"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if d, ok := factor.DigitsOf(s, 16); ok && (len(d) == 0 || len(d) > 16 || strings.Trim(d, "0123456789") != "") {
			t.Fatalf("%q gives %q", s, d)
		}
		if c, ok := factor.ParseRecovery(s); ok && len(c) != 12 {
			t.Fatalf("%q gives %q", s, c)
		}
		if n, err := factor.ParseName(s); err == nil && strings.ContainsAny(n, "\r\n\t") {
			t.Fatalf("%q is the name %q", s, n)
		}
	})
}
