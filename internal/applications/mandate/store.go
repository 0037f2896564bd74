package mandate

import (
	"context"
	"fmt"

	"okno/internal/applications/mandate/mandatedb"
	"okno/internal/kit/db"
	"okno/internal/kit/secret"
)

// store keeps mandates, sealed by the key of their owners.
type store struct{ db *db.DB }

func (s store) read() *mandatedb.Queries { return mandatedb.New(s.db.Reader()) }

func contactPlace(id string) secret.Place {
	return secret.At("applications_mandates", "contact_sealed", id)
}

func mandateOf(row mandatedb.ApplicationsMandate) Mandate {
	return Mandate{
		ID: row.ID, Owner: row.OwnerID, Helper: row.HelperID, Kind: row.Kind, State: State(row.State), Services: splitIDs(row.Services),
		Alone: row.Alone, Office: row.Office, Consent: row.Consent, CreatedAt: row.CreatedAt, ExpiresAt: row.ExpiresAt, EndedAt: row.EndedAt,
	}
}

// one is a mandate that the person has given or received; mine tells which.
func (s store) one(ctx context.Context, person, id string) (row mandatedb.ApplicationsMandate, mine bool, err error) {
	row, err = s.read().GivenOne(ctx, mandatedb.GivenOneParams{OwnerID: person, ID: id})
	if err == nil {
		return row, true, nil
	}
	if db.IsNone(err) {
		row, err = s.read().ReceivedOne(ctx, mandatedb.ReceivedOneParams{HelperID: person, ID: id})
	}
	if db.IsNone(err) {
		return row, false, ErrNotFound
	}
	return row, false, db.Classify(err)
}

// contact opens what the owner typed.
func contact(key *secret.DataKey, row mandatedb.ApplicationsMandate) (string, error) {
	if len(row.ContactSealed) == 0 {
		return "", nil
	}
	text, err := key.OpenString(contactPlace(row.ID), row.ContactSealed)
	if err != nil {
		return "", fmt.Errorf("mandate %s: %w", row.ID, err)
	}
	return text, nil
}
