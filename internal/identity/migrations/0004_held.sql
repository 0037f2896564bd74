-- +goose Up
-- Forms that were sent when their sender had to prove first who they are: shown
-- once more after it, for an hour.
-- class: owner
CREATE TABLE identity_forms (
    owner_id    TEXT   NOT NULL, -- plain
    id          TEXT   NOT NULL, -- plain
    form_sealed BYTEA  NOT NULL, -- personal: path and fields
    expires_at  BIGINT NOT NULL, -- plain
    PRIMARY KEY (owner_id, id)
);
CREATE INDEX identity_forms_expires ON identity_forms (expires_at);

-- Until when a factor that is held, and not sent, counts as fresh.
ALTER TABLE identity_sessions ADD COLUMN held_at BIGINT NOT NULL DEFAULT 0; -- plain
