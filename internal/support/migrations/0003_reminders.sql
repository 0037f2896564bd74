-- +goose Up
-- The ticket that reminds support of a request that nobody decides.
ALTER TABLE support_recoveries ADD COLUMN ticket_id TEXT NOT NULL DEFAULT ''; -- plain: '' = not reminded
