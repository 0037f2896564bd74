-- +goose Up
-- The finer stage inside the status, '' for the status's usual one. -- plain
ALTER TABLE applications_cases ADD COLUMN stage TEXT NOT NULL DEFAULT '';
-- Why the case is suspended, a code. -- plain
ALTER TABLE applications_cases ADD COLUMN pause_ground TEXT NOT NULL DEFAULT '';
-- The day on which a suspended case goes on by itself, '' for none. -- plain
ALTER TABLE applications_cases ADD COLUMN resume_on TEXT NOT NULL DEFAULT '';
-- The stage again, for the agency's lists. -- plain
ALTER TABLE applications_queue ADD COLUMN stage TEXT NOT NULL DEFAULT '';
-- The chosen office, '' for none. -- plain
ALTER TABLE applications_queue ADD COLUMN office TEXT NOT NULL DEFAULT '';
-- When the term of the row is to be looked at next, 0 for never. A row of the
-- release before has 1: soon. -- plain
ALTER TABLE applications_queue ADD COLUMN warn_at BIGINT NOT NULL DEFAULT 1;
-- Which marks of the term were told already, one bit each. -- plain
ALTER TABLE applications_queue ADD COLUMN warned BIGINT NOT NULL DEFAULT 0;
-- When a forwarded case came into this queue, 0: when it was submitted. -- plain
ALTER TABLE applications_queue ADD COLUMN queued_at BIGINT NOT NULL DEFAULT 0;
-- When it was handed to the agency's own system, 0 for never. -- plain
ALTER TABLE applications_queue ADD COLUMN sent_at BIGINT NOT NULL DEFAULT 0;
-- When that system said that it has it, 0 for not yet. -- plain
ALTER TABLE applications_queue ADD COLUMN received_at BIGINT NOT NULL DEFAULT 0;
-- Since when handing it over has failed for good, 0 for it has not. -- plain
ALTER TABLE applications_queue ADD COLUMN failed_at BIGINT NOT NULL DEFAULT 0;
-- When the agency took it up, 0 for not yet. -- plain
ALTER TABLE applications_queue ADD COLUMN registered_at BIGINT NOT NULL DEFAULT 0;
-- The chosen office, for the pace of each. -- plain
ALTER TABLE applications_facets ADD COLUMN office TEXT NOT NULL DEFAULT '';
-- Whose term is to be looked at.
CREATE INDEX applications_queue_warn ON applications_queue (agency_id, warn_at) WHERE undecided AND warn_at > 0;
-- What was handed over and has no receipt: rows of agencies with own systems only.
CREATE INDEX applications_queue_unreceived ON applications_queue (agency_id, sent_at, case_id) WHERE undecided AND sent_at > 0 AND received_at = 0;
-- How long an office has taken of late, by service, in working days.
-- class: agency
CREATE TABLE applications_pace (
    agency_id TEXT NOT NULL, -- plain
    office TEXT NOT NULL, -- plain: code, '' for all of the agency
    service_id TEXT NOT NULL, -- plain
    counted_at BIGINT NOT NULL, -- plain
    decided BIGINT NOT NULL, -- plain: how many cases it is counted from
    low_days BIGINT NOT NULL, -- plain: a fifth took no longer
    median_days BIGINT NOT NULL, -- plain
    high_days BIGINT NOT NULL, -- plain: four fifths took no longer
    PRIMARY KEY (agency_id, office, service_id)
);
-- A case whose next hop is late: who was told, and when it came after all.
-- class: agency
CREATE TABLE applications_late (
    agency_id TEXT NOT NULL, -- plain
    hop TEXT NOT NULL, -- plain: received, taken
    case_id TEXT NOT NULL, -- plain
    owner_id TEXT NOT NULL, -- plain
    number TEXT NOT NULL, -- plain
    since_at BIGINT NOT NULL, -- plain: when the hop before was made
    raised_at BIGINT NOT NULL, -- plain: when the watchdog noticed
    told_at BIGINT NOT NULL, -- plain: when the citizen was told, 0 for not
    closed_at BIGINT NOT NULL, -- plain: when the hop was made, 0 while it is late
    PRIMARY KEY (agency_id, hop, case_id)
);
CREATE INDEX applications_late_open ON applications_late (agency_id, hop, raised_at, case_id) WHERE closed_at = 0;
-- A stretch of time in which cases of an agency were late at a hop.
-- class: agency
CREATE TABLE applications_incidents (
    agency_id TEXT NOT NULL, -- plain
    hop TEXT NOT NULL, -- plain
    opened_at BIGINT NOT NULL, -- plain
    closed_at BIGINT NOT NULL, -- plain: 0 while it lasts
    PRIMARY KEY (agency_id, hop, opened_at)
);
