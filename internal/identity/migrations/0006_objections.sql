-- +goose Up
-- Objections of owners to what staff have put on their accounts. Their words are
-- support's.
-- class: owner
CREATE TABLE identity_objections (
    owner_id      TEXT   NOT NULL, -- plain
    id            TEXT   NOT NULL, -- plain: of the message to support
    number        TEXT   NOT NULL, -- plain: of the same, read out by people
    restriction   TEXT   NOT NULL, -- plain: restricted, blocked
    restricted_at BIGINT NOT NULL, -- plain: which one, as of an account
    state         TEXT   NOT NULL, -- plain: waiting, kept, lifted, over
    objected_at   BIGINT NOT NULL, -- plain
    decided_at    BIGINT NOT NULL, -- plain
    decided_by    TEXT   NOT NULL, -- plain: account of staff
    PRIMARY KEY (owner_id, id)
);
CREATE UNIQUE INDEX identity_objections_waiting ON identity_objections (owner_id) WHERE state = 'waiting';
