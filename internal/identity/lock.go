package identity

import (
	"context"
	"time"

	"okno/internal/identity/identitydb"
	"okno/internal/kit/db"
)

// forgetWrong is after when wrong passwords no longer count.
const forgetWrong = 24 * time.Hour

// wrong is the lock after one more wrong password at now.
func (c Config) wrong(l identitydb.IdentityLock, now db.Time) identitydb.IdentityLock {
	if l.FailedAt != 0 && now.Sub(max(l.FailedAt, l.UnlockAt)) > forgetWrong {
		l.Failures, l.Locks = 0, 0
	}
	l.Failures++
	l.FailedAt = now
	if l.Failures > int64(c.Wrong) {
		l.UnlockAt = now.Add(c.lockFor(l.Locks))
		l.Locks++
		l.Failures = 0
	}
	return l
}

// lockFor doubles with each lock in a row.
func (c Config) lockFor(locks int64) time.Duration {
	d := c.Lock
	for range min(locks, 20) {
		if d *= 2; d >= c.MaxLock {
			return c.MaxLock
		}
	}
	return d
}

// lockIndex is of the account, and of a name that nobody has: it is locked just
// the same.
func (i *Identity) lockIndex(owner string, c contact) []byte {
	if owner != "" {
		return i.keys().Index("identity lock", "", "account:"+owner)
	}
	return i.keys().Index("identity lock", "", "name:"+c.kind+":"+c.value)
}

// lockOf is the lock that counts for the request: a browser from which the owner
// has signed in, or which a code has unlocked, has one of its own. So whoever
// tries passwords elsewhere can't lock its owner out.
func (i *Identity) lockOf(ctx context.Context, owner string, c contact) (index []byte, own bool, err error) {
	device, _, err := i.deviceOf(ctx, owner)
	if err != nil || device == "" {
		return i.lockIndex(owner, c), false, err
	}
	return i.keys().Index("identity lock", "", "device:"+owner+":"+device), true, nil
}

// countAttempt notes the attempt as wrong before the password is looked at, so
// that a thousand at once are no more than four. A right one clears it. locked
// says for how long nothing is looked at; last, that this attempt, if wrong,
// has locked.
func (i *Identity) countAttempt(ctx context.Context, tx *db.Tx, l identitydb.IdentityLock) (locked, last time.Duration, err error) {
	if wait := l.UnlockAt.Sub(tx.Now()); wait > 0 {
		return wait, 0, nil
	}
	l = i.Config.wrong(l, tx.Now())
	return 0, max(0, l.UnlockAt.Sub(tx.Now())), in(tx).PutLock(ctx, identitydb.PutLockParams(l))
}

func lockedFor(wait time.Duration) error {
	e := *ErrLocked
	e.Args = []any{"Count", minutes(wait)}
	return e.After(wait)
}
