-- name: Endpoints :many
SELECT * FROM exchange_endpoints WHERE agency_id = $1 ORDER BY id;

-- name: FindEndpoint :one
SELECT * FROM exchange_endpoints WHERE agency_id = $1 AND id = $2;

-- name: ActiveAgencies :many
SELECT DISTINCT agency_id FROM exchange_endpoints WHERE state = 'active';

-- name: AddEndpoint :exec
INSERT INTO exchange_endpoints (agency_id, id, url, state, made_by, made_at, failing_at, old_until_at, secret_sealed, old_sealed)
VALUES ($1, $2, $3, 'active', $4, $5, 0, 0, $6, $7);

-- name: SetSecret :execrows
UPDATE exchange_endpoints SET secret_sealed = $1, old_sealed = $2, old_until_at = $3 WHERE agency_id = $4 AND id = $5;

-- name: SetState :execrows
UPDATE exchange_endpoints SET state = $1, failing_at = 0 WHERE agency_id = $2 AND id = $3;

-- name: SetFailing :exec
UPDATE exchange_endpoints SET failing_at = $1 WHERE agency_id = $2 AND id = $3;

-- name: AddDelivery :execrows
INSERT INTO exchange_deliveries (agency_id, id, endpoint_id, kind, payload, state, tries, made_at, next_at, done_at)
VALUES ($1, $2, $3, $4, $5, 'waiting', 0, $6, $7, 0) ON CONFLICT (agency_id, id) DO NOTHING;

-- name: FindDelivery :one
SELECT * FROM exchange_deliveries WHERE agency_id = $1 AND id = $2;

-- name: Deliveries :many
SELECT * FROM exchange_deliveries WHERE agency_id = $1 AND endpoint_id = $2 ORDER BY made_at DESC, id DESC LIMIT 50;

-- name: Tries :many
SELECT * FROM exchange_tries WHERE agency_id = $1 AND delivery_id = $2 ORDER BY number;

-- name: AddTry :exec
INSERT INTO exchange_tries (agency_id, delivery_id, number, tried_at, status, took_ms, fault) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (agency_id, delivery_id, number) DO NOTHING;

-- name: MoveDelivery :execrows
UPDATE exchange_deliveries SET state = $1, tries = $2, next_at = $3, done_at = $4, free_at = 0 WHERE agency_id = $5 AND id = $6 AND tries = $7;

-- One job at a time has a delivery in its hands; who died gives it back by the clock.
-- name: HoldDelivery :execrows
UPDATE exchange_deliveries SET free_at = $1
WHERE agency_id = $2 AND id = $3 AND tries = $4 AND state = 'waiting' AND free_at <= $5;

-- name: ForgetDeliveries :exec
DELETE FROM exchange_deliveries WHERE state <> 'waiting' AND made_at < $1;

-- name: ForgetTries :exec
DELETE FROM exchange_tries WHERE tried_at < $1;

-- name: WaitingDeliveries :many
SELECT * FROM exchange_deliveries WHERE agency_id = $1 AND endpoint_id = $2 AND state = 'waiting' AND tries > 0 AND free_at <= $3 AND id > $4
ORDER BY id LIMIT $5;
