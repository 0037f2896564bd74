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
