package profile

import (
	"context"
	"encoding/json"
	"strings"

	"okno/internal/kit/db"
	"okno/internal/kit/secret"
	"okno/internal/profile/profiledb"
)

func holdingPlace(id string) secret.Place {
	return secret.At("profile_holdings", "values_sealed", id)
}

func sealHolding(key *secret.DataKey, id string, v Values) ([]byte, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return key.Seal(holdingPlace(id), raw), nil
}

func openHolding(key *secret.DataKey, row profiledb.ProfileHolding) (Holding, error) {
	h := Holding{
		ID: row.ID, Kind: HoldingKind(row.Kind), Version: row.Version, State: CheckState(row.State),
		ChangedAt: row.ChangedAt, AnsweredAt: row.AnsweredAt,
	}
	if row.Differs != "" {
		h.Differs = strings.Split(row.Differs, ",")
	}
	raw, err := key.Open(holdingPlace(row.ID), row.ValuesSealed)
	if err != nil {
		return h, err
	}
	return h, json.Unmarshal(raw, &h.Values)
}

// holdings are all of the owner, the oldest first.
func (s store) holdings(ctx context.Context, q db.Q, owner string, key *secret.DataKey) ([]Holding, error) {
	rows, err := profiledb.New(q).Holdings(ctx, owner)
	if err != nil {
		return nil, db.Classify(err)
	}
	out := make([]Holding, len(rows))
	for i, row := range rows {
		if out[i], err = openHolding(key, row); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// addHolding writes a new one; ErrManyHoldings when there are as many as may be.
func (s store) addHolding(ctx context.Context, tx *db.Tx, owner string, h Holding, sealed []byte) error {
	q := profiledb.New(tx)
	n, err := q.CountHoldings(ctx, profiledb.CountHoldingsParams{OwnerID: owner, Kind: string(h.Kind)})
	if err != nil {
		return err
	}
	if n >= h.Kind.most() {
		return tooManyHoldings(h.Kind)
	}
	return q.AddHolding(ctx, profiledb.AddHoldingParams{
		OwnerID: owner, ID: h.ID, Kind: string(h.Kind), State: string(h.State), ChangedAt: tx.Now(), AnsweredAt: h.AnsweredAt, ValuesSealed: sealed,
	})
}

func (s store) changeHolding(ctx context.Context, tx *db.Tx, owner string, h Holding, sealed []byte) error {
	n, err := profiledb.New(tx).ChangeHolding(ctx, profiledb.ChangeHoldingParams{
		OwnerID: owner, ID: h.ID, Version: h.Version, State: string(h.State), ChangedAt: tx.Now(), ValuesSealed: sealed,
	})
	if err == nil && n == 0 {
		err = ErrConflict
	}
	return err
}

func (s store) holdingChecks(ctx context.Context, q db.Q, owner string) ([]HoldingCheck, error) {
	rows, err := profiledb.New(q).HoldingChecks(ctx, owner)
	if err != nil {
		return nil, db.Classify(err)
	}
	out := make([]HoldingCheck, len(rows))
	for i, row := range rows {
		out[i] = HoldingCheck{
			Registry: Registry(row.Registry), ID: row.CheckID, State: CheckState(row.State), Adds: row.Adds, Added: row.Added,
			AskedAt: row.AskedAt, AnsweredAt: row.AnsweredAt,
		}
	}
	return out, nil
}

// holdingCheckOf is the check of the registry, the zero one where there is none.
func holdingCheckOf(checks []HoldingCheck, r Registry) HoldingCheck {
	for _, c := range checks {
		if c.Registry == r {
			return c
		}
	}
	return HoldingCheck{Registry: r}
}
