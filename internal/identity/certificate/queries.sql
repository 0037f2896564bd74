-- name: InsertCertificate :exec
INSERT INTO identity_certificates (owner_id, id, fingerprint_index, facts_sealed, created_at, used_at) VALUES ($1, $2, $3, $4, $5, 0);

-- name: CertificatesOf :many
SELECT * FROM identity_certificates WHERE owner_id = $1 ORDER BY created_at, id;

-- name: UseCertificate :exec
UPDATE identity_certificates SET used_at = $3 WHERE owner_id = $1 AND id = $2;

-- name: DeleteCertificate :execrows
DELETE FROM identity_certificates WHERE owner_id = $1 AND id = $2;

-- name: DeleteCertificatesSince :exec
DELETE FROM identity_certificates WHERE owner_id = $1 AND created_at >= $2;

-- name: DeleteCertificates :exec
DELETE FROM identity_certificates WHERE owner_id = $1;

-- name: InsertVisit :exec
INSERT INTO identity_certificate_visits (id, owner_id, purpose, ref, target, state, code_hash, shown_sealed, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, 'begun', $6, $7, $8, $9);

-- name: VisitOf :one
SELECT * FROM identity_certificate_visits WHERE id = $1;

-- name: VisitByRef :one
SELECT * FROM identity_certificate_visits WHERE ref = $1 AND purpose = $2 AND state = 'begun' ORDER BY created_at DESC, id DESC LIMIT 1;

-- name: VisitByCode :one
SELECT * FROM identity_certificate_visits WHERE code_hash = $1 AND state = 'shown' ORDER BY id LIMIT 1;

-- name: ShowVisit :execrows
UPDATE identity_certificate_visits SET state = 'shown', code_hash = $2, shown_sealed = $3
WHERE id = $1 AND state = 'begun' AND expires_at > $4;

-- name: TakeVisit :execrows
UPDATE identity_certificate_visits SET state = 'taken' WHERE id = $1 AND state = 'shown' AND expires_at > $2;

-- name: DeleteVisitsOf :exec
DELETE FROM identity_certificate_visits WHERE owner_id = $1;

-- name: SweepVisits :exec
DELETE FROM identity_certificate_visits WHERE expires_at < $1;
