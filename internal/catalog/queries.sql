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

-- name: Compiled :many
SELECT service_id, version, body FROM catalog_compiled WHERE language = $1;

-- name: KeepCompiled :exec
INSERT INTO catalog_compiled (service_id, version, language, body) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING;

-- name: DropCompiled :exec
DELETE FROM catalog_compiled WHERE service_id = $1 AND version < $2 AND language = $3;

-- name: Offers :many
SELECT * FROM catalog_offers;

-- name: Offer :exec
INSERT INTO catalog_offers (service_id, since_at) VALUES ($1, $2)
ON CONFLICT (service_id) DO UPDATE SET since_at = excluded.since_at WHERE catalog_offers.since_at = 0 OR excluded.since_at = 0;
