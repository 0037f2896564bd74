package identity

import (
	"context"
	"encoding/json"
	"time"

	"okno/internal/identity/identitydb"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
	"okno/internal/notify"
	"okno/internal/reference"
)

// accessLife is for how long a one-time link of access works, frozenFor how long
// sensitive acts are closed after it.
const (
	accessLife = 30 * time.Minute
	frozenFor  = 24 * time.Hour
)

// How access was given.
const (
	AccessBySupport = "support"
	AccessAtOffice  = "office"
)

// Access is what staff give who has proved by a document to be the owner: a
// one-time link by SMS to Phone, which becomes the account's. The e-mail stays
// only if KeepEmail says that it is still the owner's.
type Access struct {
	Owner, How, Phone string
	KeepEmail         bool
}

// AccessDraft is an access ready to be given.
type AccessDraft struct {
	access Access
	link   identitydb.InsertLinkParams
	batch  *notify.Batch
}

type accessData struct {
	Phone     string `json:"phone"`
	KeepEmail bool   `json:"keep_email"`
	How       string `json:"how"`
}

// ErrStaffAccess says that an account of staff is brought back by the administrator.
var ErrStaffAccess = errs.NewForbidden("identity.error.staff_access")

// PrepareAccess seals the link and the notices to all known contacts: before the
// transaction. Errors: ErrNotFound, ErrBlocked, ErrStaffAccess, ErrContactTaken
// and ErrFields with the field "phone".
func (i *Identity) PrepareAccess(ctx context.Context, in Access) (*AccessDraft, error) {
	a, err := i.Account(ctx, in.Owner)
	if err != nil {
		return nil, err
	}
	if in.Phone, err = reference.ParsePhone(in.Phone); err != nil {
		return nil, ErrFields.WithField("phone", "identity.error.phone")
	}
	if err := i.accessible(ctx, a, in.Phone); err != nil {
		return nil, err
	}
	key, err := i.Sealer.Key(ctx, a.ID, secret.Person)
	if err != nil {
		return nil, err
	}
	raw, err := json.Marshal(accessData{in.Phone, in.KeepEmail, in.How})
	if err != nil {
		return nil, err
	}
	token := id.Token()[:linkLength]
	d := &AccessDraft{access: in, link: identitydb.InsertLinkParams{
		TokenHash: id.Hash(token), OwnerID: a.ID, Purpose: linkAccess, Object: id.New(),
	}}
	d.link.DataSealed = key.Seal(secret.At("identity_links", "data_sealed", d.link.Object), raw)
	letters, err := i.noticeLetters(ctx, a, true, "identity.notice.access_subject", "identity.notice.access_"+in.How)
	if err != nil {
		return nil, err
	}
	letters = append(letters, notify.Letter{
		Channel: notify.SMS, To: in.Phone, Owner: a.ID, Kind: "code", Secret: true, Link: "/access/" + token,
		Expires: i.Clock.Now().Add(accessLife), Text: i.Texts.T(a.Lang, "identity.access.sms"),
	})
	d.batch, err = i.Notify.Seal(ctx, letters...)
	return d, err
}

// accessible reports why the account can't be given back this way.
func (i *Identity) accessible(ctx context.Context, a Account, phone string) error {
	if a.Status != Active {
		return ErrBlocked
	}
	roles, err := i.rolesOf(ctx, a.ID)
	if err != nil {
		return err
	}
	if len(roles) > 0 {
		return ErrStaffAccess
	}
	other, err := ownerOf(ctx, i.store.read(), i.contactIndexes(contact{byPhone, phone}))
	if err == nil && other != "" && other != a.ID {
		err = taken(byPhone)
	}
	return err
}

// GiveAccess keeps the link in the caller's transaction: all sessions end, older
// links are over, all known contacts are told, and it is in the journal. Who may
// give is the caller's to check.
func (i *Identity) GiveAccess(ctx context.Context, tx *db.Tx, d *AccessDraft) error {
	owner := d.link.OwnerID
	if err := i.EndSessions(ctx, tx, owner, ""); err != nil {
		return err
	}
	if err := in(tx).EndLinks(ctx, identitydb.EndLinksParams{OwnerID: owner, Purpose: linkAccess, ExpiresAt: tx.Now()}); err != nil {
		return err
	}
	row := d.link
	row.CreatedAt, row.ExpiresAt = tx.Now(), tx.Now().Add(accessLife)
	if err := in(tx).InsertLink(ctx, row); err != nil {
		return err
	}
	e := ActorOf(ctx).Entry("identity.access_given", owner, "account:"+owner)
	e.Details = map[string]string{"how": d.access.How}
	if err := i.Audit.Write(ctx, tx, e); err != nil {
		return err
	}
	return i.Notify.Send(ctx, tx, d.batch)
}

// accessOf is what waits behind a link of access. ErrLinkOver for nothing.
func (i *Identity) accessOf(ctx context.Context, token string) (identitydb.IdentityLink, accessData, error) {
	var data accessData
	l, err := i.linkOf(ctx, linkAccess, token)
	if err != nil {
		return l, data, err
	}
	key, err := i.Sealer.Key(ctx, l.OwnerID, secret.Person)
	if err != nil {
		return l, data, err
	}
	raw, err := key.Open(secret.At("identity_links", "data_sealed", l.Object), l.DataSealed)
	if err != nil {
		return l, data, err
	}
	return l, data, json.Unmarshal(raw, &data)
}

// takeAccess uses the link: a new password, the new phone, no e-mail that is not
// the owner's, no known browsers, none of the keys, apps and other factors that were
// held: they are lost, or in other hands, and without them none could be removed.
// Sensitive acts are closed for a day. The old
// contacts can stop it for three days.
func (i *Identity) takeAccess(ctx context.Context, token, password string) error {
	l, data, err := i.accessOf(ctx, token)
	if err != nil {
		return err
	}
	a, err := i.Account(ctx, l.OwnerID)
	if err != nil {
		return err
	}
	if a.Status != Active {
		return ErrBlocked
	}
	changes, err := i.accessChanges(ctx, a, data)
	if err != nil {
		return err
	}
	line, err := i.preparePassage(ctx, a.ID, passRecover, passOK, or(oneOf(data.How, AccessAtOffice), "link"))
	if err != nil {
		return err
	}
	after := a
	after.Phone = data.Phone
	return i.setPassword(ctx, after, password, "identity.access_taken", func(ctx context.Context, tx *db.Tx) error {
		n, err := in(tx).UseLink(ctx, identitydb.UseLinkParams{TokenHash: l.TokenHash, UsedAt: tx.Now()})
		if err == nil && n == 0 {
			return ErrLinkOver
		}
		if err != nil {
			return err
		}
		if err := i.shut(ctx, tx, a.ID, "", 0); err != nil {
			return err
		}
		for _, f := range changes {
			if err := f(ctx, tx); err != nil {
				return err
			}
		}
		if err := i.keepPassage(ctx, tx, line); err != nil {
			return err
		}
		return i.changeGuard(ctx, tx, a.ID, func(g *identitydb.IdentityGuard) {
			g.PasswordDue, g.FrozenAt = false, tx.Now().Add(frozenFor)
		})
	})
}

// accessChanges are the changes of contacts that come with the access, each with
// a link that stops it.
func (i *Identity) accessChanges(ctx context.Context, a Account, data accessData) ([]func(context.Context, *db.Tx) error, error) {
	var all []func(context.Context, *db.Tx) error
	for _, c := range []change{{kind: byPhone, Old: a.Phone, New: data.Phone}, {kind: byEmail, Old: a.Email}} {
		if c.Old == c.New || c.kind == byEmail && data.KeepEmail {
			continue
		}
		f, err := i.leaveContact(ctx, a, c)
		if err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	return all, nil
}

// leaveContact changes a contact at once, for whoever has proved to be the owner
// otherwise, or takes it away; the old one can stop it.
func (i *Identity) leaveContact(ctx context.Context, a Account, c change) (func(context.Context, *db.Tx) error, error) {
	c.id = id.New()
	key, err := i.Sealer.Key(ctx, a.ID, secret.Person)
	if err != nil {
		return nil, err
	}
	raw, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	row := identitydb.InsertChangeParams{OwnerID: a.ID, ID: c.id, Kind: c.kind, State: changeDone, ChangeSealed: key.Seal(changePlace(c.id), raw)}
	set, err := i.prepareContact(ctx, a.ID, c.kind, c.New)
	if err != nil {
		return nil, err
	}
	batch, stop, err := i.changeLetters(ctx, a, c)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx *db.Tx) error {
		end := tx.Now().Add(changeGrace)
		row := row
		row.CreatedAt, row.StopAt = tx.Now(), end
		if err := in(tx).InsertChange(ctx, row); err != nil {
			return err
		}
		if err := i.swapContact(ctx, tx, a.ID, c.kind, c.Old, c.New, true); err != nil {
			return err
		}
		if err := set(ctx, tx); err != nil {
			return err
		}
		if c.Old != "" {
			err := in(tx).InsertLink(ctx, identitydb.InsertLinkParams{
				TokenHash: id.Hash(stop), OwnerID: a.ID, Purpose: linkStop, Object: c.id, DataSealed: []byte{}, CreatedAt: tx.Now(), ExpiresAt: end,
			})
			if err != nil {
				return err
			}
		}
		return i.Notify.Send(ctx, tx, batch)
	}, nil
}
