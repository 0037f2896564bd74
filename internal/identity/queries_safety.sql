-- name: InsertPassage :exec
INSERT INTO identity_history (owner_id, noted_at, id, act, outcome, method, device_kind, session_id, denied_at, from_sealed)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9);

-- name: DropPassage :exec
DELETE FROM identity_history WHERE owner_id = $1 AND noted_at = $2 AND id = $3;

-- name: PassageOf :one
SELECT * FROM identity_history WHERE owner_id = $1 AND noted_at = $2 AND id = $3;

-- name: LastPassages :many
SELECT * FROM identity_history WHERE owner_id = $1 AND outcome = 'ok' ORDER BY noted_at DESC, id DESC LIMIT $2;

-- name: DenyPassage :exec
UPDATE identity_history SET denied_at = $4 WHERE owner_id = $1 AND noted_at = $2 AND id = $3;

-- name: DeleteHistory :exec
DELETE FROM identity_history WHERE owner_id = $1;

-- name: SweepHistory :exec
DELETE FROM identity_history WHERE noted_at < $1;

-- name: DeviceOf :one
SELECT * FROM identity_devices WHERE owner_id = $1 AND device_index = $2;

-- name: DevicesOf :many
SELECT * FROM identity_devices WHERE owner_id = $1 AND proved ORDER BY seen_at DESC, id LIMIT 100;

-- name: CountDevices :one
SELECT COUNT(*) FROM identity_devices WHERE owner_id = $1 AND proved;

-- name: PutDevice :exec
INSERT INTO identity_devices (owner_id, id, device_index, proved, created_at, seen_at, from_sealed) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (owner_id, id) DO UPDATE SET seen_at = excluded.seen_at, from_sealed = excluded.from_sealed,
    proved = (identity_devices.proved OR excluded.proved);

-- name: DeleteDevice :execrows
DELETE FROM identity_devices WHERE owner_id = $1 AND id = $2;

-- name: DeleteDevices :exec
DELETE FROM identity_devices WHERE owner_id = $1;

-- name: DeleteDevicesBut :exec
DELETE FROM identity_devices WHERE owner_id = $1 AND id <> $2;

-- name: EndDeviceSessions :exec
UPDATE identity_sessions SET ended_at = $3 WHERE owner_id = $1 AND device_id = $2 AND ended_at = 0 AND id <> $4;

-- name: SweepDevices :exec
DELETE FROM identity_devices WHERE seen_at < $1;

-- name: GuardOf :one
SELECT * FROM identity_guards WHERE owner_id = $1;

-- name: PutGuard :exec
INSERT INTO identity_guards (owner_id, frozen_at, password_due, restriction, restricted_at, restricted_by, reason_sealed)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (owner_id) DO UPDATE SET frozen_at = excluded.frozen_at, password_due = excluded.password_due,
    restriction = excluded.restriction, restricted_at = excluded.restricted_at, restricted_by = excluded.restricted_by,
    reason_sealed = excluded.reason_sealed;

-- name: DeleteGuard :exec
DELETE FROM identity_guards WHERE owner_id = $1;

-- name: SetStatus :execrows
UPDATE identity_accounts SET status = $2 WHERE owner_id = $1 AND status <> 'erased';

-- name: ReserveOf :one
SELECT * FROM identity_reserves WHERE owner_id = $1;

-- name: PutReserve :exec
INSERT INTO identity_reserves (owner_id, phone_sealed, confirmed_at) VALUES ($1, $2, $3)
ON CONFLICT (owner_id) DO UPDATE SET phone_sealed = excluded.phone_sealed, confirmed_at = excluded.confirmed_at;

-- name: DeleteReserve :exec
DELETE FROM identity_reserves WHERE owner_id = $1;

-- name: InsertChange :exec
INSERT INTO identity_changes (owner_id, id, kind, state, created_at, stop_at, change_sealed) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: ChangeOf :one
SELECT * FROM identity_changes WHERE owner_id = $1 AND id = $2;

-- name: ChangesOf :many
SELECT * FROM identity_changes WHERE owner_id = $1 AND state = $2 AND stop_at > $3 ORDER BY created_at DESC, id DESC;

-- name: MoveChange :execrows
UPDATE identity_changes SET state = $4, stop_at = $5 WHERE owner_id = $1 AND id = $2 AND state = $3;

-- name: DeleteChanges :exec
DELETE FROM identity_changes WHERE owner_id = $1;

-- name: ChangesOver :many
SELECT * FROM identity_changes WHERE state IN ('waiting', 'done') AND stop_at < $1 ORDER BY stop_at LIMIT $2;

-- name: DeleteChange :exec
DELETE FROM identity_changes WHERE owner_id = $1 AND id = $2;

-- name: InsertLink :exec
INSERT INTO identity_links (token_hash, owner_id, purpose, object, data_sealed, created_at, expires_at, used_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, 0);

-- name: LinkOf :one
SELECT * FROM identity_links WHERE token_hash = $1;

-- name: UseLink :execrows
UPDATE identity_links SET used_at = $2 WHERE token_hash = $1 AND used_at = 0;

-- name: DeleteLinks :exec
DELETE FROM identity_links WHERE owner_id = $1;

-- name: EndLinks :exec
UPDATE identity_links SET expires_at = $3 WHERE owner_id = $1 AND purpose = $2 AND expires_at > $3;

-- name: SweepLinks :exec
DELETE FROM identity_links WHERE expires_at < $1;

-- name: PutVisit :exec
INSERT INTO identity_visits (address_index, account_index, seen_at) VALUES ($1, $2, $3)
ON CONFLICT (address_index, account_index) DO UPDATE SET seen_at = excluded.seen_at;

-- name: CountVisits :one
SELECT COUNT(*) FROM (SELECT 1 FROM identity_visits WHERE address_index = $1 AND seen_at > $2 LIMIT $3) AS visits;

-- name: SweepVisits :exec
DELETE FROM identity_visits WHERE seen_at < $1;

-- name: PassSignIn :execrows
UPDATE identity_signins SET passed = $2, factor = $3, sent_at = $4 WHERE token_hash = $1 AND passed = $5;

-- name: SetPhone :exec
UPDATE identity_accounts SET phone_sealed = $2 WHERE owner_id = $1;

-- name: SetEmail :exec
UPDATE identity_accounts SET email_sealed = $2 WHERE owner_id = $1;

-- name: ContactOf :one
SELECT * FROM identity_contacts WHERE contact_index = $1;

-- name: ContactsOfOwner :many
SELECT * FROM identity_contacts WHERE owner_id = $1;

-- name: KindContact :exec
UPDATE identity_contacts SET kind = $2, created_at = $3 WHERE contact_index = $1;

-- name: InsertForm :exec
INSERT INTO identity_forms (owner_id, id, form_sealed, expires_at) VALUES ($1, $2, $3, $4);

-- name: FormOf :one
SELECT * FROM identity_forms WHERE owner_id = $1 AND id = $2;

-- name: DeleteForms :exec
DELETE FROM identity_forms WHERE owner_id = $1;

-- name: SweepForms :exec
DELETE FROM identity_forms WHERE expires_at < $1;

-- name: InsertObjection :execrows
INSERT INTO identity_objections (owner_id, id, number, restriction, restricted_at, state, objected_at, decided_at, decided_by)
VALUES ($1, $2, $3, $4, $5, 'waiting', $6, 0, '')
ON CONFLICT DO NOTHING;

-- name: ObjectionsOf :many
SELECT * FROM identity_objections WHERE owner_id = $1 ORDER BY objected_at DESC, id DESC LIMIT 20;

-- name: EndObjections :execrows
UPDATE identity_objections SET state = $2, decided_at = $3, decided_by = $4 WHERE owner_id = $1 AND state = 'waiting';

-- name: DeleteObjections :exec
DELETE FROM identity_objections WHERE owner_id = $1;
