-- +goose Up
-- class: owner
-- A wrapped key tells nothing of its owner.
CREATE TABLE secret_keys (
    owner_id   TEXT   NOT NULL, -- plain
    kind       TEXT   NOT NULL, -- plain
    epoch      BIGINT NOT NULL, -- plain
    wrapped    BYTEA  NOT NULL, -- secret
    created_at BIGINT NOT NULL, -- plain
    PRIMARY KEY (owner_id, kind)
);
CREATE INDEX secret_keys_epoch ON secret_keys (epoch, owner_id, kind);

-- class: log
-- Owners whose data are gone, for restores to replay.
CREATE TABLE secret_erasures (
    owner_id  TEXT   NOT NULL PRIMARY KEY, -- plain
    erased_at BIGINT NOT NULL -- plain
);
CREATE INDEX secret_erasures_erased_at ON secret_erasures (erased_at, owner_id);
