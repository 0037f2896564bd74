-- name: Filters :many
SELECT id, title, choice FROM desk_filters WHERE owner_id = $1 ORDER BY title, id LIMIT 50;

-- name: CountFilters :one
SELECT COUNT(*) FROM desk_filters WHERE owner_id = $1;

-- name: AddFilter :exec
INSERT INTO desk_filters (owner_id, id, title, choice, made_at) VALUES ($1, $2, $3, $4, $5);

-- name: DeleteFilter :execrows
DELETE FROM desk_filters WHERE owner_id = $1 AND id = $2;

-- name: EraseFilters :exec
DELETE FROM desk_filters WHERE owner_id = $1;

-- name: Schedules :many
SELECT id, account, choice, every, next_at FROM desk_schedules WHERE agency_id = $1 AND account = $2 ORDER BY id LIMIT 50;

-- name: AddSchedule :exec
INSERT INTO desk_schedules (agency_id, id, account, choice, every, next_at, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: DeleteSchedule :execrows
DELETE FROM desk_schedules WHERE agency_id = $1 AND account = $2 AND id = $3;

-- name: EraseSchedules :exec
DELETE FROM desk_schedules WHERE account = $1;

-- name: DueSchedules :many
SELECT agency_id, id, account, choice, every, next_at FROM desk_schedules WHERE next_at <= $1 ORDER BY next_at, id LIMIT 50;

-- name: MoveSchedule :execrows
UPDATE desk_schedules SET next_at = $1 WHERE agency_id = $2 AND id = $3 AND next_at = $4;
