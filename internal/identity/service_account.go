package identity

import (
	"context"
	"fmt"

	"okno/internal/identity/identitydb"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/i18n"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
	"okno/internal/reference"
)

func (i *Identity) keys() *secret.Keyset { return i.Sealer.Keyset() }

// HashPassword gives the Argon2id hash of a password. It takes tens of
// milliseconds and waits its turn: never in a transaction. Error: ErrBusy.
func (i *Identity) HashPassword(ctx context.Context, password string) (string, error) {
	return i.hashes.hash(ctx, password)
}

// Draft is an account ready to be created.
type Draft struct {
	account  Account
	hash     string
	row      identitydb.InsertAccountParams
	contacts []draftContact
}

type draftContact struct {
	contact
	indexes [][]byte
}

// ID is the account's id to be.
func (d *Draft) ID() string { return d.account.ID }

// Prepare makes id, key, sealed values and blind indexes: before the
// transaction. Errors of kind Invalid name the field phone, email or login.
func (i *Identity) Prepare(ctx context.Context, n NewAccount) (*Draft, error) {
	a, err := n.account()
	if err != nil {
		return nil, err
	}
	key, err := i.Sealer.Key(ctx, a.ID, secret.Person)
	if err != nil {
		return nil, err
	}
	d := &Draft{account: a, hash: n.PasswordHash, row: identitydb.InsertAccountParams{
		OwnerID: a.ID, Status: Active, Lang: a.Lang,
		PhoneSealed: key.SealString(accountPlace("phone_sealed", a.ID), a.Phone),
		EmailSealed: key.SealString(accountPlace("email_sealed", a.ID), a.Email),
		LoginSealed: key.SealString(accountPlace("login_sealed", a.ID), a.Login), Number: a.Number,
	}}
	for _, c := range a.contacts() {
		d.contacts = append(d.contacts, draftContact{c, i.contactIndexes(c)})
	}
	return d, nil
}

// account checks the contacts and brings them into their canonical form.
func (n NewAccount) account() (Account, error) {
	a := Account{ID: or(n.ID, id.New()), Lang: n.Lang, Status: Active}
	if !i18n.Known(a.Lang) {
		a.Lang = i18n.RU
	}
	var err error
	if n.Phone != "" {
		if a.Phone, err = reference.ParsePhone(n.Phone); err != nil {
			return a, ErrFields.WithField(byPhone, "identity.error.phone")
		}
	}
	if n.Email != "" {
		if a.Email, err = parseEmail(n.Email); err != nil {
			return a, ErrFields.WithField(byEmail, "identity.error.email")
		}
	}
	if n.Login != "" {
		var ok bool
		if a.Login, ok = parseLogin(n.Login); !ok {
			return a, ErrFields.WithField(byLogin, "identity.error.login")
		}
	}
	if len(a.contacts()) == 0 {
		return a, ErrFields.WithField(byPhone, "identity.error.phone")
	}
	a.Number = id.Number()
	return a, nil
}

// contacts are the names that the account signs in by.
func (a Account) contacts() []contact {
	var all []contact
	for _, c := range []contact{{byPhone, a.Phone}, {byEmail, a.Email}, {byLogin, a.Login}, {byNumber, a.Number}} {
		if c.value != "" {
			all = append(all, c)
		}
	}
	return all
}

func (i *Identity) contactIndexes(c contact) [][]byte {
	return i.keys().Indexes("identity contact", c.kind, c.value)
}

func accountPlace(column, owner string) secret.Place {
	return secret.At("identity_accounts", column, owner)
}

// Create adds the account in the caller's transaction. ErrContactTaken names
// the field that is somebody's already.
func (i *Identity) Create(ctx context.Context, tx *db.Tx, d *Draft) (Account, error) {
	row := d.row
	row.CreatedAt = tx.Now()
	if err := in(tx).InsertAccount(ctx, row); err != nil {
		return Account{}, err
	}
	for _, c := range d.contacts {
		if err := addContact(ctx, tx, d.ID(), c); err != nil {
			return Account{}, err
		}
	}
	if d.hash != "" {
		put := identitydb.PutPasswordParams{OwnerID: d.ID(), PasswordHash: d.hash, ChangedAt: tx.Now()}
		if err := in(tx).PutPassword(ctx, put); err != nil {
			return Account{}, err
		}
	}
	a := d.account
	a.CreatedAt = tx.Now()
	return a, i.Audit.Write(ctx, tx, ActorOf(ctx).Entry("identity.created", a.ID, "account:"+a.ID))
}

func addContact(ctx context.Context, tx *db.Tx, owner string, c draftContact) error {
	other, err := ownerOf(ctx, in(tx), c.indexes)
	if err != nil {
		return err
	}
	n := int64(0)
	if other == "" {
		n, err = in(tx).InsertContact(ctx, identitydb.InsertContactParams{
			ContactIndex: c.indexes[0], Kind: c.kind, OwnerID: owner, CreatedAt: tx.Now(),
		})
	}
	if err == nil && n == 0 {
		return taken(c.kind)
	}
	return err
}

func taken(kind string) error {
	switch kind {
	case byPhone:
		return ErrContactTaken.WithField(byPhone, "identity.error.phone_taken")
	case byEmail:
		return ErrContactTaken.WithField(byEmail, "identity.error.email_taken")
	}
	return ErrContactTaken.WithField(byLogin, "identity.error.login_taken")
}

// Account opens an account. ErrNotFound for none; an erased one has no contacts.
func (i *Identity) Account(ctx context.Context, accountID string) (Account, error) {
	row, found, err := one(i.store.read().AccountOf(ctx, accountID))
	if err != nil {
		return Account{}, err
	}
	if !found {
		return Account{}, ErrNotFound
	}
	return i.opened(ctx, row)
}

// opened is an account whose row was read.
func (i *Identity) opened(ctx context.Context, row identitydb.IdentityAccount) (Account, error) {
	accountID := row.OwnerID
	a := Account{ID: row.OwnerID, Number: row.Number, Lang: row.Lang, Status: row.Status, CreatedAt: row.CreatedAt}
	if a.Status == Erased {
		return a, nil
	}
	key, err := i.Sealer.Key(ctx, accountID, secret.Person)
	if err != nil {
		return a, err
	}
	for _, c := range []struct {
		to     *string
		column string
		sealed []byte
	}{{&a.Phone, "phone_sealed", row.PhoneSealed}, {&a.Email, "email_sealed", row.EmailSealed}, {&a.Login, "login_sealed", row.LoginSealed}} {
		if *c.to, err = key.OpenString(accountPlace(c.column, accountID), c.sealed); err != nil {
			return a, fmt.Errorf("%s of account %s: %w", c.column, accountID, err)
		}
	}
	return a, nil
}

// FindByPhone gives the id of the account with the phone; ErrNotFound for none.
func (i *Identity) FindByPhone(ctx context.Context, phone string) (string, error) {
	parsed, err := reference.ParsePhone(phone)
	return i.findBy(ctx, contact{byPhone, parsed}, err)
}

// FindByEmail gives the id of the account with the address; ErrNotFound for none.
func (i *Identity) FindByEmail(ctx context.Context, email string) (string, error) {
	parsed, err := parseEmail(email)
	return i.findBy(ctx, contact{byEmail, parsed}, err)
}

// FindByLogin gives the id of the account with the login name; ErrNotFound for none.
func (i *Identity) FindByLogin(ctx context.Context, login string) (string, error) {
	parsed, ok := parseLogin(login)
	if !ok {
		return "", ErrNotFound
	}
	return i.findBy(ctx, contact{byLogin, parsed}, nil)
}

func (i *Identity) findBy(ctx context.Context, c contact, err error) (string, error) {
	if err != nil {
		return "", ErrNotFound
	}
	owner, err := ownerOf(ctx, i.store.read(), i.contactIndexes(c))
	if err == nil && owner == "" {
		return "", ErrNotFound
	}
	return owner, err
}

// SetLang changes the language of the account's letters.
func (i *Identity) SetLang(ctx context.Context, accountID, lang string) error {
	if !i18n.Known(lang) {
		return errs.NewInvalid("identity.error.fields")
	}
	return i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := in(tx).SetLang(ctx, identitydb.SetLangParams{OwnerID: accountID, Lang: lang})
		if err == nil && n == 0 {
			return ErrNotFound
		}
		return err
	})
}
