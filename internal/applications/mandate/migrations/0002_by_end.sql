-- +goose Up

-- What has run out is looked for among all owners.
CREATE INDEX applications_mandates_by_end ON applications_mandates (expires_at);
