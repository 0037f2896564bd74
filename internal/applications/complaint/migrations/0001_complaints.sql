-- +goose Up
-- class: owner
CREATE TABLE applications_complaints (
    owner_id TEXT NOT NULL, -- plain: who complains
    id TEXT NOT NULL, -- plain
    number TEXT NOT NULL, -- plain: what people read out, '' while it is a draft
    case_id TEXT NOT NULL, -- plain: what it is about
    case_number TEXT NOT NULL, -- plain
    service_id TEXT NOT NULL, -- plain
    service_version BIGINT NOT NULL, -- plain
    agency_id TEXT NOT NULL, -- plain: whose acts are complained of
    body_id TEXT NOT NULL, -- plain: who decides
    step BIGINT NOT NULL, -- plain: 1 to the agency itself, 2 to the body above it
    prior_id TEXT NOT NULL, -- plain: the complaint against whose answer one appeals, '' for none
    ground TEXT NOT NULL, -- plain: code
    status TEXT NOT NULL, -- plain
    version BIGINT NOT NULL, -- plain: grows with each change
    assigned_to TEXT NOT NULL, -- plain: account, '' for nobody
    barred TEXT NOT NULL, -- plain: accounts that had a part in it, with spaces between
    started_at BIGINT NOT NULL, -- plain
    sent_at BIGINT NOT NULL, -- plain
    register_by TEXT NOT NULL, -- plain: last day of registration
    registered_at BIGINT NOT NULL, -- plain
    term_days BIGINT NOT NULL, -- plain: working days from registration
    deadline_at BIGINT NOT NULL, -- plain: of registration, then of the answer
    deadline_date TEXT NOT NULL, -- plain
    late_at BIGINT NOT NULL, -- plain: when it was noticed that the term is over
    decided_at BIGINT NOT NULL, -- plain
    decided_by TEXT NOT NULL, -- plain: account
    measure TEXT NOT NULL, -- plain: what is done about an upheld one
    document_id TEXT NOT NULL, -- plain: the answer, in the vault
    changed_at BIGINT NOT NULL, -- plain
    words_sealed BYTEA NOT NULL, -- personal: what is said, and the decision it is about
    answer_sealed BYTEA NOT NULL, -- personal: words of the verdict
    PRIMARY KEY (owner_id, id)
);
CREATE INDEX applications_complaints_case ON applications_complaints (owner_id, case_id);
CREATE INDEX applications_complaints_drafts ON applications_complaints (changed_at) WHERE status = 'draft';
-- class: agency
CREATE TABLE applications_complaint_queue (
    agency_id TEXT NOT NULL, -- plain: who decides
    complaint_id TEXT NOT NULL, -- plain
    owner_id TEXT NOT NULL, -- plain
    undecided BOOLEAN NOT NULL, -- plain
    deadline_at BIGINT NOT NULL, -- plain
    late_at BIGINT NOT NULL, -- plain
    PRIMARY KEY (agency_id, complaint_id)
);
CREATE INDEX applications_complaint_queue_due ON applications_complaint_queue (agency_id, undecided, deadline_at, complaint_id);
CREATE INDEX applications_complaint_queue_late ON applications_complaint_queue (deadline_at) WHERE undecided AND late_at = 0;
-- class: resource
CREATE TABLE applications_complaint_numbers (
    number TEXT NOT NULL, -- plain
    owner_id TEXT NOT NULL, -- plain
    complaint_id TEXT NOT NULL, -- plain
    PRIMARY KEY (number)
);
-- class: owner
CREATE TABLE applications_complaint_events (
    owner_id TEXT NOT NULL, -- plain
    complaint_id TEXT NOT NULL, -- plain
    version BIGINT NOT NULL, -- plain: the complaint's after the change
    done_at BIGINT NOT NULL, -- plain
    deed TEXT NOT NULL, -- plain
    to_status TEXT NOT NULL, -- plain
    side TEXT NOT NULL, -- plain
    actor_id TEXT NOT NULL, -- plain
    PRIMARY KEY (owner_id, complaint_id, version)
);
-- class: owner
CREATE TABLE applications_complaint_files (
    owner_id TEXT NOT NULL, -- plain
    complaint_id TEXT NOT NULL, -- plain
    id TEXT NOT NULL, -- plain
    type TEXT NOT NULL, -- plain
    size BIGINT NOT NULL, -- plain: bytes
    scan TEXT NOT NULL, -- plain: clean, unscanned, checking, infected
    added_at BIGINT NOT NULL, -- plain
    blob_key TEXT NOT NULL, -- plain
    file_hash BYTEA NOT NULL, -- secret: SHA-256 of the file
    name_sealed BYTEA NOT NULL, -- personal
    PRIMARY KEY (owner_id, complaint_id, id)
);
CREATE INDEX applications_complaint_files_blob ON applications_complaint_files (blob_key);
-- class: resource
CREATE TABLE applications_complaint_once (
    scope TEXT NOT NULL, -- plain: account or complaint
    key_hash BYTEA NOT NULL, -- secret: SHA-256 of the idempotency key
    used_at BIGINT NOT NULL, -- plain
    PRIMARY KEY (scope, key_hash)
);
CREATE INDEX applications_complaint_once_at ON applications_complaint_once (used_at);
