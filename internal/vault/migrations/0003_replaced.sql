-- +goose Up
-- The document that was issued in place of this one, '' for none. -- plain
ALTER TABLE vault_documents ADD COLUMN replaced_by TEXT NOT NULL DEFAULT '';
