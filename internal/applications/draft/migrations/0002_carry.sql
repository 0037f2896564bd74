-- +goose Up

-- The version of the service of whose rules the holder has been told.
ALTER TABLE applications_drafts ADD COLUMN told BIGINT NOT NULL DEFAULT 0; -- plain

-- The job that tells holders goes by service over all owners.
CREATE INDEX applications_drafts_by_service ON applications_drafts (service_id, version);
