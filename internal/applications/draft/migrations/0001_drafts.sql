-- +goose Up

-- class: owner
CREATE TABLE applications_drafts (
    owner_id       TEXT NOT NULL, -- plain
    id             TEXT NOT NULL, -- plain
    service_id     TEXT NOT NULL, -- plain
    version        BIGINT NOT NULL, -- plain
    step           TEXT NOT NULL, -- plain
    row_version    BIGINT NOT NULL, -- plain
    answers_sealed BYTEA NOT NULL, -- personal
    number         TEXT NOT NULL, -- plain
    outcome        TEXT NOT NULL, -- plain
    created_at     BIGINT NOT NULL, -- plain
    updated_at     BIGINT NOT NULL, -- plain
    PRIMARY KEY (owner_id, id)
);

-- The job that clears away what was sent long ago goes by time over all owners.
CREATE INDEX applications_drafts_by_time ON applications_drafts (updated_at);

-- class: owner
CREATE TABLE applications_draft_files (
    owner_id     TEXT NOT NULL, -- plain
    draft_id     TEXT NOT NULL, -- plain
    id           TEXT NOT NULL, -- plain
    field        TEXT NOT NULL, -- plain
    about_sealed BYTEA NOT NULL, -- personal
    size         BIGINT NOT NULL, -- plain
    blob_key     TEXT NOT NULL, -- plain
    state        TEXT NOT NULL, -- plain
    created_at   BIGINT NOT NULL, -- plain
    PRIMARY KEY (owner_id, draft_id, id)
);

-- What was done under an idempotency key, so that it is done once.
-- class: resource
CREATE TABLE applications_draft_keys (
    owner_id   TEXT NOT NULL, -- plain
    key_hash   BYTEA NOT NULL, -- secret
    print_hash BYTEA NOT NULL, -- secret
    object_id  TEXT NOT NULL, -- plain
    number     TEXT NOT NULL, -- plain
    created_at BIGINT NOT NULL, -- plain
    PRIMARY KEY (owner_id, key_hash)
);

CREATE INDEX applications_draft_keys_by_time ON applications_draft_keys (created_at);
