-- +goose Up
-- A question of one browser that another device of the owner answers: may this
-- browser sign in, is this act wanted. owner_id is '' until a device has read it.
-- choices are the two-digit numbers that the device chooses from, number the one
-- that the asking browser shows; '' and 0 where a QR code is read.
-- class: resource
CREATE TABLE identity_asks (
    id           TEXT   NOT NULL, -- plain
    kind         TEXT   NOT NULL, -- plain
    way          TEXT   NOT NULL, -- plain
    state        TEXT   NOT NULL, -- plain
    owner_id     TEXT   NOT NULL, -- plain
    session_id   TEXT   NOT NULL, -- plain: the public id of the session that asks
    reader_id    TEXT   NOT NULL, -- plain: the public id of the session that answers
    method       TEXT   NOT NULL, -- plain
    ref          TEXT   NOT NULL, -- plain: what is confirmed
    browser_hash BYTEA  NOT NULL, -- secret
    code_hash    BYTEA  NOT NULL, -- secret
    number       BIGINT NOT NULL, -- plain
    choices      TEXT   NOT NULL, -- plain
    tries        BIGINT NOT NULL, -- plain
    from_sealed  BYTEA  NOT NULL, -- personal
    what_sealed  BYTEA  NOT NULL, -- personal
    created_at   BIGINT NOT NULL, -- plain
    read_at      BIGINT NOT NULL, -- plain
    decided_at   BIGINT NOT NULL, -- plain
    expires_at   BIGINT NOT NULL, -- plain
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX identity_asks_browser ON identity_asks (browser_hash);
CREATE INDEX identity_asks_owner ON identity_asks (owner_id, expires_at);
CREATE INDEX identity_asks_expires ON identity_asks (expires_at);

-- Devices that take push messages: browsers and the installed web app.
-- class: owner
CREATE TABLE identity_push_devices (
    owner_id        TEXT   NOT NULL, -- plain
    id              TEXT   NOT NULL, -- plain
    endpoint_index  BYTEA  NOT NULL, -- personal
    name_sealed     BYTEA  NOT NULL, -- personal
    endpoint_sealed BYTEA  NOT NULL, -- personal
    keys_sealed     BYTEA  NOT NULL, -- personal
    secret_hash     BYTEA  NOT NULL, -- secret: what the device's browser holds
    created_at      BIGINT NOT NULL, -- plain
    used_at         BIGINT NOT NULL, -- plain
    PRIMARY KEY (owner_id, id)
);
CREATE INDEX identity_push_devices_endpoint ON identity_push_devices (owner_id, endpoint_index);

-- What the owner has switched on.
-- class: owner
CREATE TABLE identity_device_switches (
    owner_id   TEXT    NOT NULL, -- plain
    qr         BOOLEAN NOT NULL, -- plain
    changed_at BIGINT  NOT NULL, -- plain
    PRIMARY KEY (owner_id)
);

-- The portal's own keys, such as that by which push services know it.
-- class: reference
CREATE TABLE identity_device_keys (
    name       TEXT   NOT NULL, -- plain
    key_sealed BYTEA  NOT NULL, -- personal
    created_at BIGINT NOT NULL, -- plain
    PRIMARY KEY (name)
);
