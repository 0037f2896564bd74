-- name: InsertBatch :exec
INSERT INTO applications_batches
    (owner_id, id, service_id, version, source, state, name_sealed, rows_all, rows_bad, rows_sent, rows_before, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, 'checked', $6, $7, $8, 0, $9, $10, $10);

-- name: Batch :one
SELECT * FROM applications_batches WHERE owner_id = $1 AND id = $2;

-- name: Batches :many
SELECT * FROM applications_batches WHERE owner_id = $1 ORDER BY created_at DESC, id LIMIT 100;

-- name: CountBatches :one
SELECT COUNT(*) FROM applications_batches WHERE owner_id = $1;

-- name: SetBatchState :execrows
UPDATE applications_batches SET state = $4, updated_at = $5 WHERE owner_id = $1 AND id = $2 AND state = $3;

-- name: CountSent :exec
UPDATE applications_batches SET rows_sent = rows_sent + $3, rows_bad = rows_bad + $4, rows_before = rows_before + $5, updated_at = $6
WHERE owner_id = $1 AND id = $2;

-- name: TouchBatch :exec
UPDATE applications_batches SET updated_at = $3 WHERE owner_id = $1 AND id = $2;

-- name: Stalled :many
SELECT owner_id, id FROM applications_batches WHERE state = 'running' AND updated_at < $1 ORDER BY updated_at, owner_id, id LIMIT 100;

-- name: OldBatches :many
SELECT owner_id, id FROM applications_batches WHERE state <> 'running' AND updated_at < $1 ORDER BY state, updated_at, owner_id, id LIMIT 100;

-- name: DeleteBatch :execrows
DELETE FROM applications_batches WHERE owner_id = $1 AND id = $2 AND state <> 'running';

-- name: DeleteBatchRows :exec
DELETE FROM applications_batch_rows WHERE owner_id = $1 AND batch_id = $2;

-- name: InsertRow :exec
INSERT INTO applications_batch_rows
    (owner_id, batch_id, number, state, key_hash, print_hash, answers_sealed, cells_sealed, faults_sealed, case_id, case_number)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- name: Rows :many
SELECT * FROM applications_batch_rows WHERE owner_id = $1 AND batch_id = $2 ORDER BY number;

-- name: RowsToSend :many
SELECT * FROM applications_batch_rows WHERE owner_id = $1 AND batch_id = $2 AND state = 'good' ORDER BY number LIMIT $3;

-- name: SetRow :execrows
UPDATE applications_batch_rows SET state = $4, answers_sealed = $5, cells_sealed = $6, faults_sealed = $7, case_number = $8
WHERE owner_id = $1 AND batch_id = $2 AND number = $3 AND state = 'good';

-- name: InsertKey :execrows
INSERT INTO applications_batch_keys (owner_id, key_hash, print_hash, case_id, case_number, created_at)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING;

-- name: NumberKey :exec
UPDATE applications_batch_keys SET case_number = $3 WHERE owner_id = $1 AND key_hash = $2;

-- name: Key :one
SELECT * FROM applications_batch_keys WHERE owner_id = $1 AND key_hash = $2;

-- name: DeleteOldKeys :exec
DELETE FROM applications_batch_keys WHERE created_at < $1;

-- name: DeleteBatchesOf :exec
DELETE FROM applications_batches WHERE owner_id = $1;

-- name: DeleteRowsOf :exec
DELETE FROM applications_batch_rows WHERE owner_id = $1;

-- name: DeleteKeysOf :exec
DELETE FROM applications_batch_keys WHERE owner_id = $1;
