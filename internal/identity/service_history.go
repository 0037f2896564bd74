package identity

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"

	"okno/internal/identity/identitydb"
	"okno/internal/identity/place"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
)

// historyPage is how many lines a page of the history has, historyExport how
// many a file.
const (
	historyPage   = 50
	historyExport = 10_000
)

func parseMicros(s string) (db.Time, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err == nil && n < 0 {
		err = strconv.ErrRange
	}
	return db.Time(n), err
}

func historyPlace(row string) secret.Place {
	return secret.At("identity_history", "from_sealed", row)
}

// passage is a line of the history before its transaction; nil for nobody's.
type passage struct {
	row identitydb.InsertPassageParams
}

// preparePassage seals a line for the owner's history, before the transaction.
func (i *Identity) preparePassage(ctx context.Context, owner, act, outcome, method string) (*passage, error) {
	if owner == "" {
		return nil, nil
	}
	key, err := i.Sealer.Key(ctx, owner, secret.Person)
	if err != nil {
		return nil, err
	}
	actor := ActorOf(ctx)
	p := &passage{row: identitydb.InsertPassageParams{
		OwnerID: owner, ID: id.New(), Act: act, Outcome: outcome, Method: method,
		DeviceKind: deviceKind(actor.Agent, actor.Program),
	}}
	p.row.FromSealed, err = i.sealOrigin(ctx, key, historyPlace(p.row.ID))
	return p, err
}

// sealOrigin seals where the request came from.
func (i *Identity) sealOrigin(ctx context.Context, key *secret.DataKey, at secret.Place) ([]byte, error) {
	actor := ActorOf(ctx)
	raw, err := json.Marshal(origin{IP: actor.IP, Agent: actor.Agent, Place: i.placeOf(actor.IP)})
	if err != nil {
		return nil, err
	}
	return key.Seal(at, raw), nil
}

func openOrigin(key *secret.DataKey, at secret.Place, sealed []byte) (from origin, err error) {
	raw, err := key.Open(at, sealed)
	if err == nil {
		err = json.Unmarshal(raw, &from)
	}
	if err != nil {
		err = errs.New(errs.Internal, "kit.error.internal").Wrap(err)
	}
	return from, err
}

// placeOf is where the address is, if the operator has a file of places.
func (i *Identity) placeOf(ip string) place.Place {
	if i.Places == nil {
		return place.Place{}
	}
	return i.Places.Find(ip)
}

// keepPassage writes the line in the transaction.
func (i *Identity) keepPassage(ctx context.Context, tx *db.Tx, p *passage) error {
	if p == nil {
		return nil
	}
	row := p.row
	row.NotedAt = tx.Now()
	return in(tx).InsertPassage(ctx, row)
}

// notePassage is a line that belongs to no other change.
func (i *Identity) notePassage(ctx context.Context, owner, act, outcome, method string) error {
	p, err := i.preparePassage(ctx, owner, act, outcome, method)
	if err != nil || p == nil {
		return err
	}
	return i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return i.keepPassage(ctx, tx, p) })
}

// factorRefused puts a wrong second factor into the history: the password was
// right. err is what the person is told.
func (i *Identity) factorRefused(ctx context.Context, owner string, way Way, err error) error {
	if !errs.IsKind(err, errs.Invalid) || errors.Is(err, ErrCodeFormat) || errors.Is(err, ErrSignInStale) {
		return err
	}
	if nerr := i.notePassage(ctx, owner, passSignIn, passRefused, methodOf(way)); nerr != nil {
		return nerr
	}
	return err
}

// History is the actor's own history, newest first. next is the After of the
// page that follows, "" at the end.
func (i *Identity) History(ctx context.Context, f HistoryFilter) (all []Passage, next string, err error) {
	a, err := signedIn(ctx)
	if err != nil {
		return nil, "", err
	}
	return i.historyOf(ctx, a.ID, f)
}

func (i *Identity) historyOf(ctx context.Context, owner string, f HistoryFilter) (all []Passage, next string, err error) {
	f = f.clean()
	limit := f.Limit
	if limit <= 0 {
		limit = historyPage
	}
	key, err := i.Sealer.Key(ctx, owner, secret.Person)
	if err != nil {
		return nil, "", err
	}
	from, before := f.span()
	c := cursor{at: before}
	if after, ok := parseCursor(f.After); ok && after.at <= before {
		c = after
	}
	rows, err := i.store.history(ctx, owner, f, from, c, limit+1)
	if err != nil {
		return nil, "", err
	}
	for n, r := range rows {
		if n == limit {
			return all, all[n-1].Key(), nil
		}
		p, err := openPassage(key, r)
		if err != nil {
			return nil, "", err
		}
		all = append(all, p)
	}
	return all, "", nil
}

func openPassage(key *secret.DataKey, r identitydb.IdentityHistory) (Passage, error) {
	from, err := openOrigin(key, historyPlace(r.ID), r.FromSealed)
	return Passage{
		ID: r.ID, Act: r.Act, Outcome: r.Outcome, Method: r.Method, Kind: r.DeviceKind, Session: r.SessionID, At: r.NotedAt,
		Denied: r.DeniedAt, Device: deviceName(from.Agent), IP: from.IP, Place: from.Place,
	}, err
}

// passageOf is one line of the actor's own history. ErrNotFound for any other.
func (i *Identity) passageOf(ctx context.Context, key string) (Passage, error) {
	a, err := signedIn(ctx)
	if err != nil {
		return Passage{}, err
	}
	c, ok := parseCursor(key)
	if !ok {
		return Passage{}, ErrNotFound
	}
	row, found, err := one(i.store.read().PassageOf(ctx, identitydb.PassageOfParams{OwnerID: a.ID, NotedAt: c.at, ID: c.id}))
	if err != nil {
		return Passage{}, err
	}
	if !found {
		return Passage{}, ErrNotFound
	}
	data, err := i.Sealer.Key(ctx, a.ID, secret.Person)
	if err != nil {
		return Passage{}, err
	}
	return openPassage(data, row)
}
