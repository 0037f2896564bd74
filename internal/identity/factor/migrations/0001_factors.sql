-- +goose Up
-- A factor that its owner has switched off: a contact that no codes go to.
ALTER TABLE identity_factors ADD COLUMN disabled BOOLEAN NOT NULL DEFAULT FALSE; -- plain

-- The way that proved itself last: it is asked for first.
-- class: owner
CREATE TABLE identity_factor_choices (
    owner_id  TEXT   NOT NULL, -- plain
    way       TEXT   NOT NULL, -- plain
    chosen_at BIGINT NOT NULL, -- plain
    PRIMARY KEY (owner_id)
);

-- class: owner
CREATE TABLE identity_factor_recovery (
    owner_id   TEXT   NOT NULL, -- plain
    selector   TEXT   NOT NULL, -- plain: the two characters that a code begins with
    code_hash  TEXT   NOT NULL, -- secret
    created_at BIGINT NOT NULL, -- plain
    used_at    BIGINT NOT NULL, -- plain
    PRIMARY KEY (owner_id, selector)
);

-- What waits for an answer. owner_id is '' for a passkey that has not yet told
-- whose it is; then the challenge stands in the open: it is random and goes to
-- the browser anyway.
-- class: resource
CREATE TABLE identity_factor_attempts (
    attempt_hash BYTEA  NOT NULL, -- secret
    owner_id     TEXT   NOT NULL, -- plain
    kind         TEXT   NOT NULL, -- plain
    challenge    TEXT   NOT NULL, -- plain
    state_sealed BYTEA  NOT NULL, -- personal
    expires_at   BIGINT NOT NULL, -- plain
    PRIMARY KEY (attempt_hash)
);
CREATE INDEX identity_factor_attempts_owner ON identity_factor_attempts (owner_id);
CREATE INDEX identity_factor_attempts_expires ON identity_factor_attempts (expires_at);

-- class: resource
CREATE TABLE identity_factor_proofs (
    session_id TEXT    NOT NULL, -- plain
    owner_id   TEXT    NOT NULL, -- plain
    way        TEXT    NOT NULL, -- plain
    held       BOOLEAN NOT NULL, -- plain
    proved_at  BIGINT  NOT NULL, -- plain
    PRIMARY KEY (session_id)
);
CREATE INDEX identity_factor_proofs_proved ON identity_factor_proofs (proved_at);
