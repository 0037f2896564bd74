-- name: InsertTicket :execrows
INSERT INTO support_tickets (id, number, queue_key, kind, state, lang, author_id, created_at, due_at, taken_by, taken_at, closed_at, version, ticket_sealed)
VALUES ($1, $2, $3, $4, 'new', $5, $6, $7, $8, '', 0, 0, 1, $9)
ON CONFLICT DO NOTHING;

-- name: Ticket :one
SELECT * FROM support_tickets WHERE id = $1;

-- name: TicketByNumber :one
SELECT * FROM support_tickets WHERE number = $1;

-- name: TicketsIn :many
SELECT * FROM support_tickets WHERE state = $1 AND queue_key > $2 ORDER BY queue_key LIMIT $3;

-- name: TicketsOf :many
SELECT * FROM support_tickets WHERE taken_by = $1 AND state = 'taken' AND queue_key > $2 ORDER BY queue_key LIMIT $3;

-- name: OpenTickets :many
SELECT * FROM support_tickets WHERE state IN ('new', 'taken') AND queue_key > $1 ORDER BY queue_key LIMIT $2;

-- name: ClosedTickets :many
SELECT * FROM support_tickets WHERE closed_at > 0 AND closed_at < $1 ORDER BY closed_at DESC, id LIMIT $2;

-- name: CountOpen :many
SELECT state, COUNT(*) AS tickets FROM support_tickets WHERE state IN ('new', 'taken') GROUP BY state;

-- name: MoveTicket :execrows
UPDATE support_tickets SET state = $3, taken_by = $4, taken_at = $5, closed_at = $6, version = version + 1
WHERE id = $1 AND version = $2;

-- name: InsertReply :exec
INSERT INTO support_replies (ticket_id, id, author_id, created_at, reply_sealed) VALUES ($1, $2, $3, $4, $5);

-- name: Replies :many
SELECT * FROM support_replies WHERE ticket_id = $1 ORDER BY id;

-- name: TicketsByAuthor :many
SELECT * FROM support_tickets WHERE author_id = $1 ORDER BY created_at;

-- name: TicketsClosedBefore :many
SELECT id FROM support_tickets WHERE closed_at > 0 AND closed_at < $1 ORDER BY closed_at LIMIT $2;

-- name: DeleteTicket :exec
DELETE FROM support_tickets WHERE id = $1;

-- name: DeleteReplies :exec
DELETE FROM support_replies WHERE ticket_id = $1;

-- name: InsertRecovery :execrows
INSERT INTO support_recoveries (id, number, state, owner_id, lang, created_at, first_by, first_at, decided_by, decided_at, version, scan_state, blob_key, request_sealed)
VALUES ($1, $2, 'waiting', $3, $4, $5, '', 0, '', 0, 1, $6, $7, $8)
ON CONFLICT DO NOTHING;

-- name: Recovery :one
SELECT * FROM support_recoveries WHERE id = $1;

-- name: RecoveryByNumber :one
SELECT * FROM support_recoveries WHERE number = $1;

-- name: OpenRecoveries :many
SELECT * FROM support_recoveries WHERE state IN ('waiting', 'once') ORDER BY created_at LIMIT $1;

-- name: MoveRecovery :execrows
UPDATE support_recoveries SET state = $3, first_by = $4, first_at = $5, decided_by = $6, decided_at = $7, version = version + 1
WHERE id = $1 AND version = $2;

-- name: OldRecoveries :many
SELECT * FROM support_recoveries WHERE decided_at > 0 AND decided_at < $1 ORDER BY decided_at LIMIT $2;

-- name: UndecidedRecoveries :many
SELECT * FROM support_recoveries WHERE state IN ('waiting', 'once') AND created_at < $1 ORDER BY created_at LIMIT $2;

-- name: UnremindedRecoveries :many
SELECT * FROM support_recoveries WHERE state IN ('waiting', 'once') AND created_at < $1 AND ticket_id = '' ORDER BY created_at LIMIT $2;

-- name: RemindedRecovery :execrows
UPDATE support_recoveries SET ticket_id = $2, version = version + 1 WHERE id = $1 AND ticket_id = '' AND state IN ('waiting', 'once');

-- name: EndedScans :many
SELECT * FROM support_recoveries WHERE state = 'over' AND blob_key <> '' ORDER BY created_at LIMIT $1;

-- name: DropScan :exec
UPDATE support_recoveries SET blob_key = '' WHERE id = $1;

-- name: DeleteRecovery :exec
DELETE FROM support_recoveries WHERE id = $1;

-- name: RecoveriesOf :many
SELECT * FROM support_recoveries WHERE owner_id = $1;

-- name: SetScan :exec
UPDATE support_recoveries SET scan_state = $2 WHERE id = $1;
