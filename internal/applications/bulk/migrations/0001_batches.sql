-- +goose Up

-- class: owner
CREATE TABLE applications_batches (
    owner_id    TEXT NOT NULL, -- plain
    id          TEXT NOT NULL, -- plain
    service_id  TEXT NOT NULL, -- plain
    version     BIGINT NOT NULL, -- plain
    source      TEXT NOT NULL, -- plain: page, api
    state       TEXT NOT NULL, -- plain
    name_sealed BYTEA NOT NULL, -- personal: what the file was called
    rows_all    BIGINT NOT NULL, -- plain
    rows_bad    BIGINT NOT NULL, -- plain
    rows_sent   BIGINT NOT NULL, -- plain
    rows_before BIGINT NOT NULL, -- plain: sent before, by this or another batch
    created_at  BIGINT NOT NULL, -- plain
    updated_at  BIGINT NOT NULL, -- plain
    PRIMARY KEY (owner_id, id)
);

-- The job that goes on with what a dead node left, and clears away what is old,
-- goes by state and time over all owners.
CREATE INDEX applications_batches_by_state ON applications_batches (state, updated_at);

-- class: owner
CREATE TABLE applications_batch_rows (
    owner_id       TEXT NOT NULL, -- plain
    batch_id       TEXT NOT NULL, -- plain
    number         BIGINT NOT NULL, -- plain: of the row in the file
    state          TEXT NOT NULL, -- plain
    key_hash       BYTEA NOT NULL, -- secret
    print_hash     BYTEA NOT NULL, -- secret
    answers_sealed BYTEA NOT NULL, -- personal
    cells_sealed   BYTEA NOT NULL, -- personal: as they came, while there is something to mend
    faults_sealed  BYTEA NOT NULL, -- personal
    case_id        TEXT NOT NULL, -- plain
    case_number    TEXT NOT NULL, -- plain
    PRIMARY KEY (owner_id, batch_id, number)
);

-- Rows that were sent, by their keys, so that none is sent twice.
-- class: owner
CREATE TABLE applications_batch_keys (
    owner_id    TEXT NOT NULL, -- plain
    key_hash    BYTEA NOT NULL, -- secret
    print_hash  BYTEA NOT NULL, -- secret
    case_id     TEXT NOT NULL, -- plain
    case_number TEXT NOT NULL, -- plain
    created_at  BIGINT NOT NULL, -- plain
    PRIMARY KEY (owner_id, key_hash)
);
