-- +goose Up
-- class: owner
CREATE TABLE profile_holdings (
    owner_id TEXT NOT NULL, -- plain
    id TEXT NOT NULL, -- plain
    kind TEXT NOT NULL, -- plain: spouse, child, vehicle, property
    version BIGINT NOT NULL, -- plain
    state TEXT NOT NULL, -- plain: '', waiting, confirmed, refused, unknown
    differs TEXT NOT NULL, -- plain: names of fields, comma between them
    changed_at BIGINT NOT NULL, -- plain
    answered_at BIGINT NOT NULL, -- plain: when a registry spoke of it, 0 = never
    values_sealed BYTEA NOT NULL, -- personal: the fields as JSON
    PRIMARY KEY (owner_id, id)
);
-- class: owner
CREATE TABLE profile_holding_checks (
    owner_id TEXT NOT NULL, -- plain
    registry TEXT NOT NULL, -- plain: family, vehicles, property
    check_id TEXT NOT NULL, -- plain
    state TEXT NOT NULL, -- plain: waiting, confirmed, refused, unknown
    adds BOOLEAN NOT NULL, -- plain: what is not there yet is added from the answer
    added BIGINT NOT NULL, -- plain: how many were
    asked_at BIGINT NOT NULL, -- plain
    answered_at BIGINT NOT NULL, -- plain
    PRIMARY KEY (owner_id, registry)
);
