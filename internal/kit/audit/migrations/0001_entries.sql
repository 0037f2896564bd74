-- +goose Up
-- class: log
CREATE TABLE audit_entries (
    id TEXT NOT NULL PRIMARY KEY, -- plain: UUIDv7, in the order of writing
    at BIGINT NOT NULL, -- plain
    act TEXT NOT NULL, -- plain: room.what
    role TEXT NOT NULL, -- plain: as whom
    actor_id TEXT NOT NULL, -- plain: account, '' for nobody, 'system'
    owner_id TEXT NOT NULL, -- plain: whose data, '' for nobody's
    object TEXT NOT NULL, -- plain: kind:id
    request_id TEXT NOT NULL, -- plain
    from_sealed BYTEA NOT NULL, -- personal: address and browser
    details_sealed BYTEA NOT NULL -- personal: what else is worth knowing
);
CREATE INDEX audit_entries_owner ON audit_entries (owner_id, at);
CREATE INDEX audit_entries_actor ON audit_entries (actor_id, at);
CREATE INDEX audit_entries_at ON audit_entries (at);
