package identity

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	"okno/internal/identity/identitydb"
	"okno/internal/kit/db"
	"okno/internal/kit/id"
)

// guess is one attempt at an account by its password.
type guess struct {
	owner string // "" for a name that nobody has
	name  contact
	// lock is what the attempt counts against; own: it is of a browser of the owner's.
	lock []byte
	own  bool
}

// attemptsPer is the window of the limits of sign-in attempts; limitName and
// limitFrom are the scopes of those under one name and from one network.
const (
	attemptsPer = 10 * time.Minute
	limitName   = "sign_in.name"
	limitFrom   = "sign_in.from"
)

func (c contact) String() string { return c.kind + ":" + c.value }

// guessOf finds whose the name is and what an attempt has to be held against.
// ErrRisk where nobody may sign in from.
func (i *Identity) guessOf(ctx context.Context, name string) (guess, error) {
	owner, c, err := i.findName(ctx, name)
	if err != nil {
		return guess{}, err
	}
	if err := i.barred(ctx, owner); err != nil {
		return guess{}, err
	}
	g := guess{owner: owner, name: c}
	g.lock, g.own, err = i.lockOf(ctx, owner, c)
	return g, err
}

// look reads the hash, and whether the attempt will be refused anyway.
func (i *Identity) look(ctx context.Context, g guess) (hash string, shut bool, err error) {
	from, name := i.attemptLimits(ctx, g)
	row, err := i.store.read().BeforeGuess(ctx, identitydb.BeforeGuessParams{
		OwnerID: g.owner, LockIndex: g.lock, LimitIndex: from, LimitIndex_2: name,
	})
	if err != nil {
		return "", false, db.Classify(err)
	}
	now := db.At(i.Clock.Now())
	shut = db.Time(row.UnlockAt) > now || ActorOf(ctx).IP != "" && tooSoon(db.Time(row.FromFullAt), now, i.Config.SignInsByAddress, attemptsPer) > 0 ||
		!g.own && tooSoon(db.Time(row.NameFullAt), now, i.Config.SignInsByName, attemptsPer) > 0
	return row.PasswordHash, shut, nil
}

// try counts the attempt and looks behind the door, and compares the password
// meanwhile: the hash takes longer than a commit. Nobody learns how it compares
// before the attempt stands and is found to be allowed. No hash is made beside the
// count for an attempt that will be refused at a look, nor where another one of the
// same network is between its look and its count; and those against one lock come
// one after the other. So a crowd costs one hash more than it has attempts, at most.
func (i *Identity) try(ctx context.Context, g guess, password string) (ok bool, last time.Duration, d door, err error) {
	alone, counted, err := i.crowd.enter(ctx, string(g.lock), network(ActorOf(ctx).IP))
	if err != nil {
		return false, 0, d, err
	}
	defer counted()
	hash, shut, err := i.look(ctx, g)
	if err != nil {
		return false, 0, d, err
	}
	hashing, stop := context.WithCancel(ctx)
	defer stop() // who still waits for a turn to hash needs none any more
	var comparing *underway[comparison]
	if alone && !shut {
		comparing = i.compare(hashing, password, hash)
	}
	d = i.doorOf(ctx, g.owner)
	if last, err = i.admit(ctx, g, d.wait); err != nil {
		return false, 0, d, err
	}
	counted()
	if comparing == nil {
		comparing = i.compare(hashing, password, hash)
	}
	c, err := comparing.result()
	if err != nil || !c.ok || !c.stale {
		return c.ok, last, d, err
	}
	return true, last, d, i.renew(ctx, g.owner, password, hash)
}

// crowd are the attempts of this node that have looked and do not yet count.
type crowd struct {
	mu       sync.Mutex
	locks    map[string]chan struct{} // closed when the attempt counts
	networks map[string]bool
}

// enter waits until no other attempt at the lock is under way; alone says that none
// of the network is either. leave is called once the attempt counts, as often as one
// likes.
func (c *crowd) enter(ctx context.Context, lock, network string) (alone bool, leave func(), err error) {
	for {
		c.mu.Lock()
		before := c.locks[lock]
		if before == nil {
			break
		}
		c.mu.Unlock()
		select {
		case <-before:
		case <-ctx.Done():
			return false, nil, ctx.Err()
		}
	}
	defer c.mu.Unlock()
	if alone = network == "" || !c.networks[network]; !alone {
		network = ""
	}
	return alone, c.hold(lock, network), nil
}

// seize has the lock to itself if nobody has; leave lets the next one come.
func (c *crowd) seize(lock string) (leave func(), ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.locks[lock] != nil {
		return nil, false
	}
	return c.hold(lock, ""), true
}

// hold takes the lock, and the network if one is given, for an attempt. The caller
// has c.mu.
func (c *crowd) hold(lock, network string) (leave func()) {
	if c.locks == nil {
		c.locks, c.networks = map[string]chan struct{}{}, map[string]bool{}
	}
	done := make(chan struct{})
	c.locks[lock] = done
	if network != "" {
		c.networks[network] = true
	}
	return sync.OnceFunc(func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.locks, lock)
		if network != "" {
			delete(c.networks, network)
		}
		close(done)
	})
}

// door is what stands behind a right password, or why it stays shut.
type door struct {
	account Account
	wait    waiting
	err     error
}

// doorOf looks behind the door before the password is known to be right, and for a
// name that nobody has as well: with as many questions.
func (i *Identity) doorOf(ctx context.Context, owner string) (d door) {
	owner = cmp.Or(owner, nobody)
	d.wait = waiting{id: id.New(), token: id.Token(), owner: owner}
	if d.account, d.err = i.Account(ctx, owner); errors.Is(d.err, ErrNotFound) {
		d.account = Account{ID: owner, Status: Active}
	} else if d.err != nil {
		return d
	}
	var barred error
	d.err = beside(
		func() (err error) { d.wait.ways, err = i.waysOf(ctx, d.account); return err },
		func() error { barred = i.admissible(ctx, d.account, true); return nil },
	)
	if barred != nil {
		d.err = barred
	}
	if len(d.wait.ways) > 0 {
		d.wait.way, d.wait.factor = d.wait.ways[0], d.wait.ways[0].Ref
	}
	return d
}

// comparison is what came of a hash.
type comparison struct{ ok, stale bool }

// compare makes exactly one hash, whatever there is to compare with.
func (i *Identity) compare(ctx context.Context, password, hash string) *underway[comparison] {
	return start(func() (c comparison, err error) {
		c.ok, c.stale, err = i.hashes.check(ctx, password, hash)
		return c, err
	})
}

// admit counts the attempt against the limits and the lock, and lets the wait
// behind the door stand where it is allowed: nobody can go on with it who is not
// told its token. A wrong password takes it away again.
func (i *Identity) admit(ctx context.Context, g guess, w waiting) (last time.Duration, err error) {
	var refusal error
	err = i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		refusal, last = nil, 0
		from, name := i.attemptLimits(ctx, g)
		before, err := in(tx).CountedBefore(ctx, identitydb.CountedBeforeParams{LimitIndex: from, LimitIndex_2: name, LockIndex: g.lock})
		if err != nil {
			return err
		}
		wait, err := i.takeAttempt(ctx, tx, g, before)
		if err != nil || wait > 0 {
			refusal = limited(wait)
			return err
		}
		if err := i.visit(ctx, tx, g.name.String()); err != nil {
			return err
		}
		locked, lastOne, err := i.countAttempt(ctx, tx, identitydb.IdentityLock{
			LockIndex: g.lock, Failures: before.Failures, Locks: before.Locks, FailedAt: db.Time(before.FailedAt), UnlockAt: db.Time(before.UnlockAt),
		})
		if err != nil || locked > 0 {
			refusal = lockedFor(locked)
			return err
		}
		last = lastOne
		return i.keepSignIn(ctx, tx, w, forSignIn)
	})
	if err != nil {
		return 0, err
	}
	return last, refusal
}

// attemptLimits are the keys by which an attempt is limited.
func (i *Identity) attemptLimits(ctx context.Context, g guess) (from, name []byte) {
	return i.limitIndex(limitFrom, network(ActorOf(ctx).IP)), i.limitIndex(limitName, g.name.String())
}

// takeAttempt counts the attempt by address and by name; in a browser of the
// owner's own the name is not counted, as others use it up.
func (i *Identity) takeAttempt(ctx context.Context, tx *db.Tx, g guess, before identitydb.CountedBeforeRow) (time.Duration, error) {
	from, name := i.attemptLimits(ctx, g)
	if ActorOf(ctx).IP != "" {
		wait, err := count(ctx, tx, from, db.Time(before.FromFullAt), i.Config.SignInsByAddress, attemptsPer)
		if err != nil || wait > 0 {
			return wait, err
		}
	}
	if g.own {
		return 0, nil
	}
	return count(ctx, tx, name, db.Time(before.NameFullAt), i.Config.SignInsByName, attemptsPer)
}
