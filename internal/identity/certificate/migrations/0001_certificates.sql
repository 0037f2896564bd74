-- +goose Up
-- Certificates that owners have bound to their accounts.
-- class: owner
CREATE TABLE identity_certificates (
    owner_id          TEXT   NOT NULL, -- plain
    id                TEXT   NOT NULL, -- plain
    fingerprint_index BYTEA  NOT NULL, -- personal
    facts_sealed      BYTEA  NOT NULL, -- personal: subject, issuer, serial, end
    created_at        BIGINT NOT NULL, -- plain
    used_at           BIGINT NOT NULL, -- plain
    PRIMARY KEY (owner_id, id)
);

-- Browsers on their way to show a certificate, and back.
-- class: resource
CREATE TABLE identity_certificate_visits (
    id           TEXT   NOT NULL, -- plain
    owner_id     TEXT   NOT NULL, -- plain
    purpose      TEXT   NOT NULL, -- plain
    ref          TEXT   NOT NULL, -- plain: the session or sign-in that asks
    target       TEXT   NOT NULL, -- plain: the local path to go to afterwards
    state        TEXT   NOT NULL, -- plain
    code_hash    BYTEA  NOT NULL, -- secret
    shown_sealed BYTEA  NOT NULL, -- personal
    created_at   BIGINT NOT NULL, -- plain
    expires_at   BIGINT NOT NULL, -- plain
    PRIMARY KEY (id)
);
CREATE INDEX identity_certificate_visits_code ON identity_certificate_visits (code_hash);
CREATE INDEX identity_certificate_visits_ref ON identity_certificate_visits (ref);
CREATE INDEX identity_certificate_visits_owner ON identity_certificate_visits (owner_id);
CREATE INDEX identity_certificate_visits_expires ON identity_certificate_visits (expires_at);
