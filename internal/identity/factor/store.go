package factor

import (
	"context"

	"okno/internal/identity/factor/factordb"
	"okno/internal/kit/db"
	"okno/internal/kit/secret"
)

// in gives the queries inside a transaction.
func in(tx *db.Tx) *factordb.Queries { return factordb.New(tx) }

func (r *Room) read() *factordb.Queries { return factordb.New(r.DB.Reader()) }

// one makes of "no row" a false.
func one[T any](row T, err error) (T, bool, error) {
	if db.IsNone(err) {
		return row, false, nil
	}
	return row, err == nil, db.Classify(err)
}

// The places of what is sealed.
func secretPlace(factor string) secret.Place {
	return secret.At("identity_factors", "secret_sealed", factor)
}

func namePlace(factor string) secret.Place {
	return secret.At("identity_factors", "name_sealed", factor)
}

func statePlace(owner, kind string) secret.Place {
	return secret.At("identity_factor_attempts", "state_sealed", owner+" "+kind)
}

// rows are the account's stored factors, opened, those switched off too.
func (r *Room) rows(ctx context.Context, owner string) ([]Row, error) {
	stored, err := r.read().FactorsOf(ctx, owner)
	if err != nil {
		return nil, db.Classify(err)
	}
	return r.opened(ctx, owner, stored)
}

// rowsAndChoice are the rows, and the id of the one that proved itself last. A way
// that has proved itself has a row.
func (r *Room) rowsAndChoice(ctx context.Context, owner string) (all []Row, chosen string, err error) {
	found, err := r.read().FactorsAndChoice(ctx, owner)
	if err != nil {
		return nil, "", db.Classify(err)
	}
	stored := make([]factordb.IdentityFactor, len(found))
	for n, f := range found {
		stored[n] = f.IdentityFactor
		if f.Chosen == 1 {
			chosen = f.IdentityFactor.ID
		}
	}
	all, err = r.opened(ctx, owner, stored)
	return all, chosen, err
}

func (r *Room) opened(ctx context.Context, owner string, stored []factordb.IdentityFactor) ([]Row, error) {
	if len(stored) == 0 {
		return nil, nil
	}
	key, err := r.Sealer.Key(ctx, owner, secret.Person)
	if err != nil {
		return nil, err
	}
	all := make([]Row, len(stored))
	for n, s := range stored {
		if all[n], err = open(key, s); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func open(key *secret.DataKey, s factordb.IdentityFactor) (Row, error) {
	row := Row{
		Owner: s.OwnerID, ID: s.ID, Kind: s.Kind, Counter: s.Counter, CreatedAt: s.CreatedAt, UsedAt: s.UsedAt, Disabled: s.Disabled,
	}
	var err error
	if len(s.NameSealed) > 0 {
		if row.Name, err = key.OpenString(namePlace(s.ID), s.NameSealed); err != nil {
			return row, err
		}
	}
	if len(s.SecretSealed) > 0 {
		row.Secret, err = key.Open(secretPlace(s.ID), s.SecretSealed)
	}
	return row, err
}

// sealed is a row ready to be added.
func (r *Room) sealed(ctx context.Context, row Row) (factordb.InsertFactorParams, error) {
	key, err := r.Sealer.Key(ctx, row.Owner, secret.Person)
	if err != nil {
		return factordb.InsertFactorParams{}, err
	}
	p := factordb.InsertFactorParams{
		OwnerID: row.Owner, ID: row.ID, Kind: row.Kind, Counter: row.Counter, UsedAt: row.UsedAt, Disabled: row.Disabled,
		NameSealed: []byte{}, SecretSealed: []byte{},
	}
	if row.Name != "" {
		p.NameSealed = key.SealString(namePlace(row.ID), row.Name)
	}
	if len(row.Secret) > 0 {
		p.SecretSealed = key.Seal(secretPlace(row.ID), row.Secret)
	}
	return p, nil
}
