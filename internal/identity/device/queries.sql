-- name: InsertAsk :exec
INSERT INTO identity_asks (id, kind, way, state, owner_id, session_id, reader_id, method, ref, browser_hash, code_hash, number, choices,
    tries, from_sealed, what_sealed, created_at, read_at, decided_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, '', '', $7, $8, $9, $10, $11, 0, $12, $13, $14, 0, 0, $15);

-- name: AskOf :one
SELECT * FROM identity_asks WHERE id = $1;

-- name: AskByBrowser :one
SELECT * FROM identity_asks WHERE browser_hash = $1;

-- name: OpenAsks :many
SELECT * FROM identity_asks WHERE owner_id = $1 AND expires_at > $2 AND state IN ('shown', 'read') ORDER BY created_at DESC, id LIMIT 20;

-- name: RefAsk :one
SELECT * FROM identity_asks WHERE owner_id = $1 AND ref = $2 AND kind = $3 ORDER BY created_at DESC, id DESC LIMIT 1;

-- name: AskByRef :one
SELECT * FROM identity_asks WHERE ref = $1 AND kind = $2 ORDER BY created_at DESC, id DESC LIMIT 1;

-- name: ActAsk :one
SELECT * FROM identity_asks
WHERE owner_id = $1 AND expires_at > $2 AND session_id = $3 AND ref = $4 AND kind = 'act' AND state = 'confirmed'
ORDER BY id LIMIT 1;

-- name: ReadAsk :execrows
UPDATE identity_asks SET state = 'read', owner_id = $2, reader_id = $3, read_at = $4
WHERE id = $1 AND state = 'shown' AND expires_at > $4;

-- name: DecideAsk :execrows
UPDATE identity_asks SET state = $3, reader_id = $4, method = $5, decided_at = $6
WHERE id = $1 AND state = $2 AND expires_at > $6;

-- name: UseAsk :execrows
UPDATE identity_asks SET state = 'used' WHERE id = $1 AND state = 'confirmed' AND expires_at > $2;

-- name: TryAsk :exec
UPDATE identity_asks SET tries = tries + 1 WHERE id = $1;

-- name: DeleteAsksOf :exec
DELETE FROM identity_asks WHERE owner_id = $1;

-- name: SweepAsks :exec
DELETE FROM identity_asks WHERE expires_at < $1;

-- name: SwitchesOf :one
SELECT * FROM identity_device_switches WHERE owner_id = $1;

-- name: PutSwitches :exec
INSERT INTO identity_device_switches (owner_id, qr, changed_at) VALUES ($1, $2, $3)
ON CONFLICT (owner_id) DO UPDATE SET qr = excluded.qr, changed_at = excluded.changed_at;

-- name: PutActs :exec
INSERT INTO identity_device_switches (owner_id, qr, acts, changed_at) VALUES ($1, FALSE, $2, $3)
ON CONFLICT (owner_id) DO UPDATE SET acts = excluded.acts, changed_at = excluded.changed_at;

-- name: DeleteSwitches :exec
DELETE FROM identity_device_switches WHERE owner_id = $1;

-- name: InsertDevice :exec
INSERT INTO identity_push_devices (owner_id, id, endpoint_index, name_sealed, endpoint_sealed, keys_sealed, secret_hash, created_at, used_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0);

-- name: DevicesOf :many
SELECT * FROM identity_push_devices WHERE owner_id = $1 ORDER BY created_at, id;

-- name: UseDevice :exec
UPDATE identity_push_devices SET used_at = $3 WHERE owner_id = $1 AND id = $2;

-- name: DeleteDevice :execrows
DELETE FROM identity_push_devices WHERE owner_id = $1 AND id = $2;

-- name: DeleteEndpoint :exec
DELETE FROM identity_push_devices WHERE owner_id = $1 AND endpoint_index = $2;

-- name: DeleteDevicesSince :exec
DELETE FROM identity_push_devices WHERE owner_id = $1 AND created_at >= $2;

-- name: DeleteDevices :exec
DELETE FROM identity_push_devices WHERE owner_id = $1;

-- name: InsertKey :execrows
INSERT INTO identity_device_keys (name, key_sealed, created_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING;

-- name: KeyNamed :one
SELECT key_sealed FROM identity_device_keys WHERE name = $1;
