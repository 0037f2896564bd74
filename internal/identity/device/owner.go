package device

import (
	"context"
	"time"

	"okno/internal/kit/db"
)

// Export is what the package knows of the owner, ready for JSON.
func (r *Room) Export(ctx context.Context, owner string) (map[string]any, error) {
	on, err := r.QROn(ctx, owner)
	if err != nil {
		return nil, err
	}
	devices, err := r.devicesOf(ctx, owner, "")
	if err != nil {
		return nil, err
	}
	out := make([]map[string]any, len(devices))
	for n, d := range devices {
		out[n] = map[string]any{"name": d.Name, "created_at": d.Created.Time().Format(time.RFC3339)}
	}
	return map[string]any{"sign_in_by_qr": on, "devices": out}, nil
}

// Erase deletes the owner's devices, asks and switches.
func (r *Room) Erase(ctx context.Context, tx *db.Tx, owner string) error {
	q := in(tx)
	for _, f := range []func(context.Context, string) error{q.DeleteAsksOf, q.DeleteDevices, q.DeleteSwitches} {
		if err := f(ctx, owner); err != nil {
			return err
		}
	}
	return nil
}
