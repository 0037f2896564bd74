package profile

import (
	"context"
	"encoding/json"
	"errors"

	"okno/internal/kit/db"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
	"okno/internal/profile/profiledb"
)

func applicantPlace(id string) secret.Place {
	return secret.At("profile_registrations", "applicant_sealed", id)
}

// registration finds by the browser's token; ErrNoRegistration when it is over.
func (p *Profile) registration(ctx context.Context, token string) (Registration, error) {
	if token == "" {
		return Registration{}, ErrNoRegistration
	}
	return p.registrationBy(ctx, id.Hash(token))
}

func (p *Profile) registrationBy(ctx context.Context, hash []byte) (Registration, error) {
	row, err := profiledb.New(p.DB.Reader()).Registration(ctx, hash)
	if db.IsNone(err) {
		return Registration{}, ErrNoRegistration
	}
	if err != nil {
		return Registration{}, db.Classify(err)
	}
	if row.ExpiresAt.Time().Before(p.Clock.Now()) {
		return Registration{}, ErrNoRegistration
	}
	key, err := p.Sealer.Key(ctx, row.ID, secret.Person)
	if err != nil {
		return Registration{}, err
	}
	raw, err := key.Open(applicantPlace(row.ID), row.ApplicantSealed)
	if err != nil {
		return Registration{}, err
	}
	r := registrationOf(row)
	return r, json.Unmarshal(raw, &r.Applicant)
}

func registrationOf(row profiledb.ProfileRegistration) Registration {
	return Registration{
		PhoneConfirmed: row.PhoneConfirmed, EmailConfirmed: row.EmailConfirmed,
		SMSSentAt: row.SmsSentAt, EmailSentAt: row.EmailSentAt, ExpiresAt: row.ExpiresAt, Account: row.AccountID,
		id: row.ID, version: row.Version, hash: row.TokenHash,
		smsTries: row.SmsTries, mailTries: row.EmailTries, finishedAt: row.FinishedAt,
	}
}

func sealApplicant(key *secret.DataKey, id string, a Applicant) ([]byte, error) {
	raw, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	return key.Seal(applicantPlace(id), raw), nil
}

// addRegistration keeps a new one under a fresh token.
func (p *Profile) addRegistration(ctx context.Context, a Applicant) (token string, err error) {
	token, row := id.Token(), id.New()
	key, err := p.Sealer.Key(ctx, row, secret.Person)
	if err != nil {
		return "", err
	}
	sealed, err := sealApplicant(key, row, a)
	if err != nil {
		return "", err
	}
	return token, p.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return profiledb.New(tx).AddRegistration(ctx, profiledb.AddRegistrationParams{
			TokenHash: id.Hash(token), ID: row, CreatedAt: tx.Now(),
			ExpiresAt: tx.Now().Add(registrationLife), ApplicantSealed: sealed,
		})
	})
}

// saveRegistration writes r if nobody else has changed it since it was read,
// ErrConflict otherwise.
func (p *Profile) saveRegistration(ctx context.Context, r *Registration) error {
	key, err := p.Sealer.Key(ctx, r.id, secret.Person)
	if err != nil {
		return err
	}
	sealed, err := sealApplicant(key, r.id, r.Applicant)
	if err != nil {
		return err
	}
	err = p.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := profiledb.New(tx).ChangeRegistration(ctx, profiledb.ChangeRegistrationParams{
			TokenHash: r.hash, Version: r.version, PhoneConfirmed: r.PhoneConfirmed, EmailConfirmed: r.EmailConfirmed,
			SmsSentAt: r.SMSSentAt, EmailSentAt: r.EmailSentAt, SmsTries: r.smsTries, EmailTries: r.mailTries,
			ApplicantSealed: sealed,
		})
		if err == nil && n == 0 {
			return ErrConflict
		}
		return err
	})
	if err == nil {
		r.version++
	}
	return err
}

// amend writes what f changes, on top of whatever another click has written
// since r was read; ErrConflict when the contact of the channel has become another.
func (p *Profile) amend(ctx context.Context, r *Registration, c Channel, f func(r *Registration)) error {
	f(r)
	err := p.saveRegistration(ctx, r)
	for n := 0; n < 5 && errors.Is(err, ErrConflict); n++ {
		fresh, rerr := p.registrationBy(ctx, r.hash)
		if rerr != nil {
			return rerr
		}
		if fresh.contact(c) != r.contact(c) || fresh.Account != "" {
			return ErrConflict
		}
		*r = fresh
		f(r)
		err = p.saveRegistration(ctx, r)
	}
	return err
}
