-- +goose Up

-- class: owner
CREATE TABLE applications_templates (
    owner_id       TEXT NOT NULL, -- plain
    id             TEXT NOT NULL, -- plain
    service_id     TEXT NOT NULL, -- plain
    version        BIGINT NOT NULL, -- plain
    name_sealed    BYTEA NOT NULL, -- personal
    answers_sealed BYTEA NOT NULL, -- personal
    created_at     BIGINT NOT NULL, -- plain
    used_at        BIGINT NOT NULL, -- plain
    PRIMARY KEY (owner_id, id)
);
