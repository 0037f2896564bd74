-- +goose Up
-- Since when an agency takes applications by a system of its own; under '' stands
-- since when the watchdog looks without a break, and when it looked last.
-- class: agency
CREATE TABLE applications_systems (
    agency_id TEXT NOT NULL, -- plain
    since_at BIGINT NOT NULL, -- plain: 0 while it works at the desk
    seen_at BIGINT NOT NULL, -- plain: until when its queue was looked through for what was not handed over
    PRIMARY KEY (agency_id)
);
-- When the watchdog noticed that the next hop is late, 0 for it is not. -- plain
ALTER TABLE applications_queue ADD COLUMN late_at BIGINT NOT NULL DEFAULT 0;
-- What was noticed leaves the index, so that a round reads what is new.
DROP INDEX applications_queue_unreceived;
CREATE INDEX applications_queue_unreceived ON applications_queue (agency_id, sent_at, case_id)
    WHERE undecided AND sent_at > 0 AND received_at = 0 AND late_at = 0;
CREATE INDEX applications_queue_forwarded ON applications_queue (agency_id, queued_at, case_id) WHERE queued_at > 0;
-- Whose citizen is to be told yet.
CREATE INDEX applications_late_untold ON applications_late (agency_id, hop, raised_at, case_id) WHERE closed_at = 0 AND told_at = 0;
-- How many cases it has concerned, and how many citizens were told. -- plain
ALTER TABLE applications_incidents ADD COLUMN cases BIGINT NOT NULL DEFAULT 0;
ALTER TABLE applications_incidents ADD COLUMN told BIGINT NOT NULL DEFAULT 0; -- plain
-- At most one is open: whoever opens it tells of it.
CREATE UNIQUE INDEX applications_incidents_open ON applications_incidents (agency_id, hop) WHERE closed_at = 0;
