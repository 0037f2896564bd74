-- +goose Up
-- Whom a case names beside its applicant (the child on whose behalf it was sent,
-- who helped, people in the answers), so that an officer who has declared an
-- interest in one of them is kept away.
-- class: directory
CREATE TABLE applications_named (
    owner_id TEXT NOT NULL, -- plain
    case_id TEXT NOT NULL, -- plain
    agency_id TEXT NOT NULL, -- plain
    person_index BYTEA NOT NULL, -- personal: blind index in the agency's own scope
    PRIMARY KEY (owner_id, case_id, agency_id, person_index)
);
CREATE INDEX applications_named_found ON applications_named (agency_id, person_index, case_id);
-- Who sent the application for its owner, '' for nobody: in the lists of an
-- agency they see it as little as the owner does. -- plain
ALTER TABLE applications_cases ADD COLUMN helper_id TEXT NOT NULL DEFAULT '';
ALTER TABLE applications_queue ADD COLUMN helper_id TEXT NOT NULL DEFAULT ''; -- plain
