package device

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"

	"okno/internal/identity"
	"okno/internal/identity/device/devicedb"
	"okno/internal/kit/db"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
	"okno/internal/notify/webpush"
)

// mostDevices is how many devices of one person take push messages.
const mostDevices = 10

// Device takes push messages.
type Device struct {
	ID, Name      string
	Created, Used db.Time
	// This is the browser of the request.
	This bool
	// subscription is JSON.
	subscription string
	hash         string
}

// Devices lists the actor's devices, the oldest first. browser is the secret that
// the request's browser holds, "" for none.
func (r *Room) Devices(ctx context.Context, browser string) ([]Device, error) {
	if err := identity.NeedSignedIn(ctx); err != nil {
		return nil, err
	}
	return r.devicesOf(ctx, identity.ActorOf(ctx).ID, browser)
}

func (r *Room) devicesOf(ctx context.Context, owner, browser string) ([]Device, error) {
	rows, err := r.store.read().DevicesOf(ctx, owner)
	if err != nil || len(rows) == 0 {
		return nil, db.Classify(err)
	}
	key, err := r.Sealer.Key(ctx, owner, secret.Person)
	if err != nil {
		return nil, err
	}
	all := make([]Device, len(rows))
	for n, row := range rows {
		d := Device{ID: row.ID, Created: row.CreatedAt, Used: row.UsedAt, hash: string(row.SecretHash)}
		d.This = browser != "" && string(id.Hash(browser)) == d.hash
		if d.Name, err = key.OpenString(devicePlace("name_sealed", row.ID), row.NameSealed); err != nil {
			return nil, err
		}
		if d.subscription, err = key.OpenString(devicePlace("keys_sealed", row.ID), row.KeysSealed); err != nil {
			return nil, err
		}
		all[n] = d
	}
	return all, nil
}

func devicePlace(column, device string) secret.Place {
	return secret.At("identity_push_devices", column, device)
}

// Subscribe adds the request's browser to the actor's devices; a factor must have
// been given just now, one that is held if any is. It gives the secret that the
// browser keeps. Errors: identity.ErrFresh, identity.ErrHeld, ErrSubscription,
// ErrTooMany.
func (r *Room) Subscribe(ctx context.Context, raw string) (browser string, err error) {
	if err := r.Identity.NeedToAdd(ctx); err != nil {
		return "", err
	}
	if r.Push == nil {
		return "", ErrNoPush
	}
	s, err := r.Push.ParseSubscription(raw)
	if err != nil {
		return "", ErrSubscription.Wrap(err)
	}
	actor := identity.ActorOf(ctx)
	had, err := r.devicesOf(ctx, actor.ID, "")
	if err != nil {
		return "", err
	}
	if len(had) >= mostDevices {
		return "", ErrTooMany
	}
	key, err := r.Sealer.Key(ctx, actor.ID, secret.Person)
	if err != nil {
		return "", err
	}
	clean, err := json.Marshal(s)
	if err != nil {
		return "", err
	}
	browser = id.Token()
	row := devicedb.InsertDeviceParams{OwnerID: actor.ID, ID: id.New(), EndpointIndex: r.endpointIndex(s.Endpoint), SecretHash: id.Hash(browser)}
	row.NameSealed = key.SealString(devicePlace("name_sealed", row.ID), identity.DeviceName(actor.Agent))
	row.EndpointSealed = key.SealString(devicePlace("endpoint_sealed", row.ID), s.Endpoint)
	row.KeysSealed = key.SealString(devicePlace("keys_sealed", row.ID), string(clean))
	batch, err := r.Identity.SecurityNotice(ctx, actor.ID, false, "identity.device.notice.added_subject", "identity.device.notice.added")
	if err != nil {
		return "", err
	}
	return browser, r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		row.CreatedAt = tx.Now()
		// The same browser once more: the new keys replace the old.
		if err := in(tx).DeleteEndpoint(ctx, devicedb.DeleteEndpointParams{OwnerID: actor.ID, EndpointIndex: row.EndpointIndex}); err != nil {
			return err
		}
		if err := in(tx).InsertDevice(ctx, row); err != nil {
			return err
		}
		if err := r.Audit.Write(ctx, tx, actor.Entry("identity.device_added", actor.ID, "device:"+row.ID)); err != nil {
			return err
		}
		return r.Notify.Send(ctx, tx, batch)
	})
}

func (r *Room) endpointIndex(endpoint string) []byte {
	return r.Sealer.Keyset().Index("identity push endpoint", "", endpoint)
}

// Remove takes a device away from the actor's, but not the last one where nothing
// else signs in. Errors: identity.ErrFresh, ErrNoDevice, those of Last.
func (r *Room) Remove(ctx context.Context, device string) error {
	if err := identity.NeedFresh(ctx); err != nil {
		return err
	}
	actor := identity.ActorOf(ctx)
	if n, err := r.Pushes(ctx, actor.ID); err != nil || n == 1 && r.Last != nil {
		if err == nil {
			err = r.Last(ctx, KindPush)
		}
		if err != nil {
			return err
		}
	}
	batch, err := r.Identity.SecurityNotice(ctx, actor.ID, false, "identity.device.notice.removed_subject", "identity.device.notice.removed")
	if err != nil {
		return err
	}
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := in(tx).DeleteDevice(ctx, devicedb.DeleteDeviceParams{OwnerID: actor.ID, ID: device})
		if err == nil && n == 0 {
			err = ErrNoDevice
		}
		if err != nil {
			return err
		}
		if err := r.Audit.Write(ctx, tx, actor.Entry("identity.device_removed", actor.ID, "device:"+device)); err != nil {
			return err
		}
		return r.Notify.Send(ctx, tx, batch)
	})
}

// Gone forgets a device that its push service no longer knows.
func (r *Room) Gone(ctx context.Context, owner, endpoint string) {
	err := r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return in(tx).DeleteEndpoint(ctx, devicedb.DeleteEndpointParams{OwnerID: owner, EndpointIndex: r.endpointIndex(endpoint)})
	})
	if err != nil {
		r.Log.WarnContext(ctx, "a device that is gone was not forgotten", "err", err)
	}
}

// vapidName is the row of the key by which push services know the portal.
const vapidName = "vapid"

// VAPID are the portal's keys for push services (RFC 8292), made at first use and
// kept sealed.
func (r *Room) VAPID(ctx context.Context) (private, public string, err error) {
	if given := r.vapid.Load(); given != nil {
		return given[0], given[1], nil
	}
	key, err := r.Sealer.Key(ctx, portalKey, secret.Agency)
	if err != nil {
		return "", "", err
	}
	sealed, found, err := one(r.store.read().KeyNamed(ctx, vapidName))
	if err != nil {
		return "", "", err
	}
	if !found {
		if sealed, err = r.makeVAPID(ctx, key); err != nil {
			return "", "", err
		}
	}
	raw, err := key.OpenString(vapidPlace(), sealed)
	if err != nil {
		return "", "", err
	}
	private, public, _ = strings.Cut(raw, " ")
	r.vapid.Store(&[2]string{private, public})
	return private, public, nil
}

func vapidPlace() secret.Place { return secret.At("identity_device_keys", "key_sealed", vapidName) }

// makeVAPID keeps the first key that any node has made.
func (r *Room) makeVAPID(ctx context.Context, key *secret.DataKey) (sealed []byte, err error) {
	made, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	text := base64.RawURLEncoding.EncodeToString(made.Bytes()) + " " + base64.RawURLEncoding.EncodeToString(made.PublicKey().Bytes())
	mine := key.SealString(vapidPlace(), text)
	err = r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := in(tx).InsertKey(ctx, devicedb.InsertKeyParams{Name: vapidName, KeySealed: mine, CreatedAt: tx.Now()}); err != nil {
			return err
		}
		sealed, err = in(tx).KeyNamed(ctx, vapidName)
		return err
	})
	return sealed, err
}

// SetVAPID takes the keys of the configuration instead. The public one is that of
// the private one. Error: they are no keys.
func (r *Room) SetVAPID(private string) error {
	raw, err := base64.RawURLEncoding.DecodeString(private)
	if err != nil {
		return errBadVAPID
	}
	key, err := ecdh.P256().NewPrivateKey(raw)
	if err != nil {
		return errBadVAPID
	}
	r.vapid.Store(&[2]string{private, base64.RawURLEncoding.EncodeToString(key.PublicKey().Bytes())})
	return nil
}

var errBadVAPID = errors.New("the VAPID key must be 32 bytes in base64url")

// subscriber is what Room needs of the gateway of push messages.
type subscriber interface {
	ParseSubscription(raw string) (webpush.Subscription, error)
}
