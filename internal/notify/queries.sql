-- name: InsertNotice :exec
INSERT INTO notify_notices (owner_id, id, kind, ref, created_at, read_at, notice_sealed)
VALUES ($1, $2, $3, $4, $5, 0, $6);

-- name: LettersOfBatch :many
SELECT * FROM notify_letters WHERE owner_id = $1 AND batch_id = $2 ORDER BY id;

-- name: StartSending :execrows
UPDATE notify_letters SET state = 'sending', attempts = attempts + 1
WHERE owner_id = $1 AND id = $2 AND state = $3;

-- name: EmptyLetter :exec
UPDATE notify_letters SET letter_sealed = $3
WHERE owner_id = $1 AND id = $2;

-- name: Notices :many
SELECT * FROM notify_notices WHERE owner_id = $1 ORDER BY id DESC LIMIT $2;

-- name: Unread :one
SELECT COUNT(*) FROM notify_notices WHERE owner_id = $1 AND read_at = 0;

-- name: MarkRead :exec
UPDATE notify_notices SET read_at = $2 WHERE owner_id = $1 AND id = $3 AND read_at = 0;

-- name: MarkSeen :exec
UPDATE notify_notices SET read_at = $2 WHERE owner_id = $1 AND ref = $3 AND read_at = 0;

-- name: MarkAllRead :exec
UPDATE notify_notices SET read_at = $2 WHERE owner_id = $1 AND read_at = 0;

-- name: EraseLetters :exec
DELETE FROM notify_letters WHERE owner_id = $1;

-- name: EraseNotices :exec
DELETE FROM notify_notices WHERE owner_id = $1;
