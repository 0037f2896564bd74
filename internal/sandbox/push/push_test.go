package push_test

import (
	"crypto/ecdh"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"okno/internal/kit/clock"
	"okno/internal/sandbox/push"
)

// TestVector is the example of RFC 8291, appendix A.
func TestVector(t *testing.T) {
	t.Parallel()
	raw := func(s string) []byte {
		b, err := base64.RawURLEncoding.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	key, err := ecdh.P256().NewPrivateKey(raw("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"))
	if err != nil {
		t.Fatal(err)
	}
	body := raw("DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN")
	plain, err := push.Open(key, raw("BTBZMqHH6r4Tts7J_aSIgg"), body)
	if err != nil || string(plain) != "When I grow up, I want to be a watermelon" {
		t.Errorf("%q %v", plain, err)
	}
}

func TestUnsignedIsRefused(t *testing.T) {
	t.Parallel()
	s := push.New(clock.System())
	one, err := s.Subscribe("http://push.example")
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, strings.TrimPrefix(one.Endpoint, "http://push.example"), strings.NewReader("x"))
	r.Header.Set("Content-Encoding", "aes128gcm")
	r.Header.Set("TTL", "60")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if w.Code != http.StatusForbidden {
		t.Errorf("status %d", w.Code)
	}
}
