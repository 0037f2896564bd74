-- +goose Up
-- Filters of a queue that an officer has named.
-- class: owner
CREATE TABLE desk_filters (
    owner_id TEXT NOT NULL, -- plain: the officer's account
    id TEXT NOT NULL, -- plain
    title TEXT NOT NULL, -- plain
    choice TEXT NOT NULL, -- plain: the end of the queue's address
    made_at BIGINT NOT NULL, -- plain
    PRIMARY KEY (owner_id, id)
);
-- Reports that go out by the clock.
-- class: agency
CREATE TABLE desk_schedules (
    agency_id TEXT NOT NULL, -- plain
    id TEXT NOT NULL, -- plain
    account TEXT NOT NULL, -- plain: who ordered it and gets it
    choice TEXT NOT NULL, -- plain: what the report counts
    every TEXT NOT NULL, -- plain: week, month
    next_at BIGINT NOT NULL, -- plain
    made_at BIGINT NOT NULL, -- plain
    PRIMARY KEY (agency_id, id)
);
CREATE INDEX desk_schedules_next ON desk_schedules (next_at);
