-- +goose Up
-- Where the systems of an agency want to be told.
-- class: agency
CREATE TABLE exchange_endpoints (
    agency_id TEXT NOT NULL, -- plain
    id TEXT NOT NULL, -- plain
    url TEXT NOT NULL, -- plain
    state TEXT NOT NULL, -- plain: active, paused, failed
    made_by TEXT NOT NULL, -- plain: account that is told when it fails for long
    made_at BIGINT NOT NULL, -- plain
    failing_at BIGINT NOT NULL, -- plain: since when every try fails, 0 for none
    old_until_at BIGINT NOT NULL, -- plain: until when the secret before signs too
    secret_sealed BYTEA NOT NULL, -- personal: sealed with the agency's key
    old_sealed BYTEA NOT NULL, -- personal: the secret before
    PRIMARY KEY (agency_id, id)
);
-- What was or is to be told: ids and codes only.
-- class: agency
CREATE TABLE exchange_deliveries (
    agency_id TEXT NOT NULL, -- plain
    id TEXT NOT NULL, -- plain: webhook-id, the same at each try
    endpoint_id TEXT NOT NULL, -- plain
    kind TEXT NOT NULL, -- plain: application.moved, test
    payload TEXT NOT NULL, -- plain: JSON without personal data
    state TEXT NOT NULL, -- plain: waiting, delivered, failed
    tries BIGINT NOT NULL, -- plain
    made_at BIGINT NOT NULL, -- plain
    next_at BIGINT NOT NULL, -- plain
    done_at BIGINT NOT NULL, -- plain
    PRIMARY KEY (agency_id, id)
);
CREATE INDEX exchange_deliveries_log ON exchange_deliveries (agency_id, endpoint_id, made_at, id);
-- class: agency
CREATE TABLE exchange_tries (
    agency_id TEXT NOT NULL, -- plain
    delivery_id TEXT NOT NULL, -- plain
    number BIGINT NOT NULL, -- plain
    tried_at BIGINT NOT NULL, -- plain
    status BIGINT NOT NULL, -- plain: of HTTP, 0 for no answer
    took_ms BIGINT NOT NULL, -- plain
    fault TEXT NOT NULL, -- plain
    PRIMARY KEY (agency_id, delivery_id, number)
);
