-- +goose Up
-- class: resource
CREATE TABLE support_tickets (
    id TEXT NOT NULL, -- plain
    number TEXT NOT NULL, -- plain: read out by people
    queue_key TEXT NOT NULL, -- plain: rank, deadline, arrival; sorts the queue
    kind TEXT NOT NULL, -- plain
    state TEXT NOT NULL, -- plain
    lang TEXT NOT NULL, -- plain: of the answer
    author_id TEXT NOT NULL, -- plain: account, '' = not signed in
    created_at BIGINT NOT NULL, -- plain
    due_at BIGINT NOT NULL, -- plain
    taken_by TEXT NOT NULL, -- plain: account of staff
    taken_at BIGINT NOT NULL, -- plain
    closed_at BIGINT NOT NULL, -- plain
    version BIGINT NOT NULL, -- plain
    ticket_sealed BYTEA NOT NULL, -- personal: text, e-mail, page
    PRIMARY KEY (id),
    UNIQUE (number)
);
CREATE INDEX support_tickets_queue ON support_tickets (state, queue_key);
CREATE INDEX support_tickets_taken ON support_tickets (taken_by, state, queue_key);
CREATE INDEX support_tickets_author ON support_tickets (author_id, created_at);
CREATE INDEX support_tickets_closed ON support_tickets (closed_at);
-- class: resource
CREATE TABLE support_replies (
    ticket_id TEXT NOT NULL, -- plain
    id TEXT NOT NULL, -- plain
    author_id TEXT NOT NULL, -- plain: account of staff
    created_at BIGINT NOT NULL, -- plain
    reply_sealed BYTEA NOT NULL, -- personal: text
    PRIMARY KEY (ticket_id, id)
);
