-- name: Count :one
SELECT COUNT(*) FROM catalog_versions;

-- name: Heads :many
SELECT service_id, version, hash FROM catalog_versions ORDER BY service_id, version DESC;

-- name: Source :one
SELECT source FROM catalog_versions WHERE service_id = $1 AND version = $2;

-- name: Publish :exec
INSERT INTO catalog_versions (service_id, version, hash, source, published_at)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (service_id, version) DO NOTHING;
