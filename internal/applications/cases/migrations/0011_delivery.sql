-- +goose Up
-- How the result reaches the person beside the cabinet, when they chose a way.
-- class: owner
CREATE TABLE applications_deliveries (
    owner_id TEXT NOT NULL, -- plain
    case_id TEXT NOT NULL, -- plain
    way TEXT NOT NULL, -- plain: email, office, post
    office TEXT NOT NULL, -- plain: code of the office that was chosen, '' for none
    ready_at BIGINT NOT NULL, -- plain: since when the paper waits at the office
    keep_until TEXT NOT NULL, -- plain: last day on which it waits
    shipped_at BIGINT NOT NULL, -- plain
    done_at BIGINT NOT NULL, -- plain
    address_sealed BYTEA NOT NULL, -- personal: where the post brings it
    track_sealed BYTEA NOT NULL, -- personal: number of the parcel
    PRIMARY KEY (owner_id, case_id)
);
