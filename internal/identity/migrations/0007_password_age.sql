-- +goose Up
-- When the owner was reminded last that the password is old.
ALTER TABLE identity_passwords ADD COLUMN reminded_at BIGINT NOT NULL DEFAULT 0; -- plain
CREATE INDEX identity_passwords_changed ON identity_passwords (changed_at);
