-- name: InsertMandate :exec
INSERT INTO applications_mandates
    (owner_id, id, helper_id, kind, state, services, alone, office, consent, contact_sealed, created_at, expires_at, ended_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0);

-- name: Given :many
SELECT * FROM applications_mandates WHERE owner_id = $1 ORDER BY created_at DESC, id LIMIT 200;

-- name: Received :many
SELECT * FROM applications_mandates WHERE helper_id = $1 ORDER BY created_at DESC, id LIMIT 200;

-- name: GivenOne :one
SELECT * FROM applications_mandates WHERE owner_id = $1 AND id = $2;

-- name: ReceivedOne :one
SELECT * FROM applications_mandates WHERE helper_id = $1 AND id = $2;

-- name: CountGiven :one
SELECT COUNT(*) FROM applications_mandates WHERE owner_id = $1 AND kind = 'person' AND state IN ('offered', 'active') AND expires_at > $2;

-- name: Standing :many
SELECT * FROM applications_mandates WHERE owner_id = $1 AND state IN ('offered', 'active') AND expires_at > $2 ORDER BY created_at, id;

-- name: SetMandateState :execrows
UPDATE applications_mandates SET state = $4, ended_at = $5 WHERE owner_id = $1 AND id = $2 AND state = $3;

-- name: StepIn :exec
INSERT INTO applications_acting (session_id, helper_id, owner_id, mandate_id, begun_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (session_id) DO UPDATE SET helper_id = $2, owner_id = $3, mandate_id = $4, begun_at = $5;

-- name: Acting :one
SELECT * FROM applications_acting WHERE session_id = $1;

-- name: StepOut :exec
DELETE FROM applications_acting WHERE session_id = $1;

-- name: StepOutAll :exec
DELETE FROM applications_acting WHERE mandate_id = $1;

-- name: DeleteActing :exec
DELETE FROM applications_acting WHERE begun_at < $1;

-- name: DeleteActingOf :exec
DELETE FROM applications_acting WHERE owner_id = $1 OR helper_id = $1;

-- name: DeleteMandatesOf :exec
DELETE FROM applications_mandates WHERE owner_id = $1;

-- name: EndReceived :exec
UPDATE applications_mandates SET state = 'ended', ended_at = $2 WHERE helper_id = $1 AND state IN ('offered', 'active');

-- name: DeleteOld :exec
DELETE FROM applications_mandates WHERE expires_at < $1;

-- name: RunOut :many
SELECT * FROM applications_mandates
WHERE expires_at <= $1 AND expires_at > $2 AND kind = 'person' AND state = 'active' AND ended_at = 0 ORDER BY expires_at, id LIMIT $3;

-- name: EndRunOut :execrows
UPDATE applications_mandates SET ended_at = expires_at WHERE owner_id = $1 AND id = $2 AND state = 'active' AND ended_at = 0;
