package identity

import (
	"context"

	"okno/internal/identity/identitydb"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/i18n"
	"okno/internal/kit/id"
	"okno/internal/kit/ui"
	"okno/internal/reference"
)

// Names by which people sign in besides their contacts: the account's own
// number, which is kept here, and the СНИЛС, which belongs to the profile. // data: the number's name
const (
	byNumber = "number"
	bySNILS  = "snils"
)

// SNILSSource finds the account of a confirmed insurance number; the profile's
// room is one. "" is nobody.
type SNILSSource interface {
	OwnerOfSNILS(ctx context.Context, snils string) (string, error)
}

// SetSNILS gives the source of insurance numbers. Call it before requests come.
func (i *Identity) SetSNILS(s SNILSSource) { i.snils = s }

// candidates are what a typed name may mean, the likeliest first: eleven digits
// can be a phone and an insurance number.
func candidates(s string) []contact {
	var all []contact
	if number, ok := id.ParseNumber(s); ok {
		all = append(all, contact{byNumber, number})
	}
	if first := parseIdentifier(s); first.kind != byLogin || len(all) == 0 {
		all = append(all, first)
	}
	if snils, err := reference.ParseSNILS(s); err == nil {
		if all[0].kind == byLogin {
			all = all[:0]
		}
		all = append(all, contact{bySNILS, snils})
	}
	return all
}

// findName gives the account of a typed name, "" for nobody's, and what it was
// read as. Each meaning is looked up, whether or not one before it was found.
func (i *Identity) findName(ctx context.Context, typed string) (owner string, c contact, err error) {
	all := candidates(typed)
	c = all[0]
	for _, meant := range all {
		found, err := i.ownerOfName(ctx, meant)
		if err != nil {
			return "", c, err
		}
		if owner == "" && found != "" {
			owner, c = found, meant
		}
	}
	return owner, c, nil
}

// FindName gives the account of any name that people sign in by; ErrNotFound for
// nobody's.
func (i *Identity) FindName(ctx context.Context, typed string) (string, error) {
	owner, _, err := i.findName(ctx, typed)
	if err == nil && owner == "" {
		err = ErrNotFound
	}
	return owner, err
}

// FindContact gives the account of an exact phone, address or account number;
// ErrNotFound for nobody's, and for other names.
func (i *Identity) FindContact(ctx context.Context, typed string) (string, error) {
	for _, meant := range candidates(typed) {
		if meant.kind != byPhone && meant.kind != byEmail && meant.kind != byNumber {
			continue
		}
		owner, err := ownerOf(ctx, i.store.read(), i.contactIndexes(meant))
		if err != nil || owner != "" {
			return owner, err
		}
	}
	return "", ErrNotFound
}

func (i *Identity) ownerOfName(ctx context.Context, c contact) (string, error) {
	if c.kind != bySNILS {
		return ownerOf(ctx, i.store.read(), i.contactIndexes(c))
	}
	if i.snils == nil {
		return "", nil
	}
	return i.snils.OwnerOfSNILS(ctx, c.value)
}

// numberBatch bounds one round of giveNumbers.
const numberBatch = 200

// giveNumbers gives numbers to accounts that were made before there were any.
func (i *Identity) giveNumbers(ctx context.Context) error {
	owners, err := i.store.read().AccountsWithoutNumber(ctx, numberBatch)
	if err != nil {
		return db.Classify(err)
	}
	for _, owner := range owners {
		if err := i.giveNumber(ctx, owner); err != nil && !errs.IsKind(err, errs.Conflict) {
			return err
		}
	}
	return nil
}

func (i *Identity) giveNumber(ctx context.Context, owner string) error {
	c := contact{byNumber, id.Number()}
	indexes := i.contactIndexes(c)
	return i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := in(tx).GiveNumber(ctx, identitydb.GiveNumberParams{OwnerID: owner, Number: c.value})
		if err != nil || n == 0 {
			return err
		}
		return addContact(ctx, tx, owner, draftContact{c, indexes})
	})
}

// numberRow is the account's number on the page; none while it has none.
func numberRow(ctx context.Context, number string) ui.SummaryRow {
	if number == "" {
		return ui.SummaryRow{}
	}
	return ui.SummaryRow{
		Key:   ui.Text(i18n.T(ctx, "identity.security.number")),
		Value: ui.Text(i18n.T(ctx, "identity.security.number_text", "Number", number)),
	}
}
