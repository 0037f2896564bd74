-- +goose Up
-- The queue by region, and what was handed up: found among a million rows.
CREATE INDEX applications_queue_region ON applications_queue (agency_id, region, deadline_at, case_id) WHERE undecided;
CREATE INDEX applications_queue_escalated ON applications_queue (agency_id, deadline_at, case_id) WHERE undecided AND escalated_at > 0;
