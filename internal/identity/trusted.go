package identity

import (
	"context"
	"time"

	"okno/internal/identity/identitydb"
	"okno/internal/identity/place"
	"okno/internal/kit/db"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
)

// deviceCookie names a browser, for as long as browsers keep cookies. It opens
// nothing: it tells a browser in which both factors were given once.
const deviceCookie = "okno_device"

const (
	deviceLife = 400 * 24 * time.Hour
	// keepDevices is after when an unused browser is forgotten.
	keepDevices = 180 * 24 * time.Hour
)

// Device is a browser from which the owner has signed in.
type Device struct {
	ID      string
	Name    string // "Firefox, Windows"
	Kind    string
	IP      string
	Place   place.Place
	Current bool
	Created db.Time
	Seen    db.Time
}

// deviceIndexes tell the browser's token apart for each account: what one
// account knows of a browser does not lead to another.
func (i *Identity) deviceIndexes(owner, token string) [][]byte {
	return i.keys().Indexes("identity device cookie", owner, token)
}

// deviceOf finds the browser of the request among the account's; "" for a new
// one. proved: both factors were given in it once.
func (i *Identity) deviceOf(ctx context.Context, owner string) (device string, proved bool, err error) {
	token := ActorOf(ctx).Device
	if token == "" || owner == "" {
		return "", false, nil
	}
	for _, index := range i.deviceIndexes(owner, token) {
		row, found, err := one(i.store.read().DeviceOf(ctx, identitydb.DeviceOfParams{OwnerID: owner, DeviceIndex: index}))
		if err != nil || found {
			return row.ID, row.Proved, err
		}
	}
	return "", false, nil
}

// prepareDevice makes the row of the request's browser. fresh reports that the
// account was not signed in to from it yet; token is what the browser is to keep.
func (i *Identity) prepareDevice(ctx context.Context, owner string, key *secret.DataKey) (row identitydb.PutDeviceParams, token string, fresh bool, err error) {
	known, proved, err := i.deviceOf(ctx, owner)
	if err != nil {
		return row, "", false, err
	}
	if token = ActorOf(ctx).Device; token == "" {
		token = id.Token()
	}
	row = identitydb.PutDeviceParams{OwnerID: owner, ID: or(known, id.New()), DeviceIndex: i.deviceIndexes(owner, token)[0], Proved: true}
	row.FromSealed, err = i.sealOrigin(ctx, key, secret.At("identity_devices", "from_sealed", row.ID))
	return row, token, !proved, err
}

// Devices are the browsers that the actor has signed in from, the last used first.
func (i *Identity) Devices(ctx context.Context) ([]Device, error) {
	a, err := signedIn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := i.store.read().DevicesOf(ctx, a.ID)
	if err != nil {
		return nil, db.Classify(err)
	}
	key, err := i.Sealer.Key(ctx, a.ID, secret.Person)
	if err != nil {
		return nil, err
	}
	current, _, err := i.deviceOf(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	all := make([]Device, len(rows))
	for n, r := range rows {
		from, err := openOrigin(key, secret.At("identity_devices", "from_sealed", r.ID), r.FromSealed)
		if err != nil {
			return nil, err
		}
		all[n] = Device{
			ID: r.ID, Name: deviceName(from.Agent), Kind: deviceKind(from.Agent, false), IP: from.IP, Place: from.Place,
			Current: r.ID == current, Created: r.CreatedAt, Seen: r.SeenAt,
		}
	}
	return all, nil
}

// forgetDevice takes a browser from the list and ends its sessions, but the
// actor's own. It asks for a factor, as a thief would shut the owner out by it.
// The next sign-in from it is one from a new device.
func (i *Identity) forgetDevice(ctx context.Context, device string) error {
	a, err := needProved(ctx)
	if err != nil {
		return err
	}
	return i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := in(tx).DeleteDevice(ctx, identitydb.DeleteDeviceParams{OwnerID: a.ID, ID: device})
		if err == nil && n == 0 {
			return ErrNotFound
		}
		if err != nil {
			return err
		}
		if err := i.endDevice(ctx, tx, a, device); err != nil {
			return err
		}
		return i.Audit.Write(ctx, tx, a.Entry("identity.device_forgotten", a.ID, "device:"+device))
	})
}

func (i *Identity) endDevice(ctx context.Context, tx *db.Tx, a Actor, device string) error {
	err := in(tx).EndDeviceSessions(ctx, identitydb.EndDeviceSessionsParams{OwnerID: a.ID, DeviceID: device, EndedAt: tx.Now(), ID: a.Session})
	i.touch(tx, a.ID)
	return err
}
