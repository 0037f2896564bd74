-- +goose Up
-- class: owner
CREATE TABLE notify_letters (
    owner_id TEXT NOT NULL, -- plain: whose data key
    id TEXT NOT NULL, -- plain
    batch_id TEXT NOT NULL, -- plain
    channel TEXT NOT NULL, -- plain
    kind TEXT NOT NULL, -- plain
    state TEXT NOT NULL, -- plain
    secret BOOLEAN NOT NULL, -- plain: the text goes after delivery
    attempts BIGINT NOT NULL, -- plain
    created_at BIGINT NOT NULL, -- plain
    expires_at BIGINT NOT NULL, -- plain
    sent_at BIGINT NOT NULL, -- plain
    gateway TEXT NOT NULL, -- plain: which gateway took it
    letter_sealed BYTEA NOT NULL, -- personal: address, subject, text, link
    PRIMARY KEY (owner_id, id)
);
CREATE INDEX notify_letters_batch ON notify_letters (owner_id, batch_id);
-- class: owner
CREATE TABLE notify_notices (
    owner_id TEXT NOT NULL, -- plain
    id TEXT NOT NULL, -- plain
    kind TEXT NOT NULL, -- plain
    ref TEXT NOT NULL, -- plain
    created_at BIGINT NOT NULL, -- plain
    read_at BIGINT NOT NULL, -- plain: 0 = not read
    notice_sealed BYTEA NOT NULL, -- personal: subject, text, link
    PRIMARY KEY (owner_id, id)
);
CREATE INDEX notify_notices_unread ON notify_notices (owner_id, read_at);
