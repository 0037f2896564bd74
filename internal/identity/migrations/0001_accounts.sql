-- +goose Up
-- class: owner
CREATE TABLE identity_accounts (
    owner_id     TEXT   NOT NULL, -- plain
    status       TEXT   NOT NULL, -- plain
    lang         TEXT   NOT NULL, -- plain
    phone_sealed BYTEA  NOT NULL, -- personal
    email_sealed BYTEA  NOT NULL, -- personal
    login_sealed BYTEA  NOT NULL, -- personal
    created_at   BIGINT NOT NULL, -- plain
    PRIMARY KEY (owner_id)
);

-- Who has a phone, an e-mail address, a login name.
-- class: directory
CREATE TABLE identity_contacts (
    contact_index BYTEA  NOT NULL, -- personal
    kind          TEXT   NOT NULL, -- plain
    owner_id      TEXT   NOT NULL, -- plain
    created_at    BIGINT NOT NULL, -- plain
    PRIMARY KEY (contact_index)
);
CREATE INDEX identity_contacts_owner ON identity_contacts (owner_id);

-- class: owner
CREATE TABLE identity_passwords (
    owner_id      TEXT   NOT NULL, -- plain
    password_hash TEXT   NOT NULL, -- secret
    changed_at    BIGINT NOT NULL, -- plain
    PRIMARY KEY (owner_id)
);

-- Wrong passwords in a row, of accounts and of names that nobody has.
-- class: resource
CREATE TABLE identity_locks (
    lock_index BYTEA  NOT NULL, -- personal
    failures   BIGINT NOT NULL, -- plain
    locks      BIGINT NOT NULL, -- plain
    failed_at  BIGINT NOT NULL, -- plain
    unlock_at  BIGINT NOT NULL, -- plain
    PRIMARY KEY (lock_index)
);
CREATE INDEX identity_locks_failed ON identity_locks (failed_at);

-- Second factors that the owner holds. counter is the last used step of a TOTP.
-- class: owner
CREATE TABLE identity_factors (
    owner_id      TEXT   NOT NULL, -- plain
    id            TEXT   NOT NULL, -- plain
    kind          TEXT   NOT NULL, -- plain
    name_sealed   BYTEA  NOT NULL, -- personal
    secret_sealed BYTEA  NOT NULL, -- personal
    counter       BIGINT NOT NULL, -- plain
    created_at    BIGINT NOT NULL, -- plain
    used_at       BIGINT NOT NULL, -- plain
    PRIMARY KEY (owner_id, id)
);

-- class: resource
CREATE TABLE identity_sessions (
    session_hash BYTEA   NOT NULL, -- secret
    id           TEXT    NOT NULL, -- plain
    owner_id     TEXT    NOT NULL, -- plain
    method       TEXT    NOT NULL, -- plain
    bearer       BOOLEAN NOT NULL, -- plain
    from_sealed  BYTEA   NOT NULL, -- personal
    device_index BYTEA   NOT NULL, -- personal
    created_at   BIGINT  NOT NULL, -- plain
    seen_at      BIGINT  NOT NULL, -- plain
    fresh_at     BIGINT  NOT NULL, -- plain
    expires_at   BIGINT  NOT NULL, -- plain
    ended_at     BIGINT  NOT NULL, -- plain
    PRIMARY KEY (session_hash)
);
CREATE INDEX identity_sessions_owner ON identity_sessions (owner_id, ended_at);
CREATE INDEX identity_sessions_ended ON identity_sessions (ended_at);
CREATE INDEX identity_sessions_expires ON identity_sessions (expires_at);

-- What waits between two pages of a sign-in or a recovery. owner_id is '' where
-- the name is nobody's: the pages are the same.
-- class: resource
CREATE TABLE identity_signins (
    token_hash BYTEA   NOT NULL, -- secret
    id         TEXT    NOT NULL, -- plain
    owner_id   TEXT    NOT NULL, -- plain
    purpose    TEXT    NOT NULL, -- plain
    factor     TEXT    NOT NULL, -- plain
    proved     BOOLEAN NOT NULL, -- plain
    sent_at    BIGINT  NOT NULL, -- plain
    expires_at BIGINT  NOT NULL, -- plain
    PRIMARY KEY (token_hash)
);
CREATE INDEX identity_signins_id ON identity_signins (id);
CREATE INDEX identity_signins_owner ON identity_signins (owner_id);
CREATE INDEX identity_signins_expires ON identity_signins (expires_at);

-- class: resource
CREATE TABLE identity_codes (
    subject_index BYTEA  NOT NULL, -- personal
    id            TEXT   NOT NULL, -- plain
    purpose       TEXT   NOT NULL, -- plain
    owner_id      TEXT   NOT NULL, -- plain
    code_hash     BYTEA  NOT NULL, -- secret
    tries         BIGINT NOT NULL, -- plain
    sent_at       BIGINT NOT NULL, -- plain
    expires_at    BIGINT NOT NULL, -- plain
    PRIMARY KEY (subject_index, id)
);
CREATE INDEX identity_codes_owner ON identity_codes (owner_id);
CREATE INDEX identity_codes_expires ON identity_codes (expires_at);

-- class: resource
CREATE TABLE identity_limits (
    limit_index BYTEA  NOT NULL, -- personal
    full_at     BIGINT NOT NULL, -- plain
    PRIMARY KEY (limit_index)
);
CREATE INDEX identity_limits_full ON identity_limits (full_at);
