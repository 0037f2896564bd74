-- name: Roles :many
SELECT agency, office, role FROM agency_staff WHERE owner_id = $1 ORDER BY agency, office, role;

-- name: AddStaff :execrows
INSERT INTO agency_staff (owner_id, agency, office, role, added_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (owner_id, agency, office, role) DO NOTHING;

-- name: RemoveStaff :execrows
DELETE FROM agency_staff WHERE owner_id = $1 AND agency = $2 AND office = $3 AND role = $4;

-- name: EraseStaff :exec
DELETE FROM agency_staff WHERE owner_id = $1;

-- name: Members :many
SELECT owner_id, office, role FROM agency_staff WHERE agency = $1 ORDER BY role, owner_id;

-- name: FindRules :one
SELECT method, superior FROM agency_rules WHERE agency_id = $1;

-- name: PutRules :exec
INSERT INTO agency_rules (agency_id, method, superior, changed_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (agency_id) DO UPDATE SET method = excluded.method, superior = excluded.superior, changed_at = excluded.changed_at;

-- name: Workers :many
SELECT account, capacity, services, given_at FROM agency_workers WHERE agency_id = $1 ORDER BY account;

-- name: PutWorker :exec
INSERT INTO agency_workers (agency_id, account, capacity, services, given_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (agency_id, account) DO UPDATE SET capacity = excluded.capacity, services = excluded.services;

-- name: SetGiven :exec
UPDATE agency_workers SET given_at = $1 WHERE agency_id = $2 AND account = $3;

-- name: Leaves :many
SELECT id, account, substitute, from_day, to_day FROM agency_leaves WHERE agency_id = $1 AND to_day >= $2 ORDER BY from_day, id;

-- name: AddLeave :exec
INSERT INTO agency_leaves (agency_id, id, account, substitute, from_day, to_day, made_by, made_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: DeleteLeave :execrows
DELETE FROM agency_leaves WHERE agency_id = $1 AND id = $2;

-- name: Interests :many
SELECT id, account, relation, declared_at, person_index FROM agency_interests WHERE agency_id = $1 ORDER BY id;

-- name: AddInterest :exec
INSERT INTO agency_interests (agency_id, id, account, relation, declared_at, person_index) VALUES ($1, $2, $3, $4, $5, $6);

-- name: DeleteInterest :execrows
DELETE FROM agency_interests WHERE agency_id = $1 AND id = $2;

-- name: Templates :many
SELECT id, service_id, outcome, title, body FROM agency_templates WHERE agency_id = $1 ORDER BY outcome, title, id;

-- name: PutTemplate :exec
INSERT INTO agency_templates (agency_id, id, service_id, outcome, title, body, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (agency_id, id) DO UPDATE SET service_id = excluded.service_id, outcome = excluded.outcome,
    title = excluded.title, body = excluded.body, changed_at = excluded.changed_at;

-- name: DeleteTemplate :execrows
DELETE FROM agency_templates WHERE agency_id = $1 AND id = $2;
