-- +goose Up
-- Published versions in compiled form, so that a node is ready at once. It is
-- made of catalog_versions and may be thrown away at any time.
-- class: reference
CREATE TABLE catalog_compiled (
    service_id TEXT NOT NULL, -- plain
    version BIGINT NOT NULL, -- plain
    language TEXT NOT NULL, -- plain: of the form language that compiled it
    body BYTEA NOT NULL, -- plain
    PRIMARY KEY (service_id, version, language)
);
