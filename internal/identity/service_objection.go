package identity

import (
	"context"
	"errors"
	"strconv"
	"time"

	"okno/internal/identity/identitydb"
	"okno/internal/kit/db"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
	"okno/internal/notify"
)

// objectFor is for how long the link of a notice lets its reader object.
const objectFor = 365 * 24 * time.Hour

// States of an objection.
//
//	waiting ──decided──► kept, lifted
//	   └──the restriction was changed without a decision──► over, lifted
const (
	ObjectionWaits  = "waiting"
	ObjectionKept   = "kept"
	ObjectionLifted = "lifted"
	ObjectionOver   = "over"
)

// Objection is what an owner has said against a restriction; its words are
// support's, under ID.
type Objection struct {
	ID, Number, Restriction, State string
	// Since tells which restriction it is against.
	Since, At, Decided db.Time
}

// Restriction is what staff have put on an account, as its owner is told.
type Restriction struct {
	Owner, Kind, Reason, Lang string
	// Since tells one restriction of an account from another.
	Since db.Time
	// By is the account of staff that put it.
	By string
	// Objection is the latest against it; the zero value for none.
	Objection Objection
}

// Against reports whether the restriction is the one that was put at since.
func (r Restriction) Against(since db.Time) bool { return r.Kind != "" && r.Since == since }

// OwnRestriction is what is on the actor's account. Errors: ErrSignIn, and
// ErrNotFound for none.
func (i *Identity) OwnRestriction(ctx context.Context) (Restriction, error) {
	actor, err := signedIn(ctx)
	if err != nil {
		return Restriction{}, err
	}
	r, err := i.restrictionOf(ctx, actor.ID)
	if err == nil && r.Kind == "" {
		err = ErrNotFound
	}
	return r, err
}

// RestrictionByLink is the restriction of whose notice this is the link:
// whoever got the notice may object, signed in or not. ErrLinkOver for one that
// is not there any more.
func (i *Identity) RestrictionByLink(ctx context.Context, token string) (Restriction, error) {
	l, err := i.linkOf(ctx, linkObject, token)
	if err != nil {
		return Restriction{}, err
	}
	r, err := i.restrictionOf(ctx, l.OwnerID)
	if err == nil && !r.Against(instant(l.Object)) {
		err = ErrLinkOver
	}
	return r, err
}

// RestrictionOf is what is on an account now, the zero Kind for nothing: for
// support, which answers objections.
func (i *Identity) RestrictionOf(ctx context.Context, owner string) (Restriction, error) {
	if err := needSupport(ctx); err != nil {
		return Restriction{}, err
	}
	return i.restrictionOf(ctx, owner)
}

// ObjectionOf is the objection that came with a message of the owner: for support.
// ErrNotFound for none.
func (i *Identity) ObjectionOf(ctx context.Context, owner, message string) (Objection, error) {
	if err := needSupport(ctx); err != nil {
		return Objection{}, err
	}
	all, err := i.objectionsOf(ctx, owner)
	if err != nil {
		return Objection{}, err
	}
	for _, o := range all {
		if o.ID == message {
			return o, nil
		}
	}
	return Objection{}, ErrNotFound
}

// needSupport is the first line of what only support may see.
func needSupport(ctx context.Context) error {
	actor, err := signedIn(ctx)
	if err == nil && !actor.Has(SupportOperator, SupportSpecialist, SupportChief) {
		err = ErrForbidden
	}
	return err
}

func (i *Identity) restrictionOf(ctx context.Context, owner string) (Restriction, error) {
	a, err := i.Account(ctx, owner)
	if errors.Is(err, secret.ErrErased) || err == nil && a.Status == Erased {
		return Restriction{}, ErrNotFound
	}
	if err != nil {
		return Restriction{}, err
	}
	g, err := i.guardOf(ctx, i.store.read(), owner)
	if err != nil || g.Restriction == "" {
		return Restriction{Owner: owner, Lang: a.Lang}, err
	}
	r := Restriction{Owner: owner, Kind: g.Restriction, Lang: a.Lang, Since: g.RestrictedAt, By: g.RestrictedBy}
	if r.Reason, err = i.reasonOf(ctx, g); err != nil {
		return r, err
	}
	all, err := i.objectionsOf(ctx, owner)
	if err == nil && len(all) > 0 && r.Against(all[0].Since) {
		r.Objection = all[0]
	}
	return r, err
}

// objectionsOf are an owner's objections, the latest first.
func (i *Identity) objectionsOf(ctx context.Context, owner string) ([]Objection, error) {
	rows, err := i.store.read().ObjectionsOf(ctx, owner)
	all := make([]Objection, len(rows))
	for n, o := range rows {
		all[n] = Objection{
			ID: o.ID, Number: o.Number, Restriction: o.Restriction, State: o.State, Since: o.RestrictedAt, At: o.ObjectedAt, Decided: o.DecidedAt,
		}
	}
	return all, db.Classify(err)
}

// NoteObjection keeps, in the caller's transaction, that the owner objects by the
// message to support with that id and number. Errors: ErrObjected.
func (i *Identity) NoteObjection(ctx context.Context, tx *db.Tx, r Restriction, message, number string) error {
	n, err := in(tx).InsertObjection(ctx, identitydb.InsertObjectionParams{
		OwnerID: r.Owner, ID: message, Number: number, Restriction: r.Kind, RestrictedAt: r.Since, ObjectedAt: tx.Now(),
	})
	if err == nil && n == 0 {
		return ErrObjected
	}
	if err != nil {
		return err
	}
	e := ActorOf(ctx).Entry("identity.objected", r.Owner, "account:"+r.Owner)
	e.Details = map[string]string{"number": number, "restriction": r.Kind}
	return i.Audit.Write(ctx, tx, e)
}

// Decision is the answer to an objection: the restriction is lifted, or kept.
type Decision struct {
	Owner, Number, Answer string
	Since                 db.Time
	Lift                  bool
}

// DecisionDraft is a decision ready to be kept.
type DecisionDraft struct {
	decision Decision
	lift     *restrictionDraft // nil to keep the restriction
	batch    *notify.Batch
	link     identitydb.InsertLinkParams
}

// PrepareDecision seals what the owner is told, to all contacts: before the
// transaction. For the seniors of support. Errors: ErrForbidden, also for one's
// own account; ErrOwnAct for who would uphold what they did themselves;
// ErrNotFound when that restriction is not there any more.
func (i *Identity) PrepareDecision(ctx context.Context, in Decision) (*DecisionDraft, error) {
	actor, err := keeper(ctx)
	if err != nil {
		return nil, err
	}
	r, err := i.restrictionOf(ctx, in.Owner)
	switch {
	case err != nil:
		return nil, err
	case actor.ID == in.Owner:
		return nil, ErrForbidden
	case !r.Against(in.Since):
		return nil, ErrNotFound
	case !in.Lift && r.By == actor.ID:
		return nil, ErrOwnAct
	}
	d := &DecisionDraft{decision: in}
	if in.Lift {
		d.lift, err = i.prepareRestriction(ctx, in.Owner, "", in.Answer)
		return d, err
	}
	a, err := i.Account(ctx, in.Owner)
	if err != nil {
		return nil, err
	}
	var path string
	d.link, path = newObjectLink(in.Owner)
	letters, err := i.urgent(ctx, a, notify.Letter{
		Link: path, Subject: i.Texts.T(a.Lang, "identity.notice.kept_subject"),
		Text: i.Texts.T(a.Lang, "identity.notice.kept", "Number", in.Number, "Answer", in.Answer),
	})
	if err != nil {
		return nil, err
	}
	d.batch, err = i.Notify.Seal(ctx, letters...)
	return d, err
}

// Decide keeps the decision in the caller's transaction; the owner is told, and
// it is in the journal. ErrNotFound for an objection that waits no longer.
func (i *Identity) Decide(ctx context.Context, tx *db.Tx, d *DecisionDraft) error {
	actor, of := ActorOf(ctx), d.decision
	ended := identitydb.EndObjectionsParams{OwnerID: of.Owner, State: ObjectionKept, DecidedAt: tx.Now(), DecidedBy: actor.ID}
	if d.lift != nil {
		ended.State = ObjectionLifted
	}
	n, err := in(tx).EndObjections(ctx, ended)
	if err == nil && n == 0 {
		return ErrNotFound
	}
	if err != nil {
		return err
	}
	if d.lift != nil {
		return i.putRestriction(ctx, tx, d.lift, of.Number)
	}
	if err := i.keepObjectLink(ctx, tx, d.link, of.Since); err != nil {
		return err
	}
	e := actor.Entry("identity.objection_kept", of.Owner, "account:"+of.Owner)
	e.Details = map[string]string{"number": of.Number}
	if err := i.Audit.Write(ctx, tx, e); err != nil {
		return err
	}
	return i.Notify.Send(ctx, tx, d.batch)
}

// newObjectLink is a link by which an owner objects, and its path.
func newObjectLink(owner string) (row identitydb.InsertLinkParams, path string) {
	token := id.Token()[:linkLength]
	return identitydb.InsertLinkParams{TokenHash: id.Hash(token), OwnerID: owner, Purpose: linkObject, DataSealed: []byte{}}, "/objection/" + token
}

// keepObjectLink keeps it, for the restriction that was put at since.
func (i *Identity) keepObjectLink(ctx context.Context, tx *db.Tx, row identitydb.InsertLinkParams, since db.Time) error {
	row.Object, row.CreatedAt, row.ExpiresAt = strconv.FormatInt(int64(since), 10), tx.Now(), tx.Now().Add(objectFor)
	return in(tx).InsertLink(ctx, row)
}

func instant(s string) db.Time {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0
	}
	return db.Time(n)
}

// objectPath is where the owner of a blocked account objects who has just shown
// the password: a link as the notice has one.
func (i *Identity) objectPath(ctx context.Context, name string) (string, error) {
	owner, _, err := i.findName(ctx, name)
	if err != nil || owner == "" {
		return "", err
	}
	r, err := i.restrictionOf(ctx, owner)
	if err != nil || r.Kind == "" {
		return "", err
	}
	row, path := newObjectLink(owner)
	return path, i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return i.keepObjectLink(ctx, tx, row, r.Since) })
}
