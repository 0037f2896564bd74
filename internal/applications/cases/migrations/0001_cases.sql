-- +goose Up
-- class: owner
CREATE TABLE applications_cases (
    owner_id TEXT NOT NULL, -- plain: who applied
    id TEXT NOT NULL, -- plain: that of the draft it came from
    number TEXT NOT NULL, -- plain: what people read out
    service_id TEXT NOT NULL, -- plain
    service_version BIGINT NOT NULL, -- plain: the case stays on it
    rules_version BIGINT NOT NULL, -- plain: of the rules that decided fee and term
    agency_id TEXT NOT NULL, -- plain: code of who decides
    office TEXT NOT NULL, -- plain: code, '' for none chosen
    status TEXT NOT NULL, -- plain
    epgu BIGINT NOT NULL, -- plain: code of the status in ЕПГУ's API
    version BIGINT NOT NULL, -- plain: grows with each change
    assigned_to TEXT NOT NULL, -- plain: account of the officer, '' for nobody
    source TEXT NOT NULL, -- plain: page, api, mfc
    level TEXT NOT NULL, -- plain: facet
    region TEXT NOT NULL, -- plain: facet
    fee BIGINT NOT NULL, -- plain: kopecks
    term_days BIGINT NOT NULL, -- plain
    term_working BOOLEAN NOT NULL, -- plain: term_days are working days
    term_minutes BIGINT NOT NULL, -- plain
    submitted_at BIGINT NOT NULL, -- plain
    register_by TEXT NOT NULL, -- plain: last day of registration
    registered_at BIGINT NOT NULL, -- plain: when the agency took it
    deadline_at BIGINT NOT NULL, -- plain: 0 while none is known
    deadline_date TEXT NOT NULL, -- plain
    paused_at BIGINT NOT NULL, -- plain: since when the citizen is waited for
    decided_at BIGINT NOT NULL, -- plain
    changed_at BIGINT NOT NULL, -- plain
    ground TEXT NOT NULL, -- plain: code of the ground for refusal
    form_sealed BYTEA NOT NULL, -- personal: answers with the facts they were checked with
    decision_sealed BYTEA NOT NULL, -- personal: words of the decision
    PRIMARY KEY (owner_id, id)
);
CREATE INDEX applications_cases_list ON applications_cases (owner_id, submitted_at, id);
-- class: agency
CREATE TABLE applications_queue (
    agency_id TEXT NOT NULL, -- plain
    case_id TEXT NOT NULL, -- plain
    owner_id TEXT NOT NULL, -- plain
    number TEXT NOT NULL, -- plain
    service_id TEXT NOT NULL, -- plain
    status TEXT NOT NULL, -- plain
    undecided BOOLEAN NOT NULL, -- plain: somebody still has to act
    assigned_to TEXT NOT NULL, -- plain
    region TEXT NOT NULL, -- plain
    submitted_at BIGINT NOT NULL, -- plain
    deadline_at BIGINT NOT NULL, -- plain
    deadline_date TEXT NOT NULL, -- plain
    paused_at BIGINT NOT NULL, -- plain
    version BIGINT NOT NULL, -- plain
    initials_sealed BYTEA NOT NULL, -- personal
    PRIMARY KEY (agency_id, case_id)
);
CREATE INDEX applications_queue_due ON applications_queue (agency_id, undecided, deadline_at, case_id);
CREATE INDEX applications_queue_mine ON applications_queue (agency_id, assigned_to, undecided, deadline_at, case_id);
CREATE INDEX applications_queue_new ON applications_queue (agency_id, submitted_at, case_id);
-- class: resource
CREATE TABLE applications_numbers (
    number TEXT NOT NULL, -- plain
    owner_id TEXT NOT NULL, -- plain
    case_id TEXT NOT NULL, -- plain
    PRIMARY KEY (number)
);
-- class: owner
CREATE TABLE applications_events (
    owner_id TEXT NOT NULL, -- plain
    case_id TEXT NOT NULL, -- plain
    version BIGINT NOT NULL, -- plain: the case's after the change
    done_at BIGINT NOT NULL, -- plain
    deed TEXT NOT NULL, -- plain
    from_status TEXT NOT NULL, -- plain
    to_status TEXT NOT NULL, -- plain
    side TEXT NOT NULL, -- plain: citizen, officer, head, system
    actor_id TEXT NOT NULL, -- plain
    inner_note BOOLEAN NOT NULL, -- plain: only the agency sees it
    text_sealed BYTEA NOT NULL, -- personal
    PRIMARY KEY (owner_id, case_id, version)
);
-- class: owner
CREATE TABLE applications_asks (
    owner_id TEXT NOT NULL, -- plain
    case_id TEXT NOT NULL, -- plain
    id TEXT NOT NULL, -- plain
    preset TEXT NOT NULL, -- plain: code of the ready text, '' for free words
    asked_at BIGINT NOT NULL, -- plain
    answered_at BIGINT NOT NULL, -- plain
    ask_sealed BYTEA NOT NULL, -- personal: words, fields, whether files
    answer_sealed BYTEA NOT NULL, -- personal: words, changed fields
    PRIMARY KEY (owner_id, case_id, id)
);
-- class: owner
CREATE TABLE applications_files (
    owner_id TEXT NOT NULL, -- plain
    case_id TEXT NOT NULL, -- plain
    id TEXT NOT NULL, -- plain
    ask_id TEXT NOT NULL, -- plain: the ask that it answers, '' for the form's own
    field TEXT NOT NULL, -- plain: the field that was asked for, '' for none
    type TEXT NOT NULL, -- plain
    size BIGINT NOT NULL, -- plain: bytes
    scan TEXT NOT NULL, -- plain: clean, unscanned, checking, infected
    added_at BIGINT NOT NULL, -- plain
    blob_key TEXT NOT NULL, -- plain
    file_hash BYTEA NOT NULL, -- secret: SHA-256 of the file
    name_sealed BYTEA NOT NULL, -- personal
    PRIMARY KEY (owner_id, case_id, id)
);
-- class: resource
CREATE TABLE applications_once (
    scope TEXT NOT NULL, -- plain: account or case
    key_hash BYTEA NOT NULL, -- secret: SHA-256 of the idempotency key
    used_at BIGINT NOT NULL, -- plain
    PRIMARY KEY (scope, key_hash)
);
CREATE INDEX applications_once_at ON applications_once (used_at);
