package device_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"okno/internal/identity"
	"okno/internal/identity/device"
	"okno/internal/identity/identitytest"
	"okno/internal/kit/db"
)

// TestDeedConfirmedByPhone: what was confirmed is done once, by the session that
// asked, and nothing else is.
func TestDeedConfirmedByPhone(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, p *portal) {
		p.rt.Handle("POST /pay", identity.SignedIn(), func(w http.ResponseWriter, r *http.Request) error {
			return p.room.ConfirmBy(w, r, device.Deed{Ref: "payment:1:150000", Text: "Оплатить пошлину 1500 ₽", Back: "/paid"})
		})
		p.rt.Handle("GET /paid", identity.SignedIn(), func(w http.ResponseWriter, r *http.Request) error {
			return p.id.DB.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
				return p.room.Confirmed(ctx, tx, "payment:1:"+r.URL.Query().Get("sum"))
			})
		})
		account := identitytest.Account(t, p.id, phone)
		computer, elsewhere, hand := p.signedIn(desktop, account), p.signedIn(desktop, account), p.signedIn(handset, account)
		computer.post("/pay").goes(t, "/confirm?to=%2Fpaid")
		computer.get("/paid?sum=150000").shows(t, 403)
		ask := hand.get(computer.link("/confirm")).location
		hand.get(ask).shows(t, 200, "Оплатить пошлину 1500 ₽", "Подтвердить")
		hand.post(ask+"/confirm").goes(t, ask)
		computer.get("/confirm?to=%2Fpaid").goes(t, "/paid")
		computer.get("/paid?sum=990000").shows(t, 403)
		elsewhere.get("/paid?sum=150000").shows(t, 403)
		computer.get("/paid?sum=150000").shows(t, 200)
		computer.get("/paid?sum=150000").shows(t, 403) // once
		computer.post("/pay")
		ask = hand.get(computer.link("/confirm")).location
		hand.post(ask+"/refuse").goes(t, ask)
		computer.get("/confirm?to=%2Fpaid").shows(t, 200, "не подтверждено")
		computer.get("/paid?sum=150000").shows(t, 403)
		computer.post("/pay")
		ask = hand.get(computer.link("/confirm")).location
		hand.post(ask+"/confirm").goes(t, ask)
		p.clk.Advance(3 * time.Minute)
		computer.get("/paid?sum=150000").shows(t, 403)
		err := p.id.DB.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error { return p.room.Confirmed(ctx, tx, "x") })
		if !errors.Is(err, device.ErrNotConfirmed) {
			t.Errorf("nobody's act: %v", err)
		}
	})
}
