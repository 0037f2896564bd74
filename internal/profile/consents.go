package profile

import (
	"context"
	"encoding/json"

	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/i18n"
	"okno/internal/kit/secret"
	"okno/internal/notify"
	"okno/internal/profile/profiledb"
)

// ErrKind says that there is no such consent.
var ErrKind = errs.NewNotFound("profile.error.no_profile")

// Consent is one agreement to one version of a text.
type Consent struct {
	Kind        ConsentKind
	Version     string
	Title       string // of the text, in the asker's language
	GivenAt     db.Time
	WithdrawnAt db.Time // 0 while in force
	IP, Agent   string
}

// Consents lists the owner's consents, newest first.
func (p *Profile) Consents(ctx context.Context, owner string) ([]Consent, error) {
	if _, err := own(ctx, owner); err != nil {
		return nil, err
	}
	rows, err := profiledb.New(p.DB.Reader()).Consents(ctx, owner)
	if err != nil {
		return nil, db.Classify(err)
	}
	key, err := p.Sealer.Key(ctx, owner, secret.Person)
	if err != nil {
		return nil, err
	}
	out := make([]Consent, len(rows))
	for i, row := range rows {
		raw, err := key.Open(consentPlace(row.ID), row.OriginSealed)
		if err != nil {
			return nil, err
		}
		var from origin
		if err := json.Unmarshal(raw, &from); err != nil {
			return nil, err
		}
		doc, _ := p.texts.get(ConsentKind(row.Kind), row.TextVersion, i18n.Lang(ctx))
		out[i] = Consent{
			Kind: ConsentKind(row.Kind), Version: row.TextVersion, Title: doc.Title,
			GivenAt: row.GivenAt, WithdrawnAt: row.WithdrawnAt, IP: from.IP, Agent: from.Agent,
		}
	}
	return out, nil
}

// GiveConsent agrees to the current text of a kind, anew after a withdrawal.
func (p *Profile) GiveConsent(ctx context.Context, owner string, kind ConsentKind) error {
	actor, err := own(ctx, owner)
	if err != nil {
		return err
	}
	if !kind.known() {
		return ErrKind
	}
	key, err := p.Sealer.Key(ctx, owner, secret.Person)
	if err != nil {
		return err
	}
	row, err := p.newConsent(ctx, key, owner, kind)
	if err != nil {
		return err
	}
	letters, err := p.letters(ctx, owner, "consent_given", "/cabinet/profile/consents")
	if err != nil {
		return err
	}
	return p.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		standing, err := inForce(ctx, tx, owner)
		if err != nil || standing[kind] {
			return err
		}
		row.GivenAt = tx.Now()
		if err := profiledb.New(tx).AddConsent(ctx, row); err != nil {
			return err
		}
		return p.consented(ctx, tx, actor, owner, "profile.consent_given", kind, letters)
	})
}

// WithdrawConsent ends all consents of a kind: from now on the portal neither
// uses nor checks nor passes on the owner's data, until consent is given anew.
func (p *Profile) WithdrawConsent(ctx context.Context, owner string, kind ConsentKind) error {
	actor, err := own(ctx, owner)
	if err != nil {
		return err
	}
	if !kind.known() {
		return ErrKind
	}
	letters, err := p.letters(ctx, owner, "consent_withdrawn", "/cabinet/profile/consents")
	if err != nil {
		return err
	}
	return p.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := profiledb.New(tx).WithdrawConsents(ctx, profiledb.WithdrawConsentsParams{
			OwnerID: owner, Kind: string(kind), WithdrawnAt: tx.Now(),
		})
		if err != nil || n == 0 {
			return err
		}
		return p.consented(ctx, tx, actor, owner, "profile.consent_withdrawn", kind, letters)
	})
}

// consented writes what follows from a given or withdrawn consent.
func (p *Profile) consented(ctx context.Context, tx *db.Tx, actor identity.Actor, owner, act string, kind ConsentKind, letters *notify.Batch) error {
	standing, err := inForce(ctx, tx, owner)
	if err != nil {
		return err
	}
	all := standing[ConsentTerms] && standing[ConsentPersonalData]
	if err := profiledb.New(tx).SetConsented(ctx, profiledb.SetConsentedParams{OwnerID: owner, Consented: all}); err != nil {
		return err
	}
	e := actor.Entry(act, owner, "consent:"+string(kind))
	if err := p.Audit.Write(ctx, tx, e); err != nil {
		return err
	}
	p.Live.Touch(tx, owner, "profile")
	return p.Notify.Send(ctx, tx, letters)
}

func inForce(ctx context.Context, tx *db.Tx, owner string) (map[ConsentKind]bool, error) {
	rows, err := profiledb.New(tx).Consents(ctx, owner)
	standing := map[ConsentKind]bool{}
	for _, row := range rows {
		if row.WithdrawnAt == 0 {
			standing[ConsentKind(row.Kind)] = true
		}
	}
	return standing, err
}
