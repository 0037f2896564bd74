-- +goose Up
-- class: reference
CREATE TABLE catalog_versions (
    service_id TEXT NOT NULL, -- plain
    version BIGINT NOT NULL, -- plain
    hash BYTEA NOT NULL, -- plain: SHA-256 of source
    source TEXT NOT NULL, -- plain: the file as it was published
    published_at BIGINT NOT NULL, -- plain
    PRIMARY KEY (service_id, version)
);
