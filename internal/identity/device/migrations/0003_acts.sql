-- +goose Up
-- The owner confirms what they send from a device of theirs.
ALTER TABLE identity_device_switches ADD COLUMN acts BOOLEAN NOT NULL DEFAULT FALSE; -- plain
