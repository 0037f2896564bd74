package identity

import (
	"cmp"
	"context"
	"slices"
	"time"

	"okno/internal/identity/identitydb"
	"okno/internal/kit/db"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
	"okno/internal/notify"
)

// rolesFor is how long roles are remembered; SetRoles' source may call
// RolesChanged to have them read at once.
const rolesFor = 10 * time.Second

// liveTopic is where nodes tell each other whose sessions changed.
const liveTopic = "sessions"

// Start keeps the node's sessions in step with the database until ctx ends.
// Without it every request reads its session from the database.
func (i *Identity) Start(ctx context.Context) {
	go func() {
		for ctx.Err() == nil {
			if err := i.sessions.sync(ctx); err != nil && ctx.Err() == nil {
				i.Log.WarnContext(ctx, "sessions are not in step; each is read from the database", "err", err)
			}
			i.waits.sweep(i.Clock.Now())
			_ = i.Clock.Sleep(ctx, syncEvery)
		}
	}()
}

// Revalidate is one round of what Start does.
func (i *Identity) Revalidate(ctx context.Context) error { return i.sessions.sync(ctx) }

// RolesChanged makes every node read the account's roles anew after the commit.
func (i *Identity) RolesChanged(tx *db.Tx, accountID string) { i.touch(tx, accountID) }

func (i *Identity) touch(tx *db.Tx, owner string) {
	tx.AfterCommit(func() { i.sessions.dropOwner(owner) })
	if i.Live != nil {
		i.Live.Touch(tx, liveTopic, owner)
	}
}

// rolesOf are the roles of an account; those of a session only with a strong factor.
func (i *Identity) rolesOf(ctx context.Context, accountID string) ([]Role, error) {
	source := i.roles.Load()
	if source == nil {
		return nil, nil
	}
	return (*source).RolesOf(ctx, accountID)
}

func (i *Identity) rolesIn(ctx context.Context, e *entry) ([]Role, error) {
	if !i.carries(e.method) {
		return nil, nil
	}
	now := db.At(i.Clock.Now())
	if k := e.roles.Load(); k != nil && now.Sub(k.at) < rolesFor {
		return k.roles, nil
	}
	roles, err := i.rolesOf(ctx, e.owner)
	if err != nil {
		return nil, err
	}
	e.roles.Store(&knownRoles{roles, now})
	return roles, nil
}

// identify fills the actor from a token; an unknown or ended one leaves nobody.
func (i *Identity) identify(ctx context.Context, a Actor, c credential) (Actor, error) {
	e, err := i.sessions.find(ctx, c.token, c.passive)
	if err != nil || e == nil || e.bearer != c.bearer {
		return a, err
	}
	roles, err := i.rolesIn(ctx, e)
	if err != nil {
		return a, err
	}
	now := db.At(i.Clock.Now())
	a.Moved = i.moved(e, a)
	a.ID, a.Session, a.Bearer, a.Roles, a.entry = e.owner, e.id, e.bearer, roles, e
	a.Fresh, a.Restricted = now < e.fresh && a.Moved == "", e.restricted
	a.Held = a.Fresh && now < e.held
	if now < e.frozen {
		a.Frozen = e.frozen
	}
	return a, nil
}

// opening is a session ready to be begun.
type opening struct {
	token string
	// device is what the browser is to keep, "" for a program.
	device  string
	row     identitydb.InsertSessionParams
	put     identitydb.PutDeviceParams
	notice  *notify.Batch
	passage *passage
	roles   []Role
	// held: the factor that was given is held, and not sent.
	held bool
	// unknown: the account was never used from this browser.
	unknown bool
}

// prepareSession seals what a session keeps, before the transaction, and the
// notice if the account was never used from such a device.
func (i *Identity) prepareSession(ctx context.Context, a Account, method string, bearer bool) (*opening, error) {
	actor := ActorOf(ctx)
	key, err := i.Sealer.Key(ctx, a.ID, secret.Person)
	if err != nil {
		return nil, err
	}
	o := &opening{token: id.Token(), row: identitydb.InsertSessionParams{
		ID: id.New(), OwnerID: a.ID, Method: method, Bearer: bearer,
		DeviceIndex:  i.keys().Index("identity device", a.ID, actor.Agent),
		AddressIndex: i.addressIndex(actor.IP), BrowserIndex: i.browserIndex(actor.Agent),
	}}
	o.row.SessionHash = id.Hash(o.token)
	if o.row.FromSealed, err = i.sealOrigin(ctx, key, sessionPlace(o.row.ID)); err != nil {
		return nil, err
	}
	if o.passage, err = i.preparePassage(ctx, a.ID, passSignIn, passOK, method); err != nil {
		return nil, err
	}
	o.passage.row.SessionID, o.passage.row.DeviceKind = o.row.ID, deviceKind(actor.Agent, bearer)
	return o, beside(
		func() error { return i.limitsOf(ctx, a, o) },
		func() error { return i.fromDevice(ctx, a, o, key) },
		func() (err error) {
			if i.carries(method) {
				o.roles, err = i.rolesOf(ctx, a.ID)
			}
			return err
		},
	)
}

// fromDevice notes the browser, and seals the notice of a new one.
func (i *Identity) fromDevice(ctx context.Context, a Account, o *opening, key *secret.DataKey) (err error) {
	if o.row.Bearer {
		o.notice, err = i.newDeviceNotice(ctx, a, o.row.DeviceIndex)
		return err
	}
	if o.put, o.device, o.unknown, err = i.prepareDevice(ctx, a.ID, key); err != nil || !o.unknown {
		o.row.DeviceID = o.put.ID
		return err
	}
	o.row.DeviceID = o.put.ID
	n, err := i.store.read().CountDevices(ctx, a.ID)
	if err != nil || n == 0 {
		return db.Classify(err)
	}
	o.notice, err = i.notice(ctx, a, false, "identity.notice.new_device_subject", "identity.notice.new_device")
	return err
}

func sessionPlace(session string) secret.Place {
	return secret.At("identity_sessions", "from_sealed", session)
}

// openSession begins the session in the transaction. One that has an end
// already takes the place of another: a factor was given once more.
func (i *Identity) openSession(ctx context.Context, tx *db.Tx, o *opening) error {
	row, act := o.row, passSignIn
	row.CreatedAt, row.SeenAt = tx.Now(), tx.Now()
	row.FreshAt = tx.Now().Add(i.Config.Fresh)
	if o.held {
		row.HeldAt = row.FreshAt
	}
	if row.ExpiresAt == 0 {
		row.ExpiresAt = tx.Now().Add(i.Config.Absolute)
	} else {
		act = passConfirm
	}
	if err := in(tx).InsertSession(ctx, row); err != nil {
		return err
	}
	if err := i.keepDoor(ctx, tx, o, act); err != nil {
		return err
	}
	actor := ActorOf(ctx)
	actor.ID, actor.Roles = row.OwnerID, o.roles
	e := actor.Entry("identity."+act, row.OwnerID, "session:"+row.ID)
	e.Details = map[string]string{"method": row.Method}
	if actor.Moved != "" {
		e.Details["moved"] = actor.Moved
	}
	if err := i.Audit.Write(ctx, tx, e); err != nil || o.notice == nil {
		return err
	}
	return i.Notify.Send(ctx, tx, o.notice)
}

// keepDoor writes who came in, and by which browser.
func (i *Identity) keepDoor(ctx context.Context, tx *db.Tx, o *opening, act string) error {
	p := *o.passage
	p.row.Act = act
	if err := i.keepPassage(ctx, tx, &p); err != nil || o.put.ID == "" {
		return err
	}
	put := o.put
	put.CreatedAt, put.SeenAt = tx.Now(), tx.Now()
	return in(tx).PutDevice(ctx, put)
}

// EndSessions ends all sessions of the account but the one with that public id
// ("" for none), in the caller's transaction. Within a second they are dead on
// every node.
func (i *Identity) EndSessions(ctx context.Context, tx *db.Tx, accountID, exceptSession string) error {
	err := in(tx).EndSessionsBut(ctx, identitydb.EndSessionsButParams{OwnerID: accountID, ID: exceptSession, EndedAt: tx.Now()})
	i.touch(tx, accountID)
	return err
}

// endSession ends one of the actor's own sessions; ErrNotFound for any other.
// Another than the one in hand asks for a factor, as a thief would shut the owner
// out by it (ASVS 7.5.2); «It wasn't me» ends them all without.
func (i *Identity) endSession(ctx context.Context, sessionID string) error {
	a, err := signedIn(ctx)
	if err == nil && sessionID != a.Session {
		a, err = needProved(ctx)
	}
	if err != nil {
		return err
	}
	return i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := in(tx).EndOwnSession(ctx, identitydb.EndOwnSessionParams{OwnerID: a.ID, ID: sessionID, EndedAt: tx.Now()})
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrNotFound
		}
		i.touch(tx, a.ID)
		return i.Audit.Write(ctx, tx, a.Entry("identity.session_ended", a.ID, "session:"+sessionID))
	})
}

// endOthers ends all sessions of the actor but this one. It asks for a factor.
func (i *Identity) endOthers(ctx context.Context) error {
	a, err := needProved(ctx)
	if err != nil {
		return err
	}
	return i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := i.EndSessions(ctx, tx, a.ID, a.Session); err != nil {
			return err
		}
		return i.Audit.Write(ctx, tx, a.Entry("identity.sessions_ended", a.ID, "account:"+a.ID))
	})
}

// list gives the actor's living sessions, the last used first.
func (i *Identity) list(ctx context.Context) ([]Session, error) {
	a, err := signedIn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := i.store.read().SessionsOf(ctx, a.ID)
	if err != nil {
		return nil, db.Classify(err)
	}
	key, err := i.Sealer.Key(ctx, a.ID, secret.Person)
	if err != nil {
		return nil, err
	}
	now := db.At(i.Clock.Now())
	var all []Session
	for _, r := range rows {
		if now >= r.ExpiresAt || now.Sub(r.SeenAt) > i.Config.Idle+seenStep {
			continue
		}
		s := Session{
			ID: r.ID, Method: r.Method, Bearer: r.Bearer, Current: r.ID == a.Session,
			Created: r.CreatedAt, Seen: r.SeenAt, Expires: r.ExpiresAt,
		}
		from, err := openOrigin(key, sessionPlace(r.ID), r.FromSealed)
		if err != nil {
			return nil, err
		}
		s.IP, s.Device, s.Place = from.IP, deviceName(from.Agent), from.Place
		if s.Current {
			s.Seen = now
		}
		all = append(all, s)
	}
	slices.SortStableFunc(all, func(a, b Session) int { return cmp.Compare(b.Seen, a.Seen) }) // the one in hand was seen now
	return all, nil
}

// endCurrent ends the actor's own session, if there is one.
func (i *Identity) endCurrent(ctx context.Context, tx *db.Tx) error {
	a := ActorOf(ctx)
	if !a.SignedIn() || a.Session == "" {
		return nil
	}
	_, err := in(tx).EndOwnSession(ctx, identitydb.EndOwnSessionParams{OwnerID: a.ID, ID: a.Session, EndedAt: tx.Now()})
	i.touch(tx, a.ID)
	return err
}

// signOut ends the actor's own session.
func (i *Identity) signOut(ctx context.Context) error {
	a := ActorOf(ctx)
	if !a.SignedIn() {
		return nil
	}
	return i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := i.endCurrent(ctx, tx); err != nil {
			return err
		}
		return i.Audit.Write(ctx, tx, a.Entry("identity.signed_out", a.ID, "session:"+a.Session))
	})
}
