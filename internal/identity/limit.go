package identity

import (
	"context"
	"net/netip"
	"time"

	"okno/internal/identity/identitydb"
	"okno/internal/kit/db"
)

// Limit refuses with ErrLimit (and RetryAfter) what comes more than n times
// within per for scope and key, counted for all nodes together. key may be
// personal: only its blind index is kept. It writes: not for every page.
func (i *Identity) Limit(ctx context.Context, scope, key string, n int, per time.Duration) error {
	var wait time.Duration
	err := i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		wait, err = i.take(ctx, tx, scope, key, n, per)
		return err
	})
	if err == nil && wait > 0 {
		return limited(wait)
	}
	return err
}

// take counts one in the transaction, or tells how long to wait. It is the
// generic cell rate algorithm: one instant a key, at which its bucket is empty.
func (i *Identity) take(ctx context.Context, tx *db.Tx, scope, key string, n int, per time.Duration) (time.Duration, error) {
	index := i.limitIndex(scope, key)
	full, _, err := one(in(tx).LimitOf(ctx, index))
	if err != nil {
		return 0, err
	}
	return count(ctx, tx, index, full, n, per)
}

// count is take for a key whose bucket is known to be empty at full.
func count(ctx context.Context, tx *db.Tx, index []byte, full db.Time, n int, per time.Duration) (time.Duration, error) {
	if wait := tooSoon(full, tx.Now(), n, per); wait > 0 {
		return wait, nil
	}
	return 0, in(tx).PutLimit(ctx, identitydb.PutLimitParams{LimitIndex: index, FullAt: max(full, tx.Now()).Add(stepOf(n, per))})
}

// tooSoon is how long a key has to wait whose bucket is empty at full; 0 for not
// at all.
func tooSoon(full, now db.Time, n int, per time.Duration) time.Duration {
	return max(0, full.Sub(now)-(per-stepOf(n, per)))
}

// stepOf is how long one of n within per takes to drain.
func stepOf(n int, per time.Duration) time.Duration { return per / time.Duration(max(n, 1)) }

// clear forgets what was counted: the one who tried has proved to be right.
func (i *Identity) clear(ctx context.Context, tx *db.Tx, scope, key string) error {
	return in(tx).PutLimit(ctx, identitydb.PutLimitParams{LimitIndex: i.limitIndex(scope, key), FullAt: tx.Now()})
}

func (i *Identity) limitIndex(scope, key string) []byte {
	return i.keys().Index("identity limit", scope, key)
}

func limited(wait time.Duration) error {
	e := *ErrLimit
	e.Args = []any{"Count", minutes(wait)}
	return e.After(wait)
}

// minutes and seconds are counted up, so that nobody comes too early.
func minutes(d time.Duration) int { return int((d + time.Minute - 1) / time.Minute) }
func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

// network is whose attempts are counted together: an IPv4 address, a /64 of
// IPv6, which is what one household gets.
func network(ip string) string {
	addr, err := netip.ParseAddr(ip)
	if err != nil || addr.Is4() {
		return ip
	}
	p, err := addr.Prefix(64)
	if err != nil {
		return ip
	}
	return p.String()
}
