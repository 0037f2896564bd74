-- +goose Up
-- An ask has a term for its answer, and may be a return for correction.
ALTER TABLE applications_asks ADD COLUMN kind TEXT NOT NULL DEFAULT 'more'; -- plain: more, correct
ALTER TABLE applications_asks ADD COLUMN lapses_at BIGINT NOT NULL DEFAULT 0; -- plain: end of the term, 0 for none
-- What of a case waits for its officer beside the decision. -- plain
ALTER TABLE applications_queue ADD COLUMN lapsed_at BIGINT NOT NULL DEFAULT 0; -- plain: the term for an answer ended
ALTER TABLE applications_queue ADD COLUMN unread_at BIGINT NOT NULL DEFAULT 0; -- plain: a message of the citizen waits
ALTER TABLE applications_queue ADD COLUMN typo_due_at BIGINT NOT NULL DEFAULT 0; -- plain: until when a typo is to be corrected
CREATE INDEX applications_queue_unread ON applications_queue (agency_id, deadline_at, case_id) WHERE unread_at > 0;
CREATE INDEX applications_queue_typo ON applications_queue (agency_id, deadline_at, case_id) WHERE typo_due_at > 0;
-- What is wrong at the fields of an application that is refused, or is about to be.
-- class: owner
CREATE TABLE applications_remarks (
    owner_id TEXT NOT NULL, -- plain
    case_id TEXT NOT NULL, -- plain
    made_at BIGINT NOT NULL, -- plain
    remarks_sealed BYTEA NOT NULL, -- personal: by field
    PRIMARY KEY (owner_id, case_id)
);
-- An application that was sent in place of a refused one.
-- class: owner
CREATE TABLE applications_follows (
    owner_id TEXT NOT NULL, -- plain
    case_id TEXT NOT NULL, -- plain
    earlier_id TEXT NOT NULL, -- plain: the refused case
    PRIMARY KEY (owner_id, case_id)
);
CREATE INDEX applications_follows_earlier ON applications_follows (owner_id, earlier_id);
-- The answers as they were before the person changed the application.
-- class: owner
CREATE TABLE applications_versions (
    owner_id TEXT NOT NULL, -- plain
    case_id TEXT NOT NULL, -- plain
    version BIGINT NOT NULL, -- plain: the case's after the change
    service_version BIGINT NOT NULL, -- plain: of the form before it
    changed_at BIGINT NOT NULL, -- plain
    form_sealed BYTEA NOT NULL, -- personal
    PRIMARY KEY (owner_id, case_id, version)
);
-- A mistake in an issued document that its owner has found (210-FZ).
-- class: owner
CREATE TABLE applications_typos (
    owner_id TEXT NOT NULL, -- plain
    case_id TEXT NOT NULL, -- plain
    id TEXT NOT NULL, -- plain
    document_id TEXT NOT NULL, -- plain: in which it is
    replaced_by TEXT NOT NULL, -- plain: the corrected document, '' for none
    asked_at BIGINT NOT NULL, -- plain
    due_at BIGINT NOT NULL, -- plain
    due_date TEXT NOT NULL, -- plain
    closed_at BIGINT NOT NULL, -- plain: 0 while it waits
    asked_sealed BYTEA NOT NULL, -- personal: what is wrong
    answer_sealed BYTEA NOT NULL, -- personal: the corrected text, or why not
    PRIMARY KEY (owner_id, case_id, id)
);
