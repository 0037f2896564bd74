-- name: InsertNumber :execresult
INSERT INTO applications_numbers (number, owner_id, case_id) VALUES ($1, $2, $3)
ON CONFLICT (number) DO NOTHING;

-- name: DeleteNumber :exec
DELETE FROM applications_numbers WHERE number = $1;

-- name: FindNumber :one
SELECT owner_id, case_id FROM applications_numbers WHERE number = $1;

-- name: InsertCase :execresult
INSERT INTO applications_cases (owner_id, id, number, service_id, service_version, rules_version, agency_id, office,
    status, epgu, version, assigned_to, source, level, region, fee, term_days, term_working, term_minutes,
    submitted_at, register_by, registered_at, deadline_at, deadline_date, paused_at, decided_at, changed_at,
    ground, form_sealed, decision_sealed, part_of, helper_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
    $24, $25, $26, $27, $28, $29, $30, $31, $32)
ON CONFLICT (owner_id, id) DO NOTHING;

-- name: RenumberCase :exec
UPDATE applications_cases SET number = $1 WHERE owner_id = $2 AND id = $3;

-- name: FindCase :one
SELECT * FROM applications_cases WHERE owner_id = $1 AND id = $2;

-- name: CaseByNumber :one
SELECT c.* FROM applications_numbers AS n
JOIN applications_cases AS c ON c.owner_id = n.owner_id AND c.id = n.case_id
WHERE n.number = $1;

-- name: NumberOf :one
SELECT number FROM applications_cases WHERE owner_id = $1 AND id = $2;

-- name: CountCases :one
SELECT COUNT(*) FROM applications_cases WHERE owner_id = $1;

-- name: CasesOf :many
SELECT * FROM applications_cases WHERE owner_id = $1 ORDER BY submitted_at, id;

-- The stage of a status is written by whoever changes the status, and by the
-- hops of the case's way (SetStage), which is no change of the case's version.
-- name: MoveCase :execresult
UPDATE applications_cases SET epgu = CASE WHEN status = $1 THEN epgu ELSE $2 END, version = $3, assigned_to = $4, registered_at = $5,
    deadline_at = $6, deadline_date = $7, paused_at = $8, decided_at = $9, changed_at = $10, ground = $11,
    form_sealed = $12, decision_sealed = $13, stage = CASE WHEN status = $1 THEN stage ELSE $14 END, pause_ground = $15,
    resume_on = $16, status = $1
WHERE owner_id = $17 AND id = $18 AND version = $19;

-- The form, the largest part of a row by far, is left as it is.
-- name: MoveCaseOnly :execresult
UPDATE applications_cases SET epgu = CASE WHEN status = $1 THEN epgu ELSE $2 END, version = $3, assigned_to = $4, registered_at = $5,
    deadline_at = $6, deadline_date = $7, paused_at = $8, decided_at = $9, changed_at = $10, ground = $11,
    decision_sealed = $12, stage = CASE WHEN status = $1 THEN stage ELSE $13 END, pause_ground = $14, resume_on = $15, status = $1
WHERE owner_id = $16 AND id = $17 AND version = $18;

-- name: HoldWaiting :execrows
UPDATE applications_cases SET changed_at = changed_at WHERE owner_id = $1 AND id = $2 AND status = 'waiting';

-- name: InsertQueue :exec
INSERT INTO applications_queue (agency_id, case_id, owner_id, number, service_id, status, undecided, assigned_to,
    region, submitted_at, deadline_at, deadline_date, paused_at, version, initials_sealed, part_of, office, warn_at,
    helper_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19);

-- A look of 0 leaves warn_at as it is. What is opened again begins without marks.
-- Who takes a case has received it.
-- name: MoveQueue :exec
UPDATE applications_queue SET status = sqlc.arg(status), undecided = sqlc.arg(undecided), assigned_to = sqlc.arg(assigned_to),
    deadline_at = sqlc.arg(deadline_at), deadline_date = sqlc.arg(deadline_date), paused_at = sqlc.arg(paused_at),
    version = sqlc.arg(version), stage = CASE WHEN status = sqlc.arg(status) THEN stage ELSE sqlc.arg(stage) END,
    registered_at = sqlc.arg(registered_at),
    received_at = CASE WHEN sent_at > 0 AND received_at = 0 THEN sqlc.arg(registered_at) ELSE received_at END,
    warned = CASE WHEN undecided THEN warned ELSE 0 END,
    warn_at = COALESCE(NULLIF(CAST(sqlc.arg(look) AS BIGINT), 0), warn_at)
WHERE agency_id = sqlc.arg(agency_id) AND case_id = sqlc.arg(case_id);

-- name: InsertEvent :exec
INSERT INTO applications_events (owner_id, case_id, version, done_at, deed, from_status, to_status, side, actor_id,
    inner_note, text_sealed)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- name: Events :many
SELECT * FROM applications_events WHERE owner_id = $1 AND case_id = $2 ORDER BY version;

-- name: MovedSince :one
SELECT COUNT(*) FROM applications_events WHERE owner_id = $1 AND case_id = $2 AND version > $3
    AND (side <> 'system' OR deed NOT IN ('part_begun', 'assign', 'escalate'));

-- name: InsertAsk :exec
INSERT INTO applications_asks (owner_id, case_id, id, preset, asked_at, answered_at, ask_sealed, answer_sealed, kind, lapses_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: AnswerAsk :execrows
UPDATE applications_asks SET answered_at = $1, answer_sealed = $2
WHERE owner_id = $3 AND case_id = $4 AND id = $5 AND answered_at = 0;

-- name: Asks :many
SELECT * FROM applications_asks WHERE owner_id = $1 AND case_id = $2 ORDER BY id;

-- name: InsertFile :exec
INSERT INTO applications_files (owner_id, case_id, id, ask_id, field, type, size, scan, added_at, blob_key,
    file_hash, name_sealed)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);

-- name: Files :many
SELECT * FROM applications_files WHERE owner_id = $1 AND case_id = $2 ORDER BY added_at, id;

-- name: FindFile :one
SELECT * FROM applications_files WHERE owner_id = $1 AND case_id = $2 AND id = $3;

-- name: DeleteFile :exec
DELETE FROM applications_files WHERE owner_id = $1 AND case_id = $2 AND id = $3;

-- name: DeleteUnsent :exec
DELETE FROM applications_files WHERE applications_files.owner_id = $1 AND applications_files.case_id = $2 AND ask_id IN (
    SELECT a.id FROM applications_asks AS a WHERE a.owner_id = $1 AND a.case_id = $2 AND a.answered_at = 0);

-- name: CountOpenAsk :one
SELECT COUNT(*) FROM applications_asks WHERE owner_id = $1 AND case_id = $2 AND id = $3 AND answered_at = 0;

-- name: SetScan :exec
UPDATE applications_files SET scan = $1 WHERE owner_id = $2 AND case_id = $3 AND id = $4;

-- name: InsertOnce :execrows
INSERT INTO applications_once (scope, key_hash, used_at) VALUES ($1, $2, $3)
ON CONFLICT (scope, key_hash) DO NOTHING;

-- name: ForgetOnce :exec
DELETE FROM applications_once WHERE used_at < $1;

-- name: CountOnce :one
SELECT COUNT(*) FROM applications_once WHERE scope = $1 AND key_hash = $2;

-- name: InsertFacets :exec
INSERT INTO applications_facets (agency_id, case_id, service_id, channel, level, region, age_band, submitted_at, decided_at,
    outcome, ground, decided_by, took_days, late, asks, complaints, office)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, '', '', '', 0, FALSE, 0, 0, $9);

-- name: DecideFacets :exec
UPDATE applications_facets SET decided_at = $1, outcome = $2, ground = $3, decided_by = $4, took_days = $5, late = $6
WHERE agency_id = $7 AND case_id = $8;

-- name: AskedFacets :exec
UPDATE applications_facets SET asks = asks + 1 WHERE agency_id = $1 AND case_id = $2;

-- name: PeopleFound :many
SELECT owner_id, person_index FROM applications_people WHERE agency_id = $1 AND person_index = $2 ORDER BY owner_id LIMIT 50;

-- name: PersonIndexes :many
SELECT person_index FROM applications_people WHERE owner_id = $1 AND agency_id = $2;

-- name: ErasePeople :exec
DELETE FROM applications_people WHERE owner_id = $1;

-- name: InsertNamed :exec
INSERT INTO applications_named (owner_id, case_id, agency_id, person_index) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING;

-- name: NamedIndexes :many
SELECT person_index FROM applications_named WHERE owner_id = $1 AND case_id = $2 AND agency_id = $3;

-- name: DropNamed :exec
DELETE FROM applications_named WHERE owner_id = $1 AND case_id = $2;

-- name: EraseNamed :exec
DELETE FROM applications_named WHERE owner_id = $1;

-- name: CasesAt :many
SELECT id FROM applications_cases WHERE owner_id = $1 AND agency_id = $2 ORDER BY submitted_at DESC, id DESC LIMIT 50;

-- name: PutProposal :exec
INSERT INTO applications_proposals (agency_id, case_id, deed, ground, document_id, made_by, made_at, words_sealed)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (agency_id, case_id) DO UPDATE SET deed = excluded.deed, ground = excluded.ground, document_id = excluded.document_id,
    made_by = excluded.made_by, made_at = excluded.made_at, words_sealed = excluded.words_sealed;

-- name: FindProposal :one
SELECT * FROM applications_proposals WHERE agency_id = $1 AND case_id = $2;

-- name: DropProposal :execrows
DELETE FROM applications_proposals WHERE agency_id = $1 AND case_id = $2;

-- name: Proposals :many
SELECT case_id, made_by FROM applications_proposals WHERE agency_id = $1 ORDER BY made_at, case_id LIMIT 100;

-- name: Loads :many
SELECT assigned_to, COUNT(*) AS open_cases FROM applications_queue
WHERE agency_id = $1 AND undecided AND assigned_to <> '' GROUP BY assigned_to;

-- Said as a value, too, it is read by its index on SQLite.
-- name: Late :many
SELECT case_id, owner_id, assigned_to FROM applications_queue
WHERE agency_id = $1 AND undecided AND undecided = TRUE AND deadline_at > 0 AND deadline_at < $2 AND paused_at = 0 AND escalated_at = 0
ORDER BY deadline_at, case_id LIMIT 100;

-- name: SetEscalated :exec
UPDATE applications_queue SET escalated_at = $1 WHERE agency_id = $2 AND case_id = $3;

-- name: FreeCases :many
SELECT case_id, owner_id, service_id FROM applications_queue
WHERE agency_id = $1 AND undecided AND assigned_to = '' AND status = 'accepted' ORDER BY deadline_at, case_id LIMIT 200;

-- name: RedoCase :exec
UPDATE applications_cases SET redo_of = $1 WHERE owner_id = $2 AND id = $3;

-- name: ReopenFacets :exec
UPDATE applications_facets SET decided_at = 0, outcome = '', ground = '', decided_by = '', took_days = 0, late = FALSE
WHERE agency_id = $1 AND case_id = $2;

-- name: ComplainedFacets :exec
UPDATE applications_facets SET complaints = complaints + 1 WHERE agency_id = $1 AND case_id = $2;

-- name: WaiveAsks :exec
UPDATE applications_asks SET answered_at = $1 WHERE owner_id = $2 AND case_id = $3 AND answered_at = 0;

-- name: SetLapsed :exec
UPDATE applications_queue SET lapsed_at = $1 WHERE agency_id = $2 AND case_id = $3;

-- name: SetUnread :exec
UPDATE applications_queue SET unread_at = $1 WHERE agency_id = $2 AND case_id = $3;

-- name: SetTypo :exec
UPDATE applications_queue SET typo_due_at = $1 WHERE agency_id = $2 AND case_id = $3;

-- name: PutRemarks :exec
INSERT INTO applications_remarks (owner_id, case_id, made_at, remarks_sealed) VALUES ($1, $2, $3, $4)
ON CONFLICT (owner_id, case_id) DO UPDATE SET made_at = excluded.made_at, remarks_sealed = excluded.remarks_sealed;

-- name: DropRemarks :exec
DELETE FROM applications_remarks WHERE owner_id = $1 AND case_id = $2;

-- name: FindRemarks :one
SELECT remarks_sealed FROM applications_remarks WHERE owner_id = $1 AND case_id = $2;

-- name: InsertFollow :exec
INSERT INTO applications_follows (owner_id, case_id, earlier_id) VALUES ($1, $2, $3);

-- name: FindEarlier :one
SELECT c.* FROM applications_follows AS f
JOIN applications_cases AS c ON c.owner_id = f.owner_id AND c.id = f.earlier_id
WHERE f.owner_id = $1 AND f.case_id = $2;

-- name: Followers :many
SELECT c.number FROM applications_follows AS f
JOIN applications_cases AS c ON c.owner_id = f.owner_id AND c.id = f.case_id
WHERE f.owner_id = $1 AND f.earlier_id = $2 ORDER BY c.submitted_at, c.id LIMIT 10;

-- name: Following :many
SELECT c.* FROM applications_follows AS f
JOIN applications_cases AS c ON c.owner_id = f.owner_id AND c.id = f.case_id
WHERE f.owner_id = $1 AND f.earlier_id = $2 ORDER BY c.submitted_at, c.id LIMIT 50;

-- name: InsertVersion :exec
INSERT INTO applications_versions (owner_id, case_id, version, service_version, changed_at, form_sealed)
VALUES ($1, $2, $3, $4, $5, $6);

-- name: Versions :many
SELECT * FROM applications_versions WHERE owner_id = $1 AND case_id = $2 ORDER BY version;

-- name: SetService :exec
UPDATE applications_cases SET service_version = $1, rules_version = $2, fee = $3, term_days = $4, term_working = $5, term_minutes = $6
WHERE owner_id = $7 AND id = $8;

-- name: InsertTypo :exec
INSERT INTO applications_typos (owner_id, case_id, id, document_id, replaced_by, asked_at, due_at, due_date, closed_at, asked_sealed, answer_sealed)
VALUES ($1, $2, $3, $4, '', $5, $6, $7, 0, $8, $9);

-- name: CloseTypo :execrows
UPDATE applications_typos SET closed_at = $1, replaced_by = $2, answer_sealed = $3
WHERE owner_id = $4 AND case_id = $5 AND id = $6 AND closed_at = 0;

-- name: PrepareTypo :execrows
UPDATE applications_typos SET answer_sealed = $1 WHERE owner_id = $2 AND case_id = $3 AND id = $4 AND closed_at = 0;

-- name: Typos :many
SELECT * FROM applications_typos WHERE owner_id = $1 AND case_id = $2 ORDER BY asked_at, id;

-- name: PartsOf :many
SELECT * FROM applications_cases WHERE owner_id = $1 AND part_of = $2 AND part_of <> '' ORDER BY submitted_at, id;

-- name: GiveUpPart :exec
UPDATE applications_cases SET ground = $1 WHERE owner_id = $2 AND id = $3 AND part_of <> '' AND status = 'cancelled';

-- name: LateParts :many
SELECT case_id, owner_id, part_of, service_id FROM applications_queue
WHERE agency_id = $1 AND undecided AND part_of <> '' AND deadline_at > 0 AND deadline_at < $2 AND paused_at = 0
    AND lead_told_at = 0
ORDER BY deadline_at, case_id LIMIT 100;

-- name: SetLeadTold :exec
UPDATE applications_queue SET lead_told_at = $1 WHERE agency_id = $2 AND case_id = $3;

-- name: InsertMessage :exec
INSERT INTO applications_messages (owner_id, case_id, id, side, actor_id, sent_at, text_sealed) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: Messages :many
SELECT * FROM applications_messages WHERE owner_id = $1 AND case_id = $2 ORDER BY sent_at, id;

-- name: FindMessage :one
SELECT * FROM applications_messages WHERE owner_id = $1 AND case_id = $2 AND id = $3;

-- name: CountMessages :one
SELECT COUNT(*) FROM applications_messages WHERE owner_id = $1 AND case_id = $2 AND actor_id = $3 AND sent_at > $4;

-- name: FindThread :one
SELECT mine_at, theirs_at FROM applications_threads WHERE owner_id = $1 AND case_id = $2;

-- name: ReadByCitizen :exec
INSERT INTO applications_threads (owner_id, case_id, mine_at, theirs_at) VALUES ($1, $2, $3, 0)
ON CONFLICT (owner_id, case_id) DO UPDATE SET mine_at = excluded.mine_at;

-- name: ReadByAgency :exec
INSERT INTO applications_threads (owner_id, case_id, mine_at, theirs_at) VALUES ($1, $2, 0, $3)
ON CONFLICT (owner_id, case_id) DO UPDATE SET theirs_at = excluded.theirs_at;

-- name: Looked :many
SELECT case_id, owner_id, warned, warn_at, deadline_at FROM applications_queue
WHERE agency_id = $1 AND undecided AND warn_at > 0 AND warn_at <= $2 ORDER BY warn_at LIMIT $3;

-- name: LookLater :exec
UPDATE applications_queue SET warn_at = $1 WHERE agency_id = $2 AND case_id = $3 AND warn_at = $4;

-- name: NoteWarned :execrows
UPDATE applications_queue SET warned = $1, warn_at = $2
WHERE agency_id = $3 AND case_id = $4 AND warned = $5 AND deadline_at = $6 AND version = $7;

-- name: CountOthersAt :one
SELECT COUNT(*) FROM applications_cases WHERE owner_id = $1 AND agency_id = $2 AND id <> $3;

-- name: DropPeople :exec
DELETE FROM applications_people WHERE owner_id = $1 AND agency_id = $2;

-- name: ForwardCase :exec
UPDATE applications_cases SET agency_id = $1, office = $2, register_by = $3, stage = '', epgu = $4 WHERE owner_id = $5 AND id = $6;

-- name: ForwardQueue :exec
UPDATE applications_queue SET agency_id = $1, office = $2, queued_at = $3, escalated_at = 0, warned = 0, sent_at = 0,
    received_at = 0, failed_at = 0, late_at = 0, stage = ''
WHERE agency_id = $4 AND case_id = $5;

-- name: ForwardFacets :exec
UPDATE applications_facets SET agency_id = $1, office = $2 WHERE agency_id = $3 AND case_id = $4;

-- name: InsertDelivery :exec
INSERT INTO applications_deliveries (owner_id, case_id, way, office, ready_at, keep_until, shipped_at, done_at, address_sealed, track_sealed)
VALUES ($1, $2, $3, $4, 0, '', 0, 0, $5, $6);

-- name: FindDelivery :one
SELECT * FROM applications_deliveries WHERE owner_id = $1 AND case_id = $2;

-- name: MoveDelivery :exec
UPDATE applications_deliveries SET ready_at = $1, keep_until = $2, shipped_at = $3, done_at = $4, track_sealed = $5
WHERE owner_id = $6 AND case_id = $7;

-- name: Hops :one
SELECT owner_id, number, status, undecided, stage, assigned_to, submitted_at, queued_at, sent_at, received_at, failed_at, registered_at, late_at
FROM applications_queue WHERE agency_id = $1 AND case_id = $2;

-- name: SetHops :exec
UPDATE applications_queue SET stage = $1, sent_at = $2, received_at = $3, failed_at = $4 WHERE agency_id = $5 AND case_id = $6;

-- name: SetStage :exec
UPDATE applications_cases SET stage = $1, epgu = $2 WHERE owner_id = $3 AND id = $4 AND agency_id = $5 AND status = 'accepted';

-- name: Systems :many
SELECT * FROM applications_systems;

-- name: SystemOn :exec
INSERT INTO applications_systems (agency_id, since_at, seen_at) VALUES ($1, $2, $3)
ON CONFLICT (agency_id) DO UPDATE SET
    seen_at = CASE WHEN applications_systems.since_at = 0 THEN excluded.seen_at ELSE applications_systems.seen_at END,
    since_at = CASE WHEN applications_systems.since_at = 0 THEN excluded.since_at ELSE applications_systems.since_at END;

-- What the watchdog notes of itself stands under no agency: since when it looks
-- without a break, and when it looked last.
-- name: Watching :exec
INSERT INTO applications_systems (agency_id, since_at, seen_at) VALUES ('', $1, $2)
ON CONFLICT (agency_id) DO UPDATE SET since_at = excluded.since_at, seen_at = excluded.seen_at;

-- name: SystemOff :exec
UPDATE applications_systems SET since_at = 0 WHERE agency_id = $1;

-- name: SystemSeen :exec
UPDATE applications_systems SET seen_at = $1 WHERE agency_id = $2 AND seen_at = $3 AND since_at > 0;

-- name: Unreceived :many
SELECT case_id, sent_at AS since_at FROM applications_queue
WHERE agency_id = $1 AND undecided AND sent_at > 0 AND received_at = 0 AND late_at = 0 AND sent_at <= $2
ORDER BY sent_at, case_id LIMIT $3;

-- name: Arrived :many
SELECT case_id, submitted_at AS since_at, undecided, queued_at, sent_at, registered_at, late_at FROM applications_queue
WHERE agency_id = $1 AND submitted_at > $2 AND submitted_at <= $3 ORDER BY submitted_at, case_id LIMIT $4;

-- name: ArrivedForwarded :many
SELECT case_id, queued_at AS since_at, undecided, queued_at, sent_at, registered_at, late_at FROM applications_queue
WHERE agency_id = $1 AND queued_at > $2 AND queued_at <= $3 ORDER BY queued_at, case_id LIMIT $4;

-- name: Untaken :many
SELECT case_id, submitted_at, queued_at FROM applications_queue
WHERE agency_id = $1 AND assigned_to = '' AND undecided AND status = 'accepted' AND late_at = 0 ORDER BY deadline_at, case_id LIMIT $2;

-- Whether anything was taken of what came about then: a few rows before and after.
-- name: TakenBefore :many
SELECT registered_at FROM applications_queue WHERE agency_id = $1 AND submitted_at <= $2 ORDER BY submitted_at DESC, case_id DESC LIMIT $3;

-- name: TakenAfter :many
SELECT registered_at FROM applications_queue WHERE agency_id = $1 AND submitted_at > $2 ORDER BY submitted_at, case_id LIMIT $3;

-- name: InWorkFirst :many
SELECT registered_at FROM applications_queue WHERE agency_id = $1 AND undecided AND status = $2 ORDER BY deadline_at, case_id LIMIT $3;

-- name: InWorkLast :many
SELECT registered_at FROM applications_queue WHERE agency_id = $1 AND undecided AND status = $2 ORDER BY deadline_at DESC, case_id DESC LIMIT $3;

-- A case may be late again on another way: what was told then is told anew.
-- name: InsertLate :execrows
INSERT INTO applications_late (agency_id, hop, case_id, owner_id, number, since_at, raised_at, told_at, closed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0)
ON CONFLICT (agency_id, hop, case_id) DO UPDATE SET since_at = excluded.since_at, raised_at = excluded.raised_at, told_at = 0, closed_at = 0
WHERE applications_late.closed_at > 0 AND applications_late.since_at < excluded.since_at;

-- name: MarkLate :exec
UPDATE applications_queue SET late_at = $1 WHERE agency_id = $2 AND case_id = $3;

-- name: LateOf :many
SELECT * FROM applications_late WHERE agency_id = $1 AND case_id = $2 AND hop IN ('sent', 'received', 'taken') AND closed_at = 0;

-- name: FindLate :one
SELECT * FROM applications_late WHERE agency_id = $1 AND hop = $2 AND case_id = $3;

-- name: OpenLate :many
SELECT * FROM applications_late WHERE agency_id = $1 AND hop = $2 AND closed_at = 0 AND raised_at >= $3 ORDER BY raised_at, case_id LIMIT $4;

-- name: CountLate :one
SELECT COUNT(*) FROM applications_late WHERE agency_id = $1 AND hop = $2 AND closed_at = 0;

-- name: UntoldLate :many
SELECT * FROM applications_late WHERE agency_id = $1 AND hop = $2 AND closed_at = 0 AND told_at = 0 AND raised_at <= $3
ORDER BY raised_at, case_id LIMIT $4;

-- name: TellLate :execrows
UPDATE applications_late SET told_at = $1 WHERE agency_id = $2 AND hop = $3 AND case_id = $4 AND closed_at = 0 AND told_at = 0;

-- name: CloseLate :execrows
UPDATE applications_late SET closed_at = $1 WHERE agency_id = $2 AND hop = $3 AND case_id = $4 AND closed_at = 0;

-- name: ForgetLate :exec
DELETE FROM applications_late WHERE closed_at > 0 AND closed_at < $1;

-- name: LateCounts :many
SELECT agency_id, hop, COUNT(*) AS cases FROM applications_late WHERE closed_at = 0 GROUP BY agency_id, hop;

-- name: OpenIncidents :many
SELECT * FROM applications_incidents WHERE closed_at = 0 ORDER BY opened_at, agency_id, hop;

-- name: Incidents :many
SELECT * FROM applications_incidents WHERE agency_id = $1 ORDER BY opened_at DESC LIMIT 20;

-- name: OpenIncident :execrows
INSERT INTO applications_incidents (agency_id, hop, opened_at, closed_at, cases, told) VALUES ($1, $2, $3, 0, 0, 0)
ON CONFLICT (agency_id, hop) WHERE closed_at = 0 DO NOTHING;

-- name: LastIncident :one
SELECT * FROM applications_incidents WHERE agency_id = $1 AND hop = $2 ORDER BY opened_at DESC LIMIT 1;

-- name: ReopenIncident :exec
UPDATE applications_incidents SET closed_at = 0 WHERE agency_id = $1 AND hop = $2 AND opened_at = $3;

-- name: CountIncident :exec
UPDATE applications_incidents SET cases = cases + sqlc.arg(cases), told = told + sqlc.arg(told)
WHERE agency_id = sqlc.arg(agency_id) AND hop = sqlc.arg(hop) AND closed_at = 0;

-- name: CloseIncident :execrows
UPDATE applications_incidents SET closed_at = $1 WHERE agency_id = $2 AND hop = $3 AND closed_at = 0;

-- name: AnyLate :one
SELECT COUNT(*) FROM (
    SELECT l.case_id FROM applications_late AS l WHERE l.agency_id = $1 AND l.hop = $2 AND l.closed_at = 0 LIMIT 1) AS one;
