-- +goose Up

-- class: owner
CREATE TABLE applications_mandates (
    owner_id       TEXT NOT NULL, -- plain
    id             TEXT NOT NULL, -- plain
    helper_id      TEXT NOT NULL, -- plain: "" where nobody has the contact
    kind           TEXT NOT NULL, -- plain: person, visit
    state          TEXT NOT NULL, -- plain
    services       TEXT NOT NULL, -- plain: ids with commas, "" for all
    alone          BOOLEAN NOT NULL, -- plain: sending needs no code
    office         TEXT NOT NULL, -- plain
    consent        TEXT NOT NULL, -- plain: code, paper
    contact_sealed BYTEA NOT NULL, -- personal: as the owner typed it, or the number of the paper
    created_at     BIGINT NOT NULL, -- plain
    expires_at     BIGINT NOT NULL, -- plain
    ended_at       BIGINT NOT NULL, -- plain
    PRIMARY KEY (owner_id, id)
);

CREATE INDEX applications_mandates_by_helper ON applications_mandates (helper_id, created_at);

-- For whom a session has stepped in.
-- class: resource
CREATE TABLE applications_acting (
    session_id TEXT NOT NULL, -- plain
    helper_id  TEXT NOT NULL, -- plain
    owner_id   TEXT NOT NULL, -- plain
    mandate_id TEXT NOT NULL, -- plain
    begun_at   BIGINT NOT NULL, -- plain
    PRIMARY KEY (session_id)
);
