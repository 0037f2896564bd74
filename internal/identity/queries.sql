-- name: InsertAccount :exec
INSERT INTO identity_accounts (owner_id, status, lang, phone_sealed, email_sealed, login_sealed, created_at, number)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: AccountsWithoutNumber :many
SELECT owner_id FROM identity_accounts WHERE number = '' AND status <> 'erased' ORDER BY owner_id LIMIT $1;

-- name: NumberOf :one
SELECT number FROM identity_accounts WHERE owner_id = $1;

-- name: GiveNumber :execrows
UPDATE identity_accounts SET number = $2 WHERE owner_id = $1 AND number = '';

-- name: AccountOf :one
SELECT * FROM identity_accounts WHERE owner_id = $1;

-- name: SetLang :execrows
UPDATE identity_accounts SET lang = $2 WHERE owner_id = $1;

-- name: EmptyAccount :exec
UPDATE identity_accounts SET status = 'erased', number = '', phone_sealed = $2, email_sealed = $2, login_sealed = $2
WHERE owner_id = $1;

-- name: InsertContact :execrows
INSERT INTO identity_contacts (contact_index, kind, owner_id, created_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (contact_index) DO NOTHING;

-- name: OwnerOfContact :one
SELECT owner_id FROM identity_contacts WHERE contact_index = $1;

-- name: DeleteContacts :exec
DELETE FROM identity_contacts WHERE owner_id = $1;

-- name: PutPassword :exec
INSERT INTO identity_passwords (owner_id, password_hash, changed_at) VALUES ($1, $2, $3)
ON CONFLICT (owner_id) DO UPDATE SET password_hash = excluded.password_hash, changed_at = excluded.changed_at;

-- name: RenewPassword :exec
UPDATE identity_passwords SET password_hash = $3 WHERE owner_id = $1 AND password_hash = $2;

-- name: PasswordOf :one
SELECT password_hash FROM identity_passwords WHERE owner_id = $1;

-- name: BeforeGuess :one
SELECT CAST(COALESCE((SELECT p.password_hash FROM identity_passwords p WHERE p.owner_id = $1), '') AS TEXT) AS password_hash,
    CAST(COALESCE((SELECT k.unlock_at FROM identity_locks k WHERE k.lock_index = $2), 0) AS BIGINT) AS unlock_at,
    CAST(COALESCE((SELECT f.full_at FROM identity_limits f WHERE f.limit_index = $3), 0) AS BIGINT) AS from_full_at,
    CAST(COALESCE((SELECT n.full_at FROM identity_limits n WHERE n.limit_index = $4), 0) AS BIGINT) AS name_full_at;

-- name: PasswordChangedAt :one
SELECT changed_at FROM identity_passwords WHERE owner_id = $1;

-- name: OldPasswords :many
SELECT p.owner_id FROM identity_passwords p JOIN identity_accounts a ON a.owner_id = p.owner_id
WHERE p.changed_at < $1 AND p.reminded_at < $1 AND a.status = 'active' ORDER BY p.changed_at LIMIT $2;

-- name: RemindedPassword :execrows
UPDATE identity_passwords SET reminded_at = $2 WHERE owner_id = $1 AND changed_at < $3 AND reminded_at < $3;

-- name: DeletePassword :exec
DELETE FROM identity_passwords WHERE owner_id = $1;

-- What was counted before an attempt: by its network, by its name, against its lock.
-- name: CountedBefore :one
SELECT CAST(COALESCE((SELECT f.full_at FROM identity_limits f WHERE f.limit_index = $1), 0) AS BIGINT) AS from_full_at,
    CAST(COALESCE((SELECT n.full_at FROM identity_limits n WHERE n.limit_index = $2), 0) AS BIGINT) AS name_full_at,
    CAST(COALESCE(k.failures, 0) AS BIGINT) AS failures, CAST(COALESCE(k.locks, 0) AS BIGINT) AS locks,
    CAST(COALESCE(k.failed_at, 0) AS BIGINT) AS failed_at, CAST(COALESCE(k.unlock_at, 0) AS BIGINT) AS unlock_at
FROM (SELECT 1) AS always LEFT JOIN identity_locks AS k ON k.lock_index = $3;

-- name: PutLock :exec
INSERT INTO identity_locks (lock_index, failures, locks, failed_at, unlock_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (lock_index) DO UPDATE SET failures = excluded.failures, locks = excluded.locks,
    failed_at = excluded.failed_at, unlock_at = excluded.unlock_at;

-- name: DeleteLock :exec
DELETE FROM identity_locks WHERE lock_index = $1;

-- name: SweepLocks :exec
DELETE FROM identity_locks WHERE failed_at < $1 AND unlock_at < $1;

-- name: InsertSession :exec
INSERT INTO identity_sessions
    (session_hash, id, owner_id, method, bearer, from_sealed, device_index, created_at, seen_at, fresh_at, expires_at, ended_at,
     device_id, address_index, browser_index, frozen_at, restricted, held_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, $12, $13, $14, $15, $16, $17);

-- name: SessionOf :one
SELECT session_hash, id, owner_id, method, bearer, created_at, seen_at, fresh_at, expires_at, ended_at,
    address_index, browser_index, frozen_at, restricted, held_at
FROM identity_sessions WHERE session_hash = $1;

-- name: SessionsOf :many
SELECT * FROM identity_sessions WHERE owner_id = $1 AND ended_at = 0 ORDER BY seen_at DESC, id;

-- name: CountDevice :one
SELECT COUNT(*) AS sessions, CAST(COALESCE(SUM(CASE WHEN device_index = $2 THEN 1 ELSE 0 END), 0) AS BIGINT) AS same
FROM identity_sessions WHERE owner_id = $1;

-- name: EndSession :execrows
UPDATE identity_sessions SET ended_at = $2 WHERE session_hash = $1 AND ended_at = 0;

-- name: EndOwnSession :execrows
UPDATE identity_sessions SET ended_at = $3 WHERE owner_id = $1 AND id = $2 AND ended_at = 0;

-- name: EndSessionsBut :exec
UPDATE identity_sessions SET ended_at = $3 WHERE owner_id = $1 AND id <> $2 AND ended_at = 0;

-- name: EmptySessions :exec
UPDATE identity_sessions SET from_sealed = $2, device_index = $2, address_index = $2, browser_index = $2, device_id = ''
WHERE owner_id = $1;

-- name: EndedSince :many
SELECT session_hash FROM identity_sessions WHERE ended_at > $1;

-- name: SeeSession :exec
UPDATE identity_sessions SET seen_at = $2 WHERE session_hash = $1 AND seen_at < $2;

-- name: SweepSessions :exec
DELETE FROM identity_sessions WHERE expires_at < $1;

-- name: InsertSignIn :exec
INSERT INTO identity_signins (token_hash, id, owner_id, purpose, factor, proved, sent_at, expires_at)
VALUES ($1, $2, $3, $4, $5, FALSE, $6, $7);

-- name: SignInOf :one
SELECT * FROM identity_signins WHERE token_hash = $1;

-- name: SignInWithAccount :one
SELECT sqlc.embed(s), sqlc.embed(a) FROM identity_signins AS s JOIN identity_accounts AS a ON a.owner_id = s.owner_id
WHERE s.token_hash = $1;

-- name: SignInByID :one
SELECT * FROM identity_signins WHERE id = $1;

-- name: ChooseSignIn :execrows
UPDATE identity_signins SET factor = $2 WHERE token_hash = $1;

-- name: SentSignIn :execrows
UPDATE identity_signins SET sent_at = $2 WHERE token_hash = $1 AND sent_at <= $3;

-- name: ProveSignIn :execrows
UPDATE identity_signins SET proved = TRUE WHERE token_hash = $1 AND proved = FALSE;

-- name: DeleteSignIn :exec
DELETE FROM identity_signins WHERE token_hash = $1;

-- name: DeleteSignIns :exec
DELETE FROM identity_signins WHERE owner_id = $1;

-- name: SweepSignIns :exec
DELETE FROM identity_signins WHERE expires_at < $1;

-- name: InsertCode :exec
INSERT INTO identity_codes (subject_index, id, purpose, owner_id, code_hash, tries, sent_at, expires_at)
VALUES ($1, $2, $3, $4, $5, 0, $6, $7);

-- name: CodesOf :many
SELECT * FROM identity_codes WHERE subject_index = $1 AND expires_at > $2 ORDER BY sent_at DESC;

-- name: LastCode :one
SELECT CAST(COALESCE(MAX(sent_at), 0) AS BIGINT) AS last FROM identity_codes WHERE subject_index = $1;

-- name: TryCodes :exec
UPDATE identity_codes SET tries = tries + 1 WHERE subject_index = $1 AND expires_at > $2;

-- name: DeleteCodes :exec
DELETE FROM identity_codes WHERE subject_index = $1;

-- name: DeleteCodesOf :exec
DELETE FROM identity_codes WHERE owner_id = $1;

-- name: SweepCodes :exec
DELETE FROM identity_codes WHERE expires_at < $1;

-- name: LimitOf :one
SELECT full_at FROM identity_limits WHERE limit_index = $1;

-- name: PutLimit :exec
INSERT INTO identity_limits (limit_index, full_at) VALUES ($1, $2)
ON CONFLICT (limit_index) DO UPDATE SET full_at = excluded.full_at;

-- Where too much was counted, no row is changed.
-- name: EmptyLimit :exec
INSERT INTO identity_limits (limit_index, full_at) VALUES ($1, $2)
ON CONFLICT (limit_index) DO UPDATE SET full_at = excluded.full_at WHERE identity_limits.full_at <= $3;

-- name: SweepLimits :exec
DELETE FROM identity_limits WHERE full_at < $1;

-- name: OldestContacts :many
SELECT contact_index, kind, owner_id, created_at FROM identity_contacts WHERE contact_index < $1 ORDER BY contact_index LIMIT $2;

-- name: DeleteContact :exec
DELETE FROM identity_contacts WHERE contact_index = $1;
