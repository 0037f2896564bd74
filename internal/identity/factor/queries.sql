-- name: FactorsOf :many
SELECT * FROM identity_factors WHERE owner_id = $1 ORDER BY created_at, id;

-- name: FactorsAndChoice :many
SELECT sqlc.embed(f), CAST(CASE WHEN c.way = f.id THEN 1 ELSE 0 END AS BIGINT) AS chosen
FROM identity_factors f LEFT JOIN identity_factor_choices c ON c.owner_id = f.owner_id
WHERE f.owner_id = $1 ORDER BY f.created_at, f.id;

-- name: InsertFactor :exec
INSERT INTO identity_factors (owner_id, id, kind, name_sealed, secret_sealed, counter, created_at, used_at, disabled)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: UseCounter :exec
UPDATE identity_factors SET counter = $3, used_at = $4, secret_sealed = $5 WHERE owner_id = $1 AND id = $2 AND counter < $3;

-- name: UseKey :execrows
UPDATE identity_factors SET counter = $3, used_at = $4, secret_sealed = $5 WHERE owner_id = $1 AND id = $2 AND counter = $6;

-- name: SeeFactor :exec
UPDATE identity_factors SET used_at = $3 WHERE owner_id = $1 AND id = $2;

-- A contact has a row from its first use on.
-- name: SeeContact :exec
INSERT INTO identity_factors (owner_id, id, kind, name_sealed, secret_sealed, counter, created_at, used_at, disabled)
VALUES ($1, $2, $3, $4, $5, 0, $6, $6, false)
ON CONFLICT (owner_id, id) DO UPDATE SET used_at = excluded.used_at;

-- name: RenameFactor :execrows
UPDATE identity_factors SET name_sealed = $3 WHERE owner_id = $1 AND id = $2;

-- name: DisableFactor :execrows
UPDATE identity_factors SET disabled = $3 WHERE owner_id = $1 AND id = $2;

-- name: DeleteFactor :execrows
DELETE FROM identity_factors WHERE owner_id = $1 AND id = $2;

-- name: DeleteFactorsOfKind :exec
DELETE FROM identity_factors WHERE owner_id = $1 AND kind = $2;

-- What is called by its kind is a contact.
-- name: DeleteFactorsSince :exec
DELETE FROM identity_factors WHERE owner_id = $1 AND created_at >= $2 AND id <> kind;

-- name: DeleteRecoverySince :exec
DELETE FROM identity_factor_recovery WHERE owner_id = $1 AND created_at >= $2;

-- name: DeleteFactors :exec
DELETE FROM identity_factors WHERE owner_id = $1;

-- name: PutChoice :exec
INSERT INTO identity_factor_choices (owner_id, way, chosen_at) VALUES ($1, $2, $3)
ON CONFLICT (owner_id) DO UPDATE SET way = excluded.way, chosen_at = excluded.chosen_at;

-- name: DeleteChoice :exec
DELETE FROM identity_factor_choices WHERE owner_id = $1;

-- name: InsertRecovery :exec
INSERT INTO identity_factor_recovery (owner_id, selector, code_hash, created_at, used_at) VALUES ($1, $2, $3, $4, 0);

-- name: RecoveryOf :one
SELECT * FROM identity_factor_recovery WHERE owner_id = $1 AND selector = $2 AND used_at = 0;

-- name: CountRecovery :one
SELECT COUNT(*) AS codes, CAST(COALESCE(MAX(created_at), 0) AS BIGINT) AS made, CAST(COALESCE(MAX(used_at), 0) AS BIGINT) AS used,
    CAST(COALESCE(SUM(CASE WHEN used_at = 0 THEN 1 ELSE 0 END), 0) AS BIGINT) AS living
FROM identity_factor_recovery WHERE owner_id = $1;

-- name: UseRecovery :execrows
UPDATE identity_factor_recovery SET used_at = $3 WHERE owner_id = $1 AND selector = $2 AND used_at = 0;

-- name: DeleteRecovery :exec
DELETE FROM identity_factor_recovery WHERE owner_id = $1;

-- name: PutAttempt :exec
INSERT INTO identity_factor_attempts (attempt_hash, owner_id, kind, challenge, state_sealed, expires_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (attempt_hash) DO UPDATE SET owner_id = excluded.owner_id, kind = excluded.kind, challenge = excluded.challenge,
    state_sealed = excluded.state_sealed, expires_at = excluded.expires_at;

-- name: AttemptOf :one
SELECT * FROM identity_factor_attempts WHERE attempt_hash = $1;

-- name: DeleteAttempt :execrows
DELETE FROM identity_factor_attempts WHERE attempt_hash = $1;

-- name: DeleteAttempts :exec
DELETE FROM identity_factor_attempts WHERE owner_id = $1;

-- name: SweepAttempts :exec
DELETE FROM identity_factor_attempts WHERE expires_at < $1;

-- name: PutProof :exec
INSERT INTO identity_factor_proofs (session_id, owner_id, way, held, proved_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (session_id) DO UPDATE SET owner_id = excluded.owner_id, way = excluded.way, held = excluded.held, proved_at = excluded.proved_at;

-- name: ProofOf :one
SELECT * FROM identity_factor_proofs WHERE session_id = $1;

-- name: DeleteProof :execrows
DELETE FROM identity_factor_proofs WHERE session_id = $1;

-- name: SweepProofs :exec
DELETE FROM identity_factor_proofs WHERE proved_at < $1;
