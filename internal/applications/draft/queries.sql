-- name: InsertDraft :exec
INSERT INTO applications_drafts
    (owner_id, id, service_id, version, step, row_version, answers_sealed, number, outcome, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, 1, $6, '', '', $7, $7);

-- name: Draft :one
SELECT * FROM applications_drafts WHERE owner_id = $1 AND id = $2;

-- name: Drafts :many
SELECT id, service_id, version, step, created_at, updated_at FROM applications_drafts
WHERE owner_id = $1 AND number = '' ORDER BY updated_at DESC, id LIMIT $2;

-- name: DraftsWhole :many
SELECT * FROM applications_drafts WHERE owner_id = $1 ORDER BY created_at, id;

-- name: SaveDraft :execrows
UPDATE applications_drafts SET answers_sealed = $4, step = $5, updated_at = $6, version = $7, row_version = row_version + 1
WHERE owner_id = $1 AND id = $2 AND row_version = $3 AND number = '';

-- name: MarkSent :execrows
UPDATE applications_drafts SET answers_sealed = $4, number = $5, outcome = $6, updated_at = $7, row_version = row_version + 1
WHERE owner_id = $1 AND id = $2 AND row_version = $3 AND number = '';

-- name: DeleteDraft :execrows
DELETE FROM applications_drafts WHERE owner_id = $1 AND id = $2 AND number = '';

-- name: DeleteSent :exec
DELETE FROM applications_drafts WHERE updated_at < $1 AND number <> '';

-- name: DeleteDraftsOf :exec
DELETE FROM applications_drafts WHERE owner_id = $1;

-- name: InsertFile :exec
INSERT INTO applications_draft_files (owner_id, draft_id, id, field, about_sealed, size, blob_key, state, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: Files :many
SELECT * FROM applications_draft_files WHERE owner_id = $1 AND draft_id = $2 ORDER BY created_at, id;

-- name: File :one
SELECT * FROM applications_draft_files WHERE owner_id = $1 AND draft_id = $2 AND id = $3;

-- name: FileKeysOf :many
SELECT blob_key FROM applications_draft_files WHERE owner_id = $1;

-- name: SetFileState :exec
UPDATE applications_draft_files SET state = $4 WHERE owner_id = $1 AND draft_id = $2 AND id = $3;

-- name: DeleteFile :execrows
DELETE FROM applications_draft_files WHERE owner_id = $1 AND draft_id = $2 AND id = $3;

-- name: DeleteFiles :exec
DELETE FROM applications_draft_files WHERE owner_id = $1 AND draft_id = $2;

-- name: DeleteFilesOf :exec
DELETE FROM applications_draft_files WHERE owner_id = $1;

-- name: InsertKey :execrows
INSERT INTO applications_draft_keys (owner_id, key_hash, print_hash, object_id, number, created_at)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING;

-- name: Key :one
SELECT print_hash, object_id, number FROM applications_draft_keys WHERE owner_id = $1 AND key_hash = $2;

-- name: DeleteOldKeys :exec
DELETE FROM applications_draft_keys WHERE created_at < $1;

-- name: DeleteKeysOf :exec
DELETE FROM applications_draft_keys WHERE owner_id = $1;

-- name: DraftVersions :many
SELECT DISTINCT service_id, version FROM applications_drafts;

-- name: Untold :many
SELECT owner_id, id, version FROM applications_drafts
WHERE service_id = $1 AND version < $2 AND told < $2 AND number = ''
ORDER BY version, owner_id, id LIMIT $3;

-- name: MarkTold :execrows
UPDATE applications_drafts SET told = $3 WHERE owner_id = $1 AND id = $2 AND told < $3 AND number = '';
