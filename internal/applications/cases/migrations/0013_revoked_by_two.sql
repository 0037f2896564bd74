-- +goose Up
-- Which document a prepared revocation is about, '' for a decision. -- plain
ALTER TABLE applications_proposals ADD COLUMN document_id TEXT NOT NULL DEFAULT '';
