-- +goose Up
-- Who came to the door: sign-ins and attempts, for the owner to see.
-- class: owner
CREATE TABLE identity_history (
    owner_id    TEXT   NOT NULL, -- plain
    noted_at    BIGINT NOT NULL, -- plain
    id          TEXT   NOT NULL, -- plain
    act         TEXT   NOT NULL, -- plain: signed_in, confirmed, recovered, …
    outcome     TEXT   NOT NULL, -- plain: ok, refused
    method      TEXT   NOT NULL, -- plain
    device_kind TEXT   NOT NULL, -- plain: computer, phone, tablet, program
    session_id  TEXT   NOT NULL, -- plain
    denied_at   BIGINT NOT NULL, -- plain: when the owner said that it was somebody else
    from_sealed BYTEA  NOT NULL, -- personal: address, browser, place
    PRIMARY KEY (owner_id, noted_at, id)
);
CREATE INDEX identity_history_outcome ON identity_history (owner_id, outcome, noted_at, id);
CREATE INDEX identity_history_noted ON identity_history (noted_at);

-- Browsers from which the owner has signed in.
-- class: owner
CREATE TABLE identity_devices (
    owner_id     TEXT   NOT NULL, -- plain
    id           TEXT   NOT NULL, -- plain
    device_index BYTEA  NOT NULL, -- personal
    proved       BOOLEAN NOT NULL, -- plain: both factors were given in it once
    created_at   BIGINT NOT NULL, -- plain
    seen_at      BIGINT NOT NULL, -- plain
    from_sealed  BYTEA  NOT NULL, -- personal: address, browser, place
    PRIMARY KEY (owner_id, id)
);
CREATE UNIQUE INDEX identity_devices_device ON identity_devices (owner_id, device_index);

-- What closes an account or a part of it.
-- class: owner
CREATE TABLE identity_guards (
    owner_id      TEXT    NOT NULL, -- plain
    frozen_at     BIGINT  NOT NULL, -- plain: until when sensitive acts are closed
    password_due  BOOLEAN NOT NULL, -- plain: the password must be set anew
    restriction   TEXT    NOT NULL, -- plain: '', restricted, blocked
    restricted_at BIGINT  NOT NULL, -- plain
    restricted_by TEXT    NOT NULL, -- plain: account of staff
    reason_sealed BYTEA   NOT NULL, -- personal: words for the owner
    PRIMARY KEY (owner_id)
);

-- The second phone, for recovery only: nobody signs in by it.
-- class: owner
CREATE TABLE identity_reserves (
    owner_id     TEXT   NOT NULL, -- plain
    phone_sealed BYTEA  NOT NULL, -- personal
    confirmed_at BIGINT NOT NULL, -- plain
    PRIMARY KEY (owner_id)
);

-- Changes of contacts, which the old contact may stop until stop_at.
-- class: owner
CREATE TABLE identity_changes (
    owner_id      TEXT   NOT NULL, -- plain
    id            TEXT   NOT NULL, -- plain
    kind          TEXT   NOT NULL, -- plain: phone, email, reserve
    state         TEXT   NOT NULL, -- plain: waiting, done, stopped
    created_at    BIGINT NOT NULL, -- plain
    stop_at       BIGINT NOT NULL, -- plain
    change_sealed BYTEA  NOT NULL, -- personal: old and new
    PRIMARY KEY (owner_id, id)
);
CREATE INDEX identity_changes_stop ON identity_changes (state, stop_at);

-- Links of letters: what a button behind them may do.
-- class: resource
CREATE TABLE identity_links (
    token_hash  BYTEA  NOT NULL, -- secret
    owner_id    TEXT   NOT NULL, -- plain
    purpose     TEXT   NOT NULL, -- plain: not_me, stop, access
    object      TEXT   NOT NULL, -- plain: id of what it is about
    data_sealed BYTEA  NOT NULL, -- personal
    created_at  BIGINT NOT NULL, -- plain
    expires_at  BIGINT NOT NULL, -- plain
    used_at     BIGINT NOT NULL, -- plain
    PRIMARY KEY (token_hash)
);
CREATE INDEX identity_links_owner ON identity_links (owner_id);
CREATE INDEX identity_links_expires ON identity_links (expires_at);

-- Whose names were tried from an address.
-- class: resource
CREATE TABLE identity_visits (
    address_index BYTEA  NOT NULL, -- personal
    account_index BYTEA  NOT NULL, -- personal
    seen_at       BIGINT NOT NULL, -- plain
    PRIMARY KEY (address_index, account_index)
);
CREATE INDEX identity_visits_seen ON identity_visits (seen_at);

-- Factors that a waiting sign-in or recovery has already given.
ALTER TABLE identity_signins ADD COLUMN passed TEXT NOT NULL DEFAULT ''; -- plain

-- What a session is bound to, and what it may not do.
ALTER TABLE identity_sessions ADD COLUMN device_id TEXT NOT NULL DEFAULT ''; -- plain
ALTER TABLE identity_sessions ADD COLUMN address_index BYTEA NOT NULL DEFAULT ''; -- personal
ALTER TABLE identity_sessions ADD COLUMN browser_index BYTEA NOT NULL DEFAULT ''; -- personal
ALTER TABLE identity_sessions ADD COLUMN frozen_at BIGINT NOT NULL DEFAULT 0; -- plain
ALTER TABLE identity_sessions ADD COLUMN restricted BOOLEAN NOT NULL DEFAULT FALSE; -- plain
