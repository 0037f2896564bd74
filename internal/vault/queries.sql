-- name: InsertDocument :exec
INSERT INTO vault_documents (owner_id, id, case_id, service_id, agency, issued_at, valid_until, revoked_at,
    size, blob_key, pdf_hash, number_hash, number_sealed, text_sealed, reason_sealed)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15);

-- name: InsertNumber :execrows
INSERT INTO vault_numbers (number_hash, owner_id, document_id) VALUES ($1, $2, $3)
ON CONFLICT (number_hash) DO NOTHING;

-- name: FindNumber :one
SELECT owner_id, document_id FROM vault_numbers WHERE number_hash = $1;

-- name: Document :one
SELECT * FROM vault_documents WHERE owner_id = $1 AND id = $2;

-- name: Documents :many
SELECT * FROM vault_documents WHERE owner_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3;

-- name: OfCase :many
SELECT * FROM vault_documents WHERE owner_id = $1 AND case_id = $2 ORDER BY id;

-- name: Revoke :execrows
UPDATE vault_documents SET revoked_at = $1, reason_sealed = $2
WHERE owner_id = $3 AND id = $4 AND revoked_at = 0;

-- name: OwnKeyed :many
SELECT * FROM vault_documents WHERE owner_id = $1 AND case_id = '';

-- name: EraseNumber :exec
DELETE FROM vault_numbers WHERE number_hash = $1;

-- name: EraseDocuments :exec
DELETE FROM vault_documents WHERE owner_id = $1 AND case_id = '';

-- name: Replace :execrows
UPDATE vault_documents SET revoked_at = $1, reason_sealed = $2, replaced_by = $3
WHERE owner_id = $4 AND id = $5 AND revoked_at = 0;
