package certificate

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"time"

	"okno/internal/identity"
	"okno/internal/identity/certificate/certificatedb"
	"okno/internal/kit/db"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
)

// visitLife is how long a browser may take to choose a certificate.
const visitLife = 5 * time.Minute

// What a visit is for.
const (
	// Bind: the certificate shall count for the account from now on.
	Bind = "bind"
	// Prove: one that counts is shown.
	Prove = "prove"
	// Factor: the same, as a second factor of a sign-in.
	Factor = "factor"
)

// mostCertificates is how many an account may have.
const mostCertificates = 5

// Certificate is one that counts for an account.
type Certificate struct {
	Facts
	ID            string
	Created, Used db.Time
	index         string
}

// Visit begins a browser's way for the owner, on behalf of ref (a session, a
// sign-in), and gives the address to send it to.
func (r *Room) Visit(ctx context.Context, owner, purpose, ref, target string) (address string, err error) {
	if !r.On() {
		return "", ErrOff
	}
	row := certificatedb.InsertVisitParams{ID: id.New(), OwnerID: owner, Purpose: purpose, Ref: ref, Target: target, CodeHash: []byte{}, ShownSealed: []byte{}}
	err = r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		row.CreatedAt, row.ExpiresAt = tx.Now(), tx.Now().Add(visitLife)
		return in(tx).InsertVisit(ctx, row)
	})
	return r.Config.URL + visitPath + row.ID, err
}

// Show takes the certificate that a browser has shown on its visit, and gives the
// code that the browser goes back with, and to what. chain begins with the
// browser's own; it is empty where none was shown. Errors: those of Check,
// ErrNone, ErrVisit.
func (r *Room) Show(ctx context.Context, visit string, chain []*x509.Certificate) (code, purpose string, err error) {
	v, found, err := one(r.store.read().VisitOf(ctx, visit))
	switch {
	case err != nil:
		return "", "", err
	case !found || v.State != "begun" || db.At(r.Clock.Now()) >= v.ExpiresAt:
		return "", v.Purpose, ErrVisit
	case len(chain) == 0:
		return "", v.Purpose, ErrNone
	}
	if err := r.Config.Authority.Check(chain[0], chain[1:], r.Clock.Now()); err != nil {
		return "", v.Purpose, err
	}
	key, err := r.Sealer.Key(ctx, v.OwnerID, secret.Person)
	if err != nil {
		return "", v.Purpose, err
	}
	raw, err := json.Marshal(factsOf(chain[0]))
	if err != nil {
		return "", v.Purpose, err
	}
	code = id.Token()
	return code, v.Purpose, r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := in(tx).ShowVisit(ctx, certificatedb.ShowVisitParams{ID: visit, CodeHash: id.Hash(code), ShownSealed: key.Seal(visitPlace(visit), raw), ExpiresAt: tx.Now()})
		if err == nil && n == 0 {
			err = ErrVisit
		}
		return err
	})
}

func visitPlace(visit string) secret.Place {
	return secret.At("identity_certificate_visits", "shown_sealed", visit)
}

// take uses the code of a visit, once: it must be of that owner, purpose and ref.
func (r *Room) take(ctx context.Context, owner, purpose, ref, code string) (f Facts, target string, err error) {
	v, found, err := one(r.store.read().VisitByCode(ctx, id.Hash(code)))
	if err == nil && (!found || v.OwnerID != owner || v.Purpose != purpose || v.Ref != ref) {
		err = ErrVisit
	}
	if err != nil {
		return f, "", err
	}
	key, err := r.Sealer.Key(ctx, owner, secret.Person)
	if err != nil {
		return f, "", err
	}
	raw, err := key.Open(visitPlace(v.ID), v.ShownSealed)
	if err != nil {
		return f, "", err
	}
	if err := json.Unmarshal(raw, &f); err != nil {
		return f, "", err
	}
	return f, v.Target, r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := in(tx).TakeVisit(ctx, certificatedb.TakeVisitParams{ID: v.ID, ExpiresAt: tx.Now()})
		if err == nil && n == 0 {
			err = ErrVisit
		}
		return err
	})
}

func (r *Room) index(owner, fingerprint string) []byte {
	return r.Sealer.Keyset().Index("identity certificate", owner, fingerprint)
}

// Of lists the account's certificates, the oldest first.
func (r *Room) Of(ctx context.Context, owner string) ([]Certificate, error) {
	rows, err := r.store.read().CertificatesOf(ctx, owner)
	if err != nil || len(rows) == 0 {
		return nil, db.Classify(err)
	}
	key, err := r.Sealer.Key(ctx, owner, secret.Person)
	if err != nil {
		return nil, err
	}
	all := make([]Certificate, len(rows))
	for n, row := range rows {
		all[n] = Certificate{ID: row.ID, Created: row.CreatedAt, Used: row.UsedAt, index: string(row.FingerprintIndex)}
		raw, err := key.Open(factsPlace(row.ID), row.FactsSealed)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(raw, &all[n].Facts); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func factsPlace(certificate string) secret.Place {
	return secret.At("identity_certificates", "facts_sealed", certificate)
}

// Bound binds the certificate of a visit to the actor's account; a factor must
// have been given just now, one that is held if any is. Errors: identity.ErrFresh,
// identity.ErrHeld, ErrVisit, ErrBound.
func (r *Room) Bound(ctx context.Context, code string) error {
	if err := r.Identity.NeedToAdd(ctx); err != nil {
		return err
	}
	actor := identity.ActorOf(ctx)
	f, _, err := r.take(ctx, actor.ID, Bind, actor.Session, code)
	if err != nil {
		return err
	}
	had, err := r.Of(ctx, actor.ID)
	if err != nil {
		return err
	}
	index := r.index(actor.ID, f.Fingerprint)
	for _, c := range had {
		if c.index == string(index) || len(had) >= mostCertificates {
			return ErrBound
		}
	}
	key, err := r.Sealer.Key(ctx, actor.ID, secret.Person)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(f)
	if err != nil {
		return err
	}
	row := certificatedb.InsertCertificateParams{OwnerID: actor.ID, ID: id.New(), FingerprintIndex: index}
	row.FactsSealed = key.Seal(factsPlace(row.ID), raw)
	return r.changed(ctx, "identity.certificate_bound", row.ID, "identity.certificate.notice.bound_subject", "identity.certificate.notice.bound", func(ctx context.Context, tx *db.Tx) error {
		row.CreatedAt = tx.Now()
		return in(tx).InsertCertificate(ctx, row)
	})
}

// Unbind takes a certificate away from the actor's account, but not the last one
// where nothing else signs in. Errors: identity.ErrFresh, ErrNotFound, those of Last.
func (r *Room) Unbind(ctx context.Context, certificate string) error {
	if err := identity.NeedFresh(ctx); err != nil {
		return err
	}
	had, err := r.Of(ctx, identity.ActorOf(ctx).ID)
	if err != nil {
		return err
	}
	if len(had) == 1 && r.Last != nil {
		if err := r.Last(ctx, KindCertificate); err != nil {
			return err
		}
	}
	return r.changed(ctx, "identity.certificate_removed", certificate, "identity.certificate.notice.removed_subject", "identity.certificate.notice.removed", func(ctx context.Context, tx *db.Tx) error {
		n, err := in(tx).DeleteCertificate(ctx, certificatedb.DeleteCertificateParams{OwnerID: identity.ActorOf(ctx).ID, ID: certificate})
		if err == nil && n == 0 {
			err = ErrNotFound
		}
		return err
	})
}

// changed does a change with its line in the journal and its notice.
func (r *Room) changed(ctx context.Context, act, certificate, subject, text string, change func(context.Context, *db.Tx) error) error {
	actor := identity.ActorOf(ctx)
	batch, err := r.Identity.SecurityNotice(ctx, actor.ID, false, subject, text)
	if err != nil {
		return err
	}
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := change(ctx, tx); err != nil {
			return err
		}
		if err := r.Audit.Write(ctx, tx, actor.Entry(act, actor.ID, "certificate:"+certificate)); err != nil {
			return err
		}
		return r.Notify.Send(ctx, tx, batch)
	})
}

// Proved takes the code of a visit that was to prove that the owner is there:
// the certificate must be bound to the account. Errors: ErrVisit, ErrForeign.
func (r *Room) Proved(ctx context.Context, owner, purpose, ref, code string) (target string, err error) {
	f, target, err := r.take(ctx, owner, purpose, ref, code)
	if err != nil {
		return "", err
	}
	had, err := r.Of(ctx, owner)
	if err != nil {
		return "", err
	}
	for _, c := range had {
		if c.index == string(r.index(owner, f.Fingerprint)) {
			return target, r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				return in(tx).UseCertificate(ctx, certificatedb.UseCertificateParams{OwnerID: owner, ID: c.ID, UsedAt: tx.Now()})
			})
		}
	}
	return "", ErrForeign
}

// Export is what the package knows of the owner, ready for JSON.
func (r *Room) Export(ctx context.Context, owner string) (map[string]any, error) {
	all, err := r.Of(ctx, owner)
	if err != nil {
		return nil, err
	}
	out := make([]Facts, len(all))
	for n, c := range all {
		out[n] = c.Facts
	}
	return map[string]any{"certificates": out}, nil
}

// Erase deletes the owner's certificates and visits.
func (r *Room) Erase(ctx context.Context, tx *db.Tx, owner string) error {
	if err := in(tx).DeleteVisitsOf(ctx, owner); err != nil {
		return err
	}
	return in(tx).DeleteCertificates(ctx, owner)
}
