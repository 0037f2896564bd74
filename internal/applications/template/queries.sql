-- name: InsertTemplate :exec
INSERT INTO applications_templates (owner_id, id, service_id, version, name_sealed, answers_sealed, created_at, used_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, 0);

-- name: Templates :many
SELECT * FROM applications_templates WHERE owner_id = $1 ORDER BY created_at DESC, id LIMIT 100;

-- name: Template :one
SELECT * FROM applications_templates WHERE owner_id = $1 AND id = $2;

-- name: CountTemplates :one
SELECT COUNT(*) FROM applications_templates WHERE owner_id = $1;

-- name: RenameTemplate :execrows
UPDATE applications_templates SET name_sealed = $3 WHERE owner_id = $1 AND id = $2;

-- name: UseTemplate :exec
UPDATE applications_templates SET used_at = $3 WHERE owner_id = $1 AND id = $2;

-- name: DeleteTemplate :execrows
DELETE FROM applications_templates WHERE owner_id = $1 AND id = $2;

-- name: DeleteTemplatesOf :exec
DELETE FROM applications_templates WHERE owner_id = $1;
