-- +goose Up
-- Requests of people who have lost phone and e-mail.
-- class: resource
CREATE TABLE support_recoveries (
    id TEXT NOT NULL, -- plain
    number TEXT NOT NULL, -- plain: read out by people
    state TEXT NOT NULL, -- plain: waiting, once, given, refused
    owner_id TEXT NOT NULL, -- plain: account that is claimed, '' = none found
    lang TEXT NOT NULL, -- plain
    created_at BIGINT NOT NULL, -- plain
    first_by TEXT NOT NULL, -- plain: account of staff
    first_at BIGINT NOT NULL, -- plain
    decided_by TEXT NOT NULL, -- plain: account of staff
    decided_at BIGINT NOT NULL, -- plain
    version BIGINT NOT NULL, -- plain
    scan_state TEXT NOT NULL, -- plain: what the scanner says of the file
    blob_key TEXT NOT NULL, -- plain: of the scan, '' once it is deleted
    request_sealed BYTEA NOT NULL, -- personal: names, phone, file
    PRIMARY KEY (id),
    UNIQUE (number)
);
CREATE INDEX support_recoveries_state ON support_recoveries (state, created_at);
CREATE INDEX support_recoveries_owner ON support_recoveries (owner_id);
