-- name: AddRegistration :exec
INSERT INTO profile_registrations (token_hash, id, version, created_at, expires_at, phone_confirmed, email_confirmed,
    sms_sent_at, email_sent_at, sms_tries, email_tries, account_id, finished_at, applicant_sealed)
VALUES ($1, $2, 1, $3, $4, FALSE, FALSE, 0, 0, 0, 0, '', 0, $5);

-- name: Registration :one
SELECT * FROM profile_registrations WHERE token_hash = $1;

-- name: ChangeRegistration :execrows
UPDATE profile_registrations SET version = version + 1, phone_confirmed = $3, email_confirmed = $4,
    sms_sent_at = $5, email_sent_at = $6, sms_tries = $7, email_tries = $8, applicant_sealed = $9
WHERE token_hash = $1 AND version = $2 AND account_id = '';

-- name: FinishRegistration :execrows
UPDATE profile_registrations SET version = version + 1, account_id = $2, finished_at = $3
WHERE token_hash = $1 AND account_id = '' AND phone_confirmed AND email_confirmed;

-- name: OldRegistrations :many
SELECT token_hash, id, account_id FROM profile_registrations WHERE expires_at < $1 ORDER BY expires_at LIMIT $2;

-- name: DeleteRegistration :exec
DELETE FROM profile_registrations WHERE token_hash = $1;

-- name: DeleteRegistrationsOf :exec
DELETE FROM profile_registrations WHERE account_id = $1;

-- name: AddState :exec
INSERT INTO profile_states (owner_id, version, level, level_at, level_version, office_at, office_by, office_code,
    check_id, told_check, consented, changed_at)
VALUES ($1, 1, $2, $3, 1, 0, '', '', '', '', $4, $5);

-- name: State :one
SELECT * FROM profile_states WHERE owner_id = $1;

-- name: MoveVersion :execrows
UPDATE profile_states SET version = version + 1, check_id = $3, office_at = $4, office_by = $5, office_code = $6, changed_at = $7
WHERE owner_id = $1 AND version = $2;

-- name: SetCheck :exec
UPDATE profile_states SET check_id = $2 WHERE owner_id = $1;

-- name: SetLevel :exec
UPDATE profile_states SET level = $2, level_at = $3, level_version = level_version + 1 WHERE owner_id = $1;

-- name: SetOffice :execrows
UPDATE profile_states SET office_at = $3, office_by = $4, office_code = $5 WHERE owner_id = $1 AND version = $2;

-- name: SetConsented :exec
UPDATE profile_states SET consented = $2 WHERE owner_id = $1;

-- name: Told :execrows
UPDATE profile_states SET told_check = $2 WHERE owner_id = $1 AND told_check <> $2;

-- name: DeleteState :exec
DELETE FROM profile_states WHERE owner_id = $1;

-- name: AddPerson :exec
INSERT INTO profile_persons (owner_id, version, changed_at, changed_by, person_sealed) VALUES ($1, $2, $3, $4, $5);

-- name: Person :one
SELECT p.* FROM profile_persons AS p WHERE p.owner_id = $1 ORDER BY p.version DESC LIMIT 1;

-- name: PersonAt :one
SELECT p.* FROM profile_persons AS p WHERE p.owner_id = $1 AND p.version = $2;

-- The state, the person and the checks as of one instant, without the three
-- round trips more of a transaction: a line for each check, one where there are none.
-- name: CardRows :many
SELECT s.*, p.changed_at AS person_at, p.changed_by, p.person_sealed,
    CAST(COALESCE(c.registry, '') AS TEXT) AS registry, CAST(COALESCE(c.check_id, '') AS TEXT) AS asked_id,
    CAST(COALESCE(c.version, 0) AS BIGINT) AS asked_version, CAST(COALESCE(c.state, '') AS TEXT) AS asked_state,
    CAST(COALESCE(c.differs, '') AS TEXT) AS differs, CAST(COALESCE(c.asked_at, 0) AS BIGINT) AS asked_at,
    CAST(COALESCE(c.answered_at, 0) AS BIGINT) AS answered_at
FROM profile_states AS s
JOIN profile_persons AS p ON p.owner_id = s.owner_id AND p.version = s.version
LEFT JOIN profile_checks AS c ON c.owner_id = s.owner_id
WHERE s.owner_id = $1
ORDER BY registry;

-- name: Persons :many
SELECT p.* FROM profile_persons AS p WHERE p.owner_id = $1 ORDER BY p.version;

-- name: DeletePersons :exec
DELETE FROM profile_persons WHERE owner_id = $1;

-- name: PutCheck :exec
INSERT INTO profile_checks (owner_id, registry, check_id, version, state, differs, asked_at, answered_at)
VALUES ($1, $2, $3, $4, 'waiting', '', $5, 0)
ON CONFLICT (owner_id, registry) DO UPDATE SET check_id = excluded.check_id, version = excluded.version,
    state = excluded.state, differs = excluded.differs, asked_at = excluded.asked_at, answered_at = excluded.answered_at;

-- name: AnswerCheck :execrows
UPDATE profile_checks SET state = $4, differs = $5, answered_at = $6
WHERE owner_id = $1 AND registry = $2 AND check_id = $3 AND state = 'waiting';

-- name: Checks :many
SELECT * FROM profile_checks WHERE owner_id = $1 ORDER BY registry;

-- name: DeleteCheck :exec
DELETE FROM profile_checks WHERE owner_id = $1 AND registry = $2;

-- name: DeleteChecks :exec
DELETE FROM profile_checks WHERE owner_id = $1;

-- name: ClaimSNILS :exec
INSERT INTO profile_snils (snils_index, owner_id) VALUES ($1, $2) ON CONFLICT (snils_index) DO NOTHING;

-- name: SNILSOwner :one
SELECT owner_id FROM profile_snils WHERE snils_index = $1;

-- name: ReleaseSNILS :exec
DELETE FROM profile_snils WHERE owner_id = $1;

-- name: AddFind :exec
INSERT INTO profile_finds (purpose, value_index, owner_id) VALUES ($1, $2, $3)
ON CONFLICT (purpose, value_index, owner_id) DO NOTHING;

-- name: Find :many
SELECT owner_id FROM profile_finds WHERE purpose = $1 AND value_index = $2 ORDER BY owner_id LIMIT 20;

-- name: DeleteFinds :exec
DELETE FROM profile_finds WHERE owner_id = $1;

-- name: AddConsent :exec
INSERT INTO profile_consents (owner_id, id, kind, text_version, given_at, withdrawn_at, origin_sealed)
VALUES ($1, $2, $3, $4, $5, 0, $6);

-- name: Consents :many
SELECT * FROM profile_consents WHERE owner_id = $1 ORDER BY given_at DESC, id DESC;

-- name: WithdrawConsents :execrows
UPDATE profile_consents SET withdrawn_at = $3 WHERE owner_id = $1 AND kind = $2 AND withdrawn_at = 0;

-- name: DeleteConsents :exec
DELETE FROM profile_consents WHERE owner_id = $1;

-- name: OldFinds :many
SELECT DISTINCT owner_id FROM profile_finds WHERE value_index < $1 ORDER BY owner_id LIMIT $2;

-- name: OldClaims :many
SELECT owner_id FROM profile_snils WHERE snils_index < $1 ORDER BY owner_id LIMIT $2;

-- name: ClaimsOf :many
SELECT snils_index FROM profile_snils WHERE owner_id = $1;

-- name: AddHolding :exec
INSERT INTO profile_holdings (owner_id, id, kind, version, state, differs, changed_at, answered_at, values_sealed)
VALUES ($1, $2, $3, 1, $4, '', $5, $6, $7);

-- name: Holdings :many
SELECT * FROM profile_holdings WHERE owner_id = $1 ORDER BY id;

-- name: CountHoldings :one
SELECT COUNT(*) FROM profile_holdings WHERE owner_id = $1 AND kind = $2;

-- name: ChangeHolding :execrows
UPDATE profile_holdings SET version = version + 1, state = $4, differs = '', changed_at = $5, values_sealed = $6
WHERE owner_id = $1 AND id = $2 AND version = $3;

-- name: JudgeHolding :exec
UPDATE profile_holdings SET state = $3, differs = $4, answered_at = $5, values_sealed = $6 WHERE owner_id = $1 AND id = $2;

-- name: SetHoldingState :exec
UPDATE profile_holdings SET state = $4, differs = '' WHERE owner_id = $1 AND kind = $2 AND state = $3;

-- name: RemoveHolding :execrows
DELETE FROM profile_holdings WHERE owner_id = $1 AND id = $2;

-- name: DeleteHoldings :exec
DELETE FROM profile_holdings WHERE owner_id = $1;

-- name: PutHoldingCheck :exec
INSERT INTO profile_holding_checks (owner_id, registry, check_id, state, adds, added, asked_at, answered_at)
VALUES ($1, $2, $3, 'waiting', $4, 0, $5, 0)
ON CONFLICT (owner_id, registry) DO UPDATE SET check_id = excluded.check_id, state = excluded.state, adds = excluded.adds,
    added = excluded.added, asked_at = excluded.asked_at, answered_at = excluded.answered_at;

-- name: AnswerHoldingCheck :execrows
UPDATE profile_holding_checks SET state = $4, added = $5, answered_at = $6
WHERE owner_id = $1 AND registry = $2 AND check_id = $3 AND state = 'waiting';

-- name: HoldingChecks :many
SELECT * FROM profile_holding_checks WHERE owner_id = $1 ORDER BY registry;

-- name: DeleteHoldingChecks :exec
DELETE FROM profile_holding_checks WHERE owner_id = $1;
