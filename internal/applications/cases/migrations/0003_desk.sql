-- +goose Up
-- By whom an application was made, so that an officer finds it by exact СНИЛС,
-- phone or name.
-- class: directory
CREATE TABLE applications_people (
    owner_id TEXT NOT NULL, -- plain
    agency_id TEXT NOT NULL, -- plain
    kind TEXT NOT NULL, -- plain: snils, phone, name, birth
    person_index BYTEA NOT NULL, -- personal: blind index in the agency's own scope
    PRIMARY KEY (owner_id, agency_id, kind)
);
CREATE INDEX applications_people_found ON applications_people (agency_id, person_index);
-- What reports count. It names nobody: the case is a random id.
-- class: agency
CREATE TABLE applications_facets (
    agency_id TEXT NOT NULL, -- plain
    case_id TEXT NOT NULL, -- plain
    service_id TEXT NOT NULL, -- plain
    channel TEXT NOT NULL, -- plain: page, api, mfc
    level TEXT NOT NULL, -- plain
    region TEXT NOT NULL, -- plain
    age_band TEXT NOT NULL, -- plain: under18, 18-24, 25-39, 40-59, 60plus, '' where it is not known
    submitted_at BIGINT NOT NULL, -- plain
    decided_at BIGINT NOT NULL, -- plain: 0 while open
    outcome TEXT NOT NULL, -- plain: '' while open, approved, refused, cancelled
    ground TEXT NOT NULL, -- plain: code of the ground for refusal
    decided_by TEXT NOT NULL, -- plain: account of the officer
    took_days BIGINT NOT NULL, -- plain: working days from submission to decision
    late BOOLEAN NOT NULL, -- plain: decided after the deadline
    asks BIGINT NOT NULL, -- plain: how often the citizen was asked for more
    complaints BIGINT NOT NULL, -- plain
    PRIMARY KEY (agency_id, case_id)
);
CREATE INDEX applications_facets_time ON applications_facets (agency_id, submitted_at);
INSERT INTO applications_facets (agency_id, case_id, service_id, channel, level, region, age_band, submitted_at, decided_at,
    outcome, ground, decided_by, took_days, late, asks, complaints)
SELECT agency_id, id, service_id, source, level, region, '', submitted_at, decided_at,
    CASE WHEN decided_at = 0 THEN '' WHEN status = 'completed' THEN 'approved' ELSE status END, ground,
    CASE WHEN decided_at = 0 OR status = 'cancelled' THEN '' ELSE assigned_to END, (decided_at - submitted_at) / 86400000000 * 5 / 7,
    deadline_at > 0 AND decided_at > deadline_at, 0, 0
FROM applications_cases;
UPDATE applications_facets SET took_days = 0 WHERE decided_at = 0;
-- A decision that waits for a second pair of eyes.
-- class: agency
CREATE TABLE applications_proposals (
    agency_id TEXT NOT NULL, -- plain
    case_id TEXT NOT NULL, -- plain
    deed TEXT NOT NULL, -- plain: approve, refuse
    ground TEXT NOT NULL, -- plain: code of the ground for refusal
    made_by TEXT NOT NULL, -- plain: account that prepared it and can't confirm it
    made_at BIGINT NOT NULL, -- plain
    words_sealed BYTEA NOT NULL, -- personal
    PRIMARY KEY (agency_id, case_id)
);
-- When an overdue case was handed to the superior, 0 for never. -- plain
ALTER TABLE applications_queue ADD COLUMN escalated_at BIGINT NOT NULL DEFAULT 0;
-- The queue of what is to be done is read by these orders; decided cases leave them.
CREATE INDEX applications_queue_status ON applications_queue (agency_id, status, deadline_at, case_id) WHERE undecided;
CREATE INDEX applications_queue_service ON applications_queue (agency_id, service_id, deadline_at, case_id) WHERE undecided;
