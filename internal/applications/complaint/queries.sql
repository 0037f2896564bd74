-- name: InsertComplaint :exec
INSERT INTO applications_complaints (owner_id, id, number, case_id, case_number, service_id, service_version, agency_id, body_id,
    step, prior_id, ground, status, version, assigned_to, barred, started_at, sent_at, register_by, registered_at, term_days,
    deadline_at, deadline_date, late_at, decided_at, decided_by, measure, document_id, changed_at, words_sealed, answer_sealed)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26,
    $27, $28, $29, $30, $31);

-- name: UpdateComplaint :execrows
UPDATE applications_complaints SET number = $1, ground = $2, status = $3, version = $4, assigned_to = $5, barred = $6, sent_at = $7,
    register_by = $8, registered_at = $9, term_days = $10, deadline_at = $11, deadline_date = $12, late_at = $13, decided_at = $14,
    decided_by = $15, measure = $16, document_id = $17, changed_at = $18, words_sealed = $19, answer_sealed = $20
WHERE owner_id = $21 AND id = $22 AND version = $23;

-- name: FindComplaint :one
SELECT * FROM applications_complaints WHERE owner_id = $1 AND id = $2;

-- name: ComplaintByNumber :one
SELECT c.* FROM applications_complaint_numbers AS n
JOIN applications_complaints AS c ON c.owner_id = n.owner_id AND c.id = n.complaint_id
WHERE n.number = $1;

-- name: ComplaintsOf :many
SELECT * FROM applications_complaints WHERE owner_id = $1 ORDER BY started_at DESC, id DESC LIMIT $2;

-- name: ComplaintsAbout :many
SELECT * FROM applications_complaints WHERE owner_id = $1 AND case_id = $2 ORDER BY started_at, id;

-- name: CountSent :one
SELECT COUNT(*) FROM applications_complaints WHERE owner_id = $1 AND status <> 'draft';

-- name: InsertQueue :exec
INSERT INTO applications_complaint_queue (agency_id, complaint_id, owner_id, undecided, deadline_at, late_at)
VALUES ($1, $2, $3, $4, $5, $6);

-- name: MoveQueue :exec
UPDATE applications_complaint_queue SET undecided = $1, deadline_at = $2, late_at = $3 WHERE agency_id = $4 AND complaint_id = $5;

-- name: Queue :many
SELECT c.* FROM applications_complaint_queue AS q
JOIN applications_complaints AS c ON c.owner_id = q.owner_id AND c.id = q.complaint_id
WHERE q.agency_id = $1 AND q.undecided = $2 ORDER BY q.deadline_at, q.complaint_id LIMIT $3;

-- name: QueueOver :many
SELECT owner_id, complaint_id FROM applications_complaint_queue
WHERE undecided AND late_at = 0 AND deadline_at < $1 ORDER BY deadline_at LIMIT 200;

-- name: InsertNumber :execrows
INSERT INTO applications_complaint_numbers (number, owner_id, complaint_id) VALUES ($1, $2, $3)
ON CONFLICT (number) DO NOTHING;

-- name: InsertEvent :exec
INSERT INTO applications_complaint_events (owner_id, complaint_id, version, done_at, deed, to_status, side, actor_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: Events :many
SELECT * FROM applications_complaint_events WHERE owner_id = $1 AND complaint_id = $2 ORDER BY version;

-- name: InsertFile :exec
INSERT INTO applications_complaint_files (owner_id, complaint_id, id, type, size, scan, added_at, blob_key, file_hash, name_sealed)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: Files :many
SELECT * FROM applications_complaint_files WHERE owner_id = $1 AND complaint_id = $2 ORDER BY added_at, id;

-- name: FindFile :one
SELECT * FROM applications_complaint_files WHERE owner_id = $1 AND complaint_id = $2 AND id = $3;

-- name: DeleteFile :exec
DELETE FROM applications_complaint_files WHERE owner_id = $1 AND complaint_id = $2 AND id = $3;

-- name: DeleteFiles :exec
DELETE FROM applications_complaint_files WHERE owner_id = $1 AND complaint_id = $2;

-- name: SetScan :exec
UPDATE applications_complaint_files SET scan = $1 WHERE owner_id = $2 AND complaint_id = $3 AND id = $4;

-- name: DeleteDraft :execrows
DELETE FROM applications_complaints WHERE owner_id = $1 AND id = $2 AND status = 'draft';

-- name: OldDrafts :many
SELECT owner_id, id FROM applications_complaints WHERE status = 'draft' AND changed_at < $1 LIMIT 200;

-- name: DraftsOf :many
SELECT id FROM applications_complaints WHERE owner_id = $1 AND status = 'draft';

-- name: DeleteEvents :exec
DELETE FROM applications_complaint_events WHERE owner_id = $1 AND complaint_id = $2;

-- name: InsertOnce :execrows
INSERT INTO applications_complaint_once (scope, key_hash, used_at) VALUES ($1, $2, $3)
ON CONFLICT (scope, key_hash) DO NOTHING;

-- name: CountOnce :one
SELECT COUNT(*) FROM applications_complaint_once WHERE scope = $1 AND key_hash = $2;

-- name: ForgetOnce :exec
DELETE FROM applications_complaint_once WHERE used_at < $1;
