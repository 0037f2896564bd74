package identity

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"okno/internal/identity/identitydb"
	"okno/internal/kit/db"
	"okno/internal/kit/event"
	"okno/internal/kit/i18n"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
	"okno/internal/notify"
	"okno/internal/reference"
)

// byReserve is the second phone: for recovery, not to sign in by.
const byReserve = "reserve"

// forChange is the purpose of codes that confirm a new contact.
const forChange = "change"

// oldContact begins the kind of a contact that was left, and is kept from others
// for as long as the change can be stopped.
const oldContact = "old_"

// What becomes of a change.
const (
	changeWaits   = "waiting"
	changeDone    = "done"
	changeStopped = "stopped"
)

// change is a change of a contact; its values are sealed.
type change struct {
	id, kind string
	Old      string `json:"old"`
	New      string `json:"new"`
}

func (c change) channel() string {
	if c.kind == byEmail {
		return notify.Email
	}
	return notify.SMS
}

func changePlace(row string) secret.Place {
	return secret.At("identity_changes", "change_sealed", row)
}

// startChange takes a new contact of the kind and sends it a code. Whether it
// belongs to somebody else is not told: then no code comes.
func (i *Identity) startChange(ctx context.Context, kind, typed string) (string, error) {
	if err := NeedFresh(ctx); err != nil {
		return "", err
	}
	actor := ActorOf(ctx)
	a, err := i.Account(ctx, actor.ID)
	if err != nil {
		return "", err
	}
	c, err := i.newChange(ctx, a, kind, typed)
	if err != nil {
		return "", err
	}
	key, err := i.Sealer.Key(ctx, a.ID, secret.Person)
	if err != nil {
		return "", err
	}
	raw, err := json.Marshal(c)
	if err != nil {
		return "", err
	}
	row := identitydb.InsertChangeParams{OwnerID: a.ID, ID: c.id, Kind: kind, State: changeWaits, ChangeSealed: key.Seal(changePlace(c.id), raw)}
	err = i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		row.CreatedAt, row.StopAt = tx.Now(), tx.Now().Add(codeLife)
		return in(tx).InsertChange(ctx, row)
	})
	if err != nil {
		return "", err
	}
	return c.id, i.sendChange(ctx, a, c)
}

func (i *Identity) newChange(ctx context.Context, a Account, kind, typed string) (change, error) {
	c := change{id: id.New(), kind: kind}
	var err error
	switch kind {
	case byEmail:
		if c.New, err = parseEmail(typed); err != nil {
			return c, ErrFields.WithField("value", "identity.error.email")
		}
		c.Old = a.Email
	case byPhone, byReserve:
		if c.New, err = reference.ParsePhone(typed); err != nil {
			return c, ErrFields.WithField("value", "identity.error.phone")
		}
		c.Old = a.Phone
	default:
		return c, ErrNotFound
	}
	if kind == byReserve {
		if c.Old, err = i.reserveOf(ctx, a.ID); err != nil {
			return c, err
		}
	}
	if c.New == c.Old || kind == byReserve && c.New == a.Phone {
		return c, ErrFields.WithField("value", "identity.error.same_contact")
	}
	return c, nil
}

// sendChange sends the code to the new contact, or plants one for nobody where
// the contact is somebody else's.
func (i *Identity) sendChange(ctx context.Context, a Account, c change) error {
	request := CodeRequest{Purpose: forChange, Subject: c.id, Channel: c.channel(), To: c.New, Owner: a.ID, Lang: a.Lang}
	if c.kind != byReserve {
		other, err := ownerOf(ctx, i.store.read(), i.contactIndexes(contact{c.kind, c.New}))
		if err != nil {
			return err
		}
		if other != "" && other != a.ID {
			if err := i.limitCodes(ctx, request); err != nil {
				return err // as for a free one: else the limit would tell them apart
			}
			return i.plantCode(ctx, request)
		}
	}
	return i.SendCode(ctx, request)
}

// changeOf opens a change of the owner's. ErrNotFound for any other.
func (i *Identity) changeOf(ctx context.Context, owner, changeID, state string) (change, error) {
	row, found, err := one(i.store.read().ChangeOf(ctx, identitydb.ChangeOfParams{OwnerID: owner, ID: changeID}))
	if err != nil {
		return change{}, err
	}
	if !found || row.State != state || row.StopAt <= db.At(i.Clock.Now()) {
		return change{}, ErrNotFound
	}
	return i.openChange(ctx, row)
}

func (i *Identity) openChange(ctx context.Context, row identitydb.IdentityChange) (change, error) {
	key, err := i.Sealer.Key(ctx, row.OwnerID, secret.Person)
	if err != nil {
		return change{}, err
	}
	return changeIn(key, row)
}

func changeIn(key *secret.DataKey, row identitydb.IdentityChange) (change, error) {
	c := change{id: row.ID, kind: row.Kind}
	raw, err := key.Open(changePlace(row.ID), row.ChangeSealed)
	if err != nil {
		return c, err
	}
	return c, json.Unmarshal(raw, &c)
}

// finishChange checks the code of the new contact and puts it in the place of
// the old one. Both are told; the old one gets a link that stops it.
func (i *Identity) finishChange(ctx context.Context, changeID, code string) error {
	if err := NeedFresh(ctx); err != nil {
		return err
	}
	actor := ActorOf(ctx)
	c, err := i.changeOf(ctx, actor.ID, changeID, changeWaits)
	if err != nil {
		return err
	}
	if err := i.CheckCode(ctx, forChange, c.id, c.channel(), code); err != nil {
		return err
	}
	a, err := i.Account(ctx, actor.ID)
	if err != nil {
		return err
	}
	return i.applyChange(ctx, a, c, "identity.contact_changed", func(context.Context, *db.Tx) error { return nil })
}

// applyChange puts a confirmed contact in its place, with what belongs to it.
func (i *Identity) applyChange(ctx context.Context, a Account, c change, act string, more func(context.Context, *db.Tx) error) error {
	set, err := i.prepareContact(ctx, a.ID, c.kind, c.New)
	if err != nil {
		return err
	}
	letters, stop, err := i.changeLetters(ctx, a, c)
	if err != nil {
		return err
	}
	return i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		end := tx.Now().Add(changeGrace)
		n, err := in(tx).MoveChange(ctx, identitydb.MoveChangeParams{OwnerID: a.ID, ID: c.id, State: changeWaits, State_2: changeDone, StopAt: end})
		if err == nil && n == 0 {
			return ErrNotFound
		}
		if err == nil {
			err = i.stillNamed(ctx, tx, a.ID, c)
		}
		if err == nil {
			err = i.swapContact(ctx, tx, a.ID, c.kind, c.Old, c.New, true)
		}
		if err == nil {
			err = set(ctx, tx)
		}
		if err == nil && c.Old != "" {
			err = in(tx).InsertLink(ctx, identitydb.InsertLinkParams{
				TokenHash: id.Hash(stop), OwnerID: a.ID, Purpose: linkStop, Object: c.id, DataSealed: []byte{}, CreatedAt: tx.Now(), ExpiresAt: end,
			})
		}
		if err == nil {
			err = more(ctx, tx)
		}
		if err != nil {
			return err
		}
		e := ActorOf(ctx).Entry(act, a.ID, "account:"+a.ID)
		e.Details = map[string]string{"kind": c.kind}
		if err := i.Audit.Write(ctx, tx, e); err != nil {
			return err
		}
		return i.Notify.Send(ctx, tx, letters)
	})
}

// stillNamed is ErrNotFound where the contact that a change leaves was changed
// meanwhile: of two changes from one contact the second would leave the first one's
// new contact behind as a name of the account.
func (i *Identity) stillNamed(ctx context.Context, tx *db.Tx, owner string, c change) error {
	if c.kind == byReserve || c.Old == "" {
		return nil
	}
	for _, index := range i.knownIndexes(c.kind, c.Old) {
		held, found, err := one(in(tx).ContactOf(ctx, index))
		if err != nil || found && held.OwnerID == owner && held.Kind == c.kind {
			return err
		}
	}
	return ErrNotFound
}

// prepareContact seals a contact's value and gives what writes it.
func (i *Identity) prepareContact(ctx context.Context, owner, kind, value string) (func(context.Context, *db.Tx) error, error) {
	key, err := i.Sealer.Key(ctx, owner, secret.Person)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx *db.Tx) error {
		switch kind {
		case byPhone:
			return in(tx).SetPhone(ctx, identitydb.SetPhoneParams{OwnerID: owner, PhoneSealed: key.SealString(accountPlace("phone_sealed", owner), value)})
		case byEmail:
			return in(tx).SetEmail(ctx, identitydb.SetEmailParams{OwnerID: owner, EmailSealed: key.SealString(accountPlace("email_sealed", owner), value)})
		}
		if value == "" {
			return in(tx).DeleteReserve(ctx, owner)
		}
		return in(tx).PutReserve(ctx, identitydb.PutReserveParams{
			OwnerID: owner, PhoneSealed: key.SealString(secret.At("identity_reserves", "phone_sealed", owner), value), ConfirmedAt: tx.Now(),
		})
	}, nil
}

// swapContact makes the new value the name to sign in by. The old one stays with
// the owner for as long as it can come back, if keep says so.
func (i *Identity) swapContact(ctx context.Context, tx *db.Tx, owner, kind, old, value string, keep bool) error {
	if kind == byReserve {
		return nil
	}
	for _, index := range i.knownIndexes(kind, old) {
		var err error
		if keep {
			err = in(tx).KindContact(ctx, identitydb.KindContactParams{ContactIndex: index, Kind: oldContact + kind, CreatedAt: tx.Now()})
		} else {
			err = in(tx).DeleteContact(ctx, index)
		}
		if err != nil {
			return err
		}
	}
	if value == "" {
		return nil
	}
	index := i.contactIndexes(contact{kind, value})[0]
	n, err := in(tx).InsertContact(ctx, identitydb.InsertContactParams{ContactIndex: index, Kind: kind, OwnerID: owner, CreatedAt: tx.Now()})
	if err != nil || n > 0 {
		return err
	}
	row, err := in(tx).ContactOf(ctx, index)
	if err != nil {
		return err
	}
	if row.OwnerID != owner {
		return taken(kind)
	}
	return in(tx).KindContact(ctx, identitydb.KindContactParams{ContactIndex: index, Kind: kind, CreatedAt: tx.Now()})
}

func (i *Identity) knownIndexes(kind, value string) [][]byte {
	if value == "" {
		return nil
	}
	return i.contactIndexes(contact{kind, value})
}

// changeLetters tell the old contact, with a link that stops the change, and all
// contacts as they are after it.
func (i *Identity) changeLetters(ctx context.Context, a Account, c change) (batch *notify.Batch, stop string, err error) {
	after := a
	switch c.kind {
	case byPhone:
		after.Phone = c.New
	case byEmail:
		after.Email = c.New
	}
	letters, err := i.noticeLetters(ctx, after, true, "identity.notice.changed_"+c.kind+"_subject", "identity.notice.changed")
	if err != nil {
		return nil, "", err
	}
	if c.Old != "" {
		stop = id.Token()[:linkLength]
		l := notify.Letter{
			Channel: c.channel(), To: c.Old, Owner: a.ID, Kind: "security", Link: "/stop/" + stop,
			Subject: i.Texts.T(a.Lang, "identity.notice.changed_"+c.kind+"_subject"),
			Text:    i.Texts.T(a.Lang, "identity.notice.stop", "Until", i18n.DateTime(a.Lang, i.Clock.Now().Add(changeGrace).In(moscow()))),
		}
		if c.channel() == notify.SMS {
			l.Text, l.Subject = i.Texts.T(a.Lang, "identity.notice.stop_sms"), ""
		}
		letters = append(letters, l)
	}
	batch, err = i.Notify.Seal(ctx, letters...)
	return batch, stop, err
}

// linkOf is what waits behind a link's token. ErrLinkOver for nothing.
func (i *Identity) linkOf(ctx context.Context, purpose, token string) (identitydb.IdentityLink, error) {
	row, found, err := one(i.store.read().LinkOf(ctx, id.Hash(token)))
	if err == nil && (!found || row.Purpose != purpose || row.UsedAt != 0 || row.ExpiresAt <= db.At(i.Clock.Now())) {
		return row, ErrLinkOver
	}
	return row, err
}

// stoppable is the change behind a link of the old contact.
func (i *Identity) stoppable(ctx context.Context, token string) (identitydb.IdentityLink, change, error) {
	l, err := i.linkOf(ctx, linkStop, token)
	if err != nil {
		return l, change{}, err
	}
	c, err := i.changeOf(ctx, l.OwnerID, l.Object, changeDone)
	if err != nil {
		return l, c, ErrLinkOver
	}
	return l, c, nil
}

// stopChange brings the old contact back, takes back what was changed after it,
// shuts out whoever changed it, and asks support to look.
func (i *Identity) stopChange(ctx context.Context, token string) error {
	l, c, err := i.stoppable(ctx, token)
	if err != nil {
		return err
	}
	a, err := i.Account(ctx, l.OwnerID)
	if err != nil {
		return err
	}
	set, err := i.prepareContact(ctx, a.ID, c.kind, c.Old)
	if err != nil {
		return err
	}
	key, err := i.Sealer.Key(ctx, a.ID, secret.Person)
	if err != nil {
		return err
	}
	switch c.kind {
	case byPhone:
		a.Phone = c.Old
	case byEmail:
		a.Email = c.Old
	}
	batch, err := i.notice(ctx, a, true, "identity.notice.stopped_subject", "identity.notice.stopped")
	if err != nil {
		return err
	}
	return i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := in(tx).UseLink(ctx, identitydb.UseLinkParams{TokenHash: l.TokenHash, UsedAt: tx.Now()})
		if err == nil && n == 0 {
			return ErrLinkOver
		}
		if err == nil {
			err = i.takeBack(ctx, tx, key, a.ID, c)
		}
		if err == nil {
			err = i.swapContact(ctx, tx, a.ID, c.kind, c.New, c.Old, false)
		}
		if err == nil {
			err = set(ctx, tx)
		}
		if err == nil {
			err = i.shut(ctx, tx, a.ID, "", a.grace(tx.Now()))
		}
		if err == nil {
			err = i.Audit.Write(ctx, tx, ActorOf(ctx).Entry("identity.change_stopped", a.ID, "account:"+a.ID))
		}
		if err == nil {
			err = i.announce(ctx, tx, event.Event{Name: EventStopped, ID: id.New(), Owner: a.ID, Version: 1})
		}
		if err != nil {
			return err
		}
		return i.Notify.Send(ctx, tx, batch)
	})
}

// takeBack ends the change, and those of the same contact that came after it: who
// took the account over may have changed the contact once more, and then holds the
// link that stops the later change.
func (i *Identity) takeBack(ctx context.Context, tx *db.Tx, key *secret.DataKey, owner string, c change) error {
	rows, err := in(tx).ChangesOf(ctx, identitydb.ChangesOfParams{OwnerID: owner, State: changeDone, StopAt: tx.Now()})
	if err != nil {
		return err
	}
	n := slices.IndexFunc(rows, func(r identitydb.IdentityChange) bool { return r.ID == c.id })
	if n < 0 {
		return ErrLinkOver // another link has taken it back meanwhile
	}
	for _, row := range rows {
		if row.Kind != c.kind || row.StopAt < rows[n].StopAt {
			continue
		}
		later, err := changeIn(key, row)
		if err != nil {
			return err
		}
		if _, err := in(tx).MoveChange(ctx, identitydb.MoveChangeParams{OwnerID: owner, ID: row.ID, State: changeDone, State_2: changeStopped, StopAt: tx.Now()}); err != nil {
			return err
		}
		if later.New == "" || later.New == c.Old {
			continue
		}
		if err := i.swapContact(ctx, tx, owner, c.kind, later.New, "", false); err != nil {
			return err
		}
	}
	return nil
}

// dropReserve forgets the second phone. The phone is told and can stop it, as it
// can a change.
func (i *Identity) dropReserve(ctx context.Context) error {
	if err := NeedFresh(ctx); err != nil {
		return err
	}
	actor := ActorOf(ctx)
	a, err := i.Account(ctx, actor.ID)
	if err != nil {
		return err
	}
	old, err := i.reserveOf(ctx, a.ID)
	if err != nil || old == "" {
		return err
	}
	drop, err := i.leaveContact(ctx, a, change{kind: byReserve, Old: old})
	if err != nil {
		return err
	}
	return i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := drop(ctx, tx); err != nil {
			return err
		}
		e := actor.Entry("identity.contact_changed", a.ID, "account:"+a.ID)
		e.Details = map[string]string{"kind": byReserve}
		return i.Audit.Write(ctx, tx, e)
	})
}

// settleChanges lets go of the old contacts whose time to come back is over.
func (i *Identity) settleChanges(ctx context.Context) error {
	rows, err := i.store.read().ChangesOver(ctx, identitydb.ChangesOverParams{StopAt: db.At(i.Clock.Now()), Limit: 100})
	if err != nil {
		return db.Classify(err)
	}
	for _, row := range rows {
		c, err := i.openChange(ctx, row)
		if err != nil {
			return err
		}
		err = i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return i.letGo(ctx, tx, row, c) })
		if err != nil {
			return err
		}
	}
	return nil
}

func (i *Identity) letGo(ctx context.Context, tx *db.Tx, row identitydb.IdentityChange, c change) error {
	for _, index := range i.knownIndexes(c.kind, c.Old) {
		held, found, err := one(in(tx).ContactOf(ctx, index))
		if err != nil {
			return err
		}
		if found && row.State == changeDone && held.OwnerID == row.OwnerID && strings.HasPrefix(held.Kind, oldContact) {
			if err := in(tx).DeleteContact(ctx, index); err != nil {
				return err
			}
		}
	}
	return in(tx).DeleteChange(ctx, identitydb.DeleteChangeParams{OwnerID: row.OwnerID, ID: row.ID})
}
