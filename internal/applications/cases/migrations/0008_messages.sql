-- +goose Up
-- What citizen and officer write to each other about a case.
-- class: owner
CREATE TABLE applications_messages (
    owner_id TEXT NOT NULL, -- plain
    case_id TEXT NOT NULL, -- plain
    id TEXT NOT NULL, -- plain: also that of its files' ask
    side TEXT NOT NULL, -- plain: citizen, officer, head
    actor_id TEXT NOT NULL, -- plain
    sent_at BIGINT NOT NULL, -- plain
    text_sealed BYTEA NOT NULL, -- personal
    PRIMARY KEY (owner_id, case_id, id)
);
-- Until when each side has read.
-- class: owner
CREATE TABLE applications_threads (
    owner_id TEXT NOT NULL, -- plain
    case_id TEXT NOT NULL, -- plain
    mine_at BIGINT NOT NULL, -- plain: the citizen
    theirs_at BIGINT NOT NULL, -- plain: the agency
    PRIMARY KEY (owner_id, case_id)
);
