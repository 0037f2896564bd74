package device

import (
	"context"
	"encoding/json"
	"time"

	"okno/internal/identity"
	"okno/internal/identity/device/devicedb"
	"okno/internal/kit/db"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
	"okno/internal/notify"
)

// portalKey is whose key seals what belongs to nobody yet: where an ask without
// an owner came from, and the portal's own keys.
const portalKey = "devices"

// Limits of asks: a browser may show many codes, but not flood.
const (
	limitAsks    = "device.asks"
	asksFrom     = 300
	asksOf       = 30
	asksPer      = 10 * time.Minute
	limitUnlock  = "device.unlock"
	unlockTries  = 10
	unlockPer    = 15 * time.Minute
	purposeProof = "identity device code"
)

// AskFor is what Begin makes an ask of.
type AskFor struct {
	Kind Kind
	// Owner is "" only for SignIn.
	Owner string
	// Push sends the ask to the owner's devices; without it a QR code is shown.
	Push bool
	// Ref and Text say what is confirmed (Act).
	Ref, Text string
}

// Begin makes an ask of the request's browser. secret is the browser's, which
// alone may look at the ask and use its answer. Errors: identity.ErrLimit.
func (r *Room) Begin(ctx context.Context, f AskFor) (a Ask, browser string, err error) {
	if err := r.limit(ctx, f); err != nil {
		return a, "", err
	}
	actor := identity.ActorOf(ctx)
	browser = id.Token()
	row := devicedb.InsertAskParams{
		ID: id.New(), Kind: string(f.Kind), Way: byQR, State: string(Shown), OwnerID: f.Owner, SessionID: actor.Session,
		Ref: f.Ref, BrowserHash: id.Hash(browser), CodeHash: []byte{},
	}
	var batch *notify.Batch
	if f.Push {
		row.Way = byPush
		row.Number, row.Choices = numbers()
		code := id.Code(6)
		row.CodeHash = codeHash(row.ID, code)
		account, err := r.Identity.Account(ctx, f.Owner)
		if err != nil {
			return a, "", err
		}
		if batch, err = r.letters(ctx, account, row.ID, code); err != nil {
			return a, "", err
		}
	}
	key, err := r.keyOf(ctx, f.Owner)
	if err != nil {
		return a, "", err
	}
	from, err := json.Marshal(Origin{IP: actor.IP, Agent: actor.Agent})
	if err != nil {
		return a, "", err
	}
	row.FromSealed = key.Seal(askPlace("from_sealed", row.ID), from)
	row.WhatSealed = key.SealString(askPlace("what_sealed", row.ID), f.Text)
	err = r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		row.CreatedAt, row.ExpiresAt = tx.Now(), tx.Now().Add(lifeOf(row.Way))
		r.touchOwner(tx, f.Owner)
		if err := in(tx).InsertAsk(ctx, row); err != nil || batch == nil {
			return err
		}
		return r.Notify.Send(ctx, tx, batch)
	})
	if err != nil {
		return a, "", err
	}
	a, err = r.ask(ctx, row.ID)
	return a, browser, err
}

func (r *Room) limit(ctx context.Context, f AskFor) error {
	if f.Owner != "" {
		return r.Identity.Limit(ctx, limitAsks, f.Owner, asksOf, asksPer)
	}
	return r.Identity.Limit(ctx, limitAsks, identity.Network(identity.ActorOf(ctx).IP), asksFrom, asksPer)
}

func askPlace(column, ask string) secret.Place { return secret.At("identity_asks", column, ask) }

// keyOf is the owner's key, or the portal's where nobody is known yet.
func (r *Room) keyOf(ctx context.Context, owner string) (*secret.DataKey, error) {
	if owner == "" {
		return r.Sealer.Key(ctx, portalKey, secret.Agency)
	}
	return r.Sealer.Key(ctx, owner, secret.Person)
}

func (r *Room) ask(ctx context.Context, askID string) (Ask, error) {
	row, found, err := one(r.store.read().AskOf(ctx, askID))
	if err == nil && !found {
		err = ErrNoAsk
	}
	if err != nil {
		return Ask{}, err
	}
	return r.open(ctx, row)
}

// open opens what is sealed. An ask to sign in was sealed by the portal's key
// and stays so when it gets an owner.
func (r *Room) open(ctx context.Context, row devicedb.IdentityAsk) (Ask, error) {
	a := Ask{
		ID: row.ID, Kind: Kind(row.Kind), Way: row.Way, State: State(row.State), Owner: row.OwnerID, Session: row.SessionID,
		Reader: row.ReaderID, Ref: row.Ref, Number: int(row.Number), Choices: splitChoices(row.Choices),
		Created: row.CreatedAt, Expires: row.ExpiresAt, method: row.Method,
	}
	sealedFor := a.Owner
	if a.Kind == SignIn {
		sealedFor = ""
	}
	key, err := r.keyOf(ctx, sealedFor)
	if err != nil {
		return a, err
	}
	raw, err := key.Open(askPlace("from_sealed", a.ID), row.FromSealed)
	if err != nil {
		return a, err
	}
	if err := json.Unmarshal(raw, &a.From); err != nil {
		return a, err
	}
	a.Text, err = key.OpenString(askPlace("what_sealed", a.ID), row.WhatSealed)
	return a, err
}

// Look is the ask of a browser's secret. Error: ErrNoAsk.
func (r *Room) Look(ctx context.Context, browser string) (Ask, error) {
	if browser == "" {
		return Ask{}, ErrNoAsk
	}
	row, found, err := one(r.store.read().AskByBrowser(ctx, id.Hash(browser)))
	if err == nil && !found {
		err = ErrNoAsk
	}
	if err != nil {
		return Ask{}, err
	}
	return r.open(ctx, row)
}

// Code is what the ask's QR code says now.
func (r *Room) Code(a Ask) (string, error) {
	return codeOf(a.ID, a.Created, db.At(r.Clock.Now()), r.prove)
}

func (r *Room) prove(value string) [][]byte {
	return r.Sealer.Keyset().Indexes(purposeProof, "", value)
}

// Scan takes a code that the actor's device has read: the ask is the actor's
// from then on. Errors: ErrNotCode, ErrOver (also for a code that has changed),
// ErrNoAsk (also for one that another person has read), ErrSame.
func (r *Room) Scan(ctx context.Context, typed string) (Ask, error) {
	if err := identity.NeedSignedIn(ctx); err != nil {
		return Ask{}, err
	}
	c, ok := parseCode(typed)
	if !ok || !c.proven(r.prove) {
		return Ask{}, ErrNotCode
	}
	a, err := r.ask(ctx, c.ask)
	if err != nil {
		return a, err
	}
	now, actor := db.At(r.Clock.Now()), identity.ActorOf(ctx)
	switch {
	case a.Owner != "" && a.Owner != actor.ID:
		return a, ErrNoAsk
	case a.State == Read && a.Reader == actor.Session && !a.Over(now):
		return a, nil // the page was opened once more
	case a.Way != byQR || !c.current(a.Created, now) || a.State != Shown:
		return a, ErrOver
	case a.Session == actor.Session:
		return a, ErrSame
	}
	return r.read(ctx, a)
}

// read notes that the actor's device has the ask before it.
func (r *Room) read(ctx context.Context, a Ask) (Ask, error) {
	actor := identity.ActorOf(ctx)
	err := r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := in(tx).ReadAsk(ctx, devicedb.ReadAskParams{ID: a.ID, OwnerID: actor.ID, ReaderID: actor.Session, ReadAt: tx.Now()})
		if err == nil && n == 0 {
			err = ErrOver
		}
		r.touchAsk(tx, a.ID)
		return err
	})
	a.State, a.Owner, a.Reader = Read, actor.ID, actor.Session
	return a, err
}

// Mine is an ask to the actor, for the page that answers it. A push that is
// looked at is read. Errors: ErrNoAsk for another's, ErrSame.
func (r *Room) Mine(ctx context.Context, askID string) (Ask, error) {
	if err := identity.NeedSignedIn(ctx); err != nil {
		return Ask{}, err
	}
	actor := identity.ActorOf(ctx)
	if !id.Valid(askID) {
		return Ask{}, ErrNoAsk
	}
	a, err := r.ask(ctx, askID)
	switch {
	case err != nil:
		return a, err
	case a.Owner == "" || a.Owner != actor.ID:
		return Ask{}, ErrNoAsk
	case a.Session != "" && a.Session == actor.Session:
		return a, ErrSame
	case a.State == Shown && a.Way == byPush && !a.Over(db.At(r.Clock.Now())):
		return r.read(ctx, a)
	}
	return a, nil
}

// Open lists what waits for the actor's answer, newest first.
func (r *Room) Open(ctx context.Context) ([]Ask, error) {
	if err := identity.NeedSignedIn(ctx); err != nil {
		return nil, err
	}
	actor := identity.ActorOf(ctx)
	rows, err := r.store.read().OpenAsks(ctx, devicedb.OpenAsksParams{OwnerID: actor.ID, ExpiresAt: db.At(r.Clock.Now())})
	if err != nil {
		return nil, db.Classify(err)
	}
	var all []Ask
	for _, row := range rows {
		if row.SessionID == actor.Session || row.Way == byQR && row.State == string(Shown) {
			continue
		}
		a, err := r.open(ctx, row)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, nil
}

func (r *Room) touchAsk(tx *db.Tx, ask string) {
	if r.Live != nil {
		r.Live.Touch(tx, liveTopic(ask), liveRef)
	}
}

// touchOwner tells the owner's open pages that something waits for an answer.
func (r *Room) touchOwner(tx *db.Tx, owner string) {
	if r.Live != nil && owner != "" {
		r.Live.Touch(tx, owner, "asks")
	}
}

// liveRef and liveTopic are what the asking browser's stream follows.
const liveRef = "ask"

func liveTopic(ask string) string { return "ask:" + ask }
