-- +goose Up
-- The application that a case is a part of: another agency does it. -- plain
ALTER TABLE applications_cases ADD COLUMN part_of TEXT NOT NULL DEFAULT '';
CREATE INDEX applications_cases_parts ON applications_cases (owner_id, part_of) WHERE part_of <> '';
ALTER TABLE applications_queue ADD COLUMN part_of TEXT NOT NULL DEFAULT '';
-- When the lead was told that a part is late, 0 for never. -- plain
ALTER TABLE applications_queue ADD COLUMN lead_told_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX applications_queue_parts ON applications_queue (agency_id, deadline_at, case_id) WHERE undecided AND part_of <> '';
